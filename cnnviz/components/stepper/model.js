// A trace as sent by the server, and every question the figure asks it.

import { unpackArray } from "../kit/arrays.js";

/** How the terms of one output cell become one number, and the running value after each term.
 * Terms are added, or `listed`. */
const REDUCTIONS = {
  sum: { running: (so, term) => so + term, start: 0, end: (so) => so },
  mean: { running: (so, term) => so + term, start: 0, end: (so, count) => so / count },
  max: { listed: true, running: Math.max, start: -Infinity, end: (so) => so },
  median: { listed: true },
};

export class Model {
  /** @param {any} data of Python's `stepper.payload` */
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
    this.padded = unpackArray(data.padded);
    this.kernel = data.kernel && unpackArray(data.kernel);
    this.output = unpackArray(data.output);
    this.reads = unpackArray(data.reads);
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
    this.kernelPlane = this.kernel && this.kernel.length / this.channels;
    this.rule = REDUCTIONS[data.reduction] ?? { listed: true };
  }

  /** Where an output cell is: [row, column]. */
  outputAt(index) {
    return [Math.floor(index / this.outputColumns), index % this.outputColumns];
  }

  /** Where a cell of the padded input is: [channel, row, column], (0, 0) being the first that is no padding. */
  inputAt(index) {
    const inPlane = index % this.plane;
    return [
      Math.floor(index / this.plane),
      Math.floor(inPlane / this.columns) - this.pads[0][0],
      (inPlane % this.columns) - this.pads[1][0],
    ];
  }

  kernelAt(index) {
    const inPlane = index % this.kernelPlane;
    const row = Math.floor(inPlane / this.windowColumns);
    return [Math.floor(index / this.kernelPlane), row, inPlane % this.windowColumns];
  }

  isPadding(index) {
    const [, row, column] = this.inputAt(index);
    return row < 0 || column < 0 || row >= this.imageShape[1] || column >= this.imageShape[2];
  }

  /** The terms of one output cell: {read, tap, value, weight, product}. */
  termsOf(step) {
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

  /** The reduction done again here, so that what is printed can be held against the output. */
  recompute(step) {
    const terms = this.termsOf(step);
    if (this.reduction === "median") {
      const sorted = terms.map((term) => term.product).sort((a, b) => a - b);
      const half = sorted.length / 2;
      return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2 + this.bias;
    }
    const { running, start, end } = this.rule;
    return end(terms.reduce((so, term) => running(so, term.product), start), terms.length) + this.bias;
  }

  /** Every use of one input cell: [{step, tap}], in the order of the steps. */
  usesOfInput(index) {
    this.uses ??= this.indexUses();
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
    const places = new Int32Array(starts.at(-1));
    this.reads.forEach((read, place) => {
      if (read >= 0) places[next[read]++] = place;
    });
    return { starts, places };
  }

  /** Every use of one weight: [{step, read}]. */
  usesOfWeight(tap) {
    const at = this.taps.indexOf(tap);
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
