// The colours of numbers, with the smallest of them, 0 and the largest.

import { element, write } from "../elements.js";
import { MINUS, plain } from "../numbers.js";

const APART = 6; // pixels between two texts of a line

export class ScaleBar {
  /**
   * @param {string} [name] what it is read aloud as
   * @param {string} [className] `below` for numbers below the colours instead of beside them
   */
  constructor(name = "Colour scale", className = "") {
    this.name = name;
    this.root = element("div", `scale-bar ${className}`.trim());
    this.root.setAttribute("role", "img");
    this.low = element("span", "low");
    this.bar = element("span", "bar");
    this.zero = element("span", "zero");
    this.high = element("span", "high");
    this.bar.append(this.zero);
    this.root.append(this.low, this.bar, this.high);
    new ResizeObserver(() => this.keepApart()).observe(this.bar);
  }

  /**
   * Show the colours from one number to another.
   * @param {object} scale
   * @param {number} scale.low
   * @param {number} scale.high
   * @param {string} scale.gradient the colours, as a CSS image
   * @param {boolean} [scale.own] whether the ends differ from picture to picture
   * @param {(value: number) => string} [scale.text] writes the ends
   */
  update({ low, high, gradient, own = false, text = plain }) {
    this.bar.style.background = gradient;
    write(this.low, own && low < 0 ? `${MINUS}max` : text(low));
    write(this.high, own ? "own maximum" : high > low ? text(high) : "");
    const crosses = low < 0 && high > 0;
    write(this.zero, crosses ? "0" : "");
    if (crosses) this.zero.style.left = `${(-low / (high - low)) * 100}%`;
    const over = crosses ? " over 0" : "";
    this.root.setAttribute("aria-label", `${this.name} from ${this.low.textContent}${over} to ${this.high.textContent || this.low.textContent}`);
    return this;
  }

  /** Hide the 0 where it would touch an end. */
  keepApart() {
    const [before, here, after] = [this.low, this.zero, this.high].map((one) => one.getBoundingClientRect());
    const near = before.right + APART > here.left || here.right + APART > after.left;
    const beside = before.bottom > here.top && here.bottom > before.top; // on one line
    this.zero.style.visibility = near && beside ? "hidden" : "";
  }
}
