// Grey levels and two numbers of colour beside them, as ITU-R BT.601 has them.

import { clamp } from "../kit/arithmetic.js";

/**
 * Red, green and blue from 0 to 255.
 * @param {number} grey 0 to 1
 * @param {number} cb −0.5 to 0.5, as `cr`
 * @param {number} cr
 */
export function toRgb(grey, cb, cr) {
  const [red, blue] = [grey + 1.402 * cr, grey + 1.772 * cb];
  const green = (grey - 0.299 * red - 0.114 * blue) / 0.587;
  return [red, green, blue].map((value) => 255 * clamp(value, 0, 1));
}

/**
 * The grey level, 0 to 1, of red, green and blue from 0 to 255; and Cb and Cr.
 * @param {ArrayLike<number>} rgb
 * @returns {[number, number, number]}
 */
export function fromRgb(rgb) {
  const [red, green, blue] = [rgb[0] / 255, rgb[1] / 255, rgb[2] / 255];
  const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [grey, (blue - grey) / 1.772, (red - grey) / 1.402];
}

/**
 * The softmax of each pixel.
 * @param {ArrayLike<number>} scores one map a class
 * @param {number} classes
 * @returns {Float32Array} as many maps
 */
export function sharesOf(scores, classes) {
  const area = scores.length / classes;
  const shares = new Float32Array(scores.length);
  for (let pixel = 0; pixel < area; pixel += 1) {
    let largest = -Infinity;
    for (let at = pixel; at < scores.length; at += area) largest = Math.max(largest, scores[at]);
    let total = 0;
    for (let at = pixel; at < scores.length; at += area) total += (shares[at] = Math.exp(scores[at] - largest));
    for (let at = pixel; at < scores.length; at += area) shares[at] /= total;
  }
  return shares;
}

/**
 * The colour of a pixel: the mean of the classes after each share p has become p^(1/T), the
 * annealed mean of Zhang et al. (equation 5); at T = 0 the most probable class.
 * @param {ArrayLike<number>} shares of the classes
 * @param {ArrayLike<number>} centres their Cb and Cr, one after the other
 * @param {number} temperature 0 to 1
 * @returns {[cb: number, cr: number]}
 */
export function annealed(shares, centres, temperature) {
  const best = shares.length ? Array.from(shares).indexOf(Math.max(...Array.from(shares))) : 0;
  if (temperature < 0.005) return [centres[2 * best], centres[2 * best + 1]];
  let [cb, cr, total] = [0, 0, 0];
  for (let at = 0; at < shares.length; at += 1) {
    const weight = (shares[at] / shares[best]) ** (1 / temperature);
    total += weight;
    cb += weight * centres[2 * at];
    cr += weight * centres[2 * at + 1];
  }
  return [cb / total, cr / total];
}
