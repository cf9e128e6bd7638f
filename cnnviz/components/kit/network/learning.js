// Training in the browser: the gradients of all weights for a batch, as autograd gives them, and the
// steps of an optimiser, as `torch.optim` takes them.

import { noGradients, sendBack, spread } from "./backward.js";
import { Network, softmax } from "./forward.js";
import { EPSILON, KINDS } from "./layers.js";
import { RULES } from "./optimisers.js";

/**
 * @typedef {import("./backward.js").Gradients} Gradients
 * @typedef {import("./forward.js").Entry} Entry
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {import("./layers.js").Windows} Windows
 * @typedef {import("./safetensors.js").Tensor} Tensor
 * @typedef {Record<string, Float64Array>} Sums of a layer's weights
 * @typedef {{ rule: string, rate: number, momentum: number }} Settings of the optimiser
 */

const STATISTICS = /\.running_(mean|var)$/; // of batch normalisation; they are not learned
const RUNNING = 0.1; // how fast they follow the batches, as in PyTorch

/** A network with what it needs to learn: a copy of it for each picture of a batch, with the same weights. */
export class Learner {
  /**
   * @param {Entry[]} spec its layers
   * @param {number[]} shape C, H, W of a picture
   * @param {Record<string, Tensor>} tensors its weights; they are changed by each step
   */
  constructor(spec, shape, tensors) {
    this.spec = spec;
    this.shape = shape;
    this.tensors = tensors;
    /** @type {{ network: Network, gradients: Gradients }[]} */
    this.copies = [];
    this.steps = 0;
    const [{ network: { layers } }] = this.copiesFor(1);
    for (const { kind, name } of layers) {
      if (!Object.hasOwn(LEARNED, kind)) throw new Error(`${name} cannot be trained in the browser.`);
    }
    const learned = Object.keys(tensors).filter((name) => !STATISTICS.test(name));
    const zeros = (/** @type {string} */ name) => new Float64Array(tensors[name].values.length);
    this.sums = Object.fromEntries(learned.map((name) => [name, zeros(name)]));
    this.memories = Object.fromEntries(learned.map((name) => [name, { first: zeros(name), second: zeros(name) }]));
  }

  /**
   * Networks for as many pictures; all share their weights.
   * @param {number} count
   */
  copiesFor(count) {
    while (this.copies.length < count) {
      const network = new Network(this.spec, this.shape);
      network.load(this.tensors);
      this.copies.push({ network, gradients: noGradients(network) });
    }
    return this.copies.slice(0, count);
  }

  /**
   * Take a step down the mean cross entropy of a batch.
   * @param {ArrayLike<number>[]} pictures each C×H×W, normalised
   * @param {ArrayLike<number>} labels
   * @param {Settings} settings
   * @returns {number} the loss of the batch before the step, in nats
   */
  step(pictures, labels, { rule, rate, momentum }) {
    const loss = this.measure(pictures, labels);
    this.steps += 1;
    for (const [name, sums] of Object.entries(this.sums)) {
      const { values } = this.tensors[name];
      const moved = RULES[rule](sums, rate, this.memories[name], this.steps, momentum);
      for (let at = 0; at < values.length; at += 1) values[at] += moved[at];
    }
    return loss;
  }

  /**
   * The loss of a batch, and into `sums` its gradient with respect to all weights.
   * @param {ArrayLike<number>[]} pictures
   * @param {ArrayLike<number>} labels
   */
  measure(pictures, labels) {
    const copies = this.copiesFor(pictures.length);
    for (const sums of Object.values(this.sums)) sums.fill(0);
    copies.forEach(({ network, gradients }, at) => {
      network.input.values.set(pictures[at]);
      for (const gradient of gradients.values()) gradient.fill(0);
    });
    const places = copies[0].network.layers.map((_, at) => at);
    for (const at of places) {
      const layers = copies.map(({ network }) => network.layers[at]);
      if (layers[0].kind === "batchnorm") normalise(layers);
      else for (const layer of layers) layer.compute();
    }
    let loss = 0;
    copies.forEach(({ network: { output }, gradients }, at) => {
      const shares = softmax(output.values);
      loss -= logShare(output.values, labels[at]) / copies.length;
      const slopes = /** @type {Float64Array} */ (gradients.get(output));
      shares.forEach((share, which) => { slopes[which] = (share - Number(which === labels[at])) / copies.length; });
    });
    for (const at of places.toReversed()) this.sendBackAt(at, copies);
    return loss;
  }

