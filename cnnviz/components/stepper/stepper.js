// The stepper: what is in focus, what moves it, and one paint per frame. The server is not asked.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { mounting } from "../kit/mounting.js";
import { sizeText } from "../kit/numbers.js";
import { GridFigure } from "../kit/figure/panels.js";
import { followPointer } from "../kit/pointer.js";
import { figureHeight, sizedContext } from "../kit/screen.js";
import { copyCode } from "./copying.js";
import { Model } from "./model.js";
import { PAINT } from "./painter.js";
import { buildFigure, cellSizes, fillKey, isWide, makeGrids, makeScales } from "./view.js";
import { fillFormula, SumLine, tablesOf, unreadText } from "./words.js";

const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120]; // steps a second
const REST_AT_END = 1.2; // seconds before the animation starts over
const PASS = 15; // seconds a whole pass should take at first
const LONGEST_FRAME = 0.25; // seconds: after a pause of the browser nothing jumps
/** @type {any} what `load` sets before anything asks for it */
const UNSET = undefined;

/** @import { Payload } from "./model.js" */
/** @import { Parts, PlacedGrid } from "./view.js" */

/** @typedef {{ kind: keyof typeof PAINT, index: number }} Focus a cell: of which grid, and where */

export class Stepper extends GridFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {Payload} */
    this.data = UNSET;
    /** @type {Model} */
    this.model = UNSET;
    /** @type {SumLine} */
    this.sum = UNSET;
    /** @type {Parts} */
    this.parts = UNSET;
    /** @type {HTMLElement[]} */
    this.partials = [];
    this.step = 0;
    this.speed = SPEEDS[0]; // steps a second
    this.speedChosen = false;
    this.text = ""; // what the line of products says
    this.urgent = false; // to be written in the next frame
    this.unwritten = false; // not written yet
    this.written = 0; // when, in milliseconds
    this.links = this.canvasAt(".links");
    this.scrub = this.field(".scrub input");
    this.speedInput = this.field(".speed input");
    this.shared = this.field(".shared input"); // one scale for input and output
    this.playing = !this.calm;
    /** @type {Focus | null} under the pointer */
    this.hover = null;
    /** @type {Focus | null} held by a click */
    this.pin = null;
    this.carry = 0; // seconds since the last step, or since the end was reached
    this.speedInput.max = String(SPEEDS.length - 1);
    this.listen();
  }

  // --- data -----------------------------------------------------------------------------------

  /** @param {Payload} data */
  load(data) {
    const before = this.model;
    this.data = data;
    const model = new Model(data);
    this.model = model;
    if (before) {
      const at = before.outputAt(this.step);
      const [row, column] = [Math.min(at[0], model.outputRows - 1), Math.min(at[1], model.outputColumns - 1)];
      this.step = row * model.outputColumns + column;
    } else {
      this.open(data);
    }
    this.hover = null;
    if (!before || before.reads.length !== model.reads.length) this.pin = null;
    this.sum = new SumLine(this.find(".sum"), model);
    fillFormula(this.find(".formula"), model);
    this.find(".unread").textContent = unreadText(model);
    const [, rows, columns] = model.imageShape;
    const sizes = [sizeText(rows, columns), sizeText(model.outputRows, model.outputColumns)];
    const alt = `${model.operator}: ${sizes[0]} input, ${sizes[1]} output. Arrow keys step, space plays.`;
    this.describe({ alt, pytorch: model.pytorch });
    this.fillTables();
    this.find(".shared").hidden = Boolean(model.pixels);
    this.scrub.max = String(model.steps - 1);
    if (!this.speedChosen) {
      const wanted = clamp(model.steps / PASS, SPEEDS[1], 60);
      this.setSpeed(SPEEDS.findIndex((speed) => speed >= wanted));
    }
    this.build();
  }

  /**
   * The first sight of this stepper: at the cell a link names, or moving.
   * @param {Payload} data
   */
  open({ start }) {
    const { model } = this;
    if (start && start[0] < model.outputRows && start[1] < model.outputColumns) {
      this.step = start[0] * model.outputColumns + start[1];
      this.playing = false;
    } else {
      this.step = this.playing ? 0 : model.interestingStep();
    }
  }

  build() {
    const { model } = this;
    this.parts = makeGrids(model, makeScales(model, this.shared.checked));
    this.grids = [...this.parts.inputs, ...this.parts.kernels, this.parts.output];
    buildFigure(this.find(".operands"), this.find(".result"), model, this.parts);
    fillKey(this.find(".key"), model);
    this.partials = [...this.root.querySelectorAll(".partial")].map((node) => /** @type {HTMLElement} */ (node));
    for (const grid of /** @type {PlacedGrid[]} */ (this.grids)) {
      followPointer(grid.canvas, (event) => grid.cellAt(event), (index) => this.point(grid, index));
      grid.canvas.onclick = (event) => this.click(grid, grid.cellAt(event));
    }
    this.resize();
  }

  tables() {
    return tablesOf(this.model);
  }

  // --- size -----------------------------------------------------------------------------------

  resize() {
    if (!this.grids) return;
    const width = this.figure.clientWidth;
    if (!width) return;
    const sizes = cellSizes(this.model, this.parts, width, figureHeight());
    this.figure.classList.toggle("narrow", !isWide(width));
    for (const grid of this.grids) grid.resize(sizes[grid.kind]);
    this.sum.root.style.minHeight = "";
    this.redraw();
  }

  /** Draw everything anew: after a change of size, colours or numbers. */
  redraw() {
    super.redraw();
    if (!this.ready()) return;
    const { clientWidth, clientHeight } = this.figure;
    sizedContext(this.links, clientWidth, clientHeight);
    const origin = this.figure.getBoundingClientRect();
    for (const grid of this.grids) {
      grid.drawBase(this.theme);
      const box = grid.canvas.getBoundingClientRect();
      grid.origin = [box.left - origin.left, box.top - origin.top];
    }
  }

  // --- what people do -------------------------------------------------------------------------

  listen() {
    const acts = {
      reset: () => this.go(0),
      back: () => this.go(this.step - 1),
      step: () => this.go(this.step + 1),
      copy: () => copyCode(this),
    };
    for (const [name, act] of Object.entries(acts)) this.find(`[data-act=${name}]`).onclick = act;
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.speedInput.oninput = () => {
      this.speedChosen = true;
      this.setSpeed(Number(this.speedInput.value));
    };
    this.shared.onchange = () => this.build();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {Record<string, () => void>}
   */
  keys({ target }) {
    if (target === this.speedInput || target === this.shared) return {}; // they use keys themselves
    const row = this.model.outputColumns;
    const by = (/** @type {number} */ steps) => () => this.go(this.step + steps);
    return {
      ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: by(-row), ArrowDown: by(row),
      Home: () => this.go(0), End: () => this.go(this.model.steps - 1), " ": () => this.toggle(),
      ...(this.pin && { Escape: () => this.unpin() }),
    };
  }

  /**
   * Stand still at a step; one that does not exist leaves everything where it is.
   * @param {number} step
   */
  go(step) {
    this.playing = false;
    this.pin = null;
    this.hover = null;
    if (step >= 0 && step < this.model.steps) this.step = step;
    this.settle();
  }

  toggle() {
    this.playing = !(this.playing && !this.pin);
    this.pin = null;
    this.hover = null;
    if (this.playing && this.step === this.model.steps - 1) this.step = 0;
    this.settle();
  }

  /** @param {number} index in `SPEEDS` */
  setSpeed(index) {
    this.speed = SPEEDS[index];
    this.speedInput.valueAsNumber = index;
    const text = `${this.speed} step${this.speed === 1 ? "" : "s"}/s`;
    this.find(".speed-text").textContent = text;
    this.speedInput.setAttribute("aria-valuetext", text);
  }

  /**
   * @param {PlacedGrid} grid
   * @param {number | null} index
   */
  point(grid, index) {
    if (index === this.hover?.index && grid.kind === this.hover?.kind) return;
    if (index === null && this.hover === null) return;
    this.hover = index === null ? null : { kind: kindOf(grid), index };
    this.settle();
  }

  /**
   * @param {PlacedGrid} grid
   * @param {number | null} index
   */
  click(grid, index) {
    if (index === null) return;
    this.figure.focus({ preventScroll: true });
    if (this.pin?.kind === grid.kind && this.pin.index === index) {
      this.unpin();
      return;
    }
    this.pin = { kind: kindOf(grid), index };
    if (grid.kind === "output") this.step = index;
    this.settle();
  }

  unpin() {
    this.pin = null;
    this.hover = null;
    this.settle();
  }

  /** After anything a person did: paint, speak and remember, once per frame and pause. */
  settle() {
    this.carry = 0; // what had gathered, such as in the rest at the end, is no hurry
    this.urgent = true;
    this.say();
    this.after(400, "save", () => this.saveCell());
    this.wake();
  }

  words() {
    const where = `Step ${this.step + 1} of ${this.model.steps}`;
    return `${where}. ${this.sum.headline.textContent}. ${this.text}`;
  }

  saveCell() {
    const { urlParameter } = this.data;
    const moving = this.playing && !this.pin;
    if (urlParameter) keepInAddress(urlParameter, moving ? null : this.model.outputAt(this.step).join(","));
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.playing && !this.hover && !this.pin && this.onScreen;
  }

  /** @param {number} now */
  advance(now) {
    const passed = Math.min(this.passed(now) / 1000, LONGEST_FRAME);
    if (!this.running()) return;
    const end = this.model.steps - 1;
    this.carry += passed;
    if (this.step >= end) {
      if (this.carry < REST_AT_END) return;
      this.step = 0;
      this.carry = 0;
      return;
    }
    const steps = Math.floor(this.carry * this.speed + 1e-6);
    this.carry -= steps / this.speed;
    this.step = Math.min(this.step + steps, end);
  }

  /** @returns {Focus} */
  focus() {
    return this.hover ?? this.pin ?? { kind: "output", index: this.step };
  }

  /** @param {number} now */
  paint(now) {
    const focus = this.focus();
    const shown = focus.kind === "output" ? focus.index : this.step;
    const picture = `${focus.kind} ${focus.index} ${this.step}`;
    if (picture !== this.drawn) {
      if (this.theme) PAINT[focus.kind]({ model: this.model, parts: this.parts, theme: this.theme, links: this.links, step: this.step }, focus.index);
      this.drawn = picture;
      this.unwritten = true;
    }
    if (this.unwritten || this.urgent) this.write(focus, shown, now);
    this.mark(focus, shown);
  }

  /**
   * Print the products. In a fast animation nobody reads every one: then 12 times a second.
   * @param {Focus} focus
   * @param {number} shown
   * @param {number} now
   */
  write(focus, shown, now) {
    const fast = this.running() && this.speed > 12;
    if (fast && !this.urgent && now - this.written < 80) return;
    this.written = now;
    this.urgent = false;
    this.unwritten = false;
    if (focus.kind === "input") this.text = this.sum.showInput(focus.index);
    else if (focus.kind === "kernel") this.text = this.sum.showKernel(focus.index, this.step);
    else this.text = this.sum.showOutput(shown);
    this.partials.forEach((partial, channel) => {
      partial.textContent = focus.kind === "output" ? this.sum.partials[channel].textContent : "";
    });
    this.sum.holdHeight();
  }

  /**
   * The transport, and what tests and styles read.
   * @param {Focus} focus
   * @param {number} shown
   */
  mark(focus, shown) {
    const { model } = this;
    this.scrub.valueAsNumber = this.step;
    const [row, column] = model.outputAt(this.step);
    const where = `Step ${this.step + 1} of ${model.steps}`;
    this.find(".scrub-text").textContent = this.pin ? `${where}, pinned` : where;
    this.scrub.setAttribute("aria-valuetext", `${where}: output row ${row}, column ${column}`);
    this.markPlaying(this.playing && !this.pin);
    Object.assign(this.root.dataset, {
      step: this.step,
      steps: model.steps,
      hover: this.hover ? `${this.hover.kind}:${this.hover.index}` : "",
      pinned: this.pin ? `${this.pin.kind}:${this.pin.index}` : "",
      shown,
    });
    if (focus.kind === "output") this.root.dataset.computed = String(model.recompute(shown));
  }
}

/** @param {PlacedGrid} grid */
function kindOf(grid) {
  return /** @type {keyof typeof PAINT} */ (grid.kind);
}

export default mounting(Stepper);
