// A little arithmetic that everything needs.

/**
 * The value, or the end of the range that it lies beyond.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/**
 * The smallest and the largest of some numbers.
 * @param {Iterable<number>} values
 * @returns {[number, number]}
 */
export function limits(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * The index of the last item that is not past `step`; −1 if none. Items are in order of step.
 * @template T
 * @param {T[]} items
 * @param {number} step
 * @param {(item: T) => number} [of] the step of an item
 * @returns {number}
 */
export function lastUpTo(items, step, of = (item) => /** @type {any} */ (item).step) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(items[middle]) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
