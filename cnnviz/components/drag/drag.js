// Drag the object: its map follows, beside the map that was convolved first and moved after.

import { limits } from "../kit/arithmetic.js";
import { Scale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { cellText, numberText } from "../kit/numbers.js";
import { GridFigure } from "../kit/figure/panels.js";
import { holdWithPointer } from "../kit/pointer.js";
import { cellScale, figureHeight } from "../kit/screen.js";
import { largestGap, Scene } from "./scene.js";

const PAUSE = 700; // milliseconds until the server is asked to check
const WALK = 450; // milliseconds a cell

class Drag extends GridFigure {
  constructor(parent) {
    super(parent);
    this.code = this.find(".code code");
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    this.scene = new Scene(data);
    if (first) {
      const walks = data.play && !this.calm;
      this.shift = walks ? [0, 0] : [...data.shift];
      if (walks) this.after(WALK, "walk", () => this.walk());
    }
    this.shift = this.limited(this.shift);
    this.home = this.scene.output(this.scene.picture([0, 0]));
    this.describe(data);
    this.makeGrids();
    this.resize();
    this.pause();
  }

  /** Walk to the shift of the example, a cell at a time. */
  walk() {
    const [down, right] = this.shift.map((amount, axis) => Math.sign(this.data.shift[axis] - amount));
    if (!down && !right) {
      this.pause();
      return;
    }
    this.shift = right ? [this.shift[0], this.shift[1] + right] : [this.shift[0] + down, this.shift[1]];
    this.after(WALK, "walk", () => this.walk());
    this.wake();
  }

  makeGrids() {
    const { scene } = this;
    const input = scene.picture([0, 0]);
    const span = (values) => Math.max(...Array.from(values, Math.abs)) || 1;
    const scaleOf = (values) => {
      const reach = span(values);
      const [low] = limits(values);
      return Scale.diverging(low < 0 ? -reach : 0, reach, reach, this.data.stops);
    };
    const most = span(this.home.values);
    const of = ({ rows, columns, values }, scale) => ({ shape: [rows, columns], values, scale });
    this.layOut([
      { title: "Input", ...of(input, scaleOf(input.values)) },
      { title: "Shift, then convolve", sign: "\u2192", ...of(this.home, scaleOf(this.home.values)) },
      { title: "Convolve, then shift", sign: "|", ...of(this.home, scaleOf(this.home.values)) },
      { title: "Difference", sign: "\u2192", ...of(this.home, Scale.diverging(-most, most, most, this.data.stops)) },
    ]);
    const { canvas } = this.grids[0];
    holdWithPointer(canvas, (event) => this.grab(event), (event) => this.pull(event), () => this.drop());
    canvas.onclick = () => this.figure.focus({ preventScroll: true });
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const across = this.grids.reduce((sum, { columns }) => sum + columns, 0);
    const line = (width - 3 * 40 - 50) / across;
    const widest = Math.max(...this.grids.map(({ columns }) => columns));
    const pair = (width - 74) / 2 / widest; // two a line: on a phone the map stays beside the object
    for (const grid of this.grids) {
      const size = Math.min(line >= 15 ? line : pair >= 9 ? pair : (width - 30) / grid.columns, 38 * cellScale(), Math.max(340, figureHeight()) / grid.rows);
      grid.resize(Math.max(Math.floor(size), 4));
    }
    this.redraw();
  }

  // --- what people do -------------------------------------------------------------------------

  grab(event) {
    this.grids[0].canvas.classList.add("held");
    this.held = { x: event.clientX, y: event.clientY, shift: this.shift };
  }

  pull(event) {
    const { cell } = this.grids[0];
    const moved = [event.clientY - this.held.y, event.clientX - this.held.x].map((pixels) => Math.round(pixels / cell));
    this.go(this.held.shift.map((amount, axis) => amount + moved[axis]));
  }

  drop() {
    this.grids[0].canvas.classList.remove("held");
  }

  /** Part of the object stays on the canvas; on a circular one it may go round once. */
  limited(shift) {
    const { side, home, edges } = this.scene;
    const sizes = [this.scene.object.length, this.scene.object[0].length];
    return shift.map((amount, axis) => {
      if (edges === "circular") return Math.min(Math.max(amount, -side), side);
      return Math.min(Math.max(amount, 1 - sizes[axis] - home[axis]), side - 1 - home[axis]);
    });
  }

  go(shift) {
    this.stop("walk");
    const next = this.limited(shift);
    if (next.join() === this.shift.join()) return;
    this.shift = next;
    this.moved = true;
    this.wake();
    this.pause();
  }

  /** After a pause, tell the server what is on screen, and screen readers too. */
  pause() {
    this.after(PAUSE, "pause", () => {
      const { rows, columns, values } = this.output;
      const lines = [...Array(rows).keys()].map((row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
      this.live.textContent = this.told.textContent;
      this.fillTables();
      this.component.setStateValue("shown", { scene: this.data.id, shift: this.shift, output: lines, gap: this.gap, moved: Boolean(this.moved) });
    });
  }

  keys() {
    const by = (...steps) => () => this.go(this.shift.map((amount, axis) => amount + steps[axis]));
    return { ArrowLeft: by(0, -1), ArrowRight: by(0, 1), ArrowUp: by(-1, 0), ArrowDown: by(1, 0), Home: () => this.go([0, 0]) };
  }

  paint() {
    const { scene, shift, home } = this;
    const picture = scene.picture(shift);
    this.output = scene.output(picture);
    const moved = scene.moved(home, shift);
    const gaps = { ...moved, values: this.output.values.map((value, at) => value - moved.values[at]) };
    this.gap = largestGap(this.output, moved);
    const stayed = largestGap(this.output, home);
    [picture, this.output, moved, gaps].forEach(({ values }, at) => {
      const grid = this.grids[at];
      grid.unread = (cell) => Number.isNaN(values[cell]);
      const texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : cellText(value)));
      this.show(grid, values.map((value) => (Number.isNaN(value) ? 0 : value)), texts);
    });
    const words = shift.map((amount, axis) => `${Math.abs(amount)} ${["down up", "right left"][axis].split(" ")[amount < 0 ? 1 : 0]}`).join(", ");
    const [down, right] = scene.cells(shift);
    const whole = shift.every((amount) => amount % scene.step === 0);
    this.told.replaceChildren(
      element("b", "", `Moved ${words}. Largest difference: ${numberText(this.gap, 4)}.`),
      element("span", "", ` The output ${stayed < 1e-9 ? "did not change at all" : `changed by up to ${numberText(stayed, 4)} in its old position`}.`),
      element("span", "", whole ? "" : ` One output cell corresponds to ${scene.step} input cells, so this shift is not a whole number of output cells; ${numberText(down)} down, ${numberText(right)} right is used.`),
    );
    const code = this.data.pytorch.replace(/^down, right = .*$/m, `down, right = ${shift.join(", ")}  # the shift`);
    if (this.code.textContent !== code) this.code.textContent = code;
    Object.assign(this.root.dataset, { shift: shift.join(), gap: this.gap, stayed });
  }

  caption(grid) {
    return `${grid.kind}, moved ${this.shift.map((amount) => numberText(amount)).join(", ")}`;
  }

  tableText(grid, at) {
    return grid.texts[at];
  }
}

export default mounting(Drag);
