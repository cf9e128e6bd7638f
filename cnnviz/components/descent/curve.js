// The loss at every step, on a logarithmic scale, with the step in view marked.

import { sizedContext } from "../kit/elements.js";
import { clamp, numberText } from "../kit/numbers.js";
import { textScale } from "../kit/screen.js";

/** The room around the curve, in CSS pixels. */
function curveRoom() {
  return { left: 58 * textScale(), right: 12, top: 12, bottom: 24 * textScale() };
}

const RAISED = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074", 5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };
const LEAST = 1e-16; // below it, a loss is rounding

/** A power of ten: plain near 1, else with its exponent raised. */
export function tenTo(power) {
  if (power >= -2 && power <= 3) return numberText(10 ** power);
  return `10${[...String(power)].map((digit) => RAISED[digit]).join("")}`;
}

export class Curve {
  constructor(canvas) {
    this.canvas = canvas;
  }

  load(losses) {
    this.losses = losses;
    const shown = Array.from(losses, (loss) => Math.log10(Math.max(loss, LEAST)));
    this.logs = shown;
    this.low = Math.floor(Math.min(...shown));
    this.high = Math.max(Math.ceil(Math.max(...shown)), this.low + 1);
  }

  /** The step under a pointer event. */
  stepAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const { left, right } = curveRoom();
    const share = (event.clientX - box.left - left) / (box.width - left - right);
    const last = this.logs.length - 1;
    return Math.round(clamp(share, 0, 1) * last);
  }

  draw(step, theme) {
    const { canvas, logs, low, high } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    const context = sizedContext(canvas, width, height);
    const { left, right, top, bottom } = curveRoom();
    const x = (at) => left + ((width - left - right) * at) / Math.max(logs.length - 1, 1);
    const y = (log) => top + ((high - log) / (high - low)) * (height - top - bottom);
    context.lineWidth = 1;
    context.font = `${11 * textScale()}px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const every = Math.max(1, Math.ceil((high - low) / 5));
    for (let log = low; log <= high; log += every) {
      context.strokeStyle = theme.line;
      context.globalAlpha = 0.5;
      context.beginPath();
      context.moveTo(left, y(log));
      context.lineTo(width - right, y(log));
      context.stroke();
      context.globalAlpha = 1;
      context.fillStyle = theme.muted;
      context.fillText(tenTo(log), left - 6, y(log));
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.fillText("Loss, sum of squared errors", left + 6, height - 6);
    context.textAlign = "right";
    context.fillText(`Step ${logs.length - 1}`, width - right, height - 6);
    const line = (to) => {
      context.beginPath();
      for (let at = 0; at <= to; at += 1) context[at ? "lineTo" : "moveTo"](x(at), y(logs[at]));
      context.stroke();
    };
    context.strokeStyle = theme.line;
    context.lineWidth = 1.5;
    line(logs.length - 1);
    context.strokeStyle = theme.accent;
    context.lineWidth = 2.5;
    line(step);
    context.fillStyle = theme.accent;
    context.beginPath();
    context.arc(x(step), y(logs[step]), 5, 0, 2 * Math.PI);
    context.fill();
  }
}
