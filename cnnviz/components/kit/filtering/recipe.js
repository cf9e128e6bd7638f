// One filter with all of its settings, over a whole picture: `Recipe` of `cnnviz/imaging/recipe.py`.

import { bilateral, bilateralOfNumbers } from "./bilateral.js";
import { flipped, gaussianRow, slide, slideBothWays, squareOf, strengthened } from "./linear.js";
import { median, medianOfNumbers } from "./median.js";

/** @typedef {import("./borders.js").Border} Border */

/**
 * @typedef {object} Recipe
 * @property {"kernel" | "gaussian" | "mean" | "median" | "bilateral" | "sobel-magnitude" | "sobel-direction"} kind
 * @property {number[][] | null} weights of a kernel, before strength and flip
 * @property {number} strength
 * @property {number} size
 * @property {number} sigma
 * @property {number} levels
 * @property {Border} border
 * @property {boolean} flip
 * @property {number[][][] | null} [channels] kernels of red, green and blue, whose results are added up
 */

/**
 * A picture: one plane if it is grey, three if it has colours.
 * @typedef {{ height: number, width: number, planes: Float32Array[] }} Planes
 *
 * A filtered picture: signed numbers, and for a direction how strong the gradient is.
 * @typedef {{ height: number, width: number, planes: Float32Array[], strengths?: Float32Array[] }} Result
 */

const SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]];
const SOBEL_Y = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]];

/**
 * A picture out of the bytes of a canvas.
 * @param {Uint8ClampedArray} bytes red, green, blue, opacity
 * @param {number} height
 * @param {number} width
 * @param {"colour" | "grey" | "luma"} kind grey: it has no colours; luma: they are made grey
 * @returns {Planes}
 */
export function planesOf(bytes, height, width, kind) {
  const pixels = new Uint32Array(bytes.buffer, bytes.byteOffset, height * width);
  const planes = Array.from({ length: kind === "colour" ? 3 : 1 }, () => new Float32Array(pixels.length));
  if (kind === "luma") {
    // As `to_grey` of `cnnviz/imaging/colour.py`, in OpenCV's whole numbers.
    const [luma] = planes;
    for (let at = 0; at < pixels.length; at += 1) {
      const pixel = pixels[at];
      luma[at] = (9798 * (pixel & 255) + 19235 * ((pixel >> 8) & 255) + 3735 * ((pixel >> 16) & 255) + 16384) >> 15;
    }
  } else {
    planes.forEach((plane, channel) => {
      for (let at = 0; at < pixels.length; at += 1) plane[at] = (pixels[at] >> (8 * channel)) & 255;
    });
  }
  return { height, width, planes };
}

/**
 * The bytes of a canvas that show whole numbers from 0 to 255 as they are.
 * @param {Planes} picture
 */
export function pixelsOf({ height, width, planes }) {
  const bytes = new Uint8ClampedArray(4 * height * width);
  const [red, green, blue] = planes.length === 3 ? planes : [planes[0], planes[0], planes[0]];
  for (let at = 0; at < red.length; at += 1) {
    bytes[4 * at] = red[at];
    bytes[4 * at + 1] = green[at];
    bytes[4 * at + 2] = blue[at];
    bytes[4 * at + 3] = 255;
  }
  return bytes;
}

/**
 * A picture as whole grey levels: clipped, and halves rounded to the even one.
 * @param {Planes} picture
 * @returns {Planes}
 */
export function roundedLevels({ height, width, planes }) {
  return { height, width, planes: planes.map((plane) => Float32Array.from(Uint8ClampedArray.from(plane))) };
}

/**
 * The kernel that a recipe slides, before any flip; none for a median, a bilateral or a gradient.
 * @param {Recipe} recipe
 * @returns {number[][] | null}
 */
export function kernelOf({ kind, weights, strength, sigma, size }) {
  if (kind === "kernel" && weights) return strength === 1 ? weights : strengthened(weights, strength);
  if (kind === "mean") return Array.from({ length: size }, () => new Array(size).fill(1 / size ** 2));
  if (kind !== "gaussian") return null;
  return squareOf(gaussianRow(sigma, size));
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} y
 */
export function lengthsOf(x, y) {
  const lengths = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += 1) lengths[at] = Math.sqrt(x[at] * x[at] + y[at] * y[at]);
  return lengths;
}

/**
 * The two parts of Sobel's gradient.
 * @param {Float32Array} plane
 * @param {number} height
 * @param {number} width
 * @param {Border} border
 * @param {boolean} whole
 */
export function gradientOf(plane, height, width, border, whole) {
  const [x, y] = [SOBEL_X, SOBEL_Y].map((kernel) => slide(plane, height, width, kernel, border, whole));
  return { x, y };
}

/**
 * Filter a picture.
 * @param {Planes} picture
 * @param {Recipe} recipe
 * @param {boolean} [whole] whether the numbers are whole ones from 0 to 255; if they may be others, a
 *   median's size is 3 or 5
 * @returns {Result}
 */
export function applyRecipe({ height, width, planes }, recipe, whole = true) {
  const each = (/** @type {(plane: Float32Array) => Float32Array} */ filter) => ({ height, width, planes: planes.map(filter) });
  const { kind, border, size } = recipe;
  if (kind === "median") return each((plane) => (whole ? median : medianOfNumbers)(plane, height, width, size));
  if (kind === "bilateral") {
    return { height, width, planes: (whole ? bilateral : bilateralOfNumbers)(planes, height, width, recipe.sigma, recipe.levels) };
  }
  if (kind === "gaussian" || kind === "mean") {
    const row = kind === "mean" ? new Array(size).fill(1 / size) : gaussianRow(recipe.sigma, size);
    return each((plane) => slideBothWays(plane, height, width, row, border, whole));
  }
  if (recipe.channels && planes.length === 3) {
    const kernels = recipe.flip ? recipe.channels.map(flipped) : recipe.channels;
    const [red, green, blue] = planes.map((plane, channel) => slide(plane, height, width, kernels[channel], border, whole));
    return { height, width, planes: [red.map((value, at) => value + green[at] + blue[at])] };
  }
  if (kind === "kernel") {
    const kernel = /** @type {number[][]} */ (kernelOf(recipe));
    const weights = recipe.flip ? flipped(kernel) : kernel;
    return each((plane) => slide(plane, height, width, weights, border, whole));
  }
  const gradients = planes.map((plane) => gradientOf(plane, height, width, border, whole));
  const lengths = gradients.map(({ x, y }) => lengthsOf(x, y));
  if (kind === "sobel-magnitude") return { height, width, planes: lengths };
  const turns = gradients.map(({ x, y }) => x.map((value, at) => (Math.atan2(y[at], value) * 180) / Math.PI));
  return { height, width, planes: turns, strengths: lengths };
}
