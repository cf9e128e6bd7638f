// Blur that stops at edges (Tomasi & Manduchi, 1998), as OpenCV computes it.

import { withBorder } from "./borders.js";

/**
 * A number rounded to the nearest whole one, halves to the even one.
 * @param {number} value
 */
function rounded(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 ? nearest - 1 : nearest;
}

/**
 * Each pixel's weighted mean: the nearer a neighbour and the more similar its colour, the more it
 * counts. Colours differ by the sum of the differences of their channels.
 * @param {Float32Array[]} planes one or three, height × width, whole numbers from 0 to 255
 * @param {number} height
 * @param {number} width
 * @param {number} reach σ in pixels; the window reaches 1.5 times as far
 * @param {number} levels σ in grey levels
 */
export function bilateral(planes, height, width, reach, levels) {
  const radius = Math.max(rounded(1.5 * reach), 1);
  const side = 2 * radius + 1;
  const bordered = planes.map((plane) => withBorder(Uint8Array.from(plane), height, width, side, side, "reflect"));
  const stride = bordered[0].stride;
  const offsets = [];
  const nearness = [];
  for (let y = -radius; y <= radius; y += 1) {
    for (let x = -radius; x <= radius; x += 1) {
      if (Math.hypot(x, y) > radius) continue;
      offsets.push((y + radius) * stride + x + radius);
      nearness.push(Math.exp(-(x * x + y * y) / (2 * reach * reach)));
    }
  }
  const likeness = Float64Array.from({ length: 256 * planes.length }, (_, gap) => Math.exp(-(gap * gap) / (2 * levels * levels)));
  const window = { offsets: Int32Array.from(offsets), nearness: Float64Array.from(nearness), likeness, centre: radius * stride + radius };
  const results = planes.map((plane) => new Float32Array(plane.length));
  for (let row = 0; row < height; row += 1) {
    if (planes.length === 1) greyRow(bordered[0].values, row * stride, window, results[0].subarray(row * width, (row + 1) * width));
    else colourRow(bordered.map(({ values }) => values), row * stride, window, results.map((result) => result.subarray(row * width, (row + 1) * width)));
  }
  return results;
}

/** @typedef {{ offsets: Int32Array, nearness: Float64Array, likeness: Float64Array, centre: number }} Window */

/**
 * @param {Uint8Array} values
 * @param {number} start
 * @param {Window} window
 * @param {Float32Array} result
 */
function greyRow(values, start, { offsets, nearness, likeness, centre }, result) {
  for (let x = 0; x < result.length; x += 1) {
    const here = values[start + x + centre];
    let [sum, total] = [0, 0];
    for (let at = 0; at < offsets.length; at += 1) {
      const value = values[start + x + offsets[at]];
      const weight = nearness[at] * likeness[Math.abs(value - here)];
      sum += weight * value;
      total += weight;
    }
    result[x] = Math.round(sum / total);
  }
}

/**
 * @param {Uint8Array[]} values
 * @param {number} start
 * @param {Window} window
 * @param {Float32Array[]} results
 */
function colourRow([reds, greens, blues], start, { offsets, nearness, likeness, centre }, [red, green, blue]) {
  for (let x = 0; x < red.length; x += 1) {
    const middle = start + x + centre;
    const [hereRed, hereGreen, hereBlue] = [reds[middle], greens[middle], blues[middle]];
    let [sumRed, sumGreen, sumBlue, total] = [0, 0, 0, 0];
    for (let at = 0; at < offsets.length; at += 1) {
      const place = start + x + offsets[at];
      const [r, g, b] = [reds[place], greens[place], blues[place]];
      const weight = nearness[at] * likeness[Math.abs(r - hereRed) + Math.abs(g - hereGreen) + Math.abs(b - hereBlue)];
      sumRed += weight * r;
      sumGreen += weight * g;
      sumBlue += weight * b;
      total += weight;
    }
    red[x] = Math.round(sumRed / total);
    green[x] = Math.round(sumGreen / total);
    blue[x] = Math.round(sumBlue / total);
  }
}
