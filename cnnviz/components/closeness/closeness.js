// How close two pictures are, also while a hand moves what filters them.

import { element } from "../kit/elements.js";
import { fixed, numberText } from "../kit/numbers.js";
import { mounting } from "../kit/mounting.js";
import { watchCloseness } from "../kit/hand.js";

const LABELS = { psnr: "PSNR", ssim: "SSIM", mean: "Mean difference", largest: "Largest difference" };

class Closeness {
  constructor(parent) {
    this.values = Object.fromEntries(Object.entries(LABELS).map(([name, label]) => {
      const [box, term, value] = [element("div"), element("dt"), element("dd")];
      term.textContent = label;
      box.append(term, value);
      parent.querySelector(".closeness").append(box);
      return [name, value];
    }));
    this.stop = watchCloseness((found) => { if (found.name === this.name) this.show(found); });
  }

  destroy() {
    this.stop();
  }

  update(data) {
    this.name = data.name;
    this.show(data);
  }

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