  /**
   * Send the gradients back through one layer of all copies.
   * @param {number} at
   * @param {{ network: Network, gradients: Gradients }[]} copies
   */
  sendBackAt(at, copies) {
    const layers = copies.map(({ network }) => network.layers[at]);
    const [{ name, kind, tensors, inputs }] = layers;
    /** @type {Sums} */
    const sums = Object.fromEntries(Object.keys(tensors).filter((part) => this.sums[`${name}.${part}`]).map((part) => [part, this.sums[`${name}.${part}`]]));
    const of = (/** @type {Layer} */ layer, /** @type {number} */ copy) => /** @type {Float64Array} */ (copies[copy].gradients.get(layer));
    if (kind === "batchnorm") {
      sendBackNormalised(layers, layers.map(of), layers.map((layer, copy) => of(layer.inputs[0], copy)), sums);
      return;
    }
    const reads = inputs.some((input) => input.kind !== "input"); // nobody asks for the picture's
    layers.forEach((layer, copy) => {
      LEARNED[kind](layer, of(layer, copy), sums);
      if (reads) sendBack(layer, copies[copy].gradients);
    });
  }

  /**
   * The logits of a picture, as in use: batch normalisation with its running statistics.
   * @param {ArrayLike<number>} picture
   */
  logits(picture) {
    const { network } = this.copies[0];
    network.run(picture);
    return network.output.values;
  }
}

/**
 * The logarithm of the probability of a class.
 * @param {ArrayLike<number>} logits
 * @param {number} label
 */
export function logShare(logits, label) {
  const largest = Math.max(...Array.from(logits));
  const total = Array.from(logits).reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return logits[label] - largest - Math.log(total);
}

const nothing = () => {};

/**
 * What each kind of layer that can be trained adds to the gradients of its weights: a weight's is
 * the sum, over all places where it was used, of what it met times the gradient of what came out.
 * @type {Record<string, (layer: Layer, gradient: Float64Array, sums: Sums) => void>}
 */
const LEARNED = {
  input: nothing,
  conv: ofFilters,
  local: ofLocalFilters,
  linear: ({ inputs: [{ values }] }, gradient, { weight, bias }) => {
    gradient.forEach((slope, feature) => {
      bias[feature] += slope;
      if (slope) for (let from = 0, at = feature * values.length; from < values.length; from += 1, at += 1) weight[at] += slope * values[from];
    });
  },
  batchnorm: nothing, // over the batch, see below
  ...Object.fromEntries(Object.keys(KINDS).filter((kind) => !KINDS[kind].tensors && !["dropout", "sample"].includes(kind)).map((kind) => [kind, nothing])),
};

/** The kinds of layers that can be trained here. */
export const TRAINABLE = Object.keys(LEARNED);

/**
 * @param {Layer} layer
 * @param {Float64Array} gradient
 * @param {Sums} sums
 */
function ofFilters(layer, gradient, { weight, bias }) {
  const { shape: [out], settings: { groups } } = layer;
  const { padded, offsets, length, start } = /** @type {Windows} */ (layer.windows);
  const slopes = spread(layer, gradient);
  const taps = offsets.length;
  if (bias) {
    for (let channel = 0, at = 0; channel < out; channel += 1) {
      for (const end = at + length; at < end; at += 1) bias[channel] += slopes[at];
    }
  }
  for (let first = 0; first < out; first += out / groups) {
    const last = first + out / groups;
    for (let tap = 0; tap < taps; tap += 1) {
      const from = start(first) + offsets[tap];
      let channel = first;
      for (; channel + 4 <= last; channel += 4) meetFour(weight, channel * taps + tap, taps, padded, from, slopes, channel * length, length);
      for (; channel < last; channel += 1) {
        let total = 0;
        for (let at = 0, one = channel * length; at < length; at += 1, one += 1) total += padded[from + at] * slopes[one];
        weight[channel * taps + tap] += total;
      }
    }
  }
}

/**
 * The same weight of four filters at once: what they meet is loaded a fourth as often.
 * @param {Float64Array} weight
 * @param {number} to the first one's place
 * @param {number} apart
 * @param {Float64Array} values
 * @param {number} from
 * @param {Float64Array} slopes
 * @param {number} one where the first filter's begin
 * @param {number} length
 */
