// What is said of layers, maps, cells and weights.

import { count, numberText, short, sizeText } from "../kit/numbers.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {{ name: string, kind: string, shape: number[], parameters: number, macs: number, field: [number, number] }} Facts
 */

/** @type {Record<string, string>} */
const TITLES = {
  input: "the picture", conv: "convolution", local: "locally connected layer", maxpool: "max pooling", avgpool: "average pooling",
  gap: "global average", batchnorm: "batch normalisation", relu: "ReLU", leakyrelu: "leaky ReLU", gelu: "GELU", tanh: "tanh",
  sigmoid: "sigmoid", identity: "no change", dropout: "dropout", sample: "drawn from normal distributions", upsample: "upsampling", flatten: "flatten", linear: "fully connected layer",
  tableconv: "convolution by a table", lrn: "local response normalisation", rbf: "distance to digit codes",
  residual: "sum of both branches", concat: "branches, one after the other",
};

/** @param {string} kind */
export function titleOf(kind) {
  return TITLES[kind] ?? kind;
}

/**
 * In a column, where there is little room.
 * @param {string} kind
 */
export function shortTitle(kind) {
  return { maxpool: "max pool", avgpool: "average pool", batchnorm: "batch norm" }[kind] ?? titleOf(kind);
}

/** @param {number[]} shape */
export function shapeText(shape) {
  return shape.map(count).join("×");
}

/**
 * What several layers cost together, and what the last of them sees.
 * @param {Facts[]} facts
 */
export function costsOf(facts) {
  const total = (/** @type {"parameters" | "macs"} */ what) => facts.reduce((sum, one) => sum + one[what], 0);
  return { parameters: total("parameters"), macs: total("macs"), field: facts[facts.length - 1].field };
}

/**
 * In a column, a line each.
 * @param {Facts[]} facts
 */
export function factLines(facts) {
  const { parameters, macs, field } = costsOf(facts);
  return [`${short(parameters)} params`, `${short(macs)} MACs`, `sees ${sizeText(...field)}`];
}

/**
 * A layer in a sentence.
 * @param {Facts} facts
 */
export function layerText({ name, kind, shape, parameters, macs, field }) {
  const what = kind === "input" ? "" : ` ${count(parameters)} parameters, ${count(macs)} multiply-adds, receptive field ${sizeText(...field)}.`;
  return `${name}, ${titleOf(kind)}. Output ${shapeText(shape)}.${what}`;
}

/**
 * @param {Layer} layer
 * @param {number} map
 */
export function mapText({ name, kind, shape }, map) {
  if (kind === "input") return shape[0] === 3 ? `input, ${["red", "green", "blue"][map]}` : "input";
  return shape.length === 1 ? `${name}, feature ${map}` : `${name}, map ${map}`;
}

/**
 * @param {Layer} layer
 * @param {import("./chain.js").Cell} cell
 */
export function cellText(layer, { map, row, column }) {
  const [, rows = 1, columns = 1] = layer.shape;
  return rows * columns === 1 ? mapText(layer, map) : `${mapText(layer, map)}, row ${row}, column ${column}`;
}

/**
 * What a layer of a chain does to the number before it, as a formula without its result.
 * @param {import("./chain.js").Link} link
 */
export function stepText({ layer: { kind, settings, inputs }, sum: { parts: found, norm } }) {
  const before = bracket(numberText(found[0].sum, 6));
  if (norm) {
    const { mean, variance, weight, bias, epsilon } = norm;
    return `(${before} − ${bracket(numberText(mean, 6))}) / √(${numberText(variance, 6)} + ${epsilon}) · ${bracket(numberText(weight, 6))} + ${bracket(numberText(bias, 6))}`;
  }
  if (kind === "relu") return `max(0, ${before})`;
  if (kind === "leakyrelu") return found[0].sum < 0 ? `${settings.slope ?? 0.01} · ${before}` : before;
  if (["gelu", "tanh", "sigmoid"].includes(kind)) return `${kind}(${before})`;
  if (kind === "lrn") return `${before}, divided by a power of the squares of neighbouring maps`;
  if (kind === "sample") return `${before}, the mean: nothing is drawn after training`;
  if (kind === "dropout") return `${before}: nothing is dropped after training`;
  if (kind === "residual") return found.map(({ source, sum }) => `${source.name} ${bracket(numberText(sum, 6))}`).join(" + ");
  if (kind === "concat") return `${mapText(found[0].source, found[0].channel)} of ${inputs.length} branches, as it is`;
  return `${before}, as it is`;
}

/**
 * What a part of a sum is, where its numbers are not drawn one by one.
 * @param {Layer} layer
 * @param {import("../kit/network/cell_sum.js").Part} part
 */
export function wholeText({ kind, settings: { kernel = 1 } }, { values }) {
  if (kind === "gap") return `sum of ${values.length} values / ${values.length}`;
  if (kind === "rbf") return `minus the square of ${numberText(values[0])} − its code`;
  return `${kernel}×${kernel} values × weights`;
}

/** @param {string} text */
export function bracket(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

/**
 * What a map or a cell is made of, and what the cell sees of the picture.
 * @param {Map<Layer, Set<number>>} found the maps that it is computed from
 * @param {import("./fields.js").Field | null | undefined} seen the cell's receptive field on the picture, null if it
 *   lies in the padding; undefined where there is nothing to say
 */
export function originText(found, seen) {
  const made = [...found].map(([layer, maps]) => (maps.size === 1 ? mapText(layer, [...maps][0]) : `${maps.size} maps of ${layer.name}`));
  const words = made.length ? `Made of ${made.join(" and ")}.` : "";
  if (seen === undefined) return words;
  if (seen === null) return `${words} It sees nothing but padding.`;
  return `${words} It sees rows ${seen.top} to ${seen.bottom} and columns ${seen.left} to ${seen.right} of the picture.`;
}
