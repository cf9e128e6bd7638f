// What a network predicts for a picture of this page, computed here while the picture changes.

import { bytesOf } from "../kit/arrays.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { element, finder, reachable, write } from "../kit/elements.js";
import { prepare, softmax } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { count, numberText, percent } from "../kit/numbers.js";
import { brushOf } from "../kit/screen.js";
import { parts } from "../kit/network/cell_sum.js";
import { inputOf, watchPicture } from "../kit/picture/shared_pictures.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { tableOf } from "../kit/tables.js";
import { seenOf } from "./seen.js";

const LARGEST_PARTS = 5;
const SPEAK_AFTER = 700; // milliseconds without a change: nobody can listen to a moving pen

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} id
 * @property {string} about
 * @property {string} picture the name of the picture that is watched
 * @property {import("../kit/network/forward.js").Entry[]} spec the network's layers
 * @property {number[]} shape C, H, W of a picture
 * @property {string} weights safetensors, in base64
 * @property {string[]} classes
 * @property {boolean} light whether it is trained on dark things on light
 * @property {number[]} mean of each channel
 * @property {number[]} std of each channel
 * @property {boolean} waits whether it says nothing before the picture is changed
 * @property {string} invitation what it says instead
 *
 * @typedef {import("../kit/picture/shared_pictures.js").Picture} Picture
 */

class Classifier {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".classifier"));
    this.find = finder(this.root);
    /** @type {Data | null} */
    this.data = null;
    /** @type {import("../kit/network/forward.js").Network | null} */
    this.network = null;
    /** @type {number | undefined} the class that is predicted */
    this.best = undefined;
    /** @type {number | undefined} a timer */
    this.speaking = undefined;
    /** @type {(() => void) | null} */
    this.stop = null;
    this.bars = new ClassBars(this.find(".bars"));
    this.details = /** @type {HTMLDetailsElement} */ (this.find("details"));
    this.details.ontoggle = () => this.showSum();
    reachable(this.find(".tables"), "How the prediction adds up");
  }

  destroy() {
    this.stop?.();
    clearTimeout(this.speaking);
  }

  /** @param {Data} data */
  update(data) {
    const other = data.id !== this.data?.id;
    this.data = data;
    this.find(".about").textContent = data.about;
    if (other) this.load(data);
    this.stop?.();
    this.stop = watchPicture(data.picture, (picture) => this.look(picture));
  }

  /** @param {Data} data */
  load({ spec, shape, weights, classes }) {
    this.network = prepare(spec, shape, readSafetensors(bytesOf(weights)).tensors);
    this.bars.load(classes);
  }

  /** @param {Picture} picture */
  look(picture) {
    const { data, network } = this;
    if (!data || !network) return;
    const waiting = data.waits && !picture.painted;
    this.root.dataset.waiting = String(waiting);
    if (waiting) {
      clearTimeout(this.speaking);
      this.find(".verdict").textContent = data.invitation;
      return;
    }
    const rows = data.shape[1];
    const invert = !data.light && median(picture.values) > 127;
    const seen = picture.how ? picture.values : seenOf(picture, rows, invert);
    network.run(inputOf(seen, rows * data.shape[2], data.mean, data.std));
    const shares = softmax(network.output.values);
    this.best = this.bars.draw(shares);
    const [name, share] = [data.classes[this.best], percent(shares[this.best])];
    this.find(".verdict").replaceChildren("The network predicts ", element("b", "", name), ` (${share}).`);
    this.root.dataset.predicted = name;
    this.showSeen(seen, picture, data.shape, invert);
    this.showSum();
    this.speak(`The network predicts ${name} (${share}).`);
  }

  /**
   * @param {ArrayLike<number>} seen
   * @param {Picture} picture
   * @param {number[]} shape of what is seen
   * @param {boolean} invert whether dark and light were swapped
   */
  showSeen(seen, { rows, columns, how: drawn }, [, height, width], invert) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.find(".seen"));
    Object.assign(canvas, { width, height });
    const context = brushOf(canvas);
    const image = context.createImageData(width, height);
    const area = width * height;
    const planes = [0, 1, 2].map((plane) => (plane * area) % seen.length); // a grey one is all three
    for (let at = 0; at < area; at += 1) image.data.set([...planes.map((first) => seen[first + at]), 255], at * 4);
    context.putImageData(image, 0, 0);
    const side = count(Math.min(rows, columns));
    const how = [`${width}×${height} pixels`];
    if (drawn) how.push(drawn);
    else if (rows !== columns) how.push(`made from the middle ${side}×${side}`);
    else if (rows !== height) how.push(`made from ${side}×${side}`);
    if (invert) how.push("with dark and light swapped, because it was trained on light strokes");
    this.find(".how").textContent = `What the network sees: ${how.join(", ")}.`;
    canvas.setAttribute("aria-label", `The picture as the network sees it, ${how.join(", ")}`);
  }

  /** The sum that gives the predicted class its logit, while it is open. */
  showSum() {
    const { best, data, network } = this;
    if (!this.details.open || best === undefined || !data || !network) return;
    const { output } = network;
    const shares = softmax(output.values);
    const sum = parts(output, best);
    const largest = sum.parts.toSorted((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, LARGEST_PARTS);
    const rest = sum.parts.length - largest.length;
    const others = sum.total - sum.bias - largest.reduce((total, part) => total + part.sum, 0);
    const lines = largest.map((part) => [`Feature ${part.channel}`, numberText(part.values[0], 4), numberText(part.weights?.[0] ?? 1, 4), numberText(part.sum, 4)]);
    if (rest > 0) lines.push([`${rest} others`, "", "", numberText(others, 4)]);
    lines.push(["Bias", "", "", numberText(sum.bias, 4)], [`Logit of ${data.classes[best]}`, "", "", numberText(sum.value, 4)]);
    const logits = data.classes.map((name, at) => [name, numberText(output.values[at], 4), percent(shares[at])]);
    this.find(".tables").replaceChildren(
      tableOf({ caption: "The largest parts of the logit", heads: ["", "Value", "Weight", "Product"], lines }),
      tableOf({ caption: "Logits and, by softmax, probabilities", heads: ["Class", "Logit", "Probability"], lines: logits }),
    );
  }

  /** @param {string} verdict */
  speak(verdict) {
    clearTimeout(this.speaking);
    this.speaking = window.setTimeout(() => write(this.find(".live"), verdict), SPEAK_AFTER);
  }
}

/** @param {ArrayLike<number>} values */
function median(values) {
  const sorted = Array.from(values).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

export default mounting(Classifier);
