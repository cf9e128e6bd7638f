// How one number of a layer comes from the numbers of the layer before it.

import { averaged, EPSILON, KINDS, response } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 *
 * @typedef {object} Part what one map of an input gives
 * @property {Layer} source
 * @property {number} channel the map of `source`
 * @property {number} row of the window's first cell; negative in the padding
 * @property {number} column
 * @property {number[]} values the window, row by row; what lies in the padding is 0
 * @property {number[] | null} weights what they are multiplied by, if by anything
 * @property {number} sum what the map adds; for a maximum, the largest of its values
 *
 * @typedef {object} Arithmetic
 * @property {number} value the layer's number
 * @property {Part[]} parts
 * @property {[number, number]} size rows and columns of the windows
 * @property {number} dilation
 * @property {number} bias 0 if there is none
 * @property {{ mean: number, variance: number, weight: number, bias: number, epsilon: number } | null} norm
 * @property {number} total what the parts, the bias, the norm or the activation give
 */

/**
 * The arithmetic of one cell, after a run of the network.
 * @param {Layer} layer
 * @param {number} channel a map, or a feature of a flat layer
 * @param {number} [row]
 * @param {number} [column]
 * @returns {Arithmetic}
 */
export function parts(layer, channel, row = 0, column = 0) {
  const { kind, tensors, settings: { kernel, dilation } } = layer;
  const value = layer.values[indexOf(layer, channel, row, column)];
  /** @type {Omit<Arithmetic, "parts" | "total">} */
  const plain = { value, size: [1, 1], dilation: 1, bias: 0, norm: null };
  if (layer.settings.kernel) {
    const found = windows(layer, channel, row, column);
    const place = kind === "local" ? (row * layer.shape[2] + column) * layer.shape[0] + channel : channel;
    const bias = tensors.bias?.[place] ?? 0;
    return { ...plain, size: [kernel, kernel], dilation, bias, parts: found, total: bias + added(found) };
  }
  if (kind === "gap") {
    const [, height, width] = layer.inputs[0].shape;
    const whole = wholeMap(layer, channel);
    return { ...plain, size: [height, width], parts: [whole], total: whole.sum };
  }
  if (kind === "linear") {
    const found = features(layer, channel);
    const bias = tensors.bias[channel];
    return { ...plain, bias, parts: found, total: bias + added(found) };
  }
  if (kind === "rbf") {
    const found = features(layer, channel);
    return { ...plain, parts: found, total: added(found) };
  }
  const found = cells(layer, channel, row, column);
  const sum = added(found);
  if (kind === "lrn") return { ...plain, parts: found, total: sum / response(layer, indexOf(layer, channel, row, column)).divisor };
  if (kind === "batchnorm") {
    const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((name) => tensors[name][channel]);
    const total = ((sum - mean) / Math.sqrt(variance + EPSILON)) * weight + bias;
    return { ...plain, parts: found, norm: { mean, variance, weight, bias, epsilon: EPSILON }, total };
  }
  return { ...plain, parts: found, total: KINDS[kind]?.activation?.(sum, layer.settings) ?? sum };
}

/** @param {Part[]} found */
function added(found) {
  return found.reduce((total, { sum }) => total + sum, 0);
}

/**
 * Where a cell is among a layer's values.
 * @param {Layer} layer
 * @param {number} channel
 * @param {number} row
 * @param {number} column
 */
function indexOf({ shape: [, height = 1, width = 1] }, channel, row, column) {
  return (channel * height + row) * width + column;
}

/**
 * One part for each map that a window slides over.
 * @param {Layer} layer
 * @param {number} channel
 * @param {number} row
 * @param {number} column
 * @returns {Part[]}
 */
function windows(layer, channel, row, column) {
  const { kind, tensors, shape: [out, , columns], inputs: [source], settings: { kernel, stride, padding, dilation, groups } } = layer;
  const [inputs, height, width] = source.shape;
  const [top, left] = [row * stride - padding, column * stride - padding];
  const pools = kind.endsWith("pool");
  const count = pools ? 1 : inputs / groups;
  const first = pools ? channel : Math.floor((channel * groups) / out) * count;
  const filter = kind === "local" ? (row * columns + column) * out + channel : channel;
  return [...Array(count).keys()].map((input) => {
    /** @type {number[]} */
    const values = [];
    /** @type {number[]} */
    const inside = [];
    for (let at = 0; at < kernel * kernel; at += 1) {
      const [y, x] = [top + Math.floor(at / kernel) * dilation, left + (at % kernel) * dilation];
      const within = y >= 0 && y < height && x >= 0 && x < width;
      values.push(within ? source.values[indexOf(source, first + input, y, x)] : 0);
      if (within) inside.push(values[at]);
    }
    const part = { source, channel: first + input, row: top, column: left, values };
    if (kind === "maxpool") return { ...part, weights: null, sum: Math.max(...inside) };
    const from = (filter * count + input) * kernel * kernel;
    const weights = pools ? values.map(() => 1 / averaged(layer, row, column)) : Array.from(tensors.weight.subarray(from, from + kernel * kernel));
    return { ...part, weights, sum: dot(values, weights) };
  });
}

/**
 * One part for each feature that a fully connected layer reads.
 * @param {Layer} layer
 * @param {number} feature
 * @returns {Part[]}
 */
function features({ inputs: [source], tensors }, feature) {
  return Array.from(source.values, (value, channel) => {
    const part = { source, channel, row: 0, column: 0, values: [value], weights: null };
    if (tensors.codes) return { ...part, sum: -((value - tensors.codes[feature * source.values.length + channel]) ** 2) };
    const weight = tensors.weight[feature * source.values.length + channel];
    return { ...part, weights: [weight], sum: value * weight };
  });
}

/**
 * @param {Layer} layer
 * @param {number} channel
 * @returns {Part}
 */
function wholeMap({ inputs: [source] }, channel) {
  const area = source.values.length / source.shape[0];
  const values = Array.from(source.values.subarray(channel * area, (channel + 1) * area));
  const weights = values.map(() => 1 / area);
  return { source, channel, row: 0, column: 0, values, weights, sum: dot(values, weights) };
}

/**
 * The cells that a layer takes as they are: one of each input, or the one that it copies.
 * @param {Layer} layer
 * @param {number} channel
 * @param {number} row
 * @param {number} column
 * @returns {Part[]}
 */
function cells({ kind, inputs, settings: { factor } }, channel, row, column) {
  if (kind === "upsample") return [cell(inputs[0], channel, Math.floor(row / factor), Math.floor(column / factor))];
  if (kind === "flatten") {
    const [{ shape: [, height, width] }] = inputs;
    const at = channel % (height * width);
    return [cell(inputs[0], Math.floor(channel / (height * width)), Math.floor(at / width), at % width)];
  }
  if (kind === "concat") {
    let [branch, left] = [0, channel];
    while (left >= inputs[branch].shape[0]) left -= inputs[branch++].shape[0];
    return [cell(inputs[branch], left, row, column)];
  }
  return inputs.map((source) => cell(source, channel, row, column));
}

/**
 * @param {Layer} source
 * @param {number} channel
 * @param {number} row
 * @param {number} column
 * @returns {Part}
 */
function cell(source, channel, row, column) {
  const value = source.values[indexOf(source, channel, row, column)];
  return { source, channel, row, column, values: [value], weights: null, sum: value };
}

/**
 * @param {number[]} values
 * @param {number[]} weights
 */
function dot(values, weights) {
  return values.reduce((total, value, at) => total + value * weights[at], 0);
}
