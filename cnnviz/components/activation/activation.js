// A map, the curve of an activation function with a dot a cell, and the map after it.

import { limits } from "../kit/arithmetic.js";
import { signedScale } from "../kit/figure/colours.js";
import { Grid } from "../kit/figure/grid.js";
import { mounting } from "../kit/mounting.js";
import { cellText, numberText, sizeText } from "../kit/numbers.js";
import { GridFigure, panelOf } from "../kit/figure/panels.js";
import { Plot } from "../kit/figure/plot.js";
import { followPointer } from "../kit/pointer.js";
import { cellScale, figureHeight } from "../kit/screen.js";

const LARGEST_CELL = 46;
const [MARGIN, PAD] = [30, 8]; // of the curve: for the numbers on the left and below, and opposite
const DWELL = 900; // milliseconds on a cell while nobody points

class Activation extends GridFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.canvas = this.canvasAt(".curve canvas");
    this.plot = new Plot(this.canvas);
    this.moving = !this.calm;
    this.cell = 0;
    /** @type {number | null} */
    this.hover = null;
    /** @type {number | null} the cell that is drawn */
    this.drawn = null;
    this.side = this.reach = 0; // of the curve: pixels, and the largest number on its axes
    followPointer(this.canvas, (event) => this.nearest(event), (cell) => this.point(cell));
  }

  /** @param {any} data */
  load(data) {
    this.data = data;
    const [rows, columns] = data.shape;
    this.reach = data.curve[0].at(-1);
    this.grids = ["before", "after"].map((kind) => {
      const values = data[kind];
      const scale = signedScale(limits(values), data.stops);
      const grid = new Grid({ kind, rows, columns, values, texts: values.map(cellText), scale });
      this.find(`.${kind}`).replaceChildren(panelOf(grid, this.caption(grid), sizeText(rows, columns)));
      followPointer(grid.canvas, (event) => grid.cellAt(event), (cell) => this.point(cell));
      grid.canvas.onclick = () => { this.figure.focus({ preventScroll: true }); this.moving = false; };
      return grid;
    });
    this.cell = Math.min(this.cell, rows * columns - 1);
    this.hover = null;
    this.find(".curve b").textContent = data.name;
    this.describe({ ...data, alt: `${data.name} of a ${sizeText(rows, columns)} map. Arrow keys move from cell to cell.` });
    this.fillTables();
    this.resize();
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const [rows, columns] = this.data.shape;
    const wide = width >= 620;
    const tallest = Math.max(300, figureHeight() * 0.75);
    const side = wide ? Math.min(tallest, width * 0.36) : Math.min(320, width);
    const room = wide ? (width - side - 90) / 2 : width * 0.42;
    const size = Math.min(room / columns, tallest / rows, LARGEST_CELL * cellScale());
    for (const grid of this.grids) grid.resize(size >= 6 ? Math.floor(size) : size);
    this.side = Math.round(side);
    this.canvas.style.width = this.canvas.style.height = `${this.side}px`;
    this.redraw();
  }

  // --- what people do -------------------------------------------------------------------------

  /** @param {number | null} cell */
  point(cell) {
    if (cell === this.hover) return;
    this.hover = cell;
    if (cell !== null) this.cell = cell;
    this.settle();
  }

  keys() {
    const { columns } = this.grids[0];
    const by = (/** @type {number} */ step) => () => this.go(this.cell + step);
    return { ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: by(-columns), ArrowDown: by(columns) };
  }

  /** @param {number} cell */
  go(cell) {
    this.moving = false;
    this.hover = null;
    if (cell >= 0 && cell < this.data.before.length) this.cell = cell;
    this.settle();
  }

  settle() {
    this.say();
    this.wake();
  }

  // --- the curve ------------------------------------------------------------------------------

  /**
   * @param {PointerEvent} event
   * @returns {number | null}
   */
  nearest(event) {
    const { plot } = this;
    const box = this.canvas.getBoundingClientRect();
    const here = [event.clientX - box.left, event.clientY - box.top];
    /** @type {number | null} */
    let best = null;
    let least = Infinity;
    this.data.before.forEach((/** @type {number} */ x, /** @type {number} */ at) => {
      const far = Math.hypot(plot.x(x) - here[0], plot.y(this.data.after[at]) - here[1]);
      if (far < least) [best, least] = [at, far];
    });
    return best;
  }

  /**
   * Both axes go from −reach to reach, so that y = x rises at 45°.
   * @param {import("../kit/theme.js").Theme} theme
   */
  drawCurve(theme) {
    const { data, side, reach, plot } = this;
    const { before, after, curve: [xs, ys] } = data;
    const room = { left: MARGIN, right: PAD, top: PAD, bottom: MARGIN };
    plot.begin(theme, { x: [-reach, reach], y: [-reach, reach], room, width: side, height: side });
    for (const tick of ticks(reach)) {
      plot.upright(tick, theme.line, { opacity: tick ? 0.35 : 1 });
      plot.across(tick, theme.line, tick ? 0.35 : 1);
      const text = numberText(tick, 3);
      plot.text(text, plot.x(tick), plot.floor + 4, { align: "center", baseline: "top" });
      plot.text(text, MARGIN - 4, plot.y(tick), { align: "right", most: MARGIN - 6 });
    }
    plot.text("x, before", plot.right - 4, plot.y(0) + 10, { align: "right", colour: theme.ink, halo: true });
    plot.text("f(x), after", plot.x(0) + 6, plot.top + 8, { colour: theme.ink, halo: true });
    plot.line(xs.map((/** @type {number} */ x, /** @type {number} */ at) => [x, ys[at]]), theme.ink);
    plot.context.globalAlpha = before.length > 60 ? 0.3 : 0.7;
    before.forEach((/** @type {number} */ x, /** @type {number} */ at) => plot.dot(x, after[at], 3.5, theme.window));
    plot.context.globalAlpha = 1;
    const [x, y] = [before[this.cell], after[this.cell]];
    plot.line([[x, 0], [x, y], [0, y]], theme.window, 2, [3, 3]);
    plot.dot(x, y, 7, theme.window, theme.paper);
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.hover === null && this.onScreen && this.data.before.length > 1;
  }

  /** @param {number} now */
  advance(now) {
    if (this.passed(now, DWELL)) this.cell = (this.cell + 1) % this.data.before.length;
  }

  paint() {
    const { theme } = this;
    if (this.drawn === this.cell || !theme) return;
    this.drawCurve(theme);
    for (const grid of this.grids) {
      if (this.drawn === null) grid.drawBase(theme);
      grid.start();
      grid.outline(grid.mask([this.cell]), theme.window, theme);
    }
    this.drawn = this.cell;
    const { before, after, shape, name } = this.data;
    const where = `Row ${Math.floor(this.cell / shape[1])}, column ${this.cell % shape[1]}`;
    this.told.textContent = `${where}: ${name} of ${numberText(before[this.cell])} is ${numberText(after[this.cell])}`;
    this.root.dataset.cell = String(this.cell);
  }

  /** @param {import("../kit/figure/grid.js").Grid} grid */
  caption({ kind }) {
    return kind === "before" ? "Before" : "After";
  }
}

/**
 * Round numbers from −reach to reach, about four on either side of 0.
 * @param {number} reach
 */
function ticks(reach) {
  const power = 10 ** Math.floor(Math.log10(reach / 2));
  const step = [5, 2, 1].map((times) => times * power).find((one) => one <= reach / 2) ?? power;
  const most = Math.floor(reach / step);
  return Array.from({ length: 2 * most + 1 }, (_, at) => (at - most) * step);
}

export default mounting(Activation);
