// What charts need beside a canvas: colours, ticks, and which points to draw.

import { lastUpTo } from "./words.js";

// Apart for the colour-blind, and readable on white and on black.
const RUN_COLOURS = {
  light: ["#1f6fb5", "#c4570c", "#0f8a6c", "#8250b8", "#8a6d00", "#b83a7a"],
  dark: ["#5aa9e6", "#f0914a", "#3fc7a0", "#b491e8", "#d6b53c", "#ec7fb0"],
};
export const STYLES = ["solid", "dashed", "dotted"]; // of borders, where there is no canvas
export const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4]];

function luminance(colour) {
  const context = (luminance.canvas ??= document.createElement("canvas")).getContext("2d", { willReadFrequently: true });
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

export function readTheme(root) {
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name).trim();
  const paper = colour("--st-background-color") || "#fff";
  const dark = luminance(paper) < 0.5;
  const ink = colour("--st-text-color") || "#111";
  const mix = (share) => `color-mix(in srgb, ${ink} ${share}%, ${paper})`;
  return {
    paper, ink, dark, font: style.fontFamily, line: mix(14), muted: mix(66), training: mix(48),
    runs: dark ? RUN_COLOURS.dark : RUN_COLOURS.light,
  };
}

export function niceTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) * power;
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high * (1 + 1e-9); at += 1) ticks.push(at * step);
  return ticks;
}

export function decades(low, high) {
  const ticks = [];
  const few = high / low < 30;
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    for (const factor of few ? [1, 2, 5] : [1]) {
      const value = factor * 10 ** power;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}

/** At most about `most` points, with every extreme kept. */
export function thin(points, most) {
  if (points.length <= most) return points;
  const size = Math.ceil((2 * points.length) / most);
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const bucket = points.slice(from, from + size);
    const low = bucket.reduce((a, b) => (b.y < a.y ? b : a));
    const high = bucket.reduce((a, b) => (b.y > a.y ? b : a));
    kept.push(...(low.x < high.x ? [low, high] : low === high ? [low] : [high, low]));
  }
  if (kept.at(-1) !== points.at(-1)) kept.push(points.at(-1));
  return kept;
}

/** The point of a curve next to x. */
export function nearest(points, x) {
  const at = lastUpTo(points, x, (point) => point.x);
  const [before, after] = [points[at], points[at + 1]];
  if (!before || !after) return before ?? after;
  return x - before.x <= after.x - x ? before : after;
}

/** Where a loss axis ends: a few huge values do not press the rest flat, but the start is shown. */
export function lossTop(curves) {
  const drawn = curves.filter(({ points }) => points.length);
  const values = drawn.flatMap(({ points }) => points.map(({ y }) => y)).sort((a, b) => a - b);
  if (!values.length) return 1;
  const start = Math.min(...drawn.map(({ points }) => points[0].y));
  const usual = Math.max(start, values[Math.max(0, Math.min(Math.floor(values.length * 0.75), values.length - 2))]);
  const most = values.at(-1);
  return 1.06 * (most > 2.5 * usual ? 1.3 * usual : most) || 1;
}

/** A text cut to a width, with an ellipsis. */
export function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}\u2026`).width > width) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}
