// A generator, a discriminator and a classifier of digits, computed in the browser.

import { bytesOf } from "../kit/arrays.js";
import { gradientsOf } from "../kit/network/backward.js";
import { Network, prepare, softmax } from "../kit/network/forward.js";
import { readSafetensors } from "../kit/network/safetensors.js";

const tensorsOf = (/** @type {string} */ sent) => readSafetensors(bytesOf(sent)).tensors;

export class Networks {
  /** @param {any} sent as Python sends it */
  constructor({ side, generator, discriminator, classifier, judge, codes }) {
    const picture = [1, side, side];
    this.generator = new Network(generator, [codes.shape[1], 1, 1]);
    this.discriminator = new Network(discriminator, picture);
    this.classifier = prepare(classifier, picture, tensorsOf(judge));
  }

  /**
   * Take the weights of a moment.
   * @param {string} generator
   * @param {string} discriminator
   */
  load(generator, discriminator) {
    this.generator.load(tensorsOf(generator));
    this.discriminator.load(tensorsOf(discriminator));
  }

  /**
   * A picture from 0 to 1.
   * @param {ArrayLike<number>} code
   */
  make(code) {
    this.generator.run(code);
    return this.generator.output.values.slice();
  }

  /**
   * The probability that a picture is real, as the discriminator has it.
   * @param {ArrayLike<number>} picture
   */
  judge(picture) {
    this.discriminator.run(picture);
    return 1 / (1 + Math.exp(-this.discriminator.output.values[0]));
  }

  /**
   * What the generator is told of a picture: where lighter pixels, and where darker ones, would
   * have the discriminator believe it more. It is the gradient of log D for each pixel.
   * @param {ArrayLike<number>} picture
   */
  message(picture) {
    const share = this.judge(picture);
    const slopes = /** @type {Float64Array} */ (gradientsOf(this.discriminator, 0).get(this.discriminator.input));
    return slopes.map((slope) => slope * (1 - share));
  }

  /**
   * The probabilities of the digits.
   * @param {ArrayLike<number>} picture
   */
  read(picture) {
    this.classifier.run(picture);
    return softmax(this.classifier.output.values);
  }
}

/**
 * Between two codes, along the arc of the circle through both: what lies half way on a straight
 * line is shorter than the codes that the generator has learned from. T. White, Sampling
 * generative networks, arXiv:1609.04468.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} share 0 to 1
 */
export function between(from, to, share) {
  const length = (/** @type {Float32Array} */ code) => Math.hypot(...code);
  const product = from.reduce((sum, value, at) => sum + value * to[at], 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, product / (length(from) * length(to)))));
  const parts = angle < 1e-6 ? [1 - share, share] : [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  return from.map((value, at) => parts[0] * value + parts[1] * to[at]);
}

/**
 * Whether the generator makes little else than a few things, in words; empty if it does not.
 * @param {number[]} counts of each class
 * @param {string[]} classes
 * @param {number} spread of the pixels, as a share of the real pictures'
 */
export function collapse(counts, classes, spread) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const best = counts.indexOf(Math.max(...counts));
  const there = counts.filter((count) => count >= 0.02 * total).length;
  if (counts[best] > 0.5 * total) return `${counts[best]} of ${total} are read as ${classes[best]}.`;
  if (there < 6) return `${there} of ${classes.length} digits are left.`;
  if (spread < 0.7) return `The pictures differ by ${Math.round(100 * spread)}% of what real ones do.`;
  return "";
}
