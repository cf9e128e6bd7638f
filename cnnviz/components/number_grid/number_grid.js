// A grid of numbers on colours; where it may be edited, each cell is a text field.

import { clamp } from "../kit/arithmetic.js";
import { finder } from "../kit/elements.js";
import { colourAt, inkOn } from "../kit/figure/colours.js";
import { rankOf } from "../kit/filtering/linear.js";
import { tellKernel, watchKernel } from "../kit/hand.js";
import { mounting } from "../kit/mounting.js";
import { MINUS, numberText, sizeText, weightText } from "../kit/numbers.js";
import { Scrub } from "./scrub.js";
import { parseNumber, plainNumber, problemWith } from "./typing.js";

const WIDEST = 56; // pixels of a cell
const PER_CHARACTER = 0.6; // of the font size
const LEGIBLE = 7.5; // pixels; smaller numbers are left out, and told below on hover

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} label
 * @property {string} note below the grid, while no cell is looked at
 * @property {string[][]} cells the numbers as they are read, row by row
 * @property {string[][]} exact the same with all their digits
 * @property {import("../kit/figure/colours.js").Stops} stops colours from `low` to `high`
 * @property {number | null} low null: as far below 0 as the largest number is above it
 * @property {number | null} high
 * @property {boolean} editable
 * @property {string} name of a kernel, under which its changes are told; empty for other numbers
 */

/** @type {Data} */
const NOTHING = { label: "", note: "", cells: [], exact: [], stops: [], low: 0, high: 1, editable: false, name: "" };

