// What a network sees of a grey picture: the middle square, shrunk or enlarged, as
// `cnnviz.datasets.preprocess` makes it, but for one grey level where OpenCV rounds otherwise.

import { resized, toWhole } from "../kit/picture/resizing.js";

/**
 * Grey levels 0 to 255, row by row, `side` × `side`.
 * @param {import("../kit/picture/shared_pictures.js").Picture} picture
 * @param {number} side
 * @param {boolean} invert whether dark and light are swapped
 */
export function seenOf({ values, rows, columns }, side, invert) {
  const square = Math.min(rows, columns);
  const [top, left] = [Math.floor((rows - square) / 2), Math.floor((columns - square) / 2)];
  const cropped = Float64Array.from({ length: square * square }, (_, at) =>
    toWhole(values[(top + Math.floor(at / square)) * columns + left + (at % square)]));
  const seen = resized(cropped, [square, square], [side, side]);
  return Array.from(seen, (level) => (invert ? 255 - level : level));
}
