// What each kind of layer computes, as PyTorch does in evaluation mode; convolutions are in
// convolution.js. Sums are added up in double precision and stored in single precision, as the
// tensors are.

import { convolution, filters, inTable, locallyConnected, TABLE } from "./convolution.js";

/**
 * @typedef {object} Layer
 * @property {string} name as in the module: `conv2`, `residual1.body.conv1`
 * @property {string} kind
 * @property {Record<string, any>} settings its numbers, with what was left out filled in
 * @property {Layer[]} inputs the layers that it reads
 * @property {number[]} shape C×H×W, or the number of features
 * @property {Float32Array} values its maps, one after the other, row by row
 * @property {Record<string, Float32Array>} tensors its weights
 * @property {() => void} compute fills `values` from those of `inputs`
 * @property {Windows} [windows] how a convolution reads its input
 *
 * @typedef {object} Windows
 * @property {Float64Array} padded the input with zeros around it, divided by the stride
 * @property {Int32Array} offsets of what each weight of a filter meets, from the first place that the filter reads
 * @property {number} pitch from one row of places to the next
 * @property {number} length of all places of a map, a few for nothing among them
 * @property {(channel: number) => number} start the first place that a filter reads
 * @property {() => void} copy fills `padded`
 * @property {(from: Float64Array, into: Float64Array) => void} addBack adds what lies at the places of `padded` to the cells
 *
 * @typedef {object} Kind
 * @property {(layer: Layer) => number[]} [shape] of its output; left out: that of its input
 * @property {(layer: Layer) => Record<string, number[]>} [tensors] the shapes of its weights
 * @property {(layer: Layer) => void} [loaded] makes of new weights what `compute` reads
 * @property {boolean} [same] whether its values are those of its input
 * @property {(layer: Layer) => () => void} [compute] allocates what it needs, and returns what computes
 * @property {(value: number, settings: Record<string, any>) => number} [activation] what it does to each value
 */

export const EPSILON = 1e-5; // of batch normalisation, as PyTorch has it

/**
 * @param {(value: number, settings: Record<string, any>) => number} activation
 * @returns {Kind}
 */
function each(activation) {
  return { activation, compute: (layer) => () => applyToEach(layer, activation) };
}

/** @type {Record<string, Kind>} */
export const KINDS = {
  conv: { shape: slid, compute: convolution, tensors: filters },
  local: {
    shape: slid,
    compute: locallyConnected,
    tensors: (layer) => {
      const [out, ...places] = layer.shape;
      return { weight: [...places, ...filters(layer).weight], bias: [...places, out] };
    },
  },
  tableconv: {
    shape: slid,
    compute: convolution,
    tensors: ({ settings: { kernel } }) => ({ weight: [TABLE.flat().length, kernel, kernel], bias: [TABLE.length] }),
    loaded: inTable,
  },
  maxpool: { shape: slid, compute: maxPooling },
  avgpool: { shape: slid, compute: averagePooling },
  gap: { shape: ({ inputs: [{ shape }] }) => [shape[0], 1, 1], compute: globalAverage },
  upsample: {
    shape: ({ inputs: [{ shape: [channels, ...sides] }], settings: { factor } }) => [channels, ...sides.map((side) => side * factor)],
    compute: upsampling,
  },
  batchnorm: {
    compute: batchNormalisation,
    tensors: ({ shape: [channels] }) =>
      Object.fromEntries(["weight", "bias", "running_mean", "running_var"].map((name) => [name, [channels]])),
  },
  lrn: { compute: responseNormalisation },
  relu: each((x) => (x < 0 ? 0 : x)),
  leakyrelu: each((x, { slope = 0.01 }) => (x < 0 ? x * slope : x)),
  gelu: each((x) => x * (0.5 + 0.5 * errorFunction(x * Math.SQRT1_2))),
  tanh: each(Math.tanh),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  identity: { same: true },
  dropout: { same: true },
  sample: { shape: ({ inputs: [{ shape: [channels, ...sides] }] }) => [channels / 2, ...sides], compute: firstHalf },
  flatten: { same: true, shape: ({ inputs: [{ values }] }) => [values.length] },
  linear: {
    shape: ({ settings }) => [settings.out],
    compute: linear,
    tensors: ({ inputs: [{ shape }], settings: { out } }) => ({ weight: [out, shape[0]], bias: [out] }),
  },
  rbf: {
    shape: () => [10],
    compute: distances,
    tensors: ({ inputs: [{ shape }] }) => ({ codes: [10, shape[0]] }),
  },
  residual: { compute: sum },
  concat: {
    shape: ({ inputs }) => [inputs.reduce((count, { shape }) => count + shape[0], 0), ...inputs[0].shape.slice(1)],
    compute: concatenation,
  },
};

