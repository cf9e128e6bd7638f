// The scale of a picture: how often each number occurs, the colours, and their ends.

import { gradient } from "../kit/figure/colours.js";
import { count, scaleText } from "../kit/numbers.js";
import { sizedContext } from "../kit/screen.js";

const CHANNELS = ["#d1495b", "#3fae6a", "#4a97d2"]; // red, green, blue, apart in lightness too

export function fillScale(root, scale) {
  const unit = scale.unit;
  root.querySelector(".bar").style.background = gradient(scale.stops);
  const ends = [scale.low, scale.low < 0 ? 0 : null, scale.high];
  root.querySelectorAll(".ticks span").forEach((tick, at) => {
    tick.textContent = ends[at] === null ? "" : scaleText(ends[at]) + unit;
  });
  const cut = scale.smallest < scale.low || scale.largest > scale.high;
  const beyond = cut ? `; the colours end at ${scaleText(scale.low)} and ${scaleText(scale.high)}` : "";
  const range = `smallest ${scaleText(scale.smallest)}${unit}, largest ${scaleText(scale.largest)}${unit}${beyond}`;
  root.querySelector(".histogram").setAttribute("aria-label", `Histogram: ${range}`);
  return range;
}

/** Draw the counts; heights are square roots, else the flat areas of an edge picture hide the rest. */
export function drawHistogram(canvas, wide, high, scale, ink) {
  const ratio = devicePixelRatio;
  const brush = sizedContext(canvas, wide, high);
  brush.resetTransform();
  const { width, height } = canvas;
  const most = Math.sqrt(Math.max(1, ...scale.counts.flat()));
  scale.counts.forEach((counts, channel) => {
    const single = scale.counts.length === 1;
    brush.fillStyle = single ? ink : CHANNELS[channel];
    brush.globalAlpha = single ? 0.6 : 1;
    counts.forEach((amount, step) => {
      const left = Math.round((step / counts.length) * width);
      const right = Math.round(((step + 1) / counts.length) * width);
      const tall = (Math.sqrt(amount) / most) * (height - 2 * ratio);
      // One channel is filled; three are lines, so that none hides another.
      brush.fillRect(left, height - tall, right - left, single ? tall : 2 * ratio);
    });
  });
}

/** Say what stands under the pointer on the histogram. */
export function histogramText(scale, share) {
  const steps = scale.counts[0].length;
  const step = Math.min(steps - 1, Math.max(0, Math.floor(share * steps)));
  const at = (place) => scaleText(scale.low + ((scale.high - scale.low) * place) / steps) + scale.unit;
  const counts = scale.counts.map((row) => count(row[step]));
  const what = scale.unit ? "gradient" : "pixels";
  return `${at(step)} to ${at(step + 1)}: ${counts.join(" · ")} ${what}`;
}
