// What a map is made of, and what a cell sees in the layers before it, down to the picture.

import { TABLE } from "../kit/network/convolution.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {{ top: number, left: number, bottom: number, right: number }} Field rows and columns of the first and last
 *   cells; they may lie in the padding
 */

/**
 * The maps that a map of a layer is computed from.
 * @param {Layer} layer
 * @param {number} map or feature
 * @returns {{ source: Layer, map: number }[]}
 */
export function readsOf(layer, map) {
  const { kind, inputs, shape: [out], settings: { groups } } = layer;
  const [source] = inputs;
  if (kind === "conv" || kind === "local") {
    const count = source.shape[0] / (kind === "conv" ? groups : 1);
    const first = kind === "conv" ? Math.floor((map * groups) / out) * count : 0;
    return numbered(count).map((at) => ({ source, map: first + at }));
  }
  if (kind === "tableconv") return TABLE[map].map((at) => ({ source, map: at }));
  if (kind === "linear" || kind === "rbf") return numbered(source.shape[0]).map((at) => ({ source, map: at }));
  if (kind === "flatten") {
    const [, rows, columns] = source.shape;
    return [{ source, map: Math.floor(map / rows / columns) }];
  }
  if (kind === "concat") {
    let [branch, left] = [0, map];
    while (left >= inputs[branch].shape[0]) left -= inputs[branch++].shape[0];
    return [{ source: inputs[branch], map: left }];
  }
  return inputs.map((one) => ({ source: one, map }));
}

/** @param {number} count */
function numbered(count) {
  return [...Array(count).keys()];
}

/**
 * The nearest maps before a map that are drawn, by their layers.
 * @param {Layer} layer
 * @param {number} map
 * @param {(layer: Layer) => boolean} isDrawn
 */
export function nearest(layer, map, isDrawn) {
  /** @type {Map<Layer, Set<number>>} */
  const found = new Map();
  /** @type {Map<Layer, Set<number>>} */
  const met = new Map();
  const follow = (/** @type {Layer} */ one, /** @type {number} */ of) => {
    for (const { source, map: read } of readsOf(one, of)) {
      if (isDrawn(source)) add(found, source, read);
      else if (add(met, source, read)) follow(source, read);
    }
  };
  follow(layer, map);
  return found;
}

/**
 * @param {Map<Layer, Set<number>>} sets
 * @param {Layer} layer
 * @param {number} map
 * @returns {boolean} whether it is new
 */
function add(sets, layer, map) {
  const set = sets.get(layer) ?? new Set();
  sets.set(layer, set);
  const fresh = !set.has(map);
  set.add(map);
  return fresh;
}

/**
 * What a field of a layer is computed from, in each of its inputs.
 * @param {Layer} layer
 * @param {Field} field
 * @param {number | null} map to which it belongs; null for several
 * @returns {Field[]}
 */
export function before({ kind, inputs, settings: { kernel, stride, padding, dilation, factor } }, field, map) {
  if (kind === "upsample") {
    const { top, left, bottom, right } = field;
    const [up, near, low, far] = [top, left, bottom, right].map((at) => Math.floor(at / factor));
    return [{ top: up, left: near, bottom: low, right: far }];
  }
  if (kernel) {
    const first = (/** @type {number} */ at) => at * stride - padding;
    const last = (/** @type {number} */ at) => first(at) + dilation * (kernel - 1);
    return [{ top: first(field.top), left: first(field.left), bottom: last(field.bottom), right: last(field.right) }];
  }
  if (kind === "flatten" && map !== null) {
    const [{ shape: [, rows, columns] }] = inputs;
    const [row, column] = [Math.floor((map % (rows * columns)) / columns), map % columns];
    return [{ top: row, left: column, bottom: row, right: column }];
  }
  if (["flatten", "gap", "linear", "rbf"].includes(kind)) {
    return inputs.map(({ shape: [, rows = 1, columns = 1] }) => ({ top: 0, left: 0, bottom: rows - 1, right: columns - 1 }));
  }
  return inputs.map(() => field);
}

/**
 * What a cell sees in every layer before it; the picture's is its receptive field.
 * @param {Layer[]} layers all of the network, in the order in which they are computed
 * @param {Layer} layer
 * @param {import("./chain.js").Cell} cell
 * @returns {Map<Layer, Field>} with the cell itself
 */
export function fieldsOf(layers, layer, { map, row, column }) {
  const fields = new Map([[layer, { top: row, left: column, bottom: row, right: column }]]);
  /** @type {Map<Layer, number | null>} */
  const maps = new Map([[layer, map]]); // of which the field is; null: of several
  for (const one of layers.slice(0, layers.indexOf(layer) + 1).reverse()) {
    const field = fields.get(one);
    const own = maps.get(one) ?? null;
    if (!field) continue;
    const reads = own === null ? [] : readsOf(one, own);
    before(one, field, own).forEach((part, at) => {
      const source = one.inputs[at];
      const read = reads.filter((each) => each.source === source).map((each) => each.map);
      if (one.kind === "concat" && own !== null && !read.length) return; // another branch
      const single = read.length === 1 ? read[0] : null;
      maps.set(source, !maps.has(source) || maps.get(source) === single ? single : null);
      fields.set(source, union(fields.get(source), part));
    });
  }
  return fields;
}

/**
 * @param {Field | undefined} one
 * @param {Field} other
 */
function union(one, other) {
  if (!one) return other;
  return {
    top: Math.min(one.top, other.top), left: Math.min(one.left, other.left),
    bottom: Math.max(one.bottom, other.bottom), right: Math.max(one.right, other.right),
  };
}

/**
 * The part of a field that lies on the maps; null if none does.
 * @param {Field} field
 * @param {number[]} shape
 * @returns {Field | null}
 */
export function onMap({ top, left, bottom, right }, [, rows = 1, columns = 1]) {
  const clipped = { top: Math.max(0, top), left: Math.max(0, left), bottom: Math.min(rows - 1, bottom), right: Math.min(columns - 1, right) };
  return clipped.top > clipped.bottom || clipped.left > clipped.right ? null : clipped;
}

/**
 * What a cell sees of the picture; null if that is nothing but padding, undefined of the picture itself and of whole maps.
 * @param {{ layers: Layer[], input: Layer }} network
 * @param {{ layer: Layer, map: number, row?: number, column?: number }} spot
 */
export function seenBy({ layers, input }, { layer, map, row, column }) {
  if (row === undefined || layer === input) return undefined;
  const seen = fieldsOf(layers, layer, { map, row, column: column ?? 0 }).get(input);
  return seen && onMap(seen, input.shape);
}

/**
 * Which cells of an input meet one weight of a convolution, as its window goes over the maps.
 * @param {Layer} layer
 * @param {number} down the weight's row
 * @param {number} across its column
 */
export function metBy({ shape: [, rows, columns], inputs: [source], settings: { stride, padding, dilation } }, down, across) {
  const span = (/** @type {number} */ count, /** @type {number} */ offset, /** @type {number} */ size) => {
    const places = numbered(count).map((at) => at * stride - padding + offset * dilation).filter((at) => at >= 0 && at < size);
    return places.length ? [places[0], places[places.length - 1]] : null;
  };
  const [, height, width] = source.shape;
  const [vertical, horizontal] = [span(rows, down, height), span(columns, across, width)];
  return vertical && horizontal ? { top: vertical[0], left: horizontal[0], bottom: vertical[1], right: horizontal[1] } : null;
}