/**
 * The shape that a window leaves, rounded down or up as PyTorch does: no window may begin in the
 * padding behind the map.
 * @param {Layer} layer
 */
function slid({ inputs: [{ shape }], settings: { out, kernel, stride, padding, dilation, ceil } }) {
  const size = (/** @type {number} */ side) => {
    const steps = (side + 2 * padding - dilation * (kernel - 1) - 1) / stride;
    const last = Math.floor(steps);
    return last + (ceil && steps > last && (last + 1) * stride < side + padding ? 2 : 1);
  };
  return [out ?? shape[0], size(shape[1]), size(shape[2])];
}

/**
 * Go over the windows of all maps: `meet(at, first, last, top, bottom, left, right)` with the
 * output's index and the part of the window that lies inside the map.
 * @param {Layer} layer
 * @param {(at: number, map: number, top: number, bottom: number, left: number, right: number) => void} meet
 */
function overWindows({ shape: [channels, rows, columns], inputs: [{ shape: [, height, width] }], settings: { kernel, stride, padding } }, meet) {
  let at = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    for (let row = 0; row < rows; row += 1) {
      const top = row * stride - padding;
      for (let column = 0; column < columns; column += 1, at += 1) {
        const left = column * stride - padding;
        meet(at, channel * height * width, Math.max(top, 0), Math.min(top + kernel, height), Math.max(left, 0), Math.min(left + kernel, width));
      }
    }
  }
}

/** @param {Layer} layer */
function maxPooling(layer) {
  const { values: output, inputs: [{ values, shape: [, , width] }] } = layer;
  return () => overWindows(layer, (at, map, top, bottom, left, right) => {
    let largest = -Infinity;
    for (let row = top; row < bottom; row += 1) {
      for (let from = map + row * width + left; from < map + row * width + right; from += 1) {
        const value = values[from];
        if (value > largest || value !== value) largest = value; // what is no number stays so
      }
    }
    output[at] = largest;
  });
}

/**
 * How many cells an average is over: the padding counts as zeros, as PyTorch counts it, but not
 * what lies behind it.
 * @param {Layer} layer
 * @param {number} row of the output
 * @param {number} column
 */
export function averaged({ inputs: [{ shape: [, height, width] }], settings: { kernel, stride, padding } }, row, column) {
  const side = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(kernel, size + 2 * padding - at * stride);
  return side(row, height) * side(column, width);
}

/** @param {Layer} layer */
function averagePooling(layer) {
  const { values: output, shape: [, rows, columns], inputs: [{ values, shape: [, , width] }] } = layer;
  return () => overWindows(layer, (at, map, top, bottom, left, right) => {
    let total = 0;
    for (let row = top; row < bottom; row += 1) {
      for (let from = map + row * width + left; from < map + row * width + right; from += 1) total += values[from];
    }
    output[at] = total / averaged(layer, Math.floor(at / columns) % rows, at % columns);
  });
}

/**
 * The means of normal distributions, without what they are drawn with in training.
 * @param {Layer} layer
 */
function firstHalf({ values: output, inputs: [{ values }] }) {
  return () => output.set(values.subarray(0, output.length));
}

/** @param {Layer} layer */
function globalAverage({ values: output, inputs: [{ values }] }) {
  const area = values.length / output.length;
  return () => {
    for (let channel = 0; channel < output.length; channel += 1) {
      let total = 0;
      for (let at = channel * area; at < (channel + 1) * area; at += 1) total += values[at];
      output[channel] = total / area;
    }
  };
}

/**
 * The cell of the smaller map that a cell is a copy of.
 * @param {Layer} layer
 * @param {number} at the cell's index
 */
export function copied({ shape: [, rows, columns], settings: { factor } }, at) {
  const [map, row, column] = [Math.floor(at / rows / columns), Math.floor(at / columns) % rows, at % columns];
  return ((map * rows) / factor + Math.floor(row / factor)) * (columns / factor) + Math.floor(column / factor);
}

