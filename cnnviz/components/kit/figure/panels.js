// Grids of numbers side by side, each with its title, its shape and its colours.

import { element } from "../elements.js";
import { Figure } from "./figure.js";
import { Grid } from "./grid.js";
import { cellText, numberText, sizeText } from "../numbers.js";
import { ScaleBar } from "./scale_bar.js";
import { readTheme } from "../theme.js";

const TABLE_SIDE = 64; // rows and columns of a table

/** @import { Table } from "../tables.js" */
/** @import { Theme } from "../theme.js" */
/** @import { CellColours } from "./grid.js" */

/** A figure whose `grids` are grids. */
export class GridFigure extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {any} grids, to which figures add what is theirs; null before there is data */
    this.grids = null;
    /** @type {Theme | null} */
    this.theme = null;
    /** @type {any} what the grids show now; null when they are to be drawn anew */
    this.drawn = null;
  }

  ready() {
    return Boolean(this.theme && this.grids?.[0].cell);
  }

  redraw() {
    if (!this.grids?.[0].cell) return;
    this.theme = readTheme(this.root);
    this.drawn = null; // so that nothing is kept
    this.wake();
  }

  /** @returns {Table[]} */
  tables() {
    return this.grids.map((/** @type {Grid} */ grid) => ({ caption: this.caption(grid), lines: this.lines(grid) }));
  }

  /**
   * What stands above a grid's table.
   * @param {any} grid
   * @returns {string}
   */
  caption(grid) {
    return grid.kind;
  }

  /** @param {Grid} grid */
  lines(grid) {
    const indices = (/** @type {number} */ length) => [...Array(Math.min(length, TABLE_SIDE)).keys()];
    return indices(grid.rows).map((row) => indices(grid.columns).map((column) => this.tableText(grid, row * grid.columns + column)));
  }

  /**
   * A number in a table.
   * @param {Grid} grid
   * @param {number} at
   * @returns {string}
   */
  tableText(grid, at) {
    return Number.isNaN(grid.values[at]) ? "" : numberText(grid.values[at]);
  }

  /**
   * Put new grids in a line.
   * @param {{ title: string, sign?: string, shape: number[], values: ArrayLike<number>, scale: CellColours }[]} contents
   */
  layOut(contents) {
    this.figure.replaceChildren();
    this.grids = contents.map(({ title, sign, shape: [rows, columns], values, scale }) => {
      const grid = new Grid({ kind: title, rows, columns, values, texts: [], scale });
      this.figure.append(stepOf(sign, panelOf(grid, title, sizeText(rows, columns))));
      return grid;
    });
  }

  /**
   * Give a grid other numbers.
   * @param {Grid} grid
   * @param {ArrayLike<number>} values
   * @param {string[]} texts
   */
  show(grid, values, texts) {
    Object.assign(grid, { values, texts });
    if (this.theme) grid.drawBase(this.theme);
    grid.start();
  }
}

/**
 * A grid with its title, a note beside it and its colours.
 * @param {Grid} grid
 * @param {string} title
 * @param {string} note
 */
export function panelOf(grid, title, note) {
  const made = element("figure", "panel");
  const caption = element("figcaption");
  caption.append(element("b", "", title), " ", element("span", "shape", note));
  made.append(caption, grid.canvas);
  const { scale, text = cellText } = grid;
  if (scale.gradient) {
    const { low = 0, high = 0 } = scale;
    made.append(new ScaleBar("Colour scale", "below").update({ low, high, gradient: scale.gradient(), text }).root);
  }
  return made;
}

/**
 * A panel with the sign before it, if there is one: it never stays behind at the end of a line.
 * @param {string | undefined} sign
 * @param {HTMLElement} panel
 */
export function stepOf(sign, panel) {
  const step = element("div", "step");
  if (sign) {
    const made = element("div", "sign", sign);
    made.setAttribute("aria-hidden", "true");
    step.append(made);
  }
  step.append(panel);
  return step;
}
