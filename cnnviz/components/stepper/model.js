// A trace as sent by the server, and every question the figure asks it.

import { unpackArray } from "../kit/arrays.js";

/** @import { Packed } from "../kit/arrays.js" */
/** @import { Stops } from "../kit/figure/colours.js" */

/**
 * What Python's `stepper.payload` sends.
 * @typedef {object} Payload
 * @property {string} operator
 * @property {string} reduction
 * @property {number} bias
 * @property {string} mode how padding is filled
 * @property {[before: number, after: number][]} pads of rows and of columns
 * @property {number[]} stride
 * @property {number[]} dilation
 * @property {number[]} window rows and columns
 * @property {number[]} imageShape channels, rows and columns, without padding
 * @property {Packed} padded
 * @property {Packed | null} kernel
 * @property {Packed} output
 * @property {Packed} reads
 * @property {Packed} taps
 * @property {number[]} unreadRows
 * @property {number[]} unreadCols
 * @property {[text: string, role: string][][]} formulas
 * @property {string} pytorch
 * @property {boolean} pixels
 * @property {Stops} stops
 * @property {Stops} weightStops
 * @property {string | null} urlParameter
 * @property {[row: number, column: number] | null} start
 */

/**
 * How the terms of one output cell become one number.
 * @typedef {object} Reduction
 * @property {boolean} listed whether the terms are listed, and not added
 * @property {Fold | null} fold null where the terms must all be known, as for a median
 */

/**
 * @typedef {object} Fold
 * @property {number} start
 * @property {(so: number, term: number) => number} running the value after one more term
 * @property {(so: number, count: number) => number} end
 */

/** @typedef {{ at: number, read: number, tap: number, value: number, weight: number, product: number }} Term */

const added = (/** @type {number} */ so, /** @type {number} */ term) => so + term;

/** @type {Record<string, Reduction>} */
const REDUCTIONS = {
  sum: { listed: false, fold: { start: 0, running: added, end: (so) => so } },
  mean: { listed: false, fold: { start: 0, running: added, end: (so, count) => so / count } },
  max: { listed: true, fold: { start: -Infinity, running: Math.max, end: (so) => so } },
  median: { listed: true, fold: null },
};

export class Model {
  /** @param {Payload} data */
  constructor(data) {
    /** @type {string} */
    this.operator = data.operator;
    /** @type {string} */
    this.reduction = data.reduction;
    /** @type {number} */
    this.bias = data.bias;
    /** @type {string} how padding is filled */
    this.mode = data.mode;
    /** @type {[before: number, after: number][]} of rows and of columns */
    this.pads = data.pads;
    /** @type {number[]} */
    this.stride = data.stride;
    /** @type {number[]} */
    this.dilation = data.dilation;
    /** @type {number[]} channels, rows and columns, without padding */
    this.imageShape = data.imageShape;
    /** @type {number[]} */
    this.unreadRows = data.unreadRows;
    /** @type {number[]} */
    this.unreadCols = data.unreadCols;
    /** @type {[text: string, role: string][][]} */
    this.formulas = data.formulas;
    /** @type {string} */
    this.pytorch = data.pytorch;
    /** @type {boolean} */
    this.pixels = data.pixels;
    /** @type {import("../kit/figure/colours.js").Stops} */
    this.stops = data.stops;
    /** @type {import("../kit/figure/colours.js").Stops} */
    this.weightStops = data.weightStops;
    /** @type {Float32Array} */
    this.padded = unpackArray(data.padded);
    /** @type {Float32Array | null} */
    this.kernel = data.kernel && unpackArray(data.kernel);
    /** @type {Float32Array} */
    this.output = unpackArray(data.output);
    /** @type {Int16Array | Int32Array} for each output cell in turn, the input of each of its terms; −1 for none */
    this.reads = unpackArray(data.reads);
    /** @type {Int16Array | Int32Array} the weight of each term */
    this.taps = unpackArray(data.taps);
    const { padded, output, window } = data;
    /** @type {number} */
    this.channels = padded.shape[0];
    /** @type {number} */
    this.rows = padded.shape[1];
    /** @type {number} */
    this.columns = padded.shape[2];
    /** @type {number} */
    this.outputRows = output.shape[0];
    /** @type {number} */
    this.outputColumns = output.shape[1];
    /** @type {number} */
    this.windowRows = window[0];
    /** @type {number} */
    this.windowColumns = window[1];
    /** @type {{ starts: Int32Array, places: Int32Array } | null} of inputs; found when first asked for */
    this.uses = null;
    this.plane = this.rows * this.columns;
    this.steps = this.output.length;
    this.terms = this.reads.length / this.steps;
    this.kernelPlane = this.kernel ? this.kernel.length / this.channels : 0;
    this.rule = REDUCTIONS[data.reduction];
  }

