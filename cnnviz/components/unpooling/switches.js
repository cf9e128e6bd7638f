// Max pooling that remembers where each largest value was, and three ways to enlarge the result.

/** @typedef {{ values: Float32Array, switches: Int32Array, side: number }} Pooled */

/**
 * The largest value of each window, and the index of its pixel in the picture; of equal values,
 * the first one row by row, as `torch.nn.functional.max_pool2d` has it.
 * @param {ArrayLike<number>} picture side×side
 * @param {number} side
 * @param {number} window divides the side
 * @returns {Pooled}
 */
export function poolWithSwitches(picture, side, window) {
  const small = side / window;
  const values = new Float32Array(small * small);
  const switches = new Int32Array(small * small);
  for (let at = 0; at < values.length; at += 1) {
    const corner = cornerOf(at, small, window);
    let best = corner;
    for (let row = 0; row < window; row += 1) {
      for (let from = corner + row * side; from < corner + row * side + window; from += 1) {
        if (picture[from] > picture[best]) best = from;
      }
    }
    values[at] = picture[best];
    switches[at] = best;
  }
  return { values, switches, side: small };
}

/**
 * The pixel at the top left of a window.
 * @param {number} at the window's index
 * @param {number} small windows in a row
 * @param {number} window
 */
export function cornerOf(at, small, window) {
  return Math.floor(at / small) * window * small * window + (at % small) * window;
}

/**
 * Each value in its whole window.
 * @param {Pooled} pooled
 * @param {number} window
 */
export function nearest({ values, side }, window) {
  const wide = side * window;
  return Float32Array.from({ length: wide * wide }, (_, at) => values[Math.floor(at / wide / window) * side + Math.floor((at % wide) / window)]);
}

/**
 * Each value at the top left of its window, zeros around it.
 * @param {Pooled} pooled
 * @param {number} window
 */
export function bedOfNails({ values, side }, window) {
  const out = new Float32Array((side * window) ** 2);
  values.forEach((value, at) => { out[cornerOf(at, side, window)] = value; });
  return out;
}

/**
 * Each value where it came from, zeros around it.
 * @param {Pooled} pooled
 * @param {number} window
 */
export function bySwitches({ values, switches, side }, window) {
  const out = new Float32Array((side * window) ** 2);
  values.forEach((value, at) => { out[switches[at]] = value; });
  return out;
}
