// Softmax at the temperature of the slider; the numbers were computed for every stop of it.

import { keepInAddress } from "../kit/address.js";
import { element, finder } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { numberText, percent } from "../kit/numbers.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} urlParameter that keeps the temperature
 * @property {string[]} names of the classes
 * @property {number[]} logits
 * @property {number[]} temperatures
 * @property {number[][]} rows the probabilities at each temperature
 */

class Softmax {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".softmax"));
    this.find = finder(this.root);
    this.slider = /** @type {HTMLInputElement} */ (this.root.querySelector("input"));
    /** @type {Data | null} */
    this.data = null;
    /** @type {HTMLElement[]} */
    this.fills = [];
    /** @type {HTMLElement[]} */
    this.percents = [];
    /** @type {number | undefined} a timer */
    this.saving = undefined;
    this.slider.setAttribute("aria-label", "Temperature");
    this.slider.oninput = () => {
      const at = Number(this.slider.value);
      this.show(at);
      clearTimeout(this.saving);
      this.saving = window.setTimeout(() => {
        if (this.data) keepInAddress(this.data.urlParameter, this.data.temperatures[at].toPrecision(4));
      }, 300);
    };
    this.slider.addEventListener("keydown", (event) => event.stopPropagation());
  }

  destroy() {
    clearTimeout(this.saving);
  }

  /** @param {Data} data */
  update(data) {
    const first = !this.data;
    this.data = data;
    this.slider.max = String(data.temperatures.length - 1);
    const nearest = data.temperatures.reduce((best, value, at) =>
      Math.abs(Math.log(value)) < Math.abs(Math.log(data.temperatures[best])) ? at : best, 0);
    const linked = Number(new URL(window.location.href).searchParams.get(data.urlParameter) ?? NaN);
    const stop = data.temperatures.findIndex((value) => Math.abs(value / linked - 1) < 0.01);
    if (first) this.slider.value = String(stop >= 0 ? stop : nearest);
    const bars = this.find(".bars");
    bars.replaceChildren(...["Class", "Logit", "Probability", ""].map((text) => element("span", "head", text)));
    this.fills = [];
    this.percents = [];
    data.names.forEach((name, at) => {
      const track = element("div", "bar-track");
      const fill = element("div", "bar-fill");
      const shown = element("span", "number");
      track.append(fill);
      this.fills.push(fill);
      this.percents.push(shown);
      bars.append(element("b", "", name), element("span", "number", numberText(data.logits[at], 3)), track, shown);
    });
    this.show(Number(this.slider.value));
  }

  /** @param {number} at which of the temperatures */
  show(at) {
    if (!this.data) return;
    const { temperatures, rows, names } = this.data;
    const text = `Temperature ${numberText(temperatures[at], 3)}`;
    this.find(".temperature span").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    rows[at].forEach((share, index) => {
      this.fills[index].style.width = `${100 * share}%`;
      this.percents[index].textContent = percent(share);
    });
    const best = rows[at].indexOf(Math.max(...rows[at]));
    this.find(".words").textContent = `${names[best]}: ${percent(rows[at][best])}. The temperature never changes the order, only the confidence.`;
  }
}

export default mounting(Softmax);
