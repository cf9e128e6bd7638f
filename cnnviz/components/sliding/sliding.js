// The continuous picture of a convolution: one function reversed, slid over the other, area by area.

import { keepInAddress } from "../kit/address.js";
import { element, readTheme } from "../kit/elements.js";
import { Figure, holdWithPointer } from "../kit/figure.js";
import { mounting } from "../kit/mounting.js";
import { clamp, numberText } from "../kit/numbers.js";
import { convolved, integralCode, samples, SHAPES, STEP, T_END, T_STEP } from "./integral.js";
import { Plot } from "./plot.js";

const A_SECOND = 1.6; // how far t moves
const NAMES = ["t", "place", "f", "g"];
const HOLD = 16; // pixels within which a handle is taken

class Sliding extends Figure {
  constructor(parent) {
    super(parent);
    this.upper = new Plot(this.find(".upper"), -T_END, T_END);
    this.lower = new Plot(this.find(".lower"), -T_END, T_END);
    this.inputs = Object.fromEntries(NAMES.map((name) => [name, this.find(`[data-set=${name}]`)]));
    for (const name of NAMES) this.inputs[name].oninput = () => this.set(name, Number(this.inputs[name].value));
    for (const plot of [this.upper, this.lower]) {
      holdWithPointer(plot.canvas, (event) => this.hold(plot, event), (event) => this.pull(plot, event), () => { this.grip = null; });
    }
  }

  resize() {
    this.wake();
  }

  update(data) {
    const first = !this.data;
    this.data = data;
    this.figure.setAttribute("aria-label", data.alt);
    if (first) {
      this.at = Object.fromEntries(NAMES.map((name, at) => [name, data.start[at]]));
      this.playing = !data.still && !this.calm;
      if (this.playing) this.at.t = -T_END / 2;
      this.seen = data.still || !this.playing ? this.at.t : -T_END;
    }
    this.compute();
  }

  // --- numbers --------------------------------------------------------------------------------

  compute() {
    const { at, data } = this;
    this.f = samples(data.f, at.f, at.place);
    this.g = samples(data.g, at.g, 0);
    this.curve = convolved(this.f, this.g);
    this.fillTables();
    this.wake();
  }

  /** t as it is shown: the nearest at which the curve is known. */
  get shownT() {
    return Number((Math.round(this.at.t / T_STEP) * T_STEP).toFixed(2));
  }

  valueAt(t) {
    return this.curve[Math.round((t + T_END) / T_STEP)];
  }

