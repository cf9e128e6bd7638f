// Dragging sideways in a cell changes its number.

import { numberText } from "../kit/numbers.js";

const BEGIN = 4; // pixels that a press may move and still be one
const WHOLE = 120; // pixels that change a number by the largest one of the grid

export class Scrub {
  constructor(grid) {
    this.of = grid;
    this.active = null;
    grid.grid.onpointerdown = (event) => this.press(event);
    grid.grid.onpointermove = (event) => this.move(event);
    grid.grid.onpointerup = () => this.release();
    grid.grid.onpointercancel = () => this.release();
  }

  press(event) {
    const cell = event.target;
    if (!this.of.cells.includes(cell) || cell.readOnly || event.button > 0) return;
    const values = this.of.values();
    const largest = Math.max(...values.map((value) => Math.abs(value) || 0)) || 1;
    const from = values[this.of.cells.indexOf(cell)];
    if (!Number.isNaN(from)) this.pressed = { cell, from, step: stepFor(largest), x: event.clientX };
  }

  move(event) {
    if (!this.pressed) return;
    const { cell, from, step, x } = this.pressed;
    const travelled = event.clientX - x;
    if (!this.active) {
      if (Math.abs(travelled) < BEGIN) return;
      this.active = cell;
      this.of.grid.setPointerCapture(event.pointerId);
      cell.blur(); // its text is not being typed
    }
    event.preventDefault();
    const steps = Math.round(travelled / (WHOLE / 10));
    cell.value = numberText(from + steps * step);
    cell.dataset.typed = "1";
    this.of.paint();
    this.of.tell(cell);
    this.of.tellMoved();
  }

  release() {
    this.pressed = null;
    if (!this.active) return;
    this.active = null;
    this.of.commit();
  }
}

/** A round number, near a tenth of the largest one: 0.1, 0.5, 1, … */
function stepFor(largest) {
  const power = 10 ** Math.floor(Math.log10(largest));
  return (largest / power >= 5 ? 0.5 : largest / power >= 2 ? 0.2 : 0.1) * power;
}
