// Figures of small pictures that move by themselves until a hand takes them.

import { clamp } from "../arithmetic.js";
import { element } from "../elements.js";
import { Figure } from "./figure.js";

/** @import { PixelPanel } from "./pixel_panel.js" */

/** A figure that moves while nobody has stopped it; each kind says in `advance` how. */
export class MovingFigure extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.moving = !this.calm;
  }

  /** Something is to be drawn, said and written that was not. */
  change() {
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  toggle() {
    this.moving = !this.moving;
    this.since = undefined;
    this.change();
  }

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  resize() {
    this.redraw();
  }

  /**
   * Buttons that play, and go to the picture before and to the next.
   * @param {(by: number) => void} step
   */
  pictureButtons(step) {
    const group = element("div", "buttons");
    group.append(this.playButton());
    for (const [act, by, text] of /** @type {const} */ ([["back", -1, "Previous picture"], ["next", 1, "Next picture"]])) {
      const button = element("button", "", text);
      Object.assign(button, { type: "button", onclick: () => step(by) });
      button.dataset.act = act;
      group.append(button);
    }
    return group;
  }
}

/** One whose `state` has the row and the column of a cell, which is pointed at in panels. */
export class CellFigure extends MovingFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {any} and whatever else a kind keeps */
    this.state = { row: 0, column: 0 };
  }

  /** Rows, and columns, of cells; each kind says. */
  get cells() {
    return 1;
  }

  /**
   * Let a pointer point at the cells of a panel, which may be larger than its pixels.
   * @param {PixelPanel} panel
   */
  follow(panel) {
    panel.canvas.onpointermove = (event) => {
      const { x, y } = panel.under(event);
      const each = panel.side / this.cells;
      this.go(Math.floor(y / each), Math.floor(x / each));
    };
    panel.canvas.onpointerdown = panel.canvas.onpointermove;
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  go(row, column) {
    const inside = (/** @type {number} */ at) => clamp(at, 0, this.cells - 1);
    this.moving = false;
    Object.assign(this.state, { row: inside(row), column: inside(column) });
    this.change();
  }

  /**
   * @param {KeyboardEvent} _event
   * @returns {Record<string, () => void>}
   */
  keys(_event) {
    const { row, column } = this.state;
    return {
      ArrowLeft: () => this.go(row, column - 1), ArrowRight: () => this.go(row, column + 1),
      ArrowUp: () => this.go(row - 1, column), ArrowDown: () => this.go(row + 1, column),
      " ": () => this.toggle(),
    };
  }
}
