// Kernels that slide over a picture, as `apply_kernel` of `cnnviz/imaging/filters.py` has them.

import { withBorder } from "./borders.js";
import { openGraphics } from "./webgl.js";
import { rangeOf } from "./range.js";
import { planeOf } from "./recycling.js";
import { vectors } from "./simd.js";

/** @typedef {import("./borders.js").Border} Border */

const ROUNDING = 2 ** -24;
const TRIAL = 512; // height and width of the picture that tells which is

/** @typedef {[place: number, weight: number]} Tap a number of the window, counted from its first */

/**
 * At each pixel the sum of window × weights. What cannot be told from 0 is 0.
 * @param {Float32Array} plane height × width
 * @param {number} height
 * @param {number} width
 * @param {number[][]} weights
 * @param {Border} border
 * @param {boolean} [whole] whether all numbers of the plane are whole
 */
export function slide(plane, height, width, weights, border, whole = false) {
  const sums = graphics()?.sums(plane, height, width, weights, border);
  return sums ? zeroed(sums, roundingBound(weights.flat(), plane, whole)) : slideHere(plane, height, width, weights, border, whole);
}

/**
 * The graphics processor, if it is quicker than the processor here: tried once for a page, whose
 * figures share it. One that is only imitated, as where there is none, seldom is.
 */
export function graphics() {
  if (typeof window === "undefined") return null;
  if (window.cnnvizGraphics === undefined) {
    const opened = (window.cnnvizGraphics = openGraphics());
    const plane = Float32Array.from({ length: TRIAL ** 2 }, (_, at) => at % 251);
    const row = gaussianRow(3, 15);
    const bell = squareOf(row);
    // The pictures differ in their borders: each is brought to the graphics processor anew.
    const there = (/** @type {Border} */ border) => opened?.sums(plane, TRIAL, TRIAL, bell, border);
    const here = (/** @type {Border} */ border) => slideBothWaysHere(plane, TRIAL, TRIAL, row, border, true);
    if (opened && timeOf(there) > timeOf(here)) window.cnnvizGraphics = null;
  }
  return window.cnnvizGraphics;
}

/**
 * Milliseconds of the quicker of two tries, after one that makes ready.
 * @param {(border: Border) => unknown} act
 */
function timeOf(act) {
  const times = /** @type {Border[]} */ (["zero", "reflect", "replicate"]).map((border) => {
    const begun = performance.now();
    act(border);
    return performance.now() - begun;
  });
  return Math.min(times[1], times[2]);
}

/**
 * What cannot be told from 0 made 0.
 * @param {Float32Array} sums
 * @param {number} bound
 */
function zeroed(sums, bound) {
  for (let at = 0; bound && at < sums.length; at += 1) if (sums[at] <= bound && sums[at] >= -bound) sums[at] = 0;
  return sums;
}

/**
 * `slide`, without the graphics processor.
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number[][]} weights
 * @param {Border} border
 * @param {boolean} whole
 */
function slideHere(plane, height, width, weights, border, whole) {
  const bound = roundingBound(weights.flat(), plane, whole);
  if (vectors) return slideVectors(vectors, plane, height, width, [weights], border, bound);
  const { values, stride } = withBorder(plane, height, width, weights.length, weights[0].length, border);
  const sumRow = rowOfNumbers(values, tapsOf(weights, stride), width);
  const result = new Float32Array(height * width);
  for (let row = 0; row < height; row += 1) {
    const sums = sumRow(row * stride);
    const start = row * width;
    for (let x = 0; x < width; x += 1) result[start + x] = sums[x] <= bound && sums[x] >= -bound ? 0 : sums[x];
  }
  return result;
}

/**
 * The weights of a kernel that are not 0; one there is.
 * @param {number[][]} weights
 * @param {number} stride numbers in a row of the picture
 * @returns {Tap[]}
 */
function tapsOf(weights, stride) {
  /** @type {Tap[]} */
  const taps = [];
  weights.forEach((row, y) => row.forEach((weight, x) => {
    if (weight !== 0) taps.push([y * stride + x, Math.fround(weight)]);
  }));
  return taps.length ? taps : [[0, 0]];
}

/**
 * Kernels one after another, of which the first is one row if there are two, and the second a column.
 * @param {import("./simd.js").Vectors} vectors
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number[][][]} kernels
 * @param {Border} border
 * @param {number} bound what is no further from 0 is 0
 */
function slideVectors({ memory, row, zero }, plane, height, width, kernels, border, bound) {
  const [high, wide] = [Math.max(...kernels.map(({ length }) => length)), Math.max(...kernels.map(([{ length }]) => length))];
  const [lines, stride] = [height + high - 1, width + wide - 1];
  const most = 8 * high * wide + 4 * lines * width + 128; // of one kernel; the last sixteen may begin within
  const buffer = memory(4 * lines * stride + kernels.length * most);
  withBorder(plane, height, width, high, wide, border, (length) => {
    const values = new Float32Array(buffer, 0, length);
    return border === "zero" ? values.fill(0) : values;
  });
  const view = new DataView(buffer);
  let [from, across, free] = [0, stride, 4 * lines * stride];
  kernels.forEach((weights, at) => {
    const taps = tapsOf(weights, across);
    const to = free + 8 * taps.length;
    taps.forEach(([place, weight], tap) => {
      view.setInt32(free + 8 * tap, 4 * place, true);
      view.setFloat32(free + 8 * tap + 4, weight, true);
    });
    const rows = at === kernels.length - 1 ? height : lines;
    for (let y = 0; y < rows; y += 1) row(to + 4 * y * width, from + 4 * y * across, free, to, to + 4 * (y + 1) * width);
    [from, across, free] = [to, width, to + 4 * rows * width + 128];
  });
  const end = from + 4 * height * width;
  if (bound) zero(from, end, bound);
  const result = planeOf(height * width);
  result.set(new Float32Array(buffer, from, height * width));
  return result;
}