/** @param {Layer} layer */
function upsampling(layer) {
  const { values: output, inputs: [{ values }] } = layer;
  const from = Int32Array.from(output, (_, at) => copied(layer, at));
  return () => {
    for (let at = 0; at < output.length; at += 1) output[at] = values[from[at]];
  };
}

/** @param {Layer} layer */
function batchNormalisation(layer) {
  const { values: output, shape: [channels], inputs: [{ values }] } = layer;
  const area = values.length / channels;
  return () => {
    const { weight, bias, running_mean: mean, running_var: variance } = layer.tensors;
    for (let channel = 0; channel < channels; channel += 1) {
      const factor = weight[channel] / Math.sqrt(variance[channel] + EPSILON);
      const shift = bias[channel] - mean[channel] * factor;
      for (let at = channel * area; at < (channel + 1) * area; at += 1) output[at] = values[at] * factor + shift;
    }
  };
}

/**
 * Each number, divided by a power of the squares around it, across the maps.
 * @param {Layer} layer
 */
function responseNormalisation(layer) {
  const { values: output, inputs: [{ values }] } = layer;
  return () => {
    for (let at = 0; at < output.length; at += 1) output[at] = values[at] / response(layer, at).divisor;
  };
}

/**
 * What local response normalisation divides a number by; PyTorch's alpha is divided by the size.
 * @param {Layer} layer
 * @param {number} at the number's index
 * @returns {{ divisor: number, scale: number, near: number[] }} the divisor is a power of the
 *   scale; and the indices of the numbers of other maps, and of itself, that it comes from
 */
export function response({ shape: [channels, height, width], inputs: [{ values }], settings: { size = 5, alpha = 0.0005, beta = 0.75, k = 2 } }, at) {
  const area = height * width;
  const channel = Math.floor(at / area);
  const near = [];
  for (let map = Math.max(0, channel - Math.floor(size / 2)); map < Math.min(channels, channel + Math.ceil(size / 2)); map += 1) {
    near.push(at + (map - channel) * area);
  }
  const scale = k + (alpha / size) * near.reduce((total, one) => total + values[one] * values[one], 0);
  return { divisor: scale ** beta, scale, near };
}

/**
 * Minus the squared distance to each code.
 * @param {Layer} layer
 */
function distances({ values: output, inputs: [{ values }], tensors }) {
  return () => {
    for (let code = 0, at = 0; code < output.length; code += 1) {
      let total = 0;
      for (let from = 0; from < values.length; from += 1, at += 1) total += (values[from] - tensors.codes[at]) ** 2;
      output[code] = -total;
    }
  };
}

/**
 * @param {Layer} layer
 * @param {(value: number, settings: Record<string, any>) => number} activation
 */
function applyToEach({ values: output, inputs: [{ values }], settings }, activation) {
  for (let at = 0; at < output.length; at += 1) output[at] = activation(values[at], settings);
}

/** @param {Layer} layer */
function linear(layer) {
  const { values: output, inputs: [{ values }] } = layer;
  const inputs = values.length;
  return () => {
    const { weight, bias } = layer.tensors;
    for (let feature = 0, at = 0; feature < output.length; feature += 1) {
      let total = bias[feature];
      for (let from = 0; from < inputs; from += 1, at += 1) total += weight[at] * values[from];
      output[feature] = total;
    }
  };
}

/** @param {Layer} layer */
function sum({ values: output, inputs: [body, shortcut] }) {
  return () => {
    for (let at = 0; at < output.length; at += 1) output[at] = body.values[at] + shortcut.values[at];
  };
}

/** @param {Layer} layer */
function concatenation({ values: output, inputs }) {
  return () => {
    let at = 0;
    for (const { values } of inputs) {
      output.set(values, at);
      at += values.length;
    }
  };
}

/**
 * erf to 1.2e−7 of what is left to ±1 (W. H. Press et al., Numerical Recipes, 6.2).
 * @param {number} x
 */
export function errorFunction(x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  let series = 0;
  for (const factor of ERROR_SERIES) series = series * t + factor;
  const rest = t * Math.exp(-x * x + series);
  return x >= 0 ? 1 - rest : rest - 1;
}

// From the highest power of t down.
const ERROR_SERIES = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223,
];
