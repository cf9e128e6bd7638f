// What two networks say of a scene, as cnnviz/inspection/detection.py and
// cnnviz/training/experiments/vision_tasks.py make it of their numbers.

const REACH = 3; // pixels on each side of a peak

/**
 * @typedef {[number, number, number, number]} Box top, left, bottom and right, in pixels
 * @typedef {{ label: number, score: number, box: Box }} Found
 * @typedef {{ classes: ArrayLike<number>, heat: Float32Array, sides: Float32Array, crowd: Float32Array }} Maps
 */

/**
 * The parts of the numbers for every pixel.
 * @param {Float32Array} output 14×H×W
 * @param {number} area H·W
 * @param {{ classes: number, unit: number, crowd: number }} sizes
 * @returns {Maps}
 */
export function mapsOf(output, area, { classes, unit, crowd }) {
  const [first, second, third] = [classes, 2 * classes - 1, 2 * classes + 3].map((maps) => maps * area);
  return {
    classes: output.subarray(0, first),
    heat: output.slice(first, second).map((score) => 1 / (1 + Math.exp(-score))),
    sides: output.slice(second, third).map((side) => side * unit),
    crowd: output.slice(third).map((share) => share / crowd),
  };
}

/**
 * The things whose centres are peaks, the most probable first.
 * @param {Maps} maps
 * @param {number} side
 * @param {number} sure
 * @returns {Found[]}
 */
export function find({ heat, sides }, side, sure) {
  const area = side * side;
  const kinds = heat.length / area;
  const best = heat.slice(0, area);
  const labels = new Uint8Array(area).fill(1);
  for (let at = area; at < kinds * area; at += 1) {
    if (heat[at] > best[at % area]) {
      best[at % area] = heat[at];
      labels[at % area] = 1 + Math.floor(at / area);
    }
  }
  const found = [];
  for (let at = 0; at < area; at += 1) {
    if (best[at] < sure || !isPeak(best, side, at)) continue;
    const [y, x] = [Math.floor(at / side) + 0.5, (at % side) + 0.5];
    const [up, across, down, on] = [0, 1, 2, 3].map((one) => sides[one * area + at]);
    const box = /** @type {Box} */ ([Math.max(0, y - up), Math.max(0, x - across), Math.min(side, y + down), Math.min(side, x + on)]);
    found.push({ label: labels[at], score: best[at], box });
  }
  return found.toSorted((one, other) => other.score - one.score);
}

/**
 * Whether no pixel around is larger, and none of those before it equal.
 * @param {ArrayLike<number>} values
 * @param {number} side
 * @param {number} at
 */
function isPeak(values, side, at) {
  const [row, column] = [Math.floor(at / side), at % side];
  for (let y = Math.max(0, row - REACH); y <= Math.min(side - 1, row + REACH); y += 1) {
    for (let x = Math.max(0, column - REACH); x <= Math.min(side - 1, column + REACH); x += 1) {
      const other = y * side + x;
      if (values[other] > values[at] || (other < at && values[other] === values[at])) return false;
    }
  }
  return true;
}

/**
 * Where a pixel says that its thing's centre is: row and column.
 * @param {ArrayLike<number>} sides
 * @param {number} side
 * @param {number} at
 */
export function centreFrom(sides, side, at) {
  const [up, across, down, on] = [0, 1, 2, 3].map((one) => sides[one * side * side + at]);
  return [Math.floor(at / side) + 0.5 + (down - up) / 2, (at % side) + 0.5 + (on - across) / 2];
}

/**
 * @param {Box} box
 * @returns {[number, number]} row and column
 */
export function middle([top, left, bottom, right]) {
  return [(top + bottom) / 2, (left + right) / 2];
}

/**
 * Which thing each pixel belongs to, from 1; 0 for none.
 * @param {Found[]} things
 * @param {ArrayLike<number>} mask classes of the pixels
 * @param {ArrayLike<number>} sides
 * @param {number} side
 */
export function instancesOf(things, mask, sides, side) {
  const centres = things.map(({ box }) => middle(box));
  return Uint8Array.from(mask, (label, at) => {
    if (!label || !things.length) return 0;
    const [y, x] = centreFrom(sides, side, at);
    const far = centres.map(([row, column]) => (y - row) ** 2 + (x - column) ** 2);
    return 1 + far.indexOf(Math.min(...far));
  });
}

/**
 * Intersection over union.
 * @param {Box} one
 * @param {Box} other
 */
export function boxOverlap(one, other) {
  const height = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const width = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  const both = Math.max(0, height) * Math.max(0, width);
  return both ? both / (sizeOf(one) + sizeOf(other) - both) : 0;
}

/**
 * How many pixels are in it.
 * @param {Box} box
 */
function sizeOf([top, left, bottom, right]) {
  return (bottom - top) * (right - left);
}

/**
 * The same of two sets of pixels, those with a number each.
 * @param {ArrayLike<number>} owners
 * @param {number} number
 * @param {ArrayLike<number>} others
 * @param {number} other
 */
export function pixelOverlap(owners, number, others, other) {
  let [both, either] = [0, 0];
  for (let at = 0; at < owners.length; at += 1) {
    const [mine, its] = [owners[at] === number, others[at] === other];
    both += Number(mine && its);
    either += Number(mine || its);
  }
  return both / Math.max(1, either);
}

/**
 * For each thing found the number of the true one that it is; −1 for none.
 * @param {number[]} found classes, the surest first
 * @param {number[]} true_ classes
 * @param {(at: number, other: number) => number} overlap
 * @param {number} least
 */
export function match(found, true_, overlap, least) {
  /** @type {number[]} */
  const taken = [];
  for (const [at, label] of found.entries()) {
    let [best, share] = [-1, -1];
    for (const [other, kind] of true_.entries()) {
      const its = kind === label ? overlap(at, other) : -1;
      if (its > share) [best, share] = [other, its];
    }
    taken.push(share >= least && !taken.includes(best) ? best : -1);
  }
  return taken;
}

const NUMBERS = ["No digit", "One digit", "Two digits", "Three digits", "Four digits"];
const [ROWS, COLUMNS] = [["top", "", "bottom"], ["left", "", "right"]];

/**
 * A sentence on digits, the largest box first.
 * @param {{ label: number, box: Box }[]} things
 * @param {string[]} classes
 * @param {number} side
 */
export function sentence(things, classes, side) {
  const ordered = things.toSorted((one, other) => sizeOf(other.box) - sizeOf(one.box));
  const number = NUMBERS[ordered.length] ?? `${ordered.length} digits`;
  if (!ordered.length) return `${number}.`;
  const parts = ordered.map(({ label, box }, at) => `a ${at ? "" : "large "}${classes[label]} ${place(box, side)}`);
  const last = parts.pop();
  return `${number}: ${parts.length ? `${parts.join(", ")} and ` : ""}${last}.`;
}

/**
 * In which ninth of the scene the middle of a box is.
 * @param {Box} box
 * @param {number} side
 */
function place(box, side) {
  const [row, column] = middle(box).map((at) => Math.min(2, Math.floor((3 * at) / side)));
  const words = [ROWS[row], COLUMNS[column]].filter(Boolean).join(" ");
  return words ? `at the ${words}` : "in the middle";
}
