// The median of each neighbourhood: 64 at once, bit by bit, or by a histogram that moves along (Huang
// et al., 1979) where the browser has no vectors.

import { withBorder } from "./borders.js";
import { planeOf } from "./recycling.js";
import { vectors } from "./simd.js";

/**
 * The median of the size × size neighbourhood of each pixel; the edge pixel is repeated outside.
 * @param {Float32Array} plane height × width, whole numbers from 0 to 255
 * @param {number} height
 * @param {number} width
 * @param {number} size odd, at most 15
 */
export function median(plane, height, width, size) {
  return vectors ? medianOfVectors(vectors, plane, height, width, size) : medianByHistogram(plane, height, width, size);
}

/**
 * @param {import("./simd.js").Vectors} vectors
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} size
 */
function medianOfVectors({ memory, median: medians }, plane, height, width, size) {
  const stride = width + size - 1;
  const taps = (stride * (height + size - 1) + 67) & ~3; // after the picture, of which 64 bytes may begin within
  const end = taps + 4 * size * size;
  const buffer = memory(end + height * width + 64);
  const signed = new Uint8Array(plane.length); // 0 becomes −128
  for (let at = 0; at < plane.length; at += 1) signed[at] = plane[at] ^ 128;
  withBorder(signed, height, width, size, size, "replicate", (length) => new Uint8Array(buffer, 0, length));
  new Int32Array(buffer, taps, size * size).set(Array.from({ length: size * size }, (_, at) => Math.floor(at / size) * stride + (at % size)));
  for (let row = 0; row < height; row += 1) {
    medians(end + row * width, row * stride, taps, end, end + (row + 1) * width, (size * size - 1) / 2);
  }
  const fours = new Uint32Array(buffer, end, Math.ceil((height * width) / 4));
  for (let at = 0; at < fours.length; at += 1) fours[at] ^= 0x80808080;
  const result = planeOf(height * width);
  result.set(new Uint8Array(buffer, end, result.length));
  return result;
}

/**
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} size
 */
function medianByHistogram(plane, height, width, size) {
  const { values, stride } = withBorder(Uint8Array.from(plane), height, width, size, size, "replicate");
  const result = new Float32Array(height * width);
  const half = (size * size - 1) / 2; // so many are no larger than the median, besides itself
  const counts = new Int32Array(257);
  for (let row = 0; row < height; row += 1) {
    const [top, end] = [row * stride, (row + size) * stride];
    counts.fill(0);
    for (let from = top; from < end; from += stride) {
      for (let at = from; at < from + size; at += 1) counts[values[at]] += 1;
    }
    let [level, below] = [0, 0]; // the median, and how many are smaller
    for (let column = 0; ; column += 1) {
      while (below > half) below -= counts[(level -= 1)];
      while (below + counts[level] <= half) below += counts[level++];
      result[row * width + column] = level;
      if (column === width - 1) break;
      for (let at = top + column; at < end; at += stride) {
        const [old, next] = [values[at], values[at + size]];
        counts[old] -= 1;
        counts[next] += 1;
        below += Number(next < level) - Number(old < level);
      }
    }
  }
  return result;
}

/**
 * The same of any numbers, for windows so small that sorting each is quick.
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} size odd
 */
export function medianOfNumbers(plane, height, width, size) {
  if (plane.every((value) => value === (value & 255))) return median(plane, height, width, size);
  const { values, stride } = withBorder(plane, height, width, size, size, "replicate");
  const result = new Float32Array(height * width);
  const sorted = new Float32Array(size * size);
  for (let at = 0; at < result.length; at += 1) {
    const first = Math.floor(at / width) * stride + (at % width);
    let count = 0;
    for (let row = first; row < first + size * stride; row += stride) {
      for (let from = row; from < row + size; from += 1) {
        let to = count;
        for (; to > 0 && sorted[to - 1] > values[from]; to -= 1) sorted[to] = sorted[to - 1];
        sorted[to] = values[from];
        count += 1;
      }
    }
    result[at] = sorted[count >> 1];
  }
  return result;
}
