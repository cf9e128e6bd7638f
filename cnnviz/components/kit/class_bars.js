// The probabilities of all classes as bars, the most probable one marked.

import { element, write } from "./elements.js";
import { percent } from "./numbers.js";

export class ClassBars {
  /** @param {HTMLElement} root what the bars fill */
  constructor(root) {
    this.root = root;
    root.classList.add("bars");
    root.setAttribute("role", "img");
    /** @type {string[]} */
    this.classes = [];
    /** @type {{ bar: HTMLElement, fill: HTMLElement, number: HTMLElement }[]} */
    this.bars = [];
  }

  /** @param {string[]} classes their names */
  load(classes) {
    this.classes = classes;
    this.bars = classes.map((name) => {
      const bar = element("div", "bar");
      const track = element("span", "track");
      const fill = element("div", "fill");
      const number = element("span", "share");
      track.append(fill);
      bar.append(element("span", "name", name), track, number);
      return { bar, fill, number };
    });
    this.root.replaceChildren(...this.bars.map(({ bar }) => bar));
  }

  /**
   * Draw the probabilities; the most probable class.
   * @param {number[]} shares
   */
  draw(shares) {
    const best = shares.indexOf(Math.max(...shares));
    this.bars.forEach(({ bar, fill, number }, at) => {
      bar.classList.toggle("best", at === best);
      fill.style.width = `${100 * shares[at]}%`;
      write(number, percent(shares[at]));
    });
    const each = this.classes.map((name, at) => `${name}: ${percent(shares[at])}`).join(", ");
    this.root.setAttribute("aria-label", `Probabilities: ${each}`);
    return best;
  }
}
