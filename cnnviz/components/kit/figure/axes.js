// Where the ticks of an axis stand, and which points of a curve are drawn.

/** @typedef {{ x: number, y: number }} Point */

import { lastUpTo } from "../arithmetic.js";

/**
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @returns {number[]}
 */
export function niceTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const ticks = [];
  const first = Math.ceil(low / step - 1e-9) + 0; // 0 instead of −0
  for (let at = first; at * step <= high * (1 + 1e-9); at += 1) ticks.push(at * step);
  return ticks;
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {number[]}
 */
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

/**
 * At most about `most` points, with every extreme kept.
 * @template {Point} T
 * @param {T[]} points
 * @param {number} most
 * @returns {T[]}
 */
export function thin(points, most) {
  if (points.length <= most) return points;
  const size = Math.ceil((2 * points.length) / most);
  /** @type {T[]} */
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const bucket = points.slice(from, from + size);
    const low = bucket.reduce((a, b) => (b.y < a.y ? b : a));
    const high = bucket.reduce((a, b) => (b.y > a.y ? b : a));
    kept.push(...(low.x < high.x ? [low, high] : low === high ? [low] : [high, low]));
  }
  const last = points[points.length - 1];
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

/**
 * The point of a curve next to x; undefined if it has none.
 * @param {any[]} points whatever has an x, in order of it
 * @param {number} x
 * @returns {any}
 */
export function nearest(points, x) {
  const at = lastUpTo(points, x, (point) => point.x);
  const [before, after] = [points[at], points[at + 1]];
  if (!before || !after) return before ?? after;
  return x - before.x <= after.x - x ? before : after;
}

/**
 * Where a loss axis ends: a few huge values do not press the rest flat, but the start is shown.
 * @param {{ points: Point[] }[]} curves
 * @returns {number}
 */
export function lossTop(curves) {
  const drawn = curves.filter(({ points }) => points.length);
  const values = drawn.flatMap(({ points }) => points.map(({ y }) => y)).sort((a, b) => a - b);
  if (!values.length) return 1;
  const start = Math.min(...drawn.map(({ points }) => points[0].y));
  const usual = Math.max(start, values[Math.max(0, Math.min(Math.floor(values.length * 0.75), values.length - 2))]);
  const most = values[values.length - 1];
  return 1.06 * (most > 2.5 * usual ? 1.3 * usual : most) || 1;
}
