// Numbers as colours.

/**
 * @typedef {[place: number, hex: string][]} Stops colours at places from 0 to 1
 * @typedef {number[]} Rgb red, green and blue, 0 to 255
 * @typedef {[place: number, colour: Rgb][]} Colours
 */

import { clamp } from "../arithmetic.js";

export const FADE = 0.6; // share of the paper in a faded colour

const LEVELS = 256; // even, so that 0 falls exactly on the middle colour of a diverging scale

/** @type {Record<string, Rgb>} */
const PIXEL_TINTS = { grey: [255, 255, 255], red: [255, 80, 80], green: [90, 220, 100], blue: [95, 145, 255] };

/**
 * @param {string} hex
 * @returns {Rgb}
 */
export function hexToRgb(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share
 * @returns {Rgb}
 */
export function mix(from, to, share) {
  return from.map((value, at) => value + (to[at] - value) * share);
}

/**
 * The colour at a share of stops, [[place, "#rrggbb"], …]: [red, green, blue], not rounded.
 * @param {Stops} stops
 * @param {number} share
 * @returns {Rgb}
 */
export function colourAt(stops, share) {
  return between(parsed(stops), share);
}

/**
 * @param {Stops} stops
 * @returns {Colours}
 */
function parsed(stops) {
  return stops.map(([place, hex]) => [place, hexToRgb(hex)]);
}

/**
 * @param {Colours} colours
 * @param {number} share
 * @returns {Rgb}
 */
function between(colours, share) {
  const next = Math.max(1, colours.findIndex(([place]) => place >= share));
  const [[from, low], [to, high]] = [colours[next - 1], colours[next]];
  return mix(low, high, (share - from) / (to - from));
}

/**
 * Black or white, whichever stands out more from a colour: by 4.5 to 1 or more, as WCAG counts.
 * @param {ArrayLike<number>} rgb
 * @returns {string}
 */
export function inkOn(rgb) {
  const [red, green, blue] = Array.from(rgb, (part) => (part > 10 ? ((part / 255 + 0.055) / 1.055) ** 2.4 : part / 3295));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** A colour scale from `low` to `high`: `css(value)` is a colour, `ink(value)` readable on it. */
export class Scale {
  /**
   * @param {number} low
   * @param {number} high
   * @param {number} bottom
   * @param {number} top
   * @param {(share: number) => Rgb} colourOf
   */
  constructor(low, high, bottom, top, colourOf) {
    this.low = low; // range of the numbers shown: the ends of the legend
    this.high = high;
    this.bottom = bottom; // range of the colours
    this.top = top;
    this.colourOf = colourOf;
    this.picture = false; // whether its numbers are pixels: a picture is never faded
    /** @type {string[]} */
    this.colours = [];
    /** @type {string[]} */
    this.inks = [];
    for (let level = 0; level <= LEVELS; level += 1) {
      const rgb = colourOf(level / LEVELS).map(Math.round);
      this.colours.push(`rgb(${rgb.join(" ")})`);
      this.inks.push(inkOn(rgb));
    }
  }

  /** @param {number} value */
  level(value) {
    return Math.round(clamp((value - this.bottom) / (this.top - this.bottom), 0, 1) * LEVELS);
  }

  /** @param {number} value */
  css(value) {
    return this.colours[this.level(value)];
  }

  /** @param {number} value */
  ink(value) {
    return this.inks[this.level(value)];
  }

  /**
   * The same, faded into the paper: what is not meant just now.
   * @param {Rgb} paper
   * @returns {Scale}
   */
  faded(paper) {
    return new Scale(this.low, this.high, this.bottom, this.top, (share) => mix(this.colourOf(share), paper, FADE));
  }

  /** The colours from `low` to `high`, for a style sheet. */
  gradient() {
    const steps = [...Array(17).keys()].map((at) => this.low + ((this.high - this.low) * at) / 16);
    return `linear-gradient(90deg, ${steps.map((value) => this.css(value)).join(",")})`;
  }

  /**
   * Pixels, black to white or a full tint: a picture, which is never faded.
   * @param {string} name
   * @param {number} [low]
   * @param {number} [high]
   * @returns {Scale}
   */
  static pixels(name, low = 0, high = 255) {
    const made = new Scale(low, high, low, high, (share) => mix([0, 0, 0], PIXEL_TINTS[name], share));
    return Object.assign(made, { picture: true });
  }

  /**
   * Signed numbers: blue positive, orange negative, neutral at 0, alike on both sides.
   * @param {number} low
   * @param {number} high
   * @param {number} limit
   * @param {Stops} stops
   * @returns {Scale}
   */
  static diverging(low, high, limit, stops) {
    return new Scale(Math.min(low, 0), Math.max(high, 0), -limit, limit, (share) => colourAt(stops, share));
  }
}

/**
 * Signed numbers on colours alike on both sides of 0.
 * @param {[number, number]} ends
 * @param {Stops} stops
 */
export function signedScale([low, high], stops) {
  return Scale.diverging(low, high, Math.max(Math.abs(low), Math.abs(high)) || 1, stops);
}

/**
 * 256 colours between stops, three bytes each; `from` and `to` are the places of 0 and 255.
 * @param {Stops} stops
 * @param {number} [from]
 * @param {number} [to]
 */
export function colourTable(stops, from = 0, to = 1) {
  const colours = parsed(stops);
  const table = new Uint8ClampedArray(256 * 3);
  for (let code = 0; code < 256; code += 1) {
    const place = clamp(from + ((to - from) * code) / 255, 0, 1); // full colour beyond the scale
    table.set(between(colours, place), code * 3);
  }
  return table;
}

/**
 * The colours between stops from left to right, for a style sheet.
 * @param {Stops} stops
 * @returns {string}
 */
export function gradient(stops) {
  return `linear-gradient(90deg, ${stops.map(([place, hex]) => `${hex} ${place * 100}%`).join(", ")})`;
}
