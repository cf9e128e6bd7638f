// What spoils a picture, and how far two pictures are apart.

import { clamp } from "../kit/arithmetic.js";

/**
 * @typedef {{ level: number, width: number, points: number[] }} Stroke of a pen: x, y, x, y, … in pixels
 */

/**
 * Draw a stroke on grey levels: a pixel takes as much of the pen's level as is covered by it, about.
 * @param {Float32Array} levels side×side, 0 to 255
 * @param {number} side
 * @param {Stroke} stroke
 */
export function drawStroke(levels, side, { level, width, points }) {
  const covers = new Float32Array(levels.length);
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at], points[at + 1]];
    const [fromX, fromY] = at ? [points[at - 2], points[at - 1]] : [x, y];
    const reach = width / 2 + 1;
    const [left, right] = [Math.min(x, fromX) - reach, Math.max(x, fromX) + reach].map((edge) => clamp(Math.floor(edge), 0, side - 1));
    const [top, bottom] = [Math.min(y, fromY) - reach, Math.max(y, fromY) + reach].map((edge) => clamp(Math.floor(edge), 0, side - 1));
    const [dx, dy] = [x - fromX, y - fromY];
    const length = dx * dx + dy * dy;
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        const [px, py] = [column + 0.5 - fromX, row + 0.5 - fromY];
        const along = length ? clamp((px * dx + py * dy) / length, 0, 1) : 0;
        const far = Math.hypot(px - along * dx, py - along * dy);
        const cover = clamp(width / 2 + 0.5 - far, 0, 1);
        covers[row * side + column] = Math.max(covers[row * side + column], cover);
      }
    }
  }
  for (let at = 0; at < levels.length; at += 1) levels[at] += (level - levels[at]) * covers[at];
}

/**
 * A cross-hair: a line across and one down through a pixel.
 * @param {number} side
 * @param {number} x
 * @param {number} y
 * @param {{ level: number, width: number }} pen
 * @returns {Stroke[]}
 */
export function crossHair(side, x, y, pen) {
  return [{ ...pen, points: [0, y, side, y] }, { ...pen, points: [x, 0, x, side] }];
}