export class NumberGrid {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    const find = finder(parent);
    this.grid = find(".grid");
    this.note = find(".note");
    this.box = find(".numbers");
    this.data = NOTHING;
    /** @type {HTMLInputElement[]} row by row; the data set of one keeps its number, and whether it is being typed */
    this.cells = [];
    this.columns = 0;
    /** @type {((text: string) => void) | null} */
    this.send = null;
    this.resizer = new ResizeObserver(() => { if (this.room !== this.box.clientWidth) this.fit(); });
    this.resizer.observe(this.box);
    // There are no onfocusin and onfocusout: these two need listeners.
    this.grid.addEventListener("focusin", ({ target }) => this.tell(target));
    this.grid.addEventListener("focusout", () => this.commit());
    this.grid.onpointerover = ({ target }) => this.tell(target);
    this.grid.onpointerleave = () => this.tell(null);
    this.grid.oninput = ({ target }) => {
      /** @type {HTMLInputElement} */ (target).dataset.typed = "1";
      this.paint();
      this.tell(target);
      this.tellMoved();
    };
    this.grid.onkeydown = (event) => this.key(event);
    this.scrub = new Scrub(this);
    this.stop = watchKernel("shown", ({ name, weights }) => {
      if (this.data.name === name) this.showMoved(weights);
    });
  }

  destroy() {
    this.stop();
    this.resizer.disconnect();
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = (text) => setTriggerValue("edited", text);
    this.grid.setAttribute("aria-label", data.label);
    this.show(data.cells, data.exact);
    this.tell(null);
  }

  /**
   * Show numbers.
   * @param {string[][]} texts as they are read
   * @param {string[][]} exact
   * @param {number} [room] for them, in pixels; measured by default
   */
  show(texts, exact, room) {
    const rows = texts.length;
    const columns = texts[0].length;
    if (this.cells.length !== rows * columns || this.columns !== columns) this.build(rows, columns);
    const numbers = exact.flat();
    texts.flat().forEach((text, at) => {
      const cell = this.cells[at];
      if (cell.readOnly === this.data.editable) cell.readOnly = !this.data.editable;
      if (cell.dataset.typed) return; // what somebody is typing stays until it is done
      if (cell.value !== text) cell.value = text; // each one set is laid out anew
      cell.dataset.exact = numbers[at];
    });
    this.fit(room);
  }

  /**
   * Show the numbers that a hand is making of the kernel, until the server's come.
   * @param {number[][]} weights
   */
  showMoved(weights) {
    if (this.scrub.active) return; // it is this grid that the hand is in
    this.show(weights.map((row) => row.map(weightText)), weights.map((row) => row.map(String)), this.room);
    this.grid.setAttribute("aria-label", `Kernel, ${sizeText(weights.length, weights[0].length)}`);
    if (!this.data.editable) this.note.textContent = `${sizeText(weights.length, weights[0].length)}${this.whole()}`;
  }

  /** The numbers as they stand, for what shows them in the same frame; none while one is wrong. */
  tellMoved() {
    const weights = this.weights();
    if (!this.data.editable || weights.flat().some((value) => Number.isNaN(value))) return;
    tellKernel("edited", { name: this.data.name, weights });
  }

  /**
   * @param {number} rows
   * @param {number} columns
   */
  build(rows, columns) {
    this.columns = columns;
    this.cells = [...Array(rows * columns).keys()].map((at) => {
      const cell = document.createElement("input");
      cell.spellcheck = false;
      cell.autocomplete = "off";
      cell.inputMode = "text";
      cell.setAttribute("aria-label", `row ${Math.floor(at / columns)}, column ${at % columns}`);
      return cell;
    });
    this.grid.replaceChildren(...this.cells);
  }

  /**
   * Give the cells the largest size that fits, and their numbers one that can be read.
   * @param {number} [room] in pixels; measured by default
   */
  fit(room = this.box.clientWidth) {
    if (!this.cells.length) return;
    this.room = room;
    const side = Math.max(8, Math.min(WIDEST, Math.floor((this.room - this.columns - 2) / this.columns)));
    const longest = Math.max(...this.cells.map((cell) => cell.value.length), 2);
    const size = Math.min(15, side / (longest * PER_CHARACTER));
    this.grid.style.gridTemplateColumns = `repeat(${this.columns}, ${side}px)`;
    this.grid.style.gridAutoRows = `${Math.min(side, 44)}px`;
    this.grid.style.fontSize = `${Math.max(size, 1)}px`;
    this.hidden = size < LEGIBLE;
    this.paint();
  }

  values() {
    return this.cells.map(({ dataset, value }) => {
      if (!dataset.typed) return parseNumber(dataset.exact ?? "");
      return problemWith(value) ? NaN : parseNumber(value);
    });
  }

  paint() {
    const values = this.values();
    const { stops } = this.data;
    let { low, high } = this.data;
    if (low === null || high === null) {
      high = Math.max(...values.map((value) => Math.abs(value) || 0)) || 1;
      low = -high;
    }
    this.cells.forEach((cell, at) => {
      const wrong = Number.isNaN(values[at]);
      const share = wrong ? 0.5 : clamp((values[at] - low) / (high - low), 0, 1);
      const colour = colourAt(stops, share).map(Math.round);
      const ink = inkOn(colour);
      cell.style.cssText = `background: rgb(${colour.join(" ")}); color: ${this.hidden ? "transparent" : ink}; caret-color: ${ink}`;
      if (cell.getAttribute("aria-invalid") !== String(wrong)) cell.setAttribute("aria-invalid", String(wrong));
    });
  }

  /**
   * Say below the grid what a cell holds, or what is wrong with what was typed.
   * @param {EventTarget | null} target the cell, if it is one
   */
  tell(target) {
    const wrong = this.cells.find((one) => one.getAttribute("aria-invalid") === "true");
    this.note.classList.toggle("wrong", Boolean(wrong));
    if (wrong) {
      this.note.textContent = problemWith(wrong.value);
      return;
    }
    const cell = this.cells.find((one) => one === target);
    if (!cell) {
      this.note.textContent = this.data.note;
      return;
    }
    const text = cell.dataset.typed ? cell.value : cell.dataset.exact?.replace("-", MINUS);
    this.note.textContent = `${cell.getAttribute("aria-label")}: ${text}${this.whole()}`;
  }

  /** What is to be known of a kernel as a whole while it is changed. */
  whole() {
    if (!this.data.name) return "";
    const weights = this.weights();
    const sum = weights.flat().reduce((total, weight) => total + weight, 0);
    return `; sum ${numberText(Number(sum.toFixed(6)))}, rank ${rankOf(weights)}`;
  }

  /** The numbers row by row. */
  weights() {
    const values = this.values();
    const rows = [];
    for (let at = 0; at < values.length; at += this.columns) rows.push(values.slice(at, at + this.columns));
    return rows;
  }

  /** All numbers: as they were, but for those just typed. */
  text() {
    const texts = this.cells.map((cell) => (cell.dataset.typed ? plainNumber(cell.value) : cell.dataset.exact));
    const rows = [];
    for (let at = 0; at < texts.length; at += this.columns) rows.push(texts.slice(at, at + this.columns).join(" "));
    return rows.join(";");
  }

  /** Send the numbers once all of them are numbers. */
  commit() {
    if (!this.data.editable || this.cells.some((cell) => cell.getAttribute("aria-invalid") === "true")) return;
    const typed = this.cells.filter((cell) => cell.dataset.typed);
    if (typed.length === 0) return;
    const text = this.text();
    for (const cell of typed) {
      cell.dataset.exact = plainNumber(cell.value);
      delete cell.dataset.typed;
    }
    this.send?.(text);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, number>} */
    const moves = { ArrowUp: -this.columns, ArrowDown: this.columns, Enter: this.columns };
    if (!(event.key in moves)) {
      event.stopPropagation(); // typing is not a shortcut of the page
      return;
    }
    if (event.key === "Enter") this.commit();
    const next = this.cells[this.cells.findIndex((cell) => cell === event.target) + moves[event.key]];
    next?.focus();
    next?.select();
    event.preventDefault();
    event.stopPropagation();
  }
}

export default mounting(NumberGrid);
