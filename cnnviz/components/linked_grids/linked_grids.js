// Grids of numbers that belong together: one cell is in focus, its relatives light up.

import { unpackArray } from "../kit/arrays.js";
import { element } from "../kit/elements.js";
import { fittingFont, Grid } from "../kit/figure/grid.js";
import { mounting } from "../kit/mounting.js";
import { bracketed, cellText, numberText, weightText } from "../kit/numbers.js";
import { GridFigure, panelOf, stepOf } from "../kit/figure/panels.js";
import { followPointer } from "../kit/pointer.js";
import { cellScale, figureHeight, textScale } from "../kit/screen.js";
import { Link, related, sumBehind } from "./links.js";
import { GroupScale, paddingOf, scaleOf, unreadOf } from "./marks.js";

const LARGEST_CELL = 44;
const SIGN_ROOM = 38;
const MOST_TERMS = 25;
const MOST_NUMBERS = 100; // cells of a grid small enough to be read number by number
const CELLS_A_SECOND = 3;

class LinkedGrids extends GridFigure {
  constructor(parent) {
    super(parent);
    this.scrub = this.field(".scrub input");
    this.scrub.oninput = () => this.go(this.driver, Number(this.scrub.value));
    this.hover = null;
    this.pin = null;
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    this.links = data.links.map((link) => new Link(link));
    this.grids = data.panels.map((panel, at) => this.makePanel(panel, at));
    this.driver = data.driver;
    const last = this.grids[this.driver].count - 1;
    if (first) {
      this.playing = data.play && !this.calm;
      this.cell = Math.min(data.start, last);
    }
    this.cell = Math.min(this.cell, last);
    this.hover = null;
    if (this.pin && this.pin.index >= this.grids[this.pin.panel]?.count) this.pin = null;
    this.scrub.max = String(last);
    this.find(".transport").hidden = !data.play;
    this.find(".hint").hidden = !data.play; // one on a page is enough
    this.figure.replaceChildren(...this.grids.map(({ panel, made }) => stepOf(panel.sign, made)));
    this.describe(data);
    this.fillTables();
    this.resize();
  }

