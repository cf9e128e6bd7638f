// A drawing as the pictures of a data set were made from what was written or photographed, so
// that a network sees of it what it was trained on.

import { resized } from "./resizing.js";

/**
 * @typedef {object} Rule
 * @property {number} field side of the square in which the drawing is placed
 * @property {[number, number]} box most rows and columns that it fills there
 * @property {boolean} stretched whether it fills all rows of the box, and is narrowed if it is too wide
 * @property {"mass" | "box"} centre what comes to the middle: its centre of mass, or that of its edges
 * @property {number} pen width of the pen on a pad of `PAD_SIDE` that gives strokes as thick as theirs
 * @property {string} words what is done, as the screen says it
 *
 * @typedef {import("./shared_pictures.js").Picture} Picture
 */

/** @type {Rule} */
const MNIST = {
  field: 28, box: [20, 20], stretched: false, centre: "mass", pen: 26,
  words: "fitted into 20×20 pixels and placed by its centre of mass, as the digits of MNIST were",
};

/**
 * By the data set's id. The pictures of MNIST have a longest edge of 20 and their centre of mass
 * within half a pixel of (14, 14), all but a few of 70,000. Those of Fashion-MNIST have a longest edge of 28 and equal
 * margins. Those of scikit-learn were 32×32 bitmaps, as high as the field and mostly 24 wide.
 * @type {Record<string, Rule>}
 */
const RULES = {
  mnist: MNIST,
  mnist5k: MNIST,
  mnist32: { ...MNIST, field: 32, words: "fitted into 20×20 pixels and placed by its centre of mass in 32×32, as LeNet-5’s paper has it" },
  fashionmnist: {
    field: 28, box: [28, 28], stretched: false, centre: "box", pen: 40,
    words: "trimmed, its longest edge scaled to 28 pixels, and centred, as the photos of Fashion-MNIST were (those were sharpened, too)",
  },
  digits: {
    field: 32, box: [32, 24], stretched: true, centre: "box", pen: 34,
    words: "stretched to all 8 rows and at most 6 columns and centred, as most digits of this data set are",
  },
};

/**
 * The rule of a data set; undefined if none is known.
 * @param {string} dataset
 * @returns {Rule | undefined}
 */
export function ruleOf(dataset) {
  return Object.hasOwn(RULES, dataset) ? RULES[dataset] : undefined;
}

/**
 * What a network sees of a drawing: grey levels 0 to 255, row by row.
 * @param {Picture} drawing light on black
 * @param {[number, number]} size rows and columns that the network reads
 * @param {Rule} [rule] left out: the whole drawing is scaled
 */
export function centred(drawing, size, rule) {
  if (!rule) return resized(drawing.values, [drawing.rows, drawing.columns], size);
  const { field, centre } = rule;
  const placed = new Float64Array(field * field);
  const ink = inkOf(drawing);
  if (ink) {
    const { rows, columns } = sizeIn(rule, ink);
    const values = resized(ink.values, [ink.rows, ink.columns], [rows, columns]);
    const [top, left] = centre === "mass" ? byMass(values, rows, columns, field) : [rows, columns].map((side) => Math.ceil((field - side) / 2));
    for (let row = 0; row < rows; row += 1) {
      placed.set(values.subarray(row * columns, (row + 1) * columns), (top + row) * field + left);
    }
  }
  return resized(placed, [field, field], size);
}

/**
 * The part of a drawing that is not black; null if all is.
 * @param {Picture} drawing
 */
function inkOf({ values, rows, columns }) {
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 1) {
      if (!values[at]) continue;
      top = Math.min(top, row);
      bottom = row + 1;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
    }
  }
  if (!bottom) return null;
  const [height, width] = [bottom - top, right - left];
  const cut = new Float64Array(height * width);
  for (let at = 0; at < cut.length; at += 1) cut[at] = values[(top + Math.floor(at / width)) * columns + left + (at % width)];
  return { values: cut, rows: height, columns: width };
}

/**
 * The rows and columns that the ink gets, at least one of each.
 * @param {Rule} rule
 * @param {{ rows: number, columns: number }} ink
 */
function sizeIn({ box: [most, widest], stretched }, { rows, columns }) {
  const scale = stretched ? most / rows : Math.min(most / rows, widest / columns);
  const side = (/** @type {number} */ length, /** @type {number} */ limit) => Math.min(Math.max(Math.round(length * scale), 1), limit);
  return { rows: side(rows, most), columns: side(columns, widest) };
}

/**
 * The top left corner that brings the centre of mass to the middle pixel, half a pixel either way;
 * nothing is cut off.
 * @param {Float64Array} values
 * @param {number} rows
 * @param {number} columns
 * @param {number} field
 */
function byMass(values, rows, columns, field) {
  let [mass, down, across] = [0, 0, 0];
  values.forEach((value, at) => {
    mass += value;
    down += value * Math.floor(at / columns);
    across += value * (at % columns);
  });
  const corner = (/** @type {number} */ moment, /** @type {number} */ side) =>
    Math.min(Math.max(Math.ceil((field - 1) / 2 - moment / (mass || 1)), 0), field - side);
  return [corner(down, rows), corner(across, columns)];
}
