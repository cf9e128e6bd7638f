// The rows in which the maps of a block are drawn, and what is said of one of their cells.

import { numberText } from "../kit/numbers.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {object} Row
 * @property {Layer} layer whose maps are drawn
 * @property {Layer[]} layers with those before it that it stands for
 * @property {string} title
 * @property {number} level how far it is moved in
 * @property {number | null} branch the branch that it belongs to
 * @property {(number | null)[]} [hues] the branch that each map comes from
 * @property {Float32Array | null} before the values for the first picture, to compare with
 * @property {HTMLElement | null} same says how alike they are
 * @property {HTMLCanvasElement[]} canvases of its maps, once there are any
 * @property {import("../kit/figure/scale_bar.js").ScaleBar | null} bar what their colours mean
 */

/** @type {Record<string, string>} */
const WORDS = { maxpool: "max pooling", avgpool: "average pooling" };

/**
 * The rows of a network whose layers are computed in order.
 * @param {Layer[]} layers the picture first
 * @returns {Row[]}
 */
export function rowsOf(layers) {
  /** @type {Row[]} */
  const rows = [];
  for (const layer of layers) {
    const last = rows.at(-1);
    const inside = /^(\w+\d+)\.(branch(\d+)|body|shortcut)\./.exec(layer.name);
    if (layer.kind === "identity") continue; // the input itself
    if (layer.kind === "relu" && last && layer.inputs[0] === last.layer) {
      last.layers.push(layer);
      Object.assign(last, { layer, title: `${last.title}, ReLU` });
      continue;
    }
    const branch = inside?.[3] ? Number(inside[3]) - 1 : null;
    /** @type {Row} */
    const row = { layer, layers: [layer], title: titleOf(layer, inside?.[2] === "body"), level: inside ? 1 : 0, branch, canvases: [], before: null, same: null, bar: null };
    if (layer.kind === "concat") row.hues = layer.inputs.flatMap(({ shape, kind }, at) => Array(shape[0]).fill(kind === "identity" ? null : at));
    rows.push(row);
  }
  return rows;
}

/**
 * @param {Layer} layer
 * @param {boolean} inF
 */
function titleOf({ kind, settings: { kernel, groups }, inputs }, inF) {
  if (kind === "input") return "Input x";
  if (kind === "concat") return inputs.some((one) => one.kind === "identity") ? "All maps so far" : "All branches, one after the other";
  if (kind === "residual") return "a = F(x) + x";
  const pool = WORDS[kind];
  if (pool) return `${kernel}×${kernel} ${pool}`;
  return `${inF ? "F: " : ""}${kernel}×${kernel} convolution${groups > 1 ? `, ${groups} groups` : ""}`;
}

/**
 * The cosine between two lists of numbers.
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
export function likeness(one, other) {
  let [product, first, second] = [0, 0, 0];
  one.forEach((value, at) => {
    product += value * other[at];
    first += value * value;
    second += other[at] * other[at];
  });
  return product / (Math.sqrt(first * second) || 1);
}

/**
 * How a cell's number comes about.
 * @param {Layer} layer
 * @param {import("../kit/network/cell_sum.js").Arithmetic} sum
 * @param {import("../kit/network/cell_sum.js").Arithmetic} [within] of an activation, what it is of
 * @returns {string}
 */
export function sumText({ kind, inputs }, { value, parts }, within) {
  const number = numberText(value, 4);
  if (kind === "input") return number;
  if (kind === "relu" && within) return `the larger of 0 and ${sumText(inputs[0], within)}`;
  if (kind === "maxpool") return `${number}, the largest of its window`;
  if (kind === "concat") return `${number}, taken from ${inputs.length > 1 ? "its branch" : "before"} as it is`;
  const terms = parts.map(({ sum }) => numberText(sum, 3)).join(" + ").replaceAll("+ −", "− ");
  const what = kind === "residual" ? "F(x) + x" : `the sum over ${parts.length} ${parts.length === 1 ? "map" : "maps"} of window × weights`;
  return `${terms} = ${number}, ${what}`;
}
