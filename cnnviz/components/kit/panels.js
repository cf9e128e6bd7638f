// Grids of numbers side by side, each with its title, its shape and its colours.

import { element, legend, readTheme, sizeText } from "./elements.js";
import { Figure } from "./figure.js";
import { Grid } from "./grid.js";
import { numberText, Scale } from "./numbers.js";

const TABLE_SIDE = 64; // rows and columns of a table

/** A figure whose `grids` are grids. */
export class GridFigure extends Figure {
  ready() {
    return Boolean(this.theme && this.grids?.[0].cell);
  }

  redraw() {
    if (!this.grids?.[0].cell) return;
    this.theme = readTheme(this.root);
    this.drawn = null; // so that nothing is kept
    this.wake();
  }

  tables() {
    return this.grids.map((grid) => ({ caption: this.caption(grid), lines: this.lines(grid) }));
  }

  caption(grid) {
    return grid.kind;
  }

  lines(grid) {
    const indices = (length) => [...Array(Math.min(length, TABLE_SIDE)).keys()];
    return indices(grid.rows).map((row) => indices(grid.columns).map((column) => this.tableText(grid, row * grid.columns + column)));
  }

  /** A number in a table. */
  tableText(grid, at) {
    return Number.isNaN(grid.values[at]) ? "" : numberText(grid.values[at]);
  }

  /** Put new grids in a line: each {title, sign, shape, values, scale}. */
  layOut(shown) {
    this.figure.replaceChildren();
    this.grids = shown.map(({ title, sign, shape: [rows, columns], values, scale }) => {
      const grid = new Grid({ kind: title, rows, columns, values, texts: [], scale });
      this.figure.append(stepOf(sign, panelOf(grid, title, sizeText(rows, columns))));
      return grid;
    });
  }

  /** Give a grid other numbers. */
  show(grid, values, texts) {
    Object.assign(grid, { values, texts });
    grid.drawBase(this.theme);
    grid.start();
  }
}

export function panelOf(grid, title, note) {
  const made = element("figure", "panel");
  const caption = element("figcaption");
  caption.append(element("b", "", title), " ", element("span", "shape", note));
  made.append(caption, grid.canvas);
  if (grid.scale.gradient) made.append(legend(grid.scale, grid.text));
  return made;
}

/** A panel with the sign before it, if there is one: it never stays behind at the end of a line. */
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

/** Signed numbers on colours alike on both sides of 0. */
export function signedScale([low, high], stops) {
  return Scale.diverging(low, high, Math.max(Math.abs(low), Math.abs(high)) || 1, stops);
}