/**
 * What sums the windows of a row that begins at some number of a picture, without vectors.
 * @param {Float32Array} values
 * @param {Tap[]} taps
 * @param {number} width
 * @returns {(start: number) => ArrayLike<number>} overwritten by the next row
 */
function rowOfNumbers(values, taps, width) {
  const sums = new Float64Array(width);
  const fours = [...taps];
  while (fours.length % 4) fours.push([0, 0]);
  return (start) => {
    for (let first = 0; first < fours.length; first += 4) addFour(sums, values, start, fours, first);
    return sums;
  };
}

/**
 * Add four weighted rows to the sums of a row; the first four begin it. Four at a time need a
 * quarter of the loads and stores.
 * @param {Float64Array} sums
 * @param {Float32Array} values
 * @param {number} start
 * @param {Tap[]} taps
 * @param {number} first
 */
function addFour(sums, values, start, taps, first) {
  const [one, w1] = taps[first];
  const [two, w2] = taps[first + 1];
  const [three, w3] = taps[first + 2];
  const [four, w4] = taps[first + 3];
  const [a, b, c, d] = [start + one, start + two, start + three, start + four];
  const width = sums.length;
  if (first === 0) {
    for (let x = 0; x < width; x += 1) sums[x] = w1 * values[a + x] + w2 * values[b + x] + w3 * values[c + x] + w4 * values[d + x];
  } else {
    for (let x = 0; x < width; x += 1) sums[x] += w1 * values[a + x] + w2 * values[b + x] + w3 * values[c + x] + w4 * values[d + x];
  }
}

/**
 * The rounding that sums in float32 may hold: `rounding_bound` of `cnnviz/imaging/filters.py`.
 * @param {number[]} weights
 * @param {Float32Array} plane
 * @param {boolean} whole
 */
function roundingBound(weights, plane, whole) {
  const sum = weights.reduce((total, weight) => total + Math.abs(Math.fround(weight)), 0);
  const exact = whole && weights.every((weight) => Number.isInteger(weight));
  if (exact && sum * 255 < 1 / ROUNDING) return 0;
  return (weights.length + 1) * ROUNDING * sum * largestOf(plane);
}

/** @type {WeakMap<Float32Array, number>} */
const largest = new WeakMap();

/**
 * The largest distance from 0 in a plane, which does not change.
 * @param {Float32Array} plane
 */
function largestOf(plane) {
  let found = largest.get(plane);
  if (found === undefined) {
    const [low, high] = rangeOf([plane]);
    found = Math.max(-low, high);
    largest.set(plane, found);
  }
  return found;
}

/**
 * A kernel that is one row, turned into a column, times the other: one axis after the other.
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number[]} row
 * @param {Border} border
 * @param {boolean} whole whether all numbers of the plane are whole
 */
export function slideBothWays(plane, height, width, row, border, whole) {
  const sums = graphics()?.sums(plane, height, width, squareOf(row), border);
  return sums ? zeroed(sums, roundingBound(row, plane, whole)) : slideBothWaysHere(plane, height, width, row, border, whole);
}

/**
 * `slideBothWays`, without the graphics processor.
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number[]} row
 * @param {Border} border
 * @param {boolean} whole
 */
function slideBothWaysHere(plane, height, width, row, border, whole) {
  const column = row.map((weight) => [weight]);
  if (vectors) return slideVectors(vectors, plane, height, width, [[row], column], border, roundingBound(row, plane, whole));
  const once = slideHere(plane, height, width, [row], border, whole);
  return slideHere(once, height, width, column, border, false);
}

/**
 * One row, turned into a column, times the other.
 * @param {number[]} row
 */
export function squareOf(row) {
  return row.map((weight) => row.map((other) => weight * other));
}

/**
 * The weights of a Gaussian along one axis; they sum to 1.
 * @param {number} sigma
 * @param {number} size
 */
export function gaussianRow(sigma, size) {
  const row = Array.from({ length: size }, (_, at) => Math.exp(-((at - (size - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const total = row.reduce((sum, weight) => sum + weight, 0);
  return row.map((weight) => weight / total);
}

/**
 * Identity + strength × (weights − identity), for a kernel whose weights sum to 1.
 * @param {number[][]} weights
 * @param {number} strength
 */
export function strengthened(weights, strength) {
  const middle = [(weights.length - 1) >> 1, (weights[0].length - 1) >> 1];
  return weights.map((row, y) => row.map((weight, x) => {
    const same = Number(y === middle[0] && x === middle[1]);
    return Math.fround(same + (weight - same) * strength);
  }));
}

/**
 * A kernel turned by 180°.
 * @param {number[][]} weights
 */
export function flipped(weights) {
  return weights.map((row) => row.toReversed()).reverse();
}

/**
 * The rank of a kernel: of so many separable ones it is the sum. By elimination, with the largest
 * number left as pivot.
 * @param {number[][]} weights
 */
export function rankOf(weights) {
  const rows = weights.map((row) => [...row]);
  const tiny = 1e-5 * Math.max(...rows.flat().map(Math.abs));
  for (let rank = 0; ; rank += 1) {
    let [pivot, line, column] = [0, -1, -1];
    rows.forEach((row, y) => row.forEach((value, x) => {
      if (Math.abs(value) > Math.abs(pivot)) [pivot, line, column] = [value, y, x];
    }));
    if (Math.abs(pivot) <= tiny) return rank;
    const [row] = rows.splice(line, 1);
    for (const other of rows) {
      const share = other[column] / pivot;
      row.forEach((value, x) => { other[x] = x === column ? 0 : other[x] - share * value; });
    }
  }
}
