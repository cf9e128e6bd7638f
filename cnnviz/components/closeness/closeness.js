// How close two pictures are, also while a hand moves what filters them.

import { element } from "../kit/elements.js";
import { fixed, numberText } from "../kit/numbers.js";
import { mounting } from "../kit/mounting.js";
import { watchCloseness } from "../kit/hand.js";

const LABELS = { psnr: "PSNR", ssim: "SSIM", mean: "Mean difference", largest: "Largest difference" };

/** @typedef {import("../kit/filtering/closeness.js").Closeness} Numbers */

class Closeness {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    const list = /** @type {HTMLElement} */ (parent.querySelector(".closeness"));
    this.name = "";
    this.values = Object.fromEntries(Object.entries(LABELS).map(([name, label]) => {
      const [box, term, value] = [element("div"), element("dt"), element("dd")];
      term.textContent = label;
      box.append(term, value);
      list.append(box);
      return [name, value];
    }));
    this.stop = watchCloseness((found) => { if (found.name === this.name) this.show(found); });
  }

  destroy() {
    this.stop();
  }

  /** @param {Numbers & { name: string }} data */
  update(data) {
    this.name = data.name;
    this.show(data);
  }

  /** @param {Numbers} numbers */
  show({ psnr, ssim, mean, largest }) {
    const texts = {
      psnr: psnr === null ? "∞" : `${fixed(psnr, 1)} dB`,
      ssim: ssim === null ? "–" : fixed(ssim, 3),
      mean: numberText(mean, 3),
      largest: numberText(largest, 3),
    };
    for (const [which, text] of Object.entries(texts)) this.values[which].textContent = text;
  }
}

export default mounting(Closeness);
