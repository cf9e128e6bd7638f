// Blur that stops at edges (Tomasi & Manduchi, 1998), as OpenCV computes it.

import { withBorder } from "./borders.js";
import { rangeOf } from "./range.js";
import { planeOf } from "./recycling.js";
import { vectors } from "./simd.js";

const ROUNDING = 1.5 * 2 ** 52; // to which no fraction can be added: the sum is rounded

/**
 * A number rounded to the nearest whole one, halves to the even one.
 * @param {number} value
 */
function rounded(value) {
  return value + ROUNDING - ROUNDING;
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
  if (!vectors) return bilateralByTable(planes, height, width, reach, levels);
  return meansOfVectors(planes, height, width, reach, levels).map((means) => {
    const whole = planeOf(means.length);
    for (let at = 0; at < whole.length; at += 1) whole[at] = rounded(means[at]);
    return whole;
  });
}

/**
 * The means of any numbers, not rounded: they lie in the memory that the next call uses.
 * @param {Float32Array[]} planes
 * @param {number} height
 * @param {number} width
 * @param {number} reach
 * @param {number} levels
 */
function meansOfVectors(planes, height, width, reach, levels) {
  const { memory, bilateral1, bilateral3 } = /** @type {import("./simd.js").Vectors} */ (vectors);
  const [side, radius] = [sideOf(reach), radiusOf(reach)];
  const stride = width + side - 1;
  const { offsets, nearness, centre } = neighbours(reach, stride);
  const apart = 4 * stride * (height + side - 1);
  const taps = planes.length * apart + 16; // the last four pixels may begin within
  const [means, meansApart] = [taps + 8 * offsets.length, 4 * height * width + 16];
  const buffer = memory(means + planes.length * meansApart);
  planes.forEach((plane, at) => {
    withBorder(plane, height, width, side, side, "reflect", (length) => new Float32Array(buffer, at * apart, length));
  });
  const view = new DataView(buffer);
  offsets.forEach((offset, at) => {
    view.setInt32(taps + 8 * at, 4 * (offset - centre), true);
    view.setFloat32(taps + 8 * at + 4, Math.log2(nearness[at]), true);
  });
  const factor = -Math.LOG2E / (2 * levels * levels);
  for (let row = 0; row < height; row += 1) {
    const to = means + 4 * row * width;
    (planes.length === 1 ? bilateral1 : bilateral3)(
      to, 4 * ((row + radius) * stride + radius), taps, means, to + 4 * width, apart, meansApart, factor,
    );
  }
  return planes.map((_, at) => new Float32Array(buffer, means + at * meansApart, height * width));
}

/**
 * `bilateral` by a table of the likenesses of whole numbers.
 * @param {Float32Array[]} planes
 * @param {number} height
 * @param {number} width
 * @param {number} reach
 * @param {number} levels
 */
function bilateralByTable(planes, height, width, reach, levels) {
  const side = sideOf(reach);
  const bordered = planes.map((plane) => withBorder(Uint8Array.from(plane), height, width, side, side, "reflect"));
  const stride = bordered[0].stride;
  const likeness = Float64Array.from({ length: 256 * planes.length }, (_, gap) => Math.exp(-(gap * gap) / (2 * levels * levels)));
  const window = { ...neighbours(reach, stride), likeness };
  const results = planes.map((plane) => new Float32Array(plane.length));
  for (let row = 0; row < height; row += 1) {
    if (planes.length === 1) greyRow(bordered[0].values, row * stride, window, results[0].subarray(row * width, (row + 1) * width));
    else colourRow(bordered.map(({ values }) => values), row * stride, window, results.map((result) => result.subarray(row * width, (row + 1) * width)));
  }
  return results;
}

const STEPS = 4096; // of the table of likenesses, between which it is interpolated

/**
 * `bilateral` of any numbers; the results are not rounded.
 * @param {Float32Array[]} planes
 * @param {number} height
 * @param {number} width
 * @param {number} reach
 * @param {number} levels
 */
export function bilateralOfNumbers(planes, height, width, reach, levels) {
  const [low, high] = rangeOf(planes);
  if (high === low) return planes;
  if (vectors) return meansOfVectors(planes, height, width, reach, levels).map((means) => means.slice());
  const side = sideOf(reach);
  const bordered = planes.map((plane) => withBorder(plane, height, width, side, side, "reflect"));
  const channels = bordered.map(({ values }) => values);
  const { stride } = bordered[0];
  const { offsets, nearness, centre } = neighbours(reach, stride);
  const step = STEPS / (high - low);
  const likeness = Float64Array.from({ length: STEPS * planes.length + 2 }, (_, at) => Math.exp(-((at / step) ** 2) / (2 * levels * levels)));
  const results = planes.map((plane) => new Float32Array(plane.length));
  const sums = new Float64Array(planes.length);
  for (let at = 0; at < height * width; at += 1) {
    const first = Math.floor(at / width) * stride + (at % width);
    let total = 0;
    sums.fill(0);
    for (let near = 0; near < offsets.length; near += 1) {
      let gap = 0;
      for (const values of channels) gap += Math.abs(values[first + offsets[near]] - values[first + centre]);
      const place = gap * step;
      const whole = place | 0;
      const weight = nearness[near] * (likeness[whole] + (place - whole) * (likeness[whole + 1] - likeness[whole]));
      for (let channel = 0; channel < sums.length; channel += 1) sums[channel] += weight * channels[channel][first + offsets[near]];
      total += weight;
    }
    results.forEach((result, channel) => { result[at] = sums[channel] / total; });
  }
  return results;
}

/** @param {number} reach σ in pixels */
function radiusOf(reach) {
  return Math.max(rounded(1.5 * reach), 1);
}

/** @param {number} reach σ in pixels */
function sideOf(reach) {
  return 2 * radiusOf(reach) + 1;
}

/**
 * The pixels of a window, counted from its first, and how much each counts for its distance.
 * @param {number} reach σ in pixels
 * @param {number} stride numbers in a row
 */
function neighbours(reach, stride) {
  const radius = radiusOf(reach);
  const offsets = [];
  const nearness = [];
  for (let y = -radius; y <= radius; y += 1) {
    for (let x = -radius; x <= radius; x += 1) {
      if (Math.hypot(x, y) > radius) continue;
      offsets.push((y + radius) * stride + x + radius);
      nearness.push(Math.exp(-(x * x + y * y) / (2 * reach * reach)));
    }
  }
  return { offsets: Int32Array.from(offsets), nearness: Float64Array.from(nearness), centre: radius * stride + radius };
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
