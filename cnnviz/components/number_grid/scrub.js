// Dragging sideways in a cell changes its number; with Shift, it paints the number over others.

import { numberText } from "../kit/numbers.js";

const BEGIN = 4; // pixels that a press may move and still be one
const STEP = 12; // pixels that change a number by a step

export class Scrub {
  /** @param {import("./number_grid.js").NumberGrid} grid */
  constructor(grid) {
    this.of = grid;
    this.active = false;
    /** @type {{ cell: HTMLInputElement, from: number, step: number, x: number, paints: boolean } | null} where a hand began */
    this.pressed = null;
    grid.grid.onpointerdown = (event) => this.press(event);
    grid.grid.onpointermove = (event) => this.move(event);
    grid.grid.onpointerup = () => this.release();
    grid.grid.onpointercancel = () => this.release();
    grid.grid.ondragstart = (event) => event.preventDefault(); // else the browser drags selected text
  }

  /** @param {PointerEvent} event */
  press(event) {
    const cell = this.of.cells.find((one) => one === event.target);
    if (!cell || cell.readOnly || event.button > 0) return;
    const values = this.of.values();
    const largest = Math.max(...values.map((value) => Math.abs(value) || 0)) || 1;
    const from = values[this.of.cells.indexOf(cell)];
    if (!Number.isNaN(from)) this.pressed = { cell, from, step: stepFor(largest), x: event.clientX, paints: event.shiftKey };
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.pressed) return;
    const { cell, from, step, x, paints } = this.pressed;
    const travelled = event.clientX - x;
    const under = paints ? this.cellAt(event) : cell;
    if (!this.active) {
      if (paints ? under === cell : Math.abs(travelled) < BEGIN) return;
      this.active = true;
      this.of.grid.setPointerCapture(event.pointerId);
      cell.blur(); // its text is not being typed
    }
    event.preventDefault();
    if (!under) return;
    under.value = numberText(paints ? from : from + Math.round(travelled / STEP) * step);
    under.dataset.typed = "1";
    this.of.paint();
    this.of.tell(under);
    this.of.tellMoved();
  }

  /** @param {PointerEvent} event */
  cellAt({ clientX, clientY }) {
    const under = /** @type {ShadowRoot} */ (this.of.grid.getRootNode()).elementFromPoint(clientX, clientY);
    return this.of.cells.find((cell) => cell === under);
  }

  release() {
    this.pressed = null;
    if (!this.active) return;
    this.active = false;
    this.of.commit();
  }
}

/**
 * A round number, near a tenth of the largest one: 0.1, 0.5, 1, …
 * @param {number} largest
 */
function stepFor(largest) {
  const power = 10 ** Math.floor(Math.log10(largest));
  return (largest / power >= 5 ? 0.5 : largest / power >= 2 ? 0.2 : 0.1) * power;
}
