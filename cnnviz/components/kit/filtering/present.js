// Signed numbers to the pixels of a screen, with their scale: `cnnviz/imaging/present.py`.

import { clamp } from "../arithmetic.js";
import { colourAt } from "../figure/colours.js";
import { rangeOf } from "./range.js";
import { vectors } from "./simd.js";

/**
 * @typedef {import("../figure/colours.js").Stops} Stops
 * @typedef {import("./recipe.js").Result} Result
 * @typedef {"signed" | "absolute" | "relu" | "clipped"} View
 */

/**
 * What the colours mean, and how often each number occurs.
 * @typedef {object} Scale
 * @property {number} low the number that gets the first colour
 * @property {number} high
 * @property {Stops} stops
 * @property {number[][]} counts of `BINS` equal steps, one row per channel
 * @property {number} smallest before any was turned into a colour
 * @property {number} largest
 * @property {string} unit
 */

const BINS = 128;
const SHARE = 0.995; // of all numbers are nearer to 0 than the one with the full colour
const SIGNS = { signed: 1, absolute: -1, relu: 0, clipped: 1 }; // what becomes of negative numbers
const OPAQUE = 0xff000000;
const GREY = 0x010101; // times a level, red, green and blue of it
const LANES = 4; // numbers of a vector

/**
 * The number that gets the full colour.
 * @param {Float32Array[]} planes
 * @param {[number, number]} range
 */
function limitOf(planes, [smallest, largest]) {
  const most = Math.max(-smallest, largest);
  if (most === 0) return 1;
  const distances = new Int32Array(129);
  const scale = 127 / most;
  let size = 0;
  for (const plane of planes) {
    size += plane.length;
    const done = vectors ? plane.length & ~3 : 0; // vectors have four numbers
    if (vectors && done) {
      const buffer = vectors.memory(4 * (done + distances.length));
      new Float32Array(buffer, 0, done).set(plane.subarray(0, done));
      const counts = new Int32Array(buffer, 4 * done, distances.length);
      counts.set(distances);
      vectors.distances(0, 4 * done, 4 * done, scale);
      distances.set(counts);
    }
    for (let at = done; at < plane.length; at += 1) distances[(Math.abs(plane[at]) * scale + 0.5) | 0] += 1;
  }
  let [level, total] = [0, distances[0]];
  while (total < SHARE * size) total += distances[(level += 1)];
  return (most * (level + 1)) / 128;
}

/**
 * Colours for 256 levels, the stop at 0.5 falling exactly on `centre`.
 * @param {Stops} stops
 * @param {number} centre
 */
function table(stops, centre) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const place = (level - centre) / (255 - centre) / 2 + 0.5;
    const [red, green, blue] = colourAt(stops, clamp(place, 0, 1)).map(Math.round);
    return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/**
 * Turn numbers into levels, count them, and write them as pixels.
 * @param {Float32Array[]} planes
 * @param {number} low
 * @param {number} high
 * @param {{ factor: number, offset: number, sign: number, colours: Uint32Array | null }} levels negative
 *   numbers are multiplied by `sign` first; without colours, one channel is grey
 */
