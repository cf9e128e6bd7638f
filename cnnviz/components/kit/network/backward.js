// How much a number of a network's output would change with each number of each layer: gradients,
// by the chain rule from the last layer back to the picture, as PyTorch's autograd gives them.

import { addFour, addOne } from "./convolution.js";
import { averaged, copied, EPSILON, errorFunction, response } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {import("./forward.js").Network} Network
 * @typedef {import("./layers.js").Windows} Windows
 * @typedef {Map<Layer, Float64Array>} Gradients
 * @typedef {(layer: Layer, gradient: Float64Array, inputs: Float64Array[]) => void} Step adds what
 *   the gradient of a layer's output gives to the gradients of its inputs
 */

/**
 * The gradients of one output, after a run of the network.
 * @param {Network} network
 * @param {number} output its index, such as a class whose logit it is
 */
export function gradientsOf(network, output) {
  const gradients = noGradients(network);
  /** @type {Float64Array} */ (gradients.get(network.output))[output] = 1;
  for (const layer of network.layers.toReversed()) sendBack(layer, gradients);
  return gradients;
}

/**
 * Room for the gradients of each layer's values, the picture's among them; all are 0.
 * @param {Network} network
 * @returns {Gradients}
 */
export function noGradients(network) {
  return new Map(network.layers.map((layer) => [layer, new Float64Array(layer.values.length)]));
}

/**
 * Add what the gradient of a layer's output gives to those of its inputs.
 * @param {Layer} layer
 * @param {Gradients} gradients
 */
export function sendBack(layer, gradients) {
  const of = (/** @type {Layer} */ one) => /** @type {Float64Array} */ (gradients.get(one));
  STEPS[layer.kind]?.(layer, of(layer), layer.inputs.map(of));
}

/**
 * What each value of a layer has contributed: the value times its gradient. Where all that
 * follows is linear, the sum of a layer's contributions and the biases after it are the output.
 * @param {Layer} layer
 * @param {Float64Array} gradient
 */
export function contributionsOf({ values }, gradient) {
  return gradient.map((slope, at) => slope * values[at]);
}

/**
 * An activation, by its slope at an input.
 * @param {(x: number, y: number, settings: Record<string, any>) => number} slope of what is put
 *   in and what came out
 * @returns {Step}
 */
function each(slope) {
  return ({ values, inputs: [{ values: before }], settings }, gradient, [into]) => {
    for (let at = 0; at < into.length; at += 1) into[at] += gradient[at] * slope(before[at], values[at], settings);
  };
}

/** @type {Step} */
function same(_, gradient, inputs) {
  for (const into of inputs) gradient.forEach((slope, at) => { into[at] += slope; });
}

/** @type {Record<string, Step>} */
const STEPS = {
  conv: ofFilters,
  local: ofWindows,
  tableconv: ofFilters,
  avgpool: ofWindows,
  maxpool: ofLargest,
  gap: ({ inputs: [{ values }] }, gradient, [into]) => {
    const area = values.length / gradient.length;
    for (let at = 0; at < into.length; at += 1) into[at] += gradient[Math.floor(at / area)] / area;
  },
  batchnorm: ({ tensors: { weight, running_var: variance }, shape: [channels] }, gradient, [into]) => {
    const area = gradient.length / channels;
    for (let at = 0; at < into.length; at += 1) {
      const channel = Math.floor(at / area);
      into[at] += (gradient[at] * weight[channel]) / Math.sqrt(variance[channel] + EPSILON);
    }
  },
  lrn: (layer, gradient, [into]) => {
    const { values } = layer.inputs[0];
    const { size = 5, alpha = 0.0005, beta = 0.75 } = layer.settings;
    gradient.forEach((slope, at) => {
      if (!slope) return;
      const { divisor, scale, near } = response(layer, at);
      into[at] += slope / divisor;
      for (const one of near) into[one] -= (slope * values[at] * 2 * alpha * beta * values[one]) / (size * scale * divisor);
    });
  },
  relu: each((x) => (x > 0 ? 1 : 0)),
  leakyrelu: each((x, _, { slope = 0.01 }) => (x > 0 ? 1 : slope)),
  gelu: each((x) => 0.5 + 0.5 * errorFunction(x * Math.SQRT1_2) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)),
  tanh: each((_, y) => 1 - y * y),
  sigmoid: each((_, y) => y * (1 - y)),
  identity: same,
  dropout: same,
  sample: same, // the means come first
  flatten: same,
  residual: same,
  upsample: (layer, gradient, [into]) => gradient.forEach((slope, at) => { into[copied(layer, at)] += slope; }),
  linear: ({ tensors: { weight } }, gradient, [into]) => {
    gradient.forEach((slope, feature) => {
      for (let at = 0, from = feature * into.length; at < into.length; at += 1, from += 1) into[at] += slope * weight[from];
    });
  },
  rbf: ({ tensors: { codes }, inputs: [{ values }] }, gradient, [into]) => {
    gradient.forEach((slope, code) => {
      for (let at = 0, from = code * into.length; at < into.length; at += 1, from += 1) into[at] -= 2 * slope * (values[at] - codes[from]);
    });
  },
  concat: (_, gradient, inputs) => {
    let from = 0;
    for (const into of inputs) {
      for (let at = 0; at < into.length; at += 1, from += 1) into[at] += gradient[from];
    }
  },
};

