// What each cell of each layer contributed to the logit of a class: its value times its gradient.

import { contributionsOf, gradientsOf } from "../kit/network/backward.js";
import { numberText } from "../kit/numbers.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {import("../kit/network/forward.js").Network} Network
 */

// Of these the output is made of the input without any bias.
const SUMS = new Set(["gap", "avgpool", "flatten", "identity", "dropout"]);

/**
 * The layers with their contributions as values.
 * @param {Network} network after a run
 * @param {number} output a class
 * @returns {Map<Layer, Layer>}
 */
export function contributionsTo(network, output) {
  return new Map([...gradientsOf(network, output)].map(([layer, gradient]) =>
    [layer, { ...layer, values: Float32Array.from(contributionsOf(layer, gradient)) }]));
}

/**
 * The layers whose contributions and the last layer's bias are the logit exactly: those from
 * which only averages lead to the last, fully connected layer.
 * @param {Network} network
 * @returns {Set<Layer>}
 */
export function addingUp({ output }) {
  /** @type {Set<Layer>} */
  const found = new Set();
  if (output.kind !== "linear") return found;
  let [layer] = output.inputs;
  found.add(layer);
  while (SUMS.has(layer.kind)) {
    [layer] = layer.inputs;
    found.add(layer);
  }
  return found;
}

/**
 * What a layer contributed, in sentences.
 * @param {Network} network
 * @param {Layer} layer
 * @param {Layer} spoke the same with its contributions
 * @param {{ output: number, name: string }} asked the class
 */
export function layerSum(network, layer, spoke, { output, name }) {
  const total = spoke.values.reduce((sum, value) => sum + value, 0);
  const logit = numberText(network.output.values[output], 4);
  if (layer === network.output) return `The logit of ${name} is ${logit}.`;
  const sum = `All contributions of ${layer.name} add up to ${numberText(total, 4)}`;
  if (!addingUp(network).has(layer)) return `${sum}; the logit of ${name} is ${logit}.`;
  return `${sum}; with the bias ${numberText(network.output.tensors.bias[output], 4)} that is the logit of ${name}, ${logit}.`;
}

/**
 * What a cell contributed, and where averages follow also what all maps did at its place, which
 * is the class activation map.
 * @param {Network} network
 * @param {Layer} layer
 * @param {Layer} spoke
 * @param {{ map: number, row?: number, column?: number }} cell
 * @param {string} name of the class
 */
export function cellContribution(network, layer, spoke, { map, row = 0, column = 0 }, name) {
  const [maps, rows = 1, columns = 1] = layer.shape;
  const at = (map * rows + row) * columns + column;
  const text = `It contributed ${numberText(spoke.values[at], 4)} to the logit of ${name}.`;
  if (rows * columns === 1 || !addingUp(network).has(layer)) return text;
  let total = 0;
  for (let one = 0; one < maps; one += 1) total += spoke.values[(one * rows + row) * columns + column];
  return `${text} All ${maps} maps contributed ${numberText(total, 4)} here: the class activation map divided by its ${rows * columns} cells.`;
}
