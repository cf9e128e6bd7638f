// The smallest and the largest number of a picture.

/**
 * @param {Float32Array[]} planes
 * @returns {[number, number]}
 */
export function rangeOf(planes) {
  let [low, high] = [Infinity, -Infinity];
  for (const plane of planes) {
    for (let at = 0; at < plane.length; at += 1) {
      const value = plane[at];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}