  set(name, value) {
    const input = this.inputs[name];
    const step = Number(input.step);
    const rounded = Math.round(value / step) * step;
    this.at[name] = Number(clamp(rounded, Number(input.min), Number(input.max)).toFixed(2));
    this.playing = false;
    if (name === "t") {
      this.seen = Math.max(this.seen, this.at.t);
      this.wake();
    } else this.compute();
    this.settle();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.at.t >= T_END) this.restart();
    this.settle();
    this.wake();
  }

  restart() {
    this.at.t = -T_END;
    this.seen = -T_END;
  }

  /** When something has come to rest: the address, and the voice. */
  settle() {
    this.say();
    this.after(300, "keep", () => this.saveAddress());
  }

  saveAddress() {
    const shown = { ...this.at, t: this.shownT };
    const place = this.playing ? null : NAMES.map((name) => shown[name]).join(",");
    if (this.data.urlParameter) keepInAddress(this.data.urlParameter, place);
  }

  // --- what people do -------------------------------------------------------------------------

  /** Where each thing can be taken: its name, its place on the axis and its height. */
  handles() {
    const { at, data } = this;
    const half = (shape, wide) => SHAPES[shape].at(wide * 0.999, wide);
    return [
      { name: "f", x: at.place + at.f, y: half(data.f, at.f), square: true },
      { name: "g", x: at.t - at.g, y: half(data.g, at.g), square: true },
      { name: "place", x: at.place, y: SHAPES[data.f].at(0, at.f) },
      { name: "t", x: at.t, y: SHAPES[data.g].at(0, at.g) },
    ];
  }

  hold(plot, event) {
    this.figure.focus({ preventScroll: true });
    const under = plot.under(event);
    this.grip = { name: "t", from: plot === this.lower ? 0 : this.at.t - under };
    if (plot === this.upper) {
      const box = plot.canvas.getBoundingClientRect();
      const far = ({ x, y }) => Math.hypot(plot.x(x) - (event.clientX - box.left), plot.y(y) - (event.clientY - box.top));
      const nearest = this.handles().reduce((a, b) => (far(b) < far(a) ? b : a));
      const height = (1 - (event.clientY - box.top - 8) / (box.height - plot.foot - 8)) * plot.high;
      const inF = SHAPES[this.data.f].at(under - this.at.place, this.at.f) >= height;
      const inG = SHAPES[this.data.g].at(this.at.t - under, this.at.g) >= height;
      if (far(nearest) < HOLD) this.grip = { name: nearest.name, from: 0 };
      else if (inF && !inG) this.grip = { name: "place", from: this.at.place - under };
    }
    this.pull(plot, event);
  }

  pull(plot, event) {
    const value = plot.under(event) + this.grip.from;
    if (this.grip.name === "f") this.set("f", value - this.at.place);
    else if (this.grip.name === "g") this.set("g", this.at.t - value);
    else this.set(this.grip.name, value);
  }

  keys(event) {
    const step = event.shiftKey ? 1 : 0.1;
    const to = (t) => () => this.set("t", t);
    return {
      ArrowLeft: to(this.at.t - step), ArrowRight: to(this.at.t + step), Home: to(-T_END), End: to(T_END),
      " ": () => this.toggle(),
    };
  }

  // --- frames ---------------------------------------------------------------------------------

  ready() {
    return Boolean(this.curve && this.root.isConnected && this.figure.clientWidth);
  }

  running() {
    return this.playing && this.onScreen && !this.grip;
  }

  advance(now) {
    const next = this.at.t + (this.passed(now) / 1000) * A_SECOND;
    if (next > T_END) this.restart();
    else this.at.t = next;
    this.seen = Math.max(this.seen, this.at.t);
  }

  paint() {
    const { at } = this;
    const style = getComputedStyle(this.root);
    const [f, g, product] = ["--f", "--g", "--product"].map((name) => style.getPropertyValue(name).trim());
    const theme = readTheme(this.root);
    const t = this.shownT;
    const middle = this.f.length / 2;
    const shift = Math.round(t / STEP);
    const [fs, gs, products] = [[], [], []];
    for (let tau = -T_END + STEP / 2; tau < T_END; tau += STEP) {
      const place = Math.floor(tau / STEP) + middle;
      const mirrored = this.f.length - 1 - place + shift;
      const one = this.f[place];
      const other = this.g[mirrored] ?? 0;
      fs.push([tau, one]);
      gs.push([tau, other]);
      products.push([tau, one * other]);
    }
    this.upper.start(theme, 1.12);
    this.upper.area(products, product, 0.4);
    this.upper.line(fs, f, 2.5);
    this.upper.line(gs, g, 2.5);
    this.upper.upright(t, g);
    for (const { name, x, y, square } of this.handles()) {
      this.upper.handle(x, y, name === "f" || name === "place" ? f : g, square);
    }
    const high = Math.max(...this.curve) * 1.15 || 1;
    this.lower.start(theme, high);
    const points = Array.from(this.curve, (value, n) => [n * T_STEP - T_END, value]);
    this.lower.line(points.filter(([x]) => x <= this.seen + 1e-9), product, 2.5);
    this.lower.upright(t, g);
    const area = this.valueAt(t);
    this.lower.handle(t, area, product);
    const total = products.reduce((sum, [, value]) => sum + value, 0) * STEP;
    this.told.replaceChildren(
      element("b", "", `t = ${numberText(t, 3)}: the shaded area is ${area.toFixed(3)}.`),
      element("span", "", ` (f ∗ g)(${numberText(t, 3)}) = ∫ f(τ) · g(${numberText(t, 3)} − τ) dτ ≈ ${area.toFixed(3)}, in steps of ${STEP}.`),
    );
    for (const name of NAMES) {
      this.inputs[name].value = at[name];
      this.inputs[name].nextElementSibling.textContent = numberText(name === "t" ? t : at[name], 3);
    }
    this.markPlaying(this.playing, "Play", "");
    Object.assign(this.root.dataset, { t: t.toFixed(2), area, shaded: total, seen: this.seen.toFixed(2), place: at.place, f: at.f, g: at.g });
    const code = this.find(".code");
    if (code.open || !this.playing) code.querySelector("code").textContent = integralCode(this.data, { ...at, t });
  }

  tables() {
    const lines = [];
    for (let t = -T_END; t <= T_END; t += 0.25) {
      lines.push([element("th", "", numberText(t)), numberText(this.valueAt(t), 6)]);
    }
    return [{ caption: "t and (f ∗ g)(t)", lines }];
  }
}

export default mounting(Sliding);