  /**
   * Where an output cell is.
   * @param {number} index
   * @returns {[row: number, column: number]}
   */
  outputAt(index) {
    return [Math.floor(index / this.outputColumns), index % this.outputColumns];
  }

  /**
   * Where a cell of the padded input is, (0, 0) being the first that is no padding.
   * @param {number} index
   * @returns {[channel: number, row: number, column: number]}
   */
  inputAt(index) {
    const inPlane = index % this.plane;
    return [
      Math.floor(index / this.plane),
      Math.floor(inPlane / this.columns) - this.pads[0][0],
      (inPlane % this.columns) - this.pads[1][0],
    ];
  }

  /**
   * Where a weight is.
   * @param {number} index
   * @returns {[channel: number, row: number, column: number]}
   */
  kernelAt(index) {
    const inPlane = index % this.kernelPlane;
    const row = Math.floor(inPlane / this.windowColumns);
    return [Math.floor(index / this.kernelPlane), row, inPlane % this.windowColumns];
  }

  /** @param {number} index */
  isPadding(index) {
    const [, row, column] = this.inputAt(index);
    return row < 0 || column < 0 || row >= this.imageShape[1] || column >= this.imageShape[2];
  }

  /**
   * The terms of one output cell, without those that fall outside the input.
   * @param {number} step
   */
  termsOf(step) {
    /** @type {Term[]} */
    const found = [];
    for (let at = 0; at < this.terms; at += 1) {
      const read = this.reads[step * this.terms + at];
      if (read < 0) continue;
      const value = this.padded[read];
      const weight = this.kernel ? this.kernel[this.taps[at]] : 1;
      found.push({ at, read, tap: this.taps[at], value, weight, product: value * weight });
    }
    return found;
  }

  /**
   * The reduction done again here, so that what is printed can be held against the output.
   * @param {number} step
   */
  recompute(step) {
    const terms = this.termsOf(step);
    const { fold } = this.rule;
    if (!fold) {
      const sorted = terms.map((term) => term.product).sort((a, b) => a - b);
      const half = sorted.length / 2;
      return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2 + this.bias;
    }
    return fold.end(terms.reduce((so, term) => fold.running(so, term.product), fold.start), terms.length) + this.bias;
  }

  /**
   * Every use of one input cell, in the order of the steps.
   * @param {number} index
   */
  usesOfInput(index) {
    this.uses ??= this.indexUses();
    /** @type {{ step: number, tap: number }[]} */
    const found = [];
    for (let at = this.uses.starts[index]; at < this.uses.starts[index + 1]; at += 1) {
      const place = this.uses.places[at];
      found.push({ step: Math.floor(place / this.terms), tap: this.taps[place % this.terms] });
    }
    return found;
  }

  /** Places in `reads`, sorted by the input cell they read. */
  indexUses() {
    const starts = new Int32Array(this.padded.length + 1);
    for (const read of this.reads) if (read >= 0) starts[read + 1] += 1;
    for (let at = 1; at < starts.length; at += 1) starts[at] += starts[at - 1];
    const next = starts.slice();
    const places = new Int32Array(starts[this.padded.length]);
    for (const [place, read] of this.reads.entries()) {
      if (read >= 0) places[next[read]++] = place;
    }
    return { starts, places };
  }

  /**
   * Every use of one weight.
   * @param {number} tap
   */
  usesOfWeight(tap) {
    const at = this.taps.indexOf(tap);
    /** @type {{ step: number, read: number }[]} */
    const found = [];
    for (let step = 0; at >= 0 && step < this.steps; step += 1) {
      const read = this.reads[step * this.terms + at];
      if (read >= 0) found.push({ step, read });
    }
    return found;
  }

  /** The first output cell worth standing still at: not 0, and made from unequal inputs. */
  interestingStep() {
    for (let step = 0; step < this.steps; step += 1) {
      const terms = this.termsOf(step);
      if (this.output[step] !== 0 && terms.some((term) => term.value !== terms[0].value)) return step;
    }
    return 0;
  }
}
