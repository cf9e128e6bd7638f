// Filters one after another, without rounding or clipping between them: `cnnviz/imaging/chain.py`.

import { hysteresis, thin } from "./canny.js";
import { rangeOf } from "./range.js";
import { applyRecipe, gradientOf, kernelOf, lengthsOf } from "./recipe.js";

/**
 * @typedef {import("./borders.js").Border} Border
 * @typedef {import("./recipe.js").Planes} Planes
 * @typedef {import("./recipe.js").Recipe} Recipe
 *
 * @typedef {object} Stage
 * @property {string} name as in `KINDS` of Python
 * @property {number[]} numbers its settings
 * @property {number[][] | null} weights of a kernel, one's own or one with a name
 *
 * What a stage gives, and of a gradient its two parts in each channel.
 * @typedef {Planes & { parts?: { x: Float32Array, y: Float32Array }[] }} Step
 */

const KEPT = 12; // results of a picture: two chains of six

/**
 * The same as a filter alone; none for what no filter of the page does.
 * @param {Stage} stage
 * @param {Border} border
 * @returns {Recipe | null}
 */
function recipeOf({ name, numbers: [first, second], weights }, border) {
  const usual = { weights, strength: 1, size: 3, sigma: 1, levels: 40, flip: false, border };
  if (weights) return { ...usual, kind: "kernel" };
  if (name === "gaussian") return { ...usual, kind: name, sigma: first, size: 2 * Math.ceil(3 * first) + 1 };
  if (name === "mean" || name === "median") return { ...usual, kind: name, size: first };
  if (name === "bilateral") return { ...usual, kind: name, sigma: first, levels: second };
  return null;
}

/**
 * @param {Step} before
 * @param {Stage} stage
 * @param {Border} border
 * @returns {Step}
 */
function applyStage(before, stage, border) {
  const { height, width, planes, parts } = before;
  const each = (/** @type {(plane: Float32Array) => Float32Array} */ change) => ({ height, width, planes: planes.map(change) });
  const recipe = recipeOf(stage, border);
  if (recipe) return applyRecipe(before, recipe, false);
  if (stage.name === "absolute") return each((plane) => plane.map(Math.abs));
  if (stage.name === "relu") return each((plane) => plane.map((value) => Math.max(value, 0)));
  if (stage.name === "hysteresis") return each((plane) => hysteresis(plane, height, width, stage.numbers[0], stage.numbers[1]));
  if (stage.name === "thin") return { height, width, planes: parts ? parts.map(({ x, y }) => thin(x, y, height, width)) : planes };
  const found = planes.map((plane) => gradientOf(plane, height, width, border, false)); // a gradient
  return { height, width, planes: found.map(({ x, y }) => lengthsOf(x, y)), parts: found };
}

/**
 * What the last of some stages gives; the picture itself if there are none. What was computed last
 * is kept with the picture, so that the figures of a chain share their first stages.
 * @param {Planes & { steps?: Map<string, Step> }} picture
 * @param {Stage[]} stages
 * @param {Border} border
 * @returns {Step}
 */
export function runChain(picture, stages, border) {
  if (stages.length === 0) return picture;
  const kept = (picture.steps ??= new Map());
  const name = JSON.stringify([border, stages]);
  let result = kept.get(name);
  kept.delete(name); // put last: those longest out of use are let go
  result ??= applyStage(runChain(picture, stages.slice(0, -1), border), stages[stages.length - 1], border);
  kept.set(name, result);
  for (const [oldest] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return result;
}

/**
 * The one kernel that does what linear stages do one after another: `equivalent_kernel` of Python.
 * @param {Stage[]} stages
 * @returns {number[][]}
 */
export function equivalentKernel(stages) {
  let result = [[1]];
  const middle = [0, 0];
  for (const stage of stages) {
    const recipe = recipeOf(stage, "zero");
    const kernel = recipe && kernelOf(recipe);
    if (!kernel) throw new Error(`${stage.name} is not linear`);
    const [high, wide] = [kernel.length, kernel[0].length];
    const full = Array.from({ length: result.length + high - 1 }, () => new Array(result[0].length + wide - 1).fill(0));
    kernel.forEach((line, y) => line.forEach((weight, x) => {
      result.forEach((row, down) => row.forEach((value, right) => { full[y + down][x + right] += weight * value; }));
    }));
    result = full;
    middle[0] += (high - 1) >> 1;
    middle[1] += (wide - 1) >> 1;
  }
  // As many zeros before as put the middle at (side - 1) / 2.
  const [above, before] = [result.length, result[0].length].map((side, axis) => Math.max(0, side - 2 - 2 * middle[axis]));
  const empty = () => new Array(before + result[0].length).fill(0);
  return [...Array.from({ length: above }, empty), ...result.map((row) => [...new Array(before).fill(0), ...row])];
}

/** @param {Stage} stage */
function keepsBrightness(stage) {
  const recipe = recipeOf(stage, "zero");
  const kernel = recipe && kernelOf(recipe);
  if (!kernel) return ["median", "bilateral"].includes(stage.name);
  return Math.abs(kernel.flat().reduce((sum, weight) => sum + weight, 0) - 1) < 5e-7;
}

/**
 * The view that suits what the last of some stages gives: a picture stays one.
 * @param {Stage[]} stages
 * @param {Planes} result
 * @returns {"signed" | "absolute" | "clipped"}
 */
export function viewOf(stages, { planes }) {
  if (stages[stages.length - 1].name === "hysteresis" || stages.every(keepsBrightness)) return "clipped";
  return rangeOf(planes)[0] < 0 ? "signed" : "absolute";
}

/**
 * @param {Planes} one
 * @param {Planes} other of the same size
 * @returns {Planes} the first minus the second
 */
export function differenceOf({ height, width, planes }, other) {
  return { height, width, planes: planes.map((plane, channel) => plane.map((value, at) => value - other.planes[channel][at])) };
}
