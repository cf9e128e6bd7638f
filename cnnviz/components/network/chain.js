// The arithmetic of a cell, whole: the sum that it comes from, and what follows, layer by layer.

import { parts } from "../kit/network/cell_sum.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {{ map: number, row: number, column: number }} Cell of a layer; a feature of a flat one is a map
 *
 * @typedef {object} Link
 * @property {Layer} layer
 * @property {Cell} cell
 * @property {import("../kit/network/cell_sum.js").Arithmetic} sum
 */

/**
 * From the first layer of a stage to its last, by way of a cell of any of them. Where a pool reads
 * several cells, the chain goes through the largest: for a maximum, the one that is taken.
 * @param {Layer[]} layers of the stage; each but the first reads the one before it
 * @param {Layer} layer one of them
 * @param {Cell} cell
 * @returns {Link[]}
 */
export function chainOf(layers, layer, cell) {
  const at = layers.indexOf(layer);
  const links = [linkOf(layer, cell)];
  for (let place = at; place > 0; place -= 1) links.unshift(linkOf(layers[place - 1], cellRead(links[0])));
  for (let place = at + 1; place < layers.length; place += 1) {
    const next = cellReading(layers[place], links[links.length - 1].cell);
    if (!next) break;
    links.push(linkOf(layers[place], next));
  }
  return links;
}

/**
 * @param {Layer} layer
 * @param {Cell} cell
 * @returns {Link}
 */
function linkOf(layer, cell) {
  const sum = parts(layer, cell.map, cell.row, cell.column);
  // A pixel is given, not computed.
  return { layer, cell, sum: layer.inputs.length ? sum : { ...sum, total: sum.value } };
}

/**
 * The cell that a link reads; of a pool's, the largest.
 * @param {Link} link
 * @returns {Cell}
 */
export function cellRead({ layer, sum: { parts: [part], size: [, width] } }) {
  const [, rows = 1, columns = 1] = part.source.shape;
  /** @type {Cell | null} */
  let best = null;
  let most = -Infinity;
  part.values.forEach((value, at) => {
    const [row, column] = [part.row + Math.floor(at / width), part.column + (at % width)];
    const size = layer.kind === "avgpool" ? Math.abs(value) : value;
    if (row < 0 || column < 0 || row >= rows || column >= columns || (best && !(size > most))) return;
    [best, most] = [{ map: part.channel, row, column }, size];
  });
  // A window that lies in the padding altogether reads no cell: the nearest one stands for it.
  return best ?? { map: part.channel, row: Math.min(Math.max(part.row, 0), rows - 1), column: Math.min(Math.max(part.column, 0), columns - 1) };
}

/**
 * The first cell of a layer that reads a cell of the layer before it; null if none does.
 * @param {Layer} layer
 * @param {Cell} cell
 * @returns {Cell | null}
 */
export function cellReading({ kind, shape, inputs: [source], settings: { kernel, stride, padding, factor } }, { map, row, column }) {
  if (kind === "upsample") return { map, row: row * factor, column: column * factor };
  if (kind === "flatten") {
    const [, rows, columns] = source.shape;
    return { map: (map * rows + row) * columns + column, row: 0, column: 0 };
  }
  if (kind === "sample" && map >= shape[0]) return null; // a variance
  if (!kernel) return { map, row, column };
  const [, rows, columns] = shape;
  const place = (/** @type {number} */ at, /** @type {number} */ count) => {
    const first = Math.max(0, Math.ceil((at + padding - kernel + 1) / stride));
    return first < count && first * stride - padding <= at ? first : -1;
  };
  const next = { map, row: place(row, rows), column: place(column, columns) };
  return next.row < 0 || next.column < 0 ? null : next;
}
