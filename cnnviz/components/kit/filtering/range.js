// The smallest and the largest number of a picture.

import { vectors } from "./simd.js";

/**
 * @param {Float32Array[]} planes
 * @returns {[number, number]}
 */
export function rangeOf(planes) {
  let [low, high] = [Infinity, -Infinity];
  for (const plane of planes) {
    const done = vectors ? plane.length & ~3 : 0; // vectors have four numbers
    if (vectors && done) {
      const buffer = vectors.memory(4 * done + 32);
      new Float32Array(buffer, 0, done).set(plane.subarray(0, done));
      vectors.range(0, 4 * done, 4 * done);
      const found = new Float32Array(buffer, 4 * done, 8);
      low = Math.min(low, ...found.subarray(0, 4));
      high = Math.max(high, ...found.subarray(4));
    }
    for (let at = done; at < plane.length; at += 1) {
      const value = plane[at];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}
