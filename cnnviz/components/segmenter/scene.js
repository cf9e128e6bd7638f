// Scenes put together from their parts, as cnnviz/datasets/scenes.py does it, and what is said of
// their pixels.

import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { hexToRgb } from "../kit/figure/colours.js";

// Okabe and Ito's colours, which the colour-blind tell apart; the background is dark.
export const COLOURS = ["#1b1b1b", "#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"].map(hexToRgb);

/**
 * @typedef {{ label: number, top: number, left: number, values: ArrayLike<number>, ink: ArrayLike<number> }} Sprite
 * @typedef {{ clutter: ArrayLike<number>, noise: ArrayLike<number>, sprites: Sprite[] }} Scene
 */

/**
 * A scene out of what Python sent.
 * @param {any} sent
 * @returns {Scene}
 */
export function unpackScene({ clutter, noise, sprites }) {
  return {
    clutter: unpackArray(clutter),
    noise: unpackArray(noise),
    sprites: sprites.map((/** @type {any} */ one) => ({ ...one, values: unpackArray(one.values), ink: unpackArray(one.ink) })),
  };
}

/** @param {Sprite} sprite */
export function sideOf({ values }) {
  return Math.sqrt(values.length);
}

/**
 * The picture, the class of each of its pixels, and the number of its sprite, from 1.
 * @param {Scene} scene
 * @param {number} side
 */
export function compose({ clutter, noise, sprites }, side) {
  const picture = Int16Array.from(clutter);
  const labels = new Uint8Array(side * side);
  const owners = new Uint8Array(side * side);
  for (const [number, sprite] of sprites.entries()) {
    const { label, top, left, values, ink } = sprite;
    const size = sideOf(sprite);
    for (let at = 0; at < values.length; at += 1) {
      const to = (top + Math.floor(at / size)) * side + left + (at % size);
      picture[to] = Math.max(picture[to], values[at]);
      if (ink[at]) {
        labels[to] = label;
        owners[to] = number + 1;
      }
    }
  }
  return { picture: picture.map((level, at) => clamp(level + noise[at], 0, 255)), labels, owners };
}

/**
 * The sprite at a pixel, the foremost one; undefined where there is none.
 * @param {Scene} scene
 * @param {number} row
 * @param {number} column
 */
export function spriteAt({ sprites }, row, column) {
  return sprites.findLast((one) => {
    const size = sideOf(one);
    return row >= one.top && row < one.top + size && column >= one.left && column < one.left + size;
  });
}

/**
 * The softmax of every pixel, S_ijk, and its most probable class.
 * @param {ArrayLike<number>} scores K×H×W
 * @param {number} classes K
 * @returns {{ shares: Float32Array, best: Uint8Array, confidence: Float32Array }} K×H×W, H×W, H×W
 */
export function classesOf(scores, classes) {
  const area = scores.length / classes;
  const found = { shares: new Float32Array(scores.length), best: new Uint8Array(area), confidence: new Float32Array(area) };
  for (let at = 0; at < area; at += 1) {
    let best = 0;
    for (let one = 1; one < classes; one += 1) if (scores[one * area + at] > scores[best * area + at]) best = one;
    let total = 0;
    for (let one = 0; one < classes; one += 1) {
      const power = Math.exp(scores[one * area + at] - scores[best * area + at]);
      found.shares[one * area + at] = power;
      total += power;
    }
    for (let one = 0; one < classes; one += 1) found.shares[one * area + at] /= total;
    found.best[at] = best;
    found.confidence[at] = 1 / total;
  }
  return found;
}

/**
 * Intersection over union: of each class, and of all that is not background; NaN of what is in
 * neither.
 * @param {ArrayLike<number>} predicted
 * @param {ArrayLike<number>} truth
 * @param {number} classes
 */
export function overlap(predicted, truth, classes) {
  const [both, either] = [new Array(classes + 1).fill(0), new Array(classes + 1).fill(0)];
  for (let at = 0; at < truth.length; at += 1) {
    const [said, true_] = [predicted[at], truth[at]];
    both[said] += said === true_ ? 1 : 0;
    either[said] += 1;
    if (said !== true_) either[true_] += 1;
    both[classes] += said && true_ ? 1 : 0;
    either[classes] += said || true_ ? 1 : 0;
  }
  const shares = both.map((count, at) => (either[at] ? count / either[at] : NaN));
  return { each: shares.slice(0, classes), foreground: shares[classes] };
}
