// Softmax of logits at a temperature; all of them can be dragged.

import { keepInAddress } from "../kit/address.js";
import { element, finder } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { softmax } from "../kit/network/forward.js";
import { numberText, percent } from "../kit/numbers.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} urlParameter that keeps the temperature
 * @property {string[]} names of the classes
 * @property {number[]} logits
 * @property {number[]} temperatures
 */

const REACH = 10; // of a slider to both sides, unless a logit that was typed lies farther out

class Softmax {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".softmax"));
    this.find = finder(this.root);
    this.slider = /** @type {HTMLInputElement} */ (this.root.querySelector("input"));
    /** @type {Data | null} */
    this.data = null;
    /** @type {import("../kit/mounting.js").Component | null} */
    this.component = null;
    /** @type {number[]} as they are shown */
    this.logits = [];
    /** @type {string} the logits that the server was told last */
    this.told = "";
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

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, component) {
    this.component = component;
    const first = !this.data;
    this.data = data;
    this.slider.max = String(data.temperatures.length - 1);
    const nearest = data.temperatures.reduce((best, value, at) =>
      Math.abs(Math.log(value)) < Math.abs(Math.log(data.temperatures[best])) ? at : best, 0);
    const linked = Number(new URL(window.location.href).searchParams.get(data.urlParameter) ?? NaN);
    const stop = data.temperatures.findIndex((value) => Math.abs(value / linked - 1) < 0.01);
    if (first) this.slider.value = String(stop >= 0 ? stop : nearest);
    if (JSON.stringify(data.logits) === this.told) return; // they come from here
    this.logits = [...data.logits];
    this.told = JSON.stringify(data.logits);
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
      bars.append(element("b", "", name), this.logit(name, at), track, shown);
    });
    this.show(Number(this.slider.value));
  }

  /**
   * A slider for a logit, with its number.
   * @param {string} name of the class
   * @param {number} at which class
   */
  logit(name, at) {
    const cell = element("span", "logit");
    const slider = element("input");
    const number = element("span", "number", numberText(this.logits[at], 3));
    Object.assign(slider, {
      type: "range", step: "0.1",
      min: String(Math.min(-REACH, Math.floor(this.logits[at]))),
      max: String(Math.max(REACH, Math.ceil(this.logits[at]))),
    });
    slider.value = String(this.logits[at]);
    slider.setAttribute("aria-label", `Logit of ${name}`);
    slider.oninput = () => {
      this.logits[at] = Number(slider.value);
      number.textContent = numberText(this.logits[at], 3);
      this.show(Number(this.slider.value));
    };
    slider.onchange = () => {
      this.told = JSON.stringify(this.logits);
      this.component?.setStateValue("edited", this.logits);
    };
    slider.addEventListener("keydown", (event) => event.stopPropagation());
    cell.append(slider, number);
    return cell;
  }

  /** @param {number} at which of the temperatures */
  show(at) {
    if (!this.data) return;
    const { temperatures, names } = this.data;
    const shares = softmax(this.logits.map((logit) => logit / temperatures[at]));
    const text = `Temperature ${numberText(temperatures[at], 3)}`;
    this.find(".temperature span").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    shares.forEach((share, index) => {
      this.fills[index].style.width = `${100 * share}%`;
      this.percents[index].textContent = percent(share);
    });
    const best = shares.indexOf(Math.max(...shares));
    this.find(".words").textContent = `${names[best]}: ${percent(shares[best])}. The temperature never changes the order, only the confidence.`;
  }
}

export default mounting(Softmax);
