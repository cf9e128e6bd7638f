// A network of ours, computed in the browser: all maps of all layers, for a picture.

import { KINDS } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {import("./safetensors.js").Tensor} Tensor
 * @typedef {{ layer: string } & Record<string, any>} Entry a layer as `cnnviz.networks` describes it
 */

const DEFAULTS = { padding: 0, dilation: 1, groups: 1 };

/**
 * A network that is ready to run.
 * @param {Entry[]} spec its layers, checked by Python
 * @param {number[]} shape C, H, W of a picture
 * @param {Record<string, Tensor>} tensors its weights, by their names in the module
 */
export function prepare(spec, shape, tensors) {
  const network = new Network(spec, shape);
  network.load(tensors);
  return network;
}

/** The layers in the order in which they are computed; each run overwrites their values. */
export class Network {
  /**
   * @param {Entry[]} spec
   * @param {number[]} shape
   */
  constructor(spec, shape) {
    this.input = layerOf("input", "input", {}, []);
    this.input.shape = shape;
    this.input.values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    /** @type {Layer[]} */
    this.layers = [this.input];
    this.output = this.append(spec, this.input, "");
  }

  /**
   * Append a sequence of layers that begins at `source`; its last layer.
   * @param {Entry[]} spec
   * @param {Layer} source
   * @param {string} within what comes before their names
   * @returns {Layer}
   */
  append(spec, source, within) {
    /** @type {Record<string, number>} */
    const counts = {};
    let last = source;
    for (const { layer: kind, body, shortcut, branches, ...settings } of spec) {
      if (!Object.hasOwn(KINDS, kind)) throw new Error(`There is no layer of the kind “${kind}” here.`);
      counts[kind] = (counts[kind] ?? 0) + 1;
      const name = `${within}${kind}${counts[kind]}`;
      const before = last;
      /** @type {(part: Entry[], place: string) => Layer} */
      const inside = (part, place) => this.append(part, before, `${name}.${place}.`);
      let inputs = [before];
      if (body) inputs = [inside(body, "body"), inside(shortcut ?? [], "shortcut")];
      if (branches) inputs = branches.map((/** @type {Entry[]} */ branch, /** @type {number} */ at) => inside(branch, `branch${at + 1}`));
      last = allocated(layerOf(name, kind, settings, inputs));
      this.layers.push(last);
    }
    return last;
  }

  /**
   * Take the weights, such as those of another step of the training.
   * @param {Record<string, Tensor>} tensors
   * @throws {Error} a sentence: they are those of another network
   */
  load(tensors) {
    for (const layer of this.layers) {
      for (const [part, shape] of Object.entries(KINDS[layer.kind]?.tensors?.(layer) ?? {})) {
        const name = `${layer.name}.${part}`;
        const tensor = tensors[name];
        if (!tensor) throw new Error(`The weights of another network: ${name} is missing.`);
        if (String(tensor.shape) !== String(shape)) {
          throw new Error(`The weights of another network: ${name} is ${tensor.shape.join("×")} and should be ${shape.join("×")}.`);
        }
        if (!(tensor.values instanceof Float32Array)) throw new Error(`${name} should hold float32 or float16 numbers.`);
        layer.tensors[part] = tensor.values;
      }
      KINDS[layer.kind]?.loaded?.(layer);
    }
  }

  /**
   * Compute all layers.
   * @param {ArrayLike<number>} picture C×H×W, normalised as the network's training pictures were
   * @returns {Layer[]} the layers, whose `values` hold until the next run; the first is the picture
   */
  run(picture) {
    if (picture.length !== this.input.values.length) {
      throw new Error(`The picture has ${picture.length} numbers, the network reads ${this.input.shape.join("×")}.`);
    }
    this.input.values.set(picture);
    for (const layer of this.layers) layer.compute();
    return this.layers;
  }

  /**
   * Take what the layers give for a picture, computed elsewhere, instead of running.
   * @param {ArrayLike<number>} picture as `run` takes it
   * @param {Record<string, Tensor>} maps by the names of the layers; the values of others stay
   */
  take(picture, maps) {
    this.input.values.set(picture);
    for (const { name, values } of this.layers) if (maps[name]) values.set(maps[name].values);
  }
}

/**
 * @param {string} name
 * @param {string} kind
 * @param {Record<string, any>} settings
 * @param {Layer[]} inputs
 * @returns {Layer}
 */
function layerOf(name, kind, settings, inputs) {
  // A pool moves by its kernel if nothing else is said.
  const stride = kind.endsWith("pool") ? settings.kernel : 1;
  return {
    name, kind, inputs, settings: { stride, ...DEFAULTS, ...settings }, shape: [], values: new Float32Array(0), tensors: {}, compute: () => {},
  };
}

/**
 * The layer with its shape and the memory that it fills.
 * @param {Layer} layer
 */
function allocated(layer) {
  const kind = KINDS[layer.kind];
  const [source] = layer.inputs;
  layer.shape = kind.shape?.(layer) ?? source.shape;
  layer.values = kind.same ? source.values : new Float32Array(layer.shape.reduce((product, side) => product * side, 1));
  layer.compute = kind.compute?.(layer) ?? layer.compute;
  return layer;
}

/**
 * Logits as probabilities.
 * @param {ArrayLike<number>} logits
 * @returns {number[]}
 */
export function softmax(logits) {
  const largest = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