function painted(planes, low, high, { factor, offset, sign, colours }) {
  const size = planes[0].length;
  const step = BINS / (high - low);
  const done = vectors ? size - (size % LANES) : 0;
  const [palette, bins, values, end] = [0, 1024, 3072, 3072 + 4 * done].map((place) => place + 4 * size); // after the pixels
  const buffer = vectors ? vectors.memory(end) : new ArrayBuffer(4 * size);
  const pixels = new Uint32Array(buffer, 0, size).fill(OPAQUE);
  const counts = planes.map((plane, channel) => {
    const unit = planes.length === 1 ? GREY : 1 << (8 * channel); // where there is no table
    const own = new Uint32Array(BINS);
    if (vectors && done) {
      const counted = new Uint32Array(buffer, bins, LANES * BINS).fill(0);
      new Float32Array(buffer, values, done).set(plane.subarray(0, done));
      if (colours) new Uint32Array(buffer, palette, 256).set(colours);
      const [paint, by] = colours ? [vectors.paint, palette] : [vectors.shade, unit];
      paint(values, end, 0, by, bins, factor, offset + 0.5, sign, step, -low * step);
      counted.forEach((amount, at) => { own[at % BINS] += amount; });
    }
    // Numbers become whole ones by `| 0`, which is several times as fast as rounding; so they must
    // not be negative.
    for (let at = done; at < size; at += 1) {
      const value = plane[at] < 0 ? plane[at] * sign : plane[at];
      const exact = value * factor + offset + 0.5;
      const level = exact <= 0 ? 0 : exact >= 255 ? 255 : exact | 0;
      pixels[at] |= colours ? colours[level] : level * unit;
      const bin = (value - low) * step;
      own[bin <= 0 ? 0 : bin >= BINS ? BINS - 1 : bin | 0] += 1;
    }
    return Array.from(own);
  });
  return { pixels: new Uint8ClampedArray(buffer, 0, 4 * size), counts };
}

/**
 * A filtered picture for the screen: `present` of `cnnviz/imaging/present.py`.
 * @param {Result} result
 * @param {View} view
 * @param {Stops} stops the colours of this view
 * @returns {{ pixels: Uint8ClampedArray<ArrayBuffer>, scale: Scale }} red, green, blue, opacity, in
 *   memory that the next filter uses
 */
export function present({ planes, strengths }, view, stops) {
  if (strengths) return presentDirection(planes, strengths, stops);
  const range = rangeOf(planes);
  const [smallest, largest] = range;
  const limit = view === "clipped" ? 255 : limitOf(planes, range);
  const signed = view === "signed";
  const { pixels, counts } = painted(planes, signed ? -limit : 0, limit, signed
    ? { factor: 127 / limit, offset: 128, sign: 1, colours: planes.length === 1 ? table(stops, 128) : null }
    : { factor: 255 / limit, offset: 0, sign: SIGNS[view], colours: null });
  return { pixels, scale: { low: signed ? -limit : 0, high: limit, stops, counts, smallest, largest, unit: "" } };
}

/**
 * Directions as hues, darker where the gradient is weak; the channel with the strongest decides.
 * @param {Float32Array[]} degrees
 * @param {Float32Array[]} strengths
 * @param {Stops} stops
 */
function presentDirection(degrees, strengths, stops) {
  const [smallest, largest] = rangeOf(degrees);
  const strongest = strengths[0].slice();
  const turns = degrees[0].slice();
  for (let channel = 1; channel < strengths.length; channel += 1) {
    for (let at = 0; at < strongest.length; at += 1) {
      if (strengths[channel][at] <= strongest[at]) continue;
      strongest[at] = strengths[channel][at];
      turns[at] = degrees[channel][at];
    }
  }
  const limit = limitOf([strongest], rangeOf([strongest]));
  const colours = Array.from({ length: 256 }, (_, level) => colourAt(stops, level / 255));
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float64Array.from(colours, (colour) => colour[part]));
  const pixels = new Uint8ClampedArray(4 * strongest.length);
  const bins = new Array(BINS).fill(0);
  for (let at = 0; at < strongest.length; at += 1) {
    const turn = (turns[at] + 180) / 360;
    const level = (turn * 255) | 0;
    const brightness = Math.min(strongest[at] / limit, 1);
    pixels[4 * at] = (reds[level] * brightness) | 0;
    pixels[4 * at + 1] = (greens[level] * brightness) | 0;
    pixels[4 * at + 2] = (blues[level] * brightness) | 0;
    pixels[4 * at + 3] = 255;
    bins[Math.min((turn * BINS) | 0, BINS - 1)] += strongest[at];
  }
  return { pixels, scale: { low: -180, high: 180, stops, counts: [bins], smallest, largest, unit: "\u00b0" } };
}
