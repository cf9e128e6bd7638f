// How near a grey picture is to another.

import { clamp } from "../arithmetic.js";
import { fixed } from "../numbers.js";

/**
 * Peak signal-to-noise ratio of whole grey levels, in decibels.
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function psnr(one, other) {
  let total = 0;
  for (let at = 0; at < one.length; at += 1) total += (one[at] - other[at]) ** 2;
  return 10 * Math.log10(255 ** 2 / (total / one.length));
}

/**
 * Numbers as whole grey levels.
 * @param {ArrayLike<number>} values
 * @param {number} [white]
 */
export function levelsOf(values, white = 255) {
  const levels = new Int16Array(values.length);
  for (let at = 0; at < levels.length; at += 1) levels[at] = Math.round(clamp((values[at] / white) * 255, 0, 255));
  return levels;
}

/** @param {number} value */
export function decibelText(value) {
  return Number.isFinite(value) ? `${fixed(value, 1)} dB` : "∞ dB (equal)";
}