function meetFour(weight, to, apart, values, from, slopes, one, length) {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const value = values[from + at];
    a += value * slopes[one + at];
    b += value * slopes[one + length + at];
    c += value * slopes[one + 2 * length + at];
    d += value * slopes[one + 3 * length + at];
  }
  weight[to] += a;
  weight[to + apart] += b;
  weight[to + 2 * apart] += c;
  weight[to + 3 * apart] += d;
}

/**
 * @param {Layer} layer
 * @param {Float64Array} gradient
 * @param {Sums} sums
 */
function ofLocalFilters(layer, gradient, { weight, bias }) {
  const { shape: [out, rows, columns], settings: { kernel, stride, padding }, inputs: [{ values, shape: [channels, height, width] }] } = layer;
  let filter = 0;
  for (let place = 0; place < rows * columns; place += 1) {
    const [top, left] = [Math.floor(place / columns) * stride - padding, (place % columns) * stride - padding];
    for (let channel = 0; channel < out; channel += 1) {
      const slope = gradient[channel * rows * columns + place];
      bias[place * out + channel] += slope;
      for (let input = 0; input < channels; input += 1) {
        for (let row = top; row < top + kernel; row += 1) {
          for (let column = left; column < left + kernel; column += 1, filter += 1) {
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            weight[filter] += slope * values[(input * height + row) * width + column];
          }
        }
      }
    }
  }
}

/**
 * Batch normalisation while training: by the mean and the variance of each channel over the batch
 * (S. Ioffe and C. Szegedy, Batch normalization, 2015), which the running ones follow.
 * @param {Layer[]} layers the same layer of all copies
 */
function normalise(layers) {
  const { shape: [channels], tensors: { weight, bias, running_mean: mean, running_var: variance } } = layers[0];
  overChannels(layers, channels, (channel, overCells, count) => {
    const found = statistics(overCells, layers, count);
    const factor = weight[channel] / Math.sqrt(found.variance + EPSILON);
    overCells((copy, at) => {
      layers[copy].values[at] = (layers[copy].inputs[0].values[at] - found.mean) * factor + bias[channel];
    });
    mean[channel] += RUNNING * (found.mean - mean[channel]);
    variance[channel] += RUNNING * ((found.variance * count) / (count - 1) - variance[channel]);
  });
}

/**
 * The gradient through the batch's own statistics.
 * @param {Layer[]} layers
 * @param {Float64Array[]} gradients of their outputs
 * @param {Float64Array[]} into those of their inputs
 * @param {Sums} sums
 */
function sendBackNormalised(layers, gradients, into, sums) {
  const { shape: [channels], tensors: { weight } } = layers[0];
  overChannels(layers, channels, (channel, overCells, count) => {
    const { mean, variance } = statistics(overCells, layers, count);
    const scale = 1 / Math.sqrt(variance + EPSILON);
    const normal = (/** @type {number} */ copy, /** @type {number} */ at) => (layers[copy].inputs[0].values[at] - mean) * scale;
    let [total, product] = [0, 0];
    overCells((copy, at) => {
      total += gradients[copy][at];
      product += gradients[copy][at] * normal(copy, at);
    });
    sums.bias[channel] += total;
    sums.weight[channel] += product;
    overCells((copy, at) => {
      into[copy][at] += weight[channel] * scale * (gradients[copy][at] - (total + product * normal(copy, at)) / count);
    });
  });
}

/** @typedef {(meet: (copy: number, at: number) => void) => void} OverCells over a channel's cells in all copies */

/**
 * @param {Layer[]} layers
 * @param {number} channels
 * @param {(channel: number, overCells: OverCells, count: number) => void} act
 */
function overChannels(layers, channels, act) {
  const area = layers[0].values.length / channels;
  for (let channel = 0; channel < channels; channel += 1) {
    act(channel, (meet) => {
      for (let copy = 0; copy < layers.length; copy += 1) {
        for (let at = channel * area; at < (channel + 1) * area; at += 1) meet(copy, at);
      }
    }, layers.length * area);
  }
}

/**
 * @param {OverCells} overCells
 * @param {Layer[]} layers
 * @param {number} count
 */
function statistics(overCells, layers, count) {
  let [mean, variance] = [0, 0];
  overCells((copy, at) => { mean += layers[copy].inputs[0].values[at] / count; });
  overCells((copy, at) => { variance += (layers[copy].inputs[0].values[at] - mean) ** 2 / count; });
  return { mean, variance };
}
