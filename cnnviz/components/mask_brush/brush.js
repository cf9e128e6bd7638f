// A round brush on the pixels of a small picture.

import { clamp } from "../kit/arithmetic.js";

/**
 * @typedef {{ x: number, y: number }} Place in pixels, with fractions; (0, 0) is a corner
 */

/**
 * Give a class to all pixels whose middle a stretch of a stroke covers, and to the one under its end.
 * @param {Uint8Array} labels side×side, changed
 * @param {number} side
 * @param {{ label: number, width: number }} brush
 * @param {Place} from
 * @param {Place} to
 */
export function paintStretch(labels, side, { label, width }, from, to) {
  const reach = width / 2;
  const within = (/** @type {number} */ at) => clamp(Math.floor(at), 0, side - 1);
  const [left, right] = [within(Math.min(from.x, to.x) - reach), within(Math.max(from.x, to.x) + reach)];
  const [top, bottom] = [within(Math.min(from.y, to.y) - reach), within(Math.max(from.y, to.y) + reach)];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let row = top; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) {
      const [px, py] = [column + 0.5 - from.x, row + 0.5 - from.y];
      const along = length ? clamp((px * dx + py * dy) / length, 0, 1) : 0;
      if (Math.hypot(px - along * dx, py - along * dy) <= reach) labels[row * side + column] = label;
    }
  }
  labels[within(to.y) * side + within(to.x)] = label;
}

/**
 * How many pixels there are of each class.
 * @param {Uint8Array} labels
 * @param {number} classes with the background
 */
export function counted(labels, classes) {
  const found = new Array(classes).fill(0);
  for (const label of labels) found[label] += 1;
  return found;
}
