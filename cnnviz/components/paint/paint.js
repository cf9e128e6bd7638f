// A grey picture as a grid of numbers: read by pointing, changed by painting.

import { clamp } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { Scale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { Grid } from "../kit/figure/grid.js";
import { mounting } from "../kit/mounting.js";
import { numberText } from "../kit/numbers.js";
import { GridFigure } from "../kit/figure/panels.js";
import { offerPicture } from "../kit/picture/shared_pictures.js";
import { followPointer } from "../kit/pointer.js";
import { cellScale, figureHeight, sizedContext } from "../kit/screen.js";
import { cellsBetween, readStrokes, writeStrokes } from "./strokes.js";

const LARGEST_CELL = 44;
const CELLS_A_SECOND = 6;
const PATIENCE = 4000; // milliseconds in which the server should have answered

class Paint extends GridFigure {
  constructor(parent) {
    super(parent);
    this.strip = this.canvasAt(".vector");
    this.brush = this.field(".brush input");
    this.hover = null;
    this.stroke = null;
    this.offer = null;
    this.sentAt = -Infinity;
    this.cell = 0;
    this.brush.oninput = () => this.showBrush();
    this.find("[data-act=undo]").onclick = () => this.restore(this.before.pop() ?? "");
    this.find("[data-act=clear]").onclick = () => { this.remember(); this.restore(""); };
    followPointer(this.strip, (event) => this.stripAt(event), (at) => this.point(at));
  }

  room() {
    return this.root; // the figure is as wide as the picture
  }

  update(data, component) {
    this.component = component;
    const same = data.id === this.data?.id;
    // The server may still answer an earlier stroke while a later one is on its way.
    const busy = this.stroke !== null || performance.now() - this.sentAt < PATIENCE;
    const stale = same && busy && data.strokes !== this.sent;
    if (!this.data) {
      this.playing = !data.strokes && !this.calm;
      this.brush.value = data.brush;
    }
    const strokes = stale ? writeStrokes(this.painted) : data.strokes;
    this.data = data;
    this.painted = readStrokes(strokes);
    this.offer ??= offerPicture(data.name, () => this.picture());
    if (!same) this.load();
    this.describe(data);
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load() {
    const [rows, columns] = this.data.values.shape;
    this.base = unpackArray(this.data.values);
    this.before = [];
    this.stroke = null;
    this.cell = Math.min(this.cell, this.base.length - 1);
    this.grid = new Grid({ kind: "picture", rows, columns, values: this.base.slice(), texts: [], scale: null });
    this.grids = [this.grid];
    const { canvas } = this.grid;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = () => this.release();
    canvas.onpointercancel = canvas.onpointerup;
    canvas.onpointerleave = () => this.point(null);
    this.figure.replaceChildren(canvas);
    this.resize();
  }

  resize() {
    if (!this.grid || !this.root.clientWidth) return;
    const tallest = figureHeight();
    const { rows, columns } = this.grid;
    this.grid.resize(Math.max(4, Math.floor(Math.min(this.root.clientWidth / columns, tallest / rows, LARGEST_CELL * cellScale()))));
    this.redraw();
  }

  destroy() {
    super.destroy();
    this.offer.stop();
  }

  /** The picture with its paint, for those who look at it. */
  picture() {
    const values = this.base.slice();
    for (const [at, value] of this.painted) if (at < values.length) values[at] = value;
    const { rows, columns } = this.grid;
    return { values, rows, columns, painted: this.painted.size > 0 };
  }

  // --- numbers --------------------------------------------------------------------------------

  inUnit(value) {
    return this.data.unit === 1 ? value / 255 : value;
  }

  text(value) {
    return this.data.unit === 1 ? numberText(Math.round((value / 255) * 100) / 100) : numberText(Math.round(value), 3);
  }

  redraw() {
    super.redraw();
    const { grid, data } = this;
    if (!grid?.cell) return;
    this.greys = Scale.pixels("grey");
    const plain = { css: () => this.theme.paper, ink: () => this.theme.ink };
    grid.scale = data.look === "numbers" ? plain : this.greys;
    grid.values.set(this.picture().values);
    grid.texts = Array.from(grid.values, (value) => (data.look === "picture" ? "" : this.text(value)));
    grid.drawBase(this.theme);
    this.field("[data-act=undo]").disabled = !this.before.length;
    this.field("[data-act=clear]").disabled = !this.painted.size;
    this.root.dataset.strokes = writeStrokes(this.painted);
    this.showBrush();
    this.fillTables();
    this.offer.tell();
  }

  showBrush() {
    const value = Number(this.brush.value);
    this.root.style.setProperty("--brush", `rgb(${value} ${value} ${value})`);
    this.find(".brush output").textContent = this.text(value);
  }

  // --- painting -------------------------------------------------------------------------------

  press(event) {
    if (event.button) return;
    const at = this.grid.cellAt(event);
    if (at === null) return;
    event.preventDefault();
    this.figure.focus({ preventScroll: true });
    this.grid.canvas.setPointerCapture(event.pointerId);
    this.remember();
    this.stroke = at;
    this.put([at]);
  }

  move(event) {
    const at = this.grid.cellAt(event);
    this.point(at);
    if (this.stroke === null || at === null || at === this.stroke) return;
    this.put(cellsBetween(this.stroke, at, this.grid.columns));
    this.stroke = at;
  }

  release() {
    if (this.stroke === null) return;
    this.stroke = null;
    this.commit(0);
  }

  put(cells) {
    this.playing = false;
    for (const at of cells) this.painted.set(at, Number(this.brush.value));
    this.cell = cells.at(-1);
    this.redraw();
  }

  remember() {
    this.before.push(writeStrokes(this.painted));
  }

  restore(strokes) {
    this.playing = false;
    this.painted = readStrokes(strokes);
    this.redraw();
    this.commit(0);
  }

  /** Tell the server; keys that follow each other quickly are told at once. */
  commit(wait) {
    this.sent = writeStrokes(this.painted);
    this.sentAt = performance.now();
    this.after(wait, "send", () => this.component.setTriggerValue("painted", this.sent));
  }

  keys() {
    const { columns, count } = this.grid;
    const by = (step) => () => this.go(this.cell + step);
    const brush = (step) => () => {
      this.brush.value = Number(this.brush.value) + step;
      this.showBrush();
      this.say();
    };
    const change = (act) => () => {
      this.remember();
      act();
      this.commit(400);
      this.say();
    };
    const stroke = change(() => this.put([this.cell]));
    const unpaint = change(() => {
      this.painted.delete(this.cell);
      this.redraw();
    });
    return {
      ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: by(-columns), ArrowDown: by(columns),
      Home: () => this.go(0), End: () => this.go(count - 1),
      "+": brush(16), "=": brush(16), "-": brush(-16),
      Enter: stroke, " ": stroke, Backspace: unpaint, Delete: unpaint,
    };
  }

  go(at) {
    this.playing = false;
    this.hover = null;
    if (at >= 0 && at < this.grid.count) this.cell = at;
    this.say();
    this.wake();
  }

  // --- frames ---------------------------------------------------------------------------------

  point(at) {
    if (at === this.hover) return;
    this.hover = at;
    this.wake();
  }

  /** The number of the vector under a pointer. */
  stripAt(event) {
    return clamp(Math.floor((event.offsetX / this.strip.clientWidth) * this.grid.count), 0, this.grid.count - 1);
  }

  toggle() {
    this.playing = !this.playing;
    this.wake();
  }

  running() {
    return this.playing && this.hover === null && this.onScreen;
  }

  advance(now) {
    if (this.passed(now, 1000 / CELLS_A_SECOND)) this.cell = (this.cell + 1) % this.grid.count;
  }

  paint() {
    this.markPlaying(this.playing, "Go through the pixels one by one", "");
    const at = this.hover ?? this.cell;
    if (at === this.drawn) return;
    this.drawn = at;
    const { grid, theme } = this;
    grid.start();
    grid.outline(grid.mask([at]), theme.window, theme);
    this.drawStrip(at);
    const value = grid.values[at];
    const where = element("b", "", `Row ${Math.floor(at / grid.columns)}, column ${at % grid.columns}: ${numberText(this.inUnit(value), 4)}`);
    const other = this.data.unit === 1 ? `${numberText(value, 4)} of 255` : `${numberText(value / 255, 4)} of 1`;
    const was = this.painted.has(at) ? ` Painted; it was ${numberText(this.inUnit(this.base[at]), 4)}.` : "";
    this.told.replaceChildren(where, element("span", "", `, or ${other}. Number ${at} of the ${grid.count} in the vector.${was}`));
    Object.assign(this.root.dataset, { cell: at, value });
  }

  drawStrip(at) {
    const context = sizedContext(this.strip, this.root.clientWidth, 30);
    context.resetTransform(); // in pixels of the screen: sharp edges
    const { width, height } = this.strip;
    const { grid, theme } = this;
    const side = width / grid.count;
    const [top, bottom] = [height * 0.2, height * 0.8];
    grid.values.forEach((value, place) => {
      context.fillStyle = this.greys.css(value);
      context.fillRect(Math.floor(place * side), top, Math.ceil(side), bottom - top);
    });
    context.strokeStyle = theme.line;
    context.strokeRect(0.5, top + 0.5, width - 1, bottom - top - 1);
    const rim = Math.max(side, 5);
    context.lineWidth = 2 * (window.devicePixelRatio || 1);
    context.strokeStyle = theme.window;
    context.strokeRect(Math.min(Math.max((at + 0.5) * side - rim / 2, 1), width - rim - 1), 2, rim, height - 4);
  }

  caption() {
    return "";
  }

  tableText(grid, at) {
    return numberText(this.inUnit(grid.values[at]), 4);
  }
}

export default mounting(Paint);
