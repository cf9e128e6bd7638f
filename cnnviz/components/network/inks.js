// The colours of maps, of single numbers and of weights.

import { Scale } from "../kit/figure/colours.js";
import { pixelTable, rangeOf } from "./sheet.js";

/** @typedef {import("../kit/network/layers.js").Layer} Layer */

/** @type {import("../kit/figure/colours.js").Stops} */
const GREYS = [[0, "#000000"], [1, "#ffffff"]];
/** @type {import("../kit/figure/colours.js").Stops[]} */
const TINTS = ["#ff5050", "#5adc64", "#5f91ff"].map((hex) => [[0, "#000000"], [1, hex]]);

export class Inks {
  /**
   * @param {Layer} input the network's
   * @param {any} pictures what Python says of the network's pictures and of colours
   */
  constructor(input, pictures) {
    this.input = input;
    this.pictures = pictures;
    this.pixels = { signed: pixelTable(pictures.stops), grey: pixelTable(GREYS), tints: TINTS.map(pixelTable) };
    this.renew(null, false);
  }

  /**
   * The numbers or the way of colouring them have changed.
   * @param {Map<Layer, Layer> | null} contributions what the maps show instead of their own numbers
   * @param {boolean} grey
   */
  renew(contributions, grey) {
    this.contributions = contributions;
    this.grey = grey;
    /** @type {Map<Layer, ReturnType<typeof rangeOf>>} */
    this.ranges = new Map();
    /** @type {Map<Layer, Scale>} of single numbers */
    this.values = new Map();
    /** @type {Map<Layer, Scale>} */
    this.weights = new Map();
  }

  /** A layer with the numbers that its maps show: its own or, backwards, its contributions. */
  shownOf(layer) {
    return this.contributions?.get(layer) ?? layer;
  }

  rangeOf(layer) {
    if (!this.ranges.has(layer)) this.ranges.set(layer, rangeOf(layer));
    return this.ranges.get(layer);
  }

  /** The colours of a layer's maps: pixels as they are, all others on a scale that the layer shares. */
  inkOf(layer) {
    const shown = this.shownOf(layer);
    if (shown === this.input) {
      const { mean, std, shape } = this.pictures;
      return (map) => ({ table: shape[0] === 3 ? this.pixels.tints[map] : this.pixels.grey, factor: 255 * std[map], offset: 255 * mean[map] });
    }
    const { low, high, limit } = this.rangeOf(shown);
    const signed = { table: this.pixels.signed, factor: limit ? 127.5 / limit : 0, offset: 127.5 };
    const grey = { table: this.pixels.grey, factor: high > low ? 255 / (high - low) : 0, offset: high > low ? (-255 * low) / (high - low) : 0 };
    const ink = this.grey && shown === layer ? grey : signed;
    return () => ink;
  }

  /** The same for single numbers: background and text. */
  valueColours(layer, value, channel) {
    if (layer === this.input) {
      const { mean, std } = this.pictures;
      return coloursOf(Scale.pixels("grey", -mean[channel] / std[channel], (1 - mean[channel]) / std[channel]), value);
    }
    const { low, high, limit } = this.rangeOf(layer);
    if (!this.values.has(layer)) {
      const { stops } = this.pictures;
      this.values.set(layer, this.grey ? Scale.pixels("grey", low, high > low ? high : low + 1) : Scale.diverging(low, high, limit || 1, stops));
    }
    return coloursOf(this.values.get(layer), value);
  }

  gradientOf(layer) {
    const { low, high, limit } = this.rangeOf(this.shownOf(layer));
    return Scale.diverging(low, high, limit || 1, this.pictures.stops).gradient();
  }

  weightColours(layer, value) {
    if (!this.weights.has(layer)) {
      const limit = layer.tensors.weight.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
      this.weights.set(layer, Scale.diverging(-limit, limit, limit, this.pictures.weight_stops));
    }
    return coloursOf(this.weights.get(layer), value);
  }
}

/**
 * @param {Scale} scale
 * @param {number} value
 */
function coloursOf(scale, value) {
  return [scale.css(value), scale.ink(value)];
}
