// A network as blocks to point at, each with its share of the parameters and of the work below it.

import { element, reachable, rove } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { percent } from "../kit/numbers.js";
import { GAP, placed } from "./layout.js";

const SVG = "http://www.w3.org/2000/svg";
const BAR = 40; // pixels, of the largest share
const ABOVE = 16; // pixels, for a number above it
const CHARACTER = 5.6; // pixels, about
const SPEAK_AFTER = 300; // milliseconds
const WALK = 3000; // milliseconds, from the picture to the classes
const LOOKS = { input: "picture", conv: "convolution", pool: "pooling", block: "block", flat: "fully connected" };
const HINT = "Point at a block, or tap it, to read its numbers.";

/** @param {Record<string, string | number>} attributes */
function drawn(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

class Architecture {
  constructor(parent) {
    this.root = parent.querySelector(".instrument");
    this.svg = this.root.querySelector("svg");
    this.told = this.root.querySelector(".told");
    this.live = this.root.querySelector(".live");
    this.scroll = this.root.querySelector(".scroll");
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

  update(data) {
    if (data.id === this.data?.id) return;
    this.data = data;
    this.svg.setAttribute("aria-label", data.alt);
    this.told.textContent = HINT;
    this.live.textContent = "";
    this.draw();
    this.walk();
    const used = new Set(data.steps.map(({ look }) => look));
    const looks = Object.entries(LOOKS).filter(([look]) => used.has(look)).map(([look, text]) => this.key(`step ${look}`, "--face", text));
    const shares = [this.key("", "--st-red-color", "share of the parameters"), this.key("", "--st-yellow-color", "share of the multiply-adds")];
    this.root.querySelector(".legend").replaceChildren(...looks, ...shares);
  }

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
    this.walking = setInterval(() => {
      this.show(at);
      at += 1;
      if (at === this.marks.length) clearInterval(this.walking);
    }, WALK / this.marks.length);
  }

  resize() {
    if (this.data && this.scroll.clientWidth !== this.width) this.draw();
  }

  draw() {
    this.width = this.scroll.clientWidth;
    const { boxes, width } = placed(this.data.steps, this.width - 4);
    const top = Math.max(...boxes.map(({ y, height }) => y + height)) + 36;
    const [first, bottom] = [top + ABOVE + BAR, top + 2 * (ABOVE + BAR)];
    const most = { parameters: this.most("parameters"), macs: this.most("macs") };
    const size = { width: Math.max(width, this.width - 2), height: bottom + 4 };
    for (const [name, value] of Object.entries(size)) this.svg.setAttribute(name, String(value));
    this.marks = this.data.steps.map((step, at) => this.step(step, boxes[at], { at, top, first, bottom, most }));
    const lines = [first, bottom].map((y) => drawn("line", { x1: 0, x2: width, y1: y, y2: y, stroke: "currentColor", "stroke-opacity": 0.25 }));
    lines.forEach((line) => line.setAttribute("role", "presentation"));
    this.svg.replaceChildren(...this.marks);
    this.marks.at(-1).append(...lines);
  }

  /** The largest share of a cost. */
  most(cost) {
    return Math.max(...this.data.steps.map((step) => step[cost])) || 1;
  }

  step(step, { x, y, width, height, slant }, { at, top, first, bottom, most }) {
    const mark = drawn("g", { class: `step ${step.look}`, role: "listitem", "aria-label": step.text, tabindex: at ? -1 : 0, "data-rove": "" });
    const [right, back] = [x + width, slant];
    const shape = (name, points) => drawn("polygon", { class: name, points: points.map((point) => point.join(",")).join(" ") });
    mark.append(drawn("rect", { class: "hit", x: x - 4, y: 0, width: width + slant + 9, height: bottom }));
    if (back) {
      mark.append(
        shape("top", [[x, y], [x + back, y - back], [right + back, y - back], [right, y]]),
        shape("side", [[right, y], [right + back, y - back], [right + back, y - back + height], [right, y + height]]),
      );
    }
    mark.append(drawn("rect", { class: "front", x, y, width, height }));
    const [channels, side] = step.shape;
    const lines = side > 1 ? [`${side}²`, `×${channels}`] : [String(channels)];
    lines.forEach((text, line) => {
      if (width + slant + GAP < CHARACTER * text.length) return;
      const label = drawn("text", { x: x + (width + slant) / 2, y: top - 20 + 12 * line, "text-anchor": "middle", "font-size": 10 });
      label.textContent = text;
      mark.append(label);
    });
    const bar = Math.max(4, Math.min(width, 24));
    for (const [name, base] of [["parameters", first], ["macs", bottom]]) {
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

  show(at) {
    this.marks.forEach((mark, other) => mark.classList.toggle("chosen", other === at));
    this.told.textContent = this.data.steps[at].text;
  }

  choose(at) {
    clearInterval(this.walking);
    this.show(at);
    clearTimeout(this.speaking);
    // A mark that has the focus is read by its own name.
    if (!this.root.getRootNode().activeElement) this.speaking = setTimeout(() => { this.live.textContent = this.told.textContent; }, SPEAK_AFTER);
  }
}

export default mounting(Architecture);