  makePanel(panel, at) {
    const values = unpackArray(panel.values);
    const [rows, columns] = panel.shape;
    const scale = panel.palette === "groups" ? new GroupScale() : scaleOf({ ...panel, values });
    const text = panel.palette === "weights" ? weightText : cellText;
    const texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : text(value)));
    const marks = { padding: paddingOf(panel), unread: unreadOf(panel) };
    const grid = new Grid({ kind: panel.title, rows, columns, values, texts, text, scale, ...marks });
    Object.assign(grid, { panel, at, made: panelOf(grid, panel.title, panel.note) });
    followPointer(grid.canvas, (event) => grid.cellAt(event), (cell) => this.point(grid, cell));
    grid.canvas.onclick = (event) => this.click(grid, grid.cellAt(event));
    return grid;
  }

  // --- size -----------------------------------------------------------------------------------

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    // Small cells and missing numbers are worse than a second line.
    const fewest = this.grids.findIndex((_, more) => this.legible(this.sizeOn(more + 1, width)));
    const size = this.sizeOn(Math.max(fewest, 0) + 1, width);
    const tallest = figureHeight();
    for (const grid of this.grids) {
      const wanted = size * grid.panel.zoom;
      const alone = (width - (grid.panel.sign ? SIGN_ROOM * textScale() : 0)) / grid.columns;
      const room = wanted >= 13 ? wanted : alone;
      const cell = Math.min(room, alone, tallest / grid.rows, LARGEST_CELL * cellScale() * grid.panel.zoom);
      grid.resize(cell >= 6 ? Math.floor(cell) : Math.max(cell, 1));
    }
    this.redraw();
  }

  /** Side of a cell with which the grids, as many on each line, fit on so many lines. */
  sizeOn(lines, width) {
    const each = Math.ceil(this.grids.length / lines);
    let size = Infinity;
    for (let first = 0; first < this.grids.length; first += each) {
      const line = this.grids.slice(first, first + each);
      const signs = line.filter(({ panel }) => panel.sign).length;
      const across = line.reduce((sum, { columns, panel }) => sum + columns * panel.zoom, 0);
      size = Math.min(size, (width - (signs * SIGN_ROOM + (line.length - 1) * 14) * textScale()) / across);
    }
    return size;
  }

  /** Whether cells of a size can be told apart, and show their numbers where there are few. */
  legible(size) {
    const family = getComputedStyle(this.root).fontFamily;
    return this.grids.every(({ count, context, texts, panel }) => {
      const cell = Math.floor(size * panel.zoom);
      return cell >= 13 && (count > MOST_NUMBERS || fittingFont(context, texts, cell, family).size);
    });
  }

  // --- what people do -------------------------------------------------------------------------

  point(grid, index) {
    const same = index === null ? this.hover === null : this.hover?.panel === grid.at && this.hover.index === index;
    if (same) return;
    this.hover = index === null ? null : { panel: grid.at, index };
    this.settle();
  }

  click(grid, index) {
    if (index === null) return;
    this.figure.focus({ preventScroll: true });
    const held = this.pin?.panel === grid.at && this.pin.index === index;
    this.pin = held ? null : { panel: grid.at, index };
    this.hover = null;
    if (!held && grid.at === this.driver) this.cell = index;
    this.settle();
  }

  go(panel, index) {
    const { count } = this.grids[panel];
    if (index < 0 || index >= count) return;
    this.playing = false;
    this.hover = null;
    this.pin = { panel, index };
    if (panel === this.driver) this.cell = index;
    this.settle();
  }

  toggle() {
    this.playing = !(this.playing && !this.pin);
    this.release();
  }

  release() {
    this.pin = null;
    this.hover = null;
    this.settle();
  }

  keys() {
    const { panel, index } = this.focus();
    const { columns, count } = this.grids[panel];
    const by = (step) => () => this.go(panel, index + step);
    const turn = (step) => () => {
      const next = (panel + step) % this.grids.length;
      this.go(next, Math.min(index, this.grids[next].count - 1));
    };
    return {
      ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: by(-columns), ArrowDown: by(columns),
      Home: () => this.go(panel, 0), End: () => this.go(panel, count - 1),
      PageDown: turn(1), PageUp: turn(this.grids.length - 1),
      " ": this.data.play && (() => this.toggle()),
      Escape: this.pin && (() => this.release()),
    };
  }

  settle() {
    this.say();
    this.wake();
  }

  // --- frames ---------------------------------------------------------------------------------

  focus() {
    return this.hover ?? this.pin ?? { panel: this.driver, index: this.cell };
  }

  running() {
    return this.playing && !this.hover && !this.pin && this.onScreen;
  }

  advance(now) {
    if (this.passed(now, 1000 / CELLS_A_SECOND)) this.cell = (this.cell + 1) % this.grids[this.driver].count;
  }

  paint() {
    const { panel, index } = this.focus();
    this.markPlaying(this.playing && !this.pin);
    const picture = `${panel} ${index}`;
    if (picture === this.drawn) return;
    if (!this.drawn) for (const grid of this.grids) grid.drawBase(this.theme);
    this.drawn = picture;
    const lit = related(this.links, panel, index);
    this.grids.forEach((grid, at) => {
      grid.start();
      if (at === panel) grid.outline(grid.mask([index]), this.theme.ink, this.theme);
      else if (lit.has(at)) {
        const cells = grid.mask(lit.get(at));
        if (grid.count <= 1600) grid.fade(cells, this.theme); // a picture stays as it is
        grid.outline(cells, this.theme.window, this.theme);
      }
    });
    this.tell(panel, index, lit);
    this.scrub.valueAsNumber = this.cell;
    const place = this.place(this.grids[this.driver], this.cell);
    this.find(".scrub-text").textContent = place;
    this.scrub.setAttribute("aria-valuetext", place);
    Object.assign(this.root.dataset, { panel, cell: index, lit: JSON.stringify([...lit].map(([at, cells]) => [at, [...cells].sort((a, b) => a - b)])) });
  }

  /** Rows, columns and cells are counted from 0, as the code does. */
  place({ rows, columns }, index) {
    return rows === 1 ? `Cell ${index}` : `Row ${Math.floor(index / columns)}, column ${index % columns}`;
  }

  where(grid, index) {
    const at = grid.rows === 1 ? `${index}` : this.place(grid, index).toLowerCase();
    return `${grid.panel.title}, ${at}`;
  }

  /** Say in words and numbers what the cell in focus is. */
  tell(panel, index, lit) {
    const grid = this.grids[panel];
    const value = grid.values[index];
    const told = element("b", "", `${this.where(grid, index)}: ${grid.panel.words?.[index] ?? numberText(value)}`);
    const more = [];
    const made = sumBehind(this.links, panel);
    if (made) {
      const terms = made.from(index);
      const from = this.grids[made.target];
      const products = terms.map(([cell, weight]) => `${bracketed(weightText(weight))}·${bracketed(cellText(from.values[cell]))}`);
      const shown = products.slice(0, MOST_TERMS).join(" + ");
      const rest = products.length > MOST_TERMS ? ` + … (${products.length} products)` : "";
      const total = terms.reduce((sum, [cell, weight]) => sum + weight * from.values[cell], 0);
      more.push(terms.length ? `= ${shown}${rest} = ${numberText(total + (grid.panel.bias ?? 0))}${grid.panel.bias ? ` with the bias ${numberText(grid.panel.bias)}` : ""}.` : "No cell contributes to it.");
      this.root.dataset.total = String(total);
    }
    const counts = [...lit].map(([at, cells]) => `${cells.size} in ${this.grids[at].panel.title}`);
    if (counts.length) more.push(`Highlighted cells: ${counts.join(", ")}.`);
    this.told.replaceChildren(told, ...more.map((text) => element("span", "", ` ${text}`)));
  }

  caption({ panel }) {
    return `${panel.title} ${panel.note}`;
  }
}

export default mounting(LinkedGrids);
