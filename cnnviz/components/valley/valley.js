// Three optimisers on a surface: begin anywhere, change their rates, and scrub through their steps.

import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { Figure, SPEAK_AFTER } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, plain, tenTo, tinyText } from "../kit/numbers.js";
import { Player } from "../kit/figure/player.js";
import { Plot } from "../kit/figure/plot.js";
import { holdWithPointer } from "../kit/pointer.js";
import { textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { SURFACES, path } from "./optimisers.js";

const STEPS = 200;
const NAMES = { sgd: "SGD", momentum: "Momentum", adam: "Adam" };
const HUES = { sgd: "blue", momentum: "orange", adam: "green" };
const BANDS = 2.5; // contours to a power of ten
const LEAST = 1e-12; // lower heights are drawn at the bottom
const FINE = 1.5; // CSS pixels for a number of the surface

class Valley extends Figure {
  constructor(parent) {
    super(parent);
    this.plot = new Plot(/** @type {HTMLCanvasElement} */ (this.figure));
    this.curve = new Plot(this.canvasAt(".curve"));
    this.stamp = element("canvas");
    this.player = new Player(this, { pace: (step) => 6 + step / 4 });
    const begin = (event) => this.begin([this.plot.under(event), this.height(event)]);
    holdWithPointer(this.figure, begin, begin);
    this.player.dragAlong(this.curve.canvas, (event) => this.curve.under(event));
  }

  load(data) {
    this.data = data;
    this.surface = SURFACES[data.surface];
    this.describe(data);
    this.start = [...this.surface.start];
    this.rates = { ...this.surface.rates };
    this.momentum = 0.9;
    this.shown = new Set(Object.keys(NAMES));
    this.buildSettings();
    this.background = null;
    this.player.begin(STEPS);
    this.compute();
    this.fillTables();
  }

  // --- settings -------------------------------------------------------------------------------

  buildSettings() {
    const rows = Object.entries(NAMES).map(([rule, name]) => {
      const mark = element("i");
      mark.style.background = `var(--st-${HUES[rule]}-color)`;
      const tick = Object.assign(element("input"), { type: "checkbox", checked: true, ariaLabel: `Show ${name}` });
      tick.onkeydown = (event) => event.stopPropagation();
      tick.onchange = () => {
        if (tick.checked) this.shown.add(rule);
        else this.shown.delete(rule);
        this.changed();
      };
      const label = this.slider(`${name}, rate`, [-3, 0.5, 0.02], Math.log10(this.rates[rule]), (power) => {
        this.rates[rule] = Number((10 ** power).toPrecision(2));
        return plain(this.rates[rule]);
      });
      label.prepend(tick, mark);
      return label;
    });
    const beta = this.slider("β of momentum", [0, 0.99, 0.01], this.momentum, (value) => {
      this.momentum = value;
      return fixed(value, 2);
    });
    const ends = [this.surface.x, this.surface.y];
    this.places = ["x", "y"].map((name, at) => this.slider(`Start ${name}`, [...ends[at], 0.001], this.start[at], (value) => {
      this.start[at] = value;
      return fixed(value, 3);
    }));
    this.find(".settings").replaceChildren(...rows, beta, ...this.places);
  }

  slider(title, [min, max, step], value, change) {
    const label = element("label", "", `${title} `);
    const input = Object.assign(element("input"), { type: "range", min, max, step, value });
    const text = element("span", "", change(value));
    input.onkeydown = (event) => event.stopPropagation();
    input.oninput = () => {
      text.textContent = change(Number(input.value));
      this.changed();
    };
    label.append(input, text);
    return label;
  }

  begin(point) {
    const { x, y } = this.surface;
    const within = (number, [low, high]) => Number(clamp(number, low, high).toFixed(3));
    this.start = [within(point[0], x), within(point[1], y)];
    this.places.forEach((label, at) => {
      label.querySelector("input").value = String(this.start[at]);
      label.querySelector("span").textContent = fixed(this.start[at], 3);
    });
    this.changed();
  }

  /** The number of the vertical axis under a pointer. */
  height(event) {
    const box = this.figure.getBoundingClientRect();
    const { y } = this.surface;
    return y[1] - ((event.clientY - box.top) / box.height) * (y[1] - y[0]);
  }

  changed() {
    this.compute();
    if (!this.player.playing && this.player.step === 0) this.player.step = STEPS;
    this.say();
    this.after(SPEAK_AFTER, "tables", () => this.fillTables());
    this.wake();
  }

  compute() {
    const { momentum } = this;
    const start = /** @type {[number, number]} */ (this.start);
    this.paths = Object.keys(NAMES).filter((rule) => this.shown.has(rule))
      .map((rule) => ({ rule, points: path(this.surface, rule, { start, rate: this.rates[rule], momentum, steps: STEPS }) }));
  }

  // --- drawing --------------------------------------------------------------------------------

  redraw() {
    this.background = null; // the paper may have changed
    this.wake();
  }

  resize() {
    this.redraw();
  }

  above([x, y]) {
    return Math.max(this.surface.value(x, y) - this.surface.least, LEAST);
  }

  paint() {
    const { step } = this.player;
    this.player.show(`Step ${step} of ${STEPS}`);
    const theme = readTheme(this.root);
    const style = getComputedStyle(this.root);
    const colour = (rule) => style.getPropertyValue(`--st-${HUES[rule]}-color`).trim();
    this.drawSurface(theme);
    const at = (points) => points[Math.min(step, points.length - 1)];
    this.plot.dot(this.start[0], this.start[1], 6, theme.paper, theme.ink);
    for (const { rule, points } of this.paths) {
      this.plot.line(points.slice(0, step + 1), colour(rule), 2);
      for (const point of points.slice(0, step + 1)) this.plot.dot(point[0], point[1], 1.8, colour(rule));
      this.plot.dot(at(points)[0], at(points)[1], 6, colour(rule), theme.paper);
    }
    this.drawCurve(theme, colour);
    this.told.textContent = this.paths.length ? this.sentence(at) : "No optimiser is shown.";
    const numbers = {
      START_X: this.start[0], START_Y: this.start[1], STEPS: step, MOMENTUM: this.momentum,
      RATE_SGD: this.rates.sgd, RATE_MOMENTUM: this.rates.momentum, RATE_ADAM: this.rates.adam,
    };
    const names = /START_X|START_Y|STEPS|RATE_SGD|RATE_MOMENTUM|RATE_ADAM|MOMENTUM/g;
    this.find(".code code").textContent = this.data.pytorch.replace(names, (name) => String(numbers[name]));
  }

  sentence(at) {
    const words = this.paths.map(({ rule, points }) =>
      points.length <= this.player.step ? `${NAMES[rule]} has diverged` : `${NAMES[rule]} ${tinyText(this.above(at(points)))}`);
    return `Height above the minimum after ${this.player.step} steps: ${words.join(", ")}.`;
  }

  /** Contours: each band is a power of ten's share, darker where it is lower. */
  drawSurface(theme) {
    const { plot, surface } = this;
    plot.begin(theme, { x: surface.x, y: surface.y });
    const [columns, rows] = [Math.ceil(plot.width / FINE), Math.ceil(plot.height / FINE)];
    if (!columns || !rows) return;
    if (!this.background) {
      this.background = new ImageData(columns, rows);
      const ink = brightness(theme.paper) > 0.5 ? 0 : 255;
      for (let at = 0; at < columns * rows; at += 1) {
        const x = surface.x[0] + (((at % columns) + 0.5) / columns) * (surface.x[1] - surface.x[0]);
        const y = surface.y[1] - ((Math.floor(at / columns) + 0.5) / rows) * (surface.y[1] - surface.y[0]);
        const band = Math.floor(BANDS * Math.log10(Math.max(this.above([x, y]), 1e-3)));
        this.background.data.set([ink, ink, ink, clamp(120 - 10 * (band + 7), 8, 130)], 4 * at);
      }
      Object.assign(this.stamp, { width: columns, height: rows });
      this.stamp.getContext("2d").putImageData(this.background, 0, 0);
    }
    plot.context.drawImage(this.stamp, 0, 0, plot.width, plot.height);
  }

  drawCurve(theme, colour) {
    const { curve } = this;
    if (!curve.canvas.clientWidth) return;
    const heights = this.paths.map(({ points }) => points.map((point) => this.above(point)));
    const every = heights.flat();
    const low = Math.floor(Math.log10(Math.min(...every, 1)));
    const high = Math.max(Math.ceil(Math.log10(Math.max(...every, 1))), low + 1);
    const room = { left: 48 * textScale(), right: 10, top: 10, bottom: 18 * textScale() };
    curve.begin(theme, { x: [0, STEPS], y: [10 ** low, 10 ** high], logarithmic: true, room });
    for (let power = low; power <= high; power += Math.max(1, Math.ceil((high - low) / 4))) {
      curve.across(10 ** power, theme.line, 0.5);
      curve.text(tenTo(power), curve.left - 6, curve.y(10 ** power), { align: "right" });
    }
    curve.text("Height above the minimum", curve.left + 6, curve.height - 6 * textScale());
    curve.text(`Step ${STEPS}`, curve.right, curve.height - 6 * textScale(), { align: "right" });
    curve.upright(this.player.step, theme.muted);
    this.paths.forEach(({ rule }, which) => {
      curve.line(heights[which].map((height, step) => [step, height]), colour(rule), 2);
    });
  }

  tables() {
    const every = [0, 1, 2, 5, 10, 20, 50, 100, 150, STEPS];
    return this.paths.map(({ rule, points }) => ({
      caption: NAMES[rule],
      heads: ["Step", "x", "y", "Height above the minimum"],
      lines: every.filter((step) => step < points.length)
        .map((step) => [String(step), fixed(points[step][0], 4), fixed(points[step][1], 4), tinyText(this.above(points[step]))]),
    }));
  }
}

/** How bright a colour is that the browser wrote, from 0 to 1. */
function brightness(colour) {
  const brush = element("canvas").getContext("2d");
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return brush.getImageData(0, 0, 1, 1).data[1] / 255;
}

export default mounting(Valley);
