// The continuous picture of a convolution: one function reversed, slid over the other, area by area.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, numberText } from "../kit/numbers.js";
import { Plot } from "../kit/figure/plot.js";
import { holdWithPointer } from "../kit/pointer.js";
import { textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { convolved, integralCode, samples, SHAPES, STEP, T_END, T_STEP } from "./integral.js";

const A_SECOND = 1.6; // how far t moves
const NAMES = ["t", "place", "f", "g"];
const HOLD = 16; // pixels within which a handle is taken
const MARK = { width: 1.5, dash: [4, 4], rise: 4 };

export class Sliding extends Figure {
  constructor(parent) {
    super(parent);
    this.upper = new Plot(this.canvasAt(".upper"));
    this.lower = new Plot(this.canvasAt(".lower"));
    for (const { canvas } of [this.upper, this.lower]) this.resizer.observe(canvas); // as high as the window allows
    this.inputs = Object.fromEntries(NAMES.map((name) => [name, this.field(`[data-set=${name}]`)]));
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
    const swapped = !first && data.f !== data.g && data.f === this.data.g && data.g === this.data.f;
    this.data = data;
    if (swapped) [this.at.f, this.at.g] = [this.at.g, this.at.f];
    this.figure.setAttribute("aria-label", data.alt);
    if (first) {
      this.at = Object.fromEntries(NAMES.map((name, at) => [name, data.start[at]]));
      this.playing = !data.still && !this.calm;
      if (this.playing) this.at.t = -T_END / 2;
      this.seen = data.still || !this.playing ? this.at.t : -T_END;
    }
    this.compute();
    if (swapped) this.settle();
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
      const height = ((plot.floor - (event.clientY - box.top)) / (plot.floor - plot.top)) * plot.high;
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
    drawAxes(this.upper, theme, 1.12);
    this.upper.area(products, product, 0.4);
    this.upper.line(fs, f, 2.5);
    this.upper.line(gs, g, 2.5);
    this.upper.upright(t, g, MARK);
    for (const { name, x, y, square } of this.handles()) {
      drawHandle(this.upper, x, y, name === "f" || name === "place" ? f : g, square);
    }
    const high = Math.max(...this.curve) * 1.15 || 1;
    drawAxes(this.lower, theme, high);
    /** @type {import("../kit/figure/plot.js").Pair[]} */
    const points = Array.from(this.curve, (value, n) => [n * T_STEP - T_END, value]);
    this.lower.line(points.filter(([x]) => x <= this.seen + 1e-9), product, 2.5);
    this.lower.upright(t, g, MARK);
    const area = this.valueAt(t);
    drawHandle(this.lower, t, area, product);
    const total = products.reduce((sum, [, value]) => sum + value, 0) * STEP;
    this.told.replaceChildren(
      element("b", "", `t = ${numberText(t, 3)}: the shaded area is ${fixed(area, 3)}.`),
      element("span", "", ` (f ∗ g)(${numberText(t, 3)}) = ∫ f(τ) · g(${numberText(t, 3)} − τ) dτ ≈ ${fixed(area, 3)}, in steps of ${STEP}.`),
    );
    for (const name of NAMES) {
      this.inputs[name].value = at[name];
      this.inputs[name].nextElementSibling.textContent = numberText(name === "t" ? t : at[name], 3);
    }
    this.markPlaying(this.playing, "Play", "");
    Object.assign(this.root.dataset, { t: t.toFixed(2), area, shaded: total, seen: this.seen.toFixed(2), place: at.place, f: at.f, g: at.g });
    const code = /** @type {HTMLDetailsElement} */ (this.find(".code"));
    if (code.open || !this.playing) code.querySelector("code").textContent = integralCode(this.data, { place: at.place, f: at.f, g: at.g, t });
  }

  tables() {
    const lines = [];
    for (let t = -T_END; t <= T_END; t += 0.25) {
      lines.push([element("th", "", numberText(t)), numberText(this.valueAt(t), 6)]);
    }
    return [{ caption: "t and (f ∗ g)(t)", lines }];
  }
}

/** The axes of a plot from −T_END to T_END and from 0 to `high`. */
function drawAxes(plot, theme, high) {
  plot.begin(theme, { x: [-T_END, T_END], y: [0, high], room: { left: 0, right: 0, top: 8, bottom: 18 * textScale() } });
  for (let value = -T_END; value <= T_END; value += 1) {
    plot.upright(value, theme.line, { rise: 4, opacity: value ? 0.35 : 1 });
    if (value % 2 === 0 && Math.abs(value) < T_END) {
      plot.text(numberText(value), plot.x(value), plot.floor + 4, { align: "center", baseline: "top" });
    }
  }
  plot.across(0, theme.line);
  const top = 10 ** Math.floor(Math.log10(high));
  const tick = [5, 2, 1].map((times) => times * top).find((value) => value <= high) ?? top;
  plot.text(numberText(tick, 3), 3, plot.y(tick) + 2, { baseline: "top" });
  plot.context.globalAlpha = 0.5;
  plot.stroke([[0, plot.y(tick)], [12, plot.y(tick)]], theme.line, 1);
  plot.context.globalAlpha = 1;
}

/** Something to take hold of: round to move, square to widen. */
function drawHandle(plot, x, y, colour, square) {
  if (square) plot.square(x, y, 10, colour, plot.theme.paper);
  else plot.dot(x, y, 6.5, colour, plot.theme.paper);
}

export default mounting(Sliding);
