// A network as blocks to point at, each with its share of the parameters and of the work below it.

import { element, finder, reachable, rove } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { count, percent } from "../kit/numbers.js";
import { GAP, placed } from "./layout.js";

const SVG = "http://www.w3.org/2000/svg";
const BAR = 40; // pixels, of the largest share
const ABOVE = 16; // pixels, for a number above it
const CHARACTER = 5.6; // pixels, about
const SPEAK_AFTER = 300; // milliseconds
const WALK = 3000; // milliseconds, from the picture to the classes
/** @type {Record<string, string>} */
const LOOKS = { input: "picture", conv: "convolution", pool: "pooling", block: "block", flat: "fully connected" };
const HINT = "Point at a block, or tap it, to read its numbers.";

/**
 * @typedef {import("./layout.js").Step} Step
 * @typedef {import("./layout.js").Box} Box
 * @typedef {"parameters" | "macs"} Cost
 *
 * @typedef {object} Place of a block
 * @property {number} at its number
 * @property {number} top pixels, of what is written below the blocks
 * @property {number} first pixels, of the foot of the bars of the parameters
 * @property {number} bottom pixels, of the foot of the bars of the multiply-adds
 * @property {Record<Cost, number>} most the largest share of each
 */

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function drawn(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

class Architecture {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".instrument"));
    this.find = finder(this.root);
    this.svg = /** @type {SVGSVGElement} */ (this.root.querySelector("svg"));
    this.told = this.find(".told");
    this.live = this.find(".live");
    this.scroll = this.find(".scroll");
    /** @type {{ id: string, alt: string, steps: Step[] } | null} what Python sent */
    this.data = null;
    /** @type {SVGElement[]} the blocks */
    this.marks = [];
    this.width = 0;
    /** @type {number | undefined} a timer */
    this.walking = undefined;
    /** @type {number | undefined} a timer */
    this.speaking = undefined;
    reachable(this.scroll, "The network, to scroll sideways");
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.scroll);
    this.svg.addEventListener("keydown", (event) => rove(event, this.marks, this.marks.length));
  }

  destroy() {
    this.resizer.disconnect();
    clearInterval(this.walking);
    clearTimeout(this.speaking);
  }

  /** @param {{ id: string, alt: string, steps: Step[] }} data */
  update(data) {
    if (data.id === this.data?.id) return;
    this.data = data;
    this.svg.setAttribute("aria-label", data.alt);
    this.told.textContent = HINT;
    this.live.textContent = "";
    this.draw(data.steps);
    this.walk();
    const used = new Set(data.steps.map(({ look }) => look));
    const looks = Object.entries(LOOKS).filter(([look]) => used.has(look)).map(([look, text]) => this.key(`step ${look}`, "--face", text));
    const shares = [this.key("", "--st-red-color", "share of the parameters"), this.key("", "--st-yellow-color", "share of the multiply-adds")];
    this.find(".legend").replaceChildren(...looks, ...shares);
  }

  /**
   * @param {string} name of a class
   * @param {string} colour of the page's
   * @param {string} text
   */
  key(name, colour, text) {
    const one = element("span", name);
    const patch = element("i");
    patch.style.background = `var(${colour})`;
    one.append(patch, text);
    return one;
  }

  /** Go through the steps once by itself, until somebody points at one. */
  walk() {
    clearInterval(this.walking);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let at = 0;
    this.walking = window.setInterval(() => {
      this.show(at);
      at += 1;
      if (at === this.marks.length) clearInterval(this.walking);
    }, WALK / this.marks.length);
  }

  resize() {
    if (this.data && this.scroll.clientWidth !== this.width) this.draw(this.data.steps);
  }

  /** @param {Step[]} steps */
  draw(steps) {
    this.width = this.scroll.clientWidth;
    const { boxes, width } = placed(steps, this.width - 4);
    const top = Math.max(...boxes.map(({ y, height }) => y + height)) + 36;
    const [first, bottom] = [top + ABOVE + BAR, top + 2 * (ABOVE + BAR)];
    const largest = (/** @type {Cost} */ cost) => Math.max(...steps.map((step) => step[cost])) || 1;
    const most = { parameters: largest("parameters"), macs: largest("macs") };
    const size = { width: Math.max(width, this.width - 2), height: bottom + 4 };
    for (const [name, value] of Object.entries(size)) this.svg.setAttribute(name, String(value));
    this.marks = steps.map((step, at) => this.step(step, boxes[at], { at, top, first, bottom, most }));
    const lines = [first, bottom].map((y) => drawn("line", { x1: 0, x2: width, y1: y, y2: y, stroke: "currentColor", "stroke-opacity": 0.25 }));
    lines.forEach((line) => line.setAttribute("role", "presentation"));
    this.svg.replaceChildren(...this.marks);
    this.marks.at(-1)?.append(...lines);
  }

  /**
   * @param {Step} step
   * @param {Box} box
   * @param {Place} place
   */
  step(step, { x, y, width, height, slant }, { at, top, first, bottom, most }) {
    const mark = drawn("g", { class: `step ${step.look}`, role: "listitem", "aria-label": step.text, tabindex: at ? -1 : 0, "data-rove": "" });
    const [right, back] = [x + width, slant];
    const shape = (/** @type {string} */ name, /** @type {number[][]} */ points) => drawn("polygon", { class: name, points: points.map((point) => point.join(",")).join(" ") });
    mark.append(drawn("rect", { class: "hit", x: x - 4, y: 0, width: width + slant + 9, height: bottom }));
    if (back) {
      mark.append(
        shape("top", [[x, y], [x + back, y - back], [right + back, y - back], [right, y]]),
        shape("side", [[right, y], [right + back, y - back], [right + back, y - back + height], [right, y + height]]),
      );
    }
    mark.append(drawn("rect", { class: "front", x, y, width, height }));
    const [channels, side] = step.shape;
    const lines = side > 1 ? [`${side}²`, `×${count(channels)}`] : [count(channels)];
    lines.forEach((text, line) => {
      if (width + slant + GAP < CHARACTER * text.length) return;
      const label = drawn("text", { x: x + (width + slant) / 2, y: top - 20 + 12 * line, "text-anchor": "middle", "font-size": 10 });
      label.textContent = text;
      mark.append(label);
    });
    const bar = Math.max(4, Math.min(width, 24));
    for (const [name, base] of /** @type {[Cost, number][]} */ ([["parameters", first], ["macs", bottom]])) {
      const share = step[name];
      if (!share) continue;
      const length = Math.max(1, (share / most[name]) * BAR);
      mark.append(drawn("rect", { class: name, x: x + (width - bar) / 2, y: base - length, width: bar, height: length }));
      if (share < most[name]) continue;
      const number = drawn("text", { x: x + width / 2, y: base - length - 4, "text-anchor": "middle", "font-size": 10 });
      number.textContent = percent(share);
      mark.append(number);
    }
    mark.onpointerenter = () => this.choose(at);
    mark.onclick = () => this.choose(at);
    mark.onfocus = () => this.choose(at);
    return mark;
  }

  /** @param {number} at */
  show(at) {
    this.marks.forEach((mark, other) => mark.classList.toggle("chosen", other === at));
    this.told.textContent = this.data?.steps[at].text ?? HINT;
  }

  /** @param {number} at */
  choose(at) {
    clearInterval(this.walking);
    this.show(at);
    clearTimeout(this.speaking);
    // A mark that has the focus is read by its own name.
    const within = /** @type {ShadowRoot} */ (this.root.getRootNode());
    if (!within.activeElement) this.speaking = window.setTimeout(() => { this.live.textContent = this.told.textContent; }, SPEAK_AFTER);
  }
}

export default mounting(Architecture);