/**
 * A gradient at the places where a convolution's windows lie, with zeros at those that are computed
 * for nothing: one map after the other, each as long as `windows.length`.
 * @param {Layer} layer
 * @param {Float64Array} gradient
 */
export function spread({ shape: [out, rows, columns], windows }, gradient) {
  const { pitch, length } = /** @type {Windows} */ (windows);
  const places = new Float64Array(out * length);
  let from = 0;
  for (let channel = 0; channel < out; channel += 1) {
    for (let row = 0; row < rows; row += 1) {
      const start = channel * length + row * pitch;
      for (let at = start; at < start + columns; at += 1, from += 1) places[at] = gradient[from];
    }
  }
  return places;
}

/**
 * A convolution: each weight leads back to all places that it met at once, as it met them.
 * @type {Step}
 */
function ofFilters(layer, gradient, [into]) {
  const { shape: [out], settings: { groups }, tensors: { weight } } = layer;
  const { padded, offsets, length, start, addBack } = /** @type {Windows} */ (layer.windows);
  const slopes = spread(layer, gradient);
  const found = new Float64Array(padded.length);
  const taps = offsets.length;
  for (let first = 0; first < out; first += out / groups) {
    const last = first + out / groups;
    for (let tap = 0; tap < taps; tap += 1) {
      const from = start(first) + offsets[tap];
      const places = found.subarray(from, from + length);
      let channel = first;
      for (; channel + 4 <= last; channel += 4) {
        const [at, one] = [channel * taps + tap, channel * length];
        addFour(places, slopes, length, one, one + length, one + 2 * length, one + 3 * length,
          weight[at], weight[at + taps], weight[at + 2 * taps], weight[at + 3 * taps]);
      }
      for (; channel < last; channel += 1) addOne(places, slopes, length, channel * length, weight[channel * taps + tap]);
    }
  }
  addBack(found, into);
}

/**
 * A sum over windows: each weight leads back to the place that it met.
 * @type {Step}
 */
function ofWindows(layer, gradient, [into]) {
  const { kind, shape: [out, rows, columns], inputs: [{ shape: [channels, height, width] }], tensors, settings } = layer;
  const { kernel, stride, padding } = settings;
  const pools = kind === "avgpool";
  const count = pools ? 1 : channels; // maps that a window reads
  const area = kernel * kernel;
  for (let channel = 0, at = 0; channel < out; channel += 1) {
    const first = pools ? channel : 0;
    for (let place = 0; place < rows * columns; place += 1, at += 1) {
      const slope = gradient[at];
      if (!slope) continue;
      const filter = (place * out + channel) * count * area;
      const [top, left] = [Math.floor(place / columns) * stride - padding, (place % columns) * stride - padding];
      for (let down = 0; down < kernel; down += 1) {
        const row = top + down;
        if (row < 0 || row >= height) continue;
        for (let across = 0; across < kernel; across += 1) {
          const column = left + across;
          if (column < 0 || column >= width) continue;
          for (let map = 0; map < count; map += 1) {
            const weight = pools ? 1 / averaged(layer, Math.floor(place / columns), place % columns) : tensors.weight[filter + map * area + down * kernel + across];
            into[((first + map) * height + row) * width + column] += slope * weight;
          }
        }
      }
    }
  }
}

/**
 * A maximum leads back to the first of its largest values alone, as in PyTorch.
 * @type {Step}
 */
function ofLargest({ shape: [channels, rows, columns], inputs: [{ values, shape: [, height, width] }], settings: { kernel, stride, padding } }, gradient, [into]) {
  for (let at = 0; at < channels * rows * columns; at += 1) {
    if (!gradient[at]) continue;
    const place = at % (rows * columns);
    const map = ((at - place) / (rows * columns)) * height * width;
    const [top, left] = [Math.floor(place / columns) * stride - padding, (place % columns) * stride - padding];
    let largest = -1;
    for (let row = Math.max(top, 0); row < Math.min(top + kernel, height); row += 1) {
      for (let column = Math.max(left, 0); column < Math.min(left + kernel, width); column += 1) {
        const from = map + row * width + column;
        if (largest < 0 || values[from] > values[largest]) largest = from;
      }
    }
    into[largest] += gradient[at];
  }
}
