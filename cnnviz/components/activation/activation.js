// A map, the curve of an activation function with a dot a cell, and the map after it.

import { cellText, limits, sizedContext, sizeText } from "../kit/elements.js";
import { followPointer } from "../kit/figure.js";
import { Grid } from "../kit/grid.js";
import { mounting } from "../kit/mounting.js";
import { numberText } from "../kit/numbers.js";
import { GridFigure, panelOf, signedScale } from "../kit/panels.js";
import { cellScale, figureHeight, textScale } from "../kit/screen.js";

const LARGEST_CELL = 46;
const [MARGIN, PAD] = [30, 8]; // of the curve: for the numbers on the left and below, and opposite
const DWELL = 900; // milliseconds on a cell while nobody points

class Activation extends GridFigure {
  constructor(parent) {
    super(parent);
    this.canvas = this.find(".curve canvas");
    this.moving = !this.calm;
    this.cell = 0;
    this.hover = null;
    followPointer(this.canvas, (event) => this.nearest(event), (cell) => this.point(cell));
  }

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

  point(cell) {
    if (cell === this.hover) return;
    this.hover = cell;
    if (cell !== null) this.cell = cell;
    this.settle();
  }

  keys() {
    const { columns } = this.grids[0];
    const by = (step) => () => this.go(this.cell + step);
    return { ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: by(-columns), ArrowDown: by(columns) };
  }

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

  /** Where a point is: both axes go from −reach to reach, so that y = x rises at 45°. */
  place(x, y) {
    const { reach, side } = this;
    const inner = side - MARGIN - PAD;
    return [MARGIN + ((x + reach) / (2 * reach)) * inner, side - MARGIN - ((y + reach) / (2 * reach)) * inner];
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const here = [event.clientX - box.left, event.clientY - box.top];
    let [best, least] = [null, Infinity];
    this.data.before.forEach((x, at) => {
      const [left, top] = this.place(x, this.data.after[at]);
      const far = Math.hypot(left - here[0], top - here[1]);
      if (far < least) [best, least] = [at, far];
    });
    return best;
  }

  drawCurve() {
    const { theme, data, side } = this;
    const context = sizedContext(this.canvas, side, side);
    const [xs, ys] = data.curve;
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    const line = (from, to) => {
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    };
    const { reach } = this;
    context.font = `${11 * textScale()}px ${theme.font}`;
    context.fillStyle = theme.muted;
    for (const tick of ticks(reach)) {
      context.globalAlpha = tick ? 0.35 : 1;
      line(this.place(tick, -reach), this.place(tick, reach));
      line(this.place(-reach, tick), this.place(reach, tick));
      context.globalAlpha = 1;
      const text = numberText(tick, 3);
      context.textAlign = "center";
      context.textBaseline = "top";
      context.fillText(text, this.place(tick, 0)[0], side - MARGIN + 4);
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(text, MARGIN - 4, this.place(0, tick)[1], MARGIN - 6);
    }
    context.strokeStyle = theme.ink;
    context.lineWidth = 2;
    context.beginPath();
    xs.forEach((one, at) => context.lineTo(...this.place(one, ys[at])));
    context.stroke();
    context.fillStyle = theme.window;
    context.globalAlpha = data.before.length > 60 ? 0.3 : 0.7;
    data.before.forEach((one, at) => {
      context.beginPath();
      context.arc(...this.place(one, data.after[at]), 3.5, 0, 7);
      context.fill();
    });
    context.globalAlpha = 1;
    const [x, y] = [data.before[this.cell], data.after[this.cell]];
    context.setLineDash([3, 3]);
    context.strokeStyle = theme.window;
    line(this.place(x, 0), this.place(x, y));
    line(this.place(x, y), this.place(0, y));
    context.setLineDash([]);
    context.fillStyle = theme.window;
    context.strokeStyle = theme.paper;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...this.place(x, y), 7, 0, 7);
    context.fill();
    context.stroke();
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.hover === null && this.onScreen && this.data.before.length > 1;
  }

  advance(now) {
    if (this.passed(now, DWELL)) this.cell = (this.cell + 1) % this.data.before.length;
  }

  paint() {
    if (this.drawn === this.cell) return;
    this.drawCurve();
    for (const grid of this.grids) {
      if (this.drawn === null) grid.drawBase(this.theme);
      grid.start();
      grid.outline(grid.mask([this.cell]), this.theme.window, this.theme);
    }
    this.drawn = this.cell;
    const { before, after, shape, name } = this.data;
    const where = `Row ${Math.floor(this.cell / shape[1])}, column ${this.cell % shape[1]}`;
    this.told.textContent = `${where}: ${name} of ${numberText(before[this.cell])} is ${numberText(after[this.cell])}`;
    this.root.dataset.cell = this.cell;
  }

  caption({ kind }) {
    return kind === "before" ? "Before" : "After";
  }
}

/** Round numbers from −reach to reach, about four on either side of 0. */
function ticks(reach) {
  const power = 10 ** Math.floor(Math.log10(reach / 2));
  const step = [5, 2, 1].map((times) => times * power).find((one) => one <= reach / 2);
  const most = Math.floor(reach / step);
  return Array.from({ length: 2 * most + 1 }, (_, at) => (at - most) * step);
}

export default mounting(Activation);
