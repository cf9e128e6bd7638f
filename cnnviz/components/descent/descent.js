// Gradient descent on a kernel, step by step.

import { clamp, limits } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { Scale, signedScale } from "../kit/colours.js";
import { element } from "../kit/elements.js";
import { SPEAK_AFTER } from "../kit/figure.js";
import { mounting } from "../kit/mounting.js";
import { movingText, tinyText } from "../kit/numbers.js";
import { GridFigure } from "../kit/panels.js";
import { holdWithPointer } from "../kit/pointer.js";
import { Curve } from "./curve.js";

const WIDEST_CELL = 42;
const BETWEEN = 38;

class Descent extends GridFigure {
  constructor(parent) {
    super(parent);
    this.scrub = this.field(".scrub input");
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.canvas = this.canvasAt(".curve");
    this.curve = new Curve(this.canvas);
    this.canvas.onclick = () => this.figure.focus({ preventScroll: true });
    const scrub = (event) => this.go(this.curve.stepAt(event));
    holdWithPointer(this.canvas, scrub, scrub);
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    this.image = unpackArray(data.image);
    this.target = unpackArray(data.target);
    this.kernels = unpackArray(data.kernels); // of every step, one after the other
    this.outputs = unpackArray(data.outputs);
    this.losses = unpackArray(data.losses);
    this.last = this.losses.length - 1;
    const given = first && data.start !== null;
    this.step = given ? Math.min(data.start, this.last) : this.calm ? this.last : 0;
    this.playing = !given && !this.calm;
    if (!first) this.keep(null);
    this.exact = this.step; // while playing, between two steps
    this.makeGrids();
    this.curve.load(this.losses);
    this.scrub.max = String(this.last);
    this.describe(data);
    this.resize();
    this.fillTables();
  }

  makeGrids() {
    const { stops, weightStops } = this.data;
    const shape = this.data.target.shape;
    const signed = (values, colours) => signedScale(limits(values), colours);
    // The kernel's scale is that of its end, the prediction's that of the target: no flicker.
    const size = this.kernels.length / (this.last + 1);
    const end = this.kernels.subarray(this.last * size);
    // The errors' colours are those of the start; its legend tells of every step.
    const errors = this.outputs.map((value, at) => value - this.target[at % this.target.length]);
    const most = errors.subarray(0, this.target.length).reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
    const [low, high] = limits(errors).map((error) => clamp(error, -most, most));
    this.layOut([
      { title: "Input", shape: this.data.image.shape, values: this.image, scale: signed(this.image, stops) },
      { title: "Kernel \u03b8", sign: "\u22c6", shape: this.data.kernels.shape.slice(1), values: end, scale: signed(end, weightStops) },
      { title: "Prediction", sign: "=", shape, values: this.target, scale: signed(this.target, stops) },
      { title: "Target", sign: "|", shape, values: this.target, scale: signed(this.target, stops) },
      { title: "Error", sign: "\u2192", shape, values: this.target, scale: Scale.diverging(low, high, most, stops) },
    ]);
    for (const grid of this.grids) grid.big = grid.rows <= 4 ? 1.7 : 1;
  }

  at(name, step = this.step) {
    const size = this[name].length / (this.last + 1);
    return this[name].subarray(step * size, (step + 1) * size);
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const across = this.grids.reduce((sum, { columns, big }) => sum + columns * big, 0);
    const line = (width - 4 * BETWEEN - 60) / across;
    const pair = (width - 74) / 2 / Math.max(...this.grids.map(({ columns }) => columns));
    for (const grid of this.grids) {
      const size = Math.min(line >= 20 ? line * grid.big : pair >= 14 ? pair * grid.big : width / Math.max(grid.columns, 6), WIDEST_CELL);
      grid.resize(Math.max(Math.floor(size), 2));
    }
    this.redraw();
  }

  go(step) {
    this.playing = false;
    this.step = Math.min(Math.max(step, 0), this.last);
    this.keep(this.step);
    this.say();
    this.after(SPEAK_AFTER, "tables", () => this.fillTables());
    this.wake();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.step === this.last) this.step = 0;
    this.exact = this.step;
    this.keep(this.playing ? null : this.step);
    this.wake();
  }

  /** After a pause, have the server write the step into the address. */
  keep(step) {
    this.after(400, "keep", () => this.component.setStateValue("step", { id: this.data.id, step }));
  }

  keys() {
    const by = (step) => () => this.go(this.step + step);
    return {
      ArrowLeft: by(-1), ArrowDown: by(-1), PageUp: by(-10), Home: () => this.go(0),
      ArrowRight: by(1), ArrowUp: by(1), PageDown: by(10), End: () => this.go(this.last),
      " ": () => this.toggle(),
    };
  }

  running() {
    return this.playing && this.onScreen;
  }

  advance(now) {
    const seconds = this.passed(now) / 1000;
    if (!this.running()) return;
    // Most happens in the first steps: they get most of the time.
    this.exact += seconds * (4 + this.exact / 2);
    this.step = Math.min(Math.floor(this.exact), this.last);
    if (this.step < this.last) return;
    this.playing = false;
    this.fillTables();
  }

  paint() {
    this.markPlaying(this.playing);
    if (this.drawn === this.step) return;
    this.drawn = this.step;
    const output = this.at("outputs");
    const error = output.map((value, at) => value - this.target[at]);
    [this.image, this.at("kernels"), output, this.target, error].forEach((values, at) => {
      this.show(this.grids[at], values, Array.from(values, (value) => movingText(value, at === 4 ? 1 : 2)));
    });
    this.curve.draw(this.step, this.theme);
    const loss = this.losses[this.step];
    const furthest = error.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.told.replaceChildren(
      element("b", "", `Step ${this.step}: loss ${tinyText(loss)}.`),
      element("span", "", ` Largest error of any cell: ${tinyText(furthest)}.`),
    );
    this.scrub.valueAsNumber = this.step;
    this.find(".scrub-text").textContent = `Step ${this.step} of ${this.last}`;
    this.canvas.setAttribute("aria-label", `Loss from ${tinyText(this.losses[0])} at step 0 to ${tinyText(this.losses[this.last])} at step ${this.last}`);
    Object.assign(this.root.dataset, { step: this.step, loss });
  }

  caption(grid) {
    return `${grid.kind} at step ${this.step}`;
  }
}

export default mounting(Descent);
