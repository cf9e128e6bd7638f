// Gradient descent on a kernel, step by step.

import { clamp, limits } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { Scale, signedScale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { movingText, tinyText } from "../kit/numbers.js";
import { GridFigure } from "../kit/figure/panels.js";
import { Player } from "../kit/figure/player.js";
import { Curve } from "./curve.js";

const WIDEST_CELL = 42;
const BETWEEN = 38;

class Descent extends GridFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    // Most happens in the first steps: they get most of the time.
    this.player = new Player(this, { pace: (step) => 4 + step / 2, keep: (step) => this.keep(step) });
    /** @type {Record<"kernels" | "outputs", Float64Array>} of every step, one after the other */
    this.steps = { kernels: new Float64Array(), outputs: new Float64Array() };
    this.image = this.target = this.losses = new Float64Array();
    this.canvas = this.canvasAt(".curve");
    this.resizer.observe(this.canvas); // as high as the window allows
    this.curve = new Curve(this.canvas);
    this.canvas.onclick = () => this.figure.focus({ preventScroll: true });
    this.player.dragAlong(this.canvas, (event) => this.curve.plot.under(event));
  }

  /** @param {any} data */
  load(data) {
    const first = !this.data;
    this.data = data;
    const [image, target, losses, kernels, outputs] = [data.image, data.target, data.losses, data.kernels, data.outputs].map((sent) => Float64Array.from(unpackArray(sent)));
    Object.assign(this, { image, target, losses, steps: { kernels, outputs } });
    this.player.begin(this.losses.length - 1, { at: first ? data.start : null });
    if (!first) this.player.remember(null);
    this.makeGrids();
    this.curve.load(this.losses);
    this.describe(data);
    this.resize();
    this.fillTables();
  }

  makeGrids() {
    const { stops, weightStops } = this.data;
    const shape = this.data.target.shape;
    const signed = (/** @type {Float64Array} */ values, /** @type {import("../kit/figure/colours.js").Stops} */ colours) => signedScale(limits(values), colours);
    // The kernel's scale is that of its end, the prediction's that of the target: no flicker.
    const { kernels, outputs } = this.steps;
    const size = kernels.length / this.losses.length;
    const end = kernels.subarray(-size);
    // The errors' colours are those of the start; its legend tells of every step.
    const errors = outputs.map((value, at) => value - this.target[at % this.target.length]);
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

  /**
   * The numbers of the step in view: `kernels` or `outputs`.
   * @param {"kernels" | "outputs"} name
   */
  at(name) {
    const size = this.steps[name].length / this.losses.length;
    return this.steps[name].subarray(this.player.step * size, (this.player.step + 1) * size);
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    /** @type {(import("../kit/figure/grid.js").Grid & { big: number })[]} */
    const grids = this.grids;
    const across = grids.reduce((sum, { columns, big }) => sum + columns * big, 0);
    const line = (width - 4 * BETWEEN - 60) / across;
    const pair = (width - 74) / 2 / Math.max(...grids.map(({ columns }) => columns));
    for (const grid of grids) {
      const size = Math.min(line >= 20 ? line * grid.big : pair >= 14 ? pair * grid.big : width / Math.max(grid.columns, 6), WIDEST_CELL);
      grid.resize(Math.max(Math.floor(size), 2));
    }
    this.redraw();
  }

  /**
   * Have the server write the step into the address.
   * @param {number | null} step
   */
  keep(step) {
    this.component?.setStateValue("step", { id: this.data.id, step });
  }

  paint() {
    const { step, last } = this.player;
    this.player.show(`Step ${step} of ${last}`);
    if (this.drawn === step) return;
    this.drawn = step;
    const output = this.at("outputs");
    const error = output.map((value, at) => value - this.target[at]);
    [this.image, this.at("kernels"), output, this.target, error].forEach((values, at) => {
      this.show(this.grids[at], values, Array.from(values, (value) => movingText(value, at === 4 ? 1 : 2)));
    });
    if (this.theme) this.curve.draw(step, this.theme);
    const loss = this.losses[step];
    const furthest = error.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.told.replaceChildren(
      element("b", "", `Step ${step}: loss ${tinyText(loss)}.`),
      element("span", "", ` Largest error of any cell: ${tinyText(furthest)}.`),
    );
    this.canvas.setAttribute("aria-label", `Loss from ${tinyText(this.losses[0])} at step 0 to ${tinyText(this.losses[last])} at step ${last}`);
    this.root.dataset.loss = String(loss);
  }

  /** @param {import("../kit/figure/grid.js").Grid} grid */
  caption(grid) {
    return `${grid.kind} at step ${this.player.step}`;
  }
}

export default mounting(Descent);
