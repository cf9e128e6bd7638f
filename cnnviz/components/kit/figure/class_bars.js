// The probabilities of all classes as bars, the most probable one marked. Of many classes the most
// probable ones have bars, from the first down, and all others together have one.

import { element, write } from "../elements.js";
import { percent } from "../numbers.js";

export const MOST = 12; // bars

/**
 * What the bars stand for.
 * @param {ArrayLike<number>} shares the probabilities
 * @returns {{ classes: number[], rest: { count: number, share: number } | null }} the indices of the
 *   classes, in their order if all have a bar, else from the most probable one down, and what is left
 */
export function ranked(shares) {
  const classes = Array.from(shares, (_, at) => at);
  if (shares.length <= MOST) return { classes, rest: null };
  classes.sort((a, b) => shares[b] - shares[a] || a - b);
  const others = classes.splice(MOST - 1);
  return { classes, rest: { count: others.length, share: others.reduce((sum, at) => sum + shares[at], 0) } };
}

export class ClassBars {
  /** @param {HTMLElement} root what the bars fill */
  constructor(root) {
    this.root = root;
    root.classList.add("bars");
    root.setAttribute("role", "img");
    /** @type {string[]} */
    this.classes = [];
    /** @type {string[]} */
    this.colours = [];
    /** @type {{ bar: HTMLElement, name: HTMLElement, fill: HTMLElement, number: HTMLElement }[]} */
    this.bars = [];
  }

  /**
   * @param {string[]} classes their names
   * @param {string[]} [colours] in CSS, of their bars, where each class has its own
   */
  load(classes, colours = []) {
    Object.assign(this, { classes, colours });
    this.bars = Array.from({ length: Math.min(classes.length, MOST) }, () => {
      const bar = element("div", "bar");
      const name = element("span", "name");
      const track = element("span", "track");
      const fill = element("div", "fill");
      const number = element("span", "share");
      track.append(fill);
      bar.append(name, track, number);
      return { bar, name, fill, number };
    });
    this.root.replaceChildren(...this.bars.map(({ bar }) => bar));
  }

  /**
   * Draw the probabilities; the most probable class.
   * @param {number[]} shares
   */
  draw(shares) {
    const best = shares.indexOf(Math.max(...shares));
    const { classes, rest } = ranked(shares);
    const rows = classes.map((at) => ({ title: this.classes[at], share: shares[at], marked: at === best, colour: this.colours[at] ?? "" }));
    if (rest) rows.push({ title: `${rest.count} others`, share: rest.share, marked: false, colour: "" });
    rows.forEach(({ title, share, marked, colour }, at) => {
      const { bar, name, fill, number } = this.bars[at];
      bar.classList.toggle("best", marked);
      fill.style.width = `${100 * share}%`;
      fill.style.background = colour;
      write(name, title);
      write(number, percent(share));
    });
    this.root.setAttribute("aria-label", `Probabilities: ${rows.map(({ title, share }) => `${title}: ${percent(share)}`).join(", ")}`);
    return best;
  }
}
