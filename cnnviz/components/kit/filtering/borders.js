// What lies outside a picture, as `cnnviz/imaging/window.py` has it.

/** @typedef {"zero" | "reflect" | "replicate" | "circular"} Border */

/**
 * Which row or column of the picture each one of a wider picture repeats; −1 where there is none.
 * @param {number} length of the picture
 * @param {number} before how many are added before it
 * @param {number} after
 * @param {Border} border
 */
function repeated(length, before, after, border) {
  const period = 2 * (length - 1);
  return Int32Array.from({ length: before + length + after }, (_, at) => {
    const place = at - before;
    if (border === "circular") return ((place % length) + length) % length;
    if (border === "reflect" && length > 1) return length - 1 - Math.abs((((place % period) + period) % period) - (length - 1));
    if (border === "zero" && (place < 0 || place >= length)) return -1;
    return Math.min(Math.max(place, 0), length - 1);
  });
}

/**
 * A picture with a border, wide enough for a window of this size at each of its pixels. A window of
 * an even side reaches one pixel further down or right than up or left.
 * @template {Float32Array | Uint8Array} T
 * @param {T} plane height × width
 * @param {number} height
 * @param {number} width
 * @param {number} high of the window
 * @param {number} wide
 * @param {Border} border
 * @param {(length: number) => T} [place] gives the numbers a place, where all are 0 if the border is
 * @returns {{ values: T, stride: number }} stride: the numbers in a row
 */
export function withBorder(plane, height, width, high, wide, border, place) {
  const [above, before] = [(high - 1) >> 1, (wide - 1) >> 1];
  const rows = repeated(height, above, high >> 1, border);
  const columns = repeated(width, before, wide >> 1, border);
  const stride = columns.length;
  const length = rows.length * stride;
  const values = place ? place(length) : /** @type {T} */ (new (/** @type {any} */ (plane.constructor))(length));
  rows.forEach((row, at) => {
    if (row < 0) return;
    const [from, to] = [row * width, at * stride];
    values.set(plane.subarray(from, from + width), to + before);
    for (let column = 0; column < stride; column += 1) {
      if (column === before) column += width; // what is inside is there
      if (column < stride && columns[column] >= 0) values[to + column] = plane[from + columns[column]];
    }
  });
  return { values, stride };
}
