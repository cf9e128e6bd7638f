// The field of two cells: a bar of light to drag and turn, and their answers, in the same frame.

import { clamp } from "../kit/arithmetic.js";
import { colourTable } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, percent } from "../kit/numbers.js";
import { Plot } from "../kit/figure/plot.js";
import { holdWithPointer } from "../kit/pointer.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { bar, gabor, responses } from "./cells.js";

const SWEEP = 5000; // milliseconds, for the bar to go across and back
const SETTLED = 200; // milliseconds
const REACH = 16; // cells, of the bar's place
const FILTER = 0.45; // opacity of the filter over the light

/** @typedef {{ angle: number, shift: number, preferred: number }} State degrees, cells, degrees */

class Cortex extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {State} */
    this.state = { angle: 45, shift: 0, preferred: 45 };
    this.moving = true;
    this.begun = NaN; // when it began to move by itself
    this.plots = ["by-angle", "by-shift"].map((name) => new Plot(this.canvasAt(`.${name}`)));
    this.stamp = element("canvas");
    /** @type {Float64Array[]} the filters */
    this.pair = [];
    /** @type {number[]} the strongest answer of each cell */
    this.best = [];
    this.sliders = [...this.root.querySelectorAll("input")];
    for (const slider of this.sliders) {
      slider.oninput = () => this.set({ [String(slider.dataset.name)]: Number(slider.value) });
      slider.onkeydown = (event) => event.stopPropagation();
    }
    holdWithPointer(this.figure, (event) => this.pull(event), (event) => this.pull(event));
  }

  /** @param {any} data */
  load(data) {
    this.data = data;
    this.describe(data);
    this.moving = !this.calm;
    this.since = undefined;
    this.tune();
  }

  /** The filters of the cells, and the strongest answer that each bar can get. */
  tune() {
    const { preferred } = this.state;
    this.pair = [gabor(this.data, preferred, 0), gabor(this.data, preferred, 90)];
    this.best = responses(bar(this.data, preferred, 0), this.pair);
  }

  /** @param {Partial<State>} change */
  set(change) {
    this.moving = false;
    Object.assign(this.state, change);
    if ("preferred" in change) this.tune();
    this.wake();
    this.say();
    this.after(SETTLED, "tables", () => this.fillTables());
  }

  /** @param {PointerEvent} event */
  pull(event) {
    const box = this.figure.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((at) => (at / box.width - 0.5) * this.data.side);
    const turn = (this.state.angle * Math.PI) / 180;
    this.set({ shift: clamp(x * Math.sin(turn) + y * Math.cos(turn), -REACH, REACH) });
  }

  keys() {
    const { angle, shift } = this.state;
    return {
      ArrowLeft: () => this.set({ angle: (angle + 5) % 180 }),
      ArrowRight: () => this.set({ angle: (angle + 175) % 180 }),
      ArrowUp: () => this.set({ shift: Math.max(-REACH, shift - 1) }),
      ArrowDown: () => this.set({ shift: Math.min(REACH, shift + 1) }),
    };
  }

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  /** @param {number} now */
  advance(now) {
    if (!this.running()) return;
    if (Number.isNaN(this.begun)) this.begun = now;
    this.state.shift = REACH * 0.75 * Math.sin((2 * Math.PI * (now - this.begun)) / SWEEP);
  }

  resize() {
    this.redraw();
  }

  /**
   * @param {number} angle
   * @param {number} shift
   */
  answers(angle, shift) {
    const found = responses(bar(this.data, angle, shift), this.pair);
    return found.map((value, cell) => value / this.best[cell]);
  }

  paint() {
    const { angle, shift, preferred } = this.state;
    const light = bar(this.data, angle, shift);
    this.drawField(light);
    const now = this.answers(angle, shift);
    const theme = readTheme(this.root);
    const style = getComputedStyle(this.root);
    const colours = ["--st-blue-color", "--st-orange-color"].map((name) => style.getPropertyValue(name).trim());
    /** @type {{ x: [number, number], at: number, of: (value: number) => number[], unit: string, steps: number }[]} */
    const curves = [
      { x: [0, 180], at: angle, of: (value) => this.answers(value, shift), unit: "Angle of the bar (°)", steps: 45 },
      { x: [-REACH, REACH], at: shift, of: (value) => this.answers(angle, value), unit: "Position of the bar (pixels from the centre)", steps: 32 },
    ];
    this.curves = curves;
    curves.forEach(({ x, at, of, unit, steps }, which) => {
      const plot = this.plots[which];
      plot.begin(theme, { x, y: [0, 1.25], room: { left: 8, right: 8, top: 6, bottom: 20 } });
      plot.across(0, theme.line);
      plot.across(1, theme.line);
      plot.text("100%", plot.right, plot.y(1), { align: "right", baseline: "bottom" });
      plot.upright(at, theme.muted);
      const places = [...Array(steps + 1).keys()].map((step) => x[0] + ((x[1] - x[0]) * step) / steps);
      const values = places.map(of);
      colours.forEach((colour, cell) => {
        plot.line(places.map((place, step) => [place, values[step][cell]]), colour, 2, cell ? [6, 4] : []);
        plot.dot(at, now[cell], 5, colour, theme.paper);
      });
      const { context } = plot;
      context.fillStyle = theme.muted;
      context.textAlign = "center";
      for (const place of which ? [-10, 0, 10] : [0, 45, 90, 135, 180]) context.fillText(fixed(place, 0), clamp(plot.x(place), 12, plot.width - 12), plot.height - 6);
      plot.text(unit, plot.x(x[0]) + 22, 14, { baseline: "alphabetic", halo: true });
    });
    for (const slider of this.sliders) {
      const value = this.state[/** @type {keyof State} */ (slider.dataset.name)];
      slider.value = String(value);
      const output = /** @type {Element} */ (slider.nextElementSibling);
      output.textContent = slider.dataset.name === "shift" ? `${fixed(value, 1)} pixels` : `${fixed(value, 0)}°`;
    }
    this.told.textContent = `A bar at ${fixed(angle, 0)}°, ${fixed(shift, 1)} pixels from the centre: the simple cell responds at ${percent(now[0], 0)} of its maximum, the complex cell at ${percent(now[1], 0)}.`;
    /** @type {Record<string, number>} */
    const numbers = { ANGLE: angle, SHIFT: Number(shift.toFixed(3)), PREFERRED: preferred };
    this.find(".code code").textContent = this.data.pytorch.replace(/ANGLE|SHIFT|PREFERRED/g, (/** @type {string} */ name) => String(numbers[name]));
  }

  /**
   * The light in grey, and over it where the simple cell wants light (blue) and where dark (orange).
   * @param {Float64Array} light
   */
  drawField(light) {
    const { side, stops } = this.data;
    const colours = colourTable(stops);
    const filter = this.pair[0];
    const most = Math.max(...filter.map(Math.abs));
    const image = new ImageData(side, side);
    light.forEach((value, at) => {
      const level = Math.round(127.5 + (filter[at] / most) * 127.5);
      const opacity = FILTER * Math.abs(filter[at] / most);
      for (let part = 0; part < 3; part += 1) image.data[4 * at + part] = (30 + 225 * value) * (1 - opacity) + colours[3 * level + part] * opacity;
      image.data[4 * at + 3] = 255;
    });
    Object.assign(this.stamp, { width: side, height: side });
    brushOf(this.stamp).putImageData(image, 0, 0);
    const canvas = /** @type {HTMLCanvasElement} */ (this.figure);
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 330;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: size });
    const context = brushOf(canvas);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.stamp, 0, 0, size, size);
  }

  tables() {
    return (this.curves ?? []).map(({ x, of, unit }) => {
      const places = [...Array(9).keys()].map((step) => x[0] + ((x[1] - x[0]) * step) / 8);
      const lines = places.map((place) => [fixed(place, 1), ...of(place).map((value) => percent(value, 0))]);
      return { heads: [unit, "Simple cell (of its maximum)", "Complex cell (of its maximum)"], lines };
    });
  }
}

export default mounting(Cortex);
