// A picture max-pooled, and enlarged again in three ways: what is lost, and what switches keep.

import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { colourTable, gradient } from "../kit/figure/colours.js";
import { choice, write } from "../kit/elements.js";
import { decibelText, psnr } from "../kit/picture/similarity.js";
import { mounting } from "../kit/mounting.js";
import { CellFigure } from "../kit/figure/moving_figure.js";
import { errors, greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { bedOfNails, bySwitches, cornerOf, nearest, poolWithSwitches } from "./switches.js";

const PACE = 350; // milliseconds at a window
const WAYS = { "Nearest neighbour": nearest, "Bed of nails": bedOfNails, "Max unpooling": bySwitches };
const DOT = { "#000": 0.42, accent: 0.3 }; // a switch: colours and their radii, in pixels of the picture

class Unpooling extends CellFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.state = { picture: 0, row: 0, column: 0, view: "picture" };
    this.small = 1; // pixels of what is pooled, along a side
    this.pictures = new Float64Array(); // one after the other
    /** @type {PixelPanel[]} */
    this.panels = [];
    /** @type {import("./switches.js").Pooled | null} */
    this.pooled = null;
    /** @type {number[]} of each way, how near it comes */
    this.found = [];
    this.colours = new Uint8ClampedArray();
    const views = choice("What is shown", { picture: "What comes out", error: "The residual: what is lost" }, "picture", (view) => {
      this.state.view = view;
      this.change();
    });
    views.classList.add("views");
    this.find(".tools").append(views, this.pictureButtons((by) => this.choose(by)));
  }

  get cells() {
    return this.small;
  }

  /** @param {any} data */
  load(data) {
    const first = !this.data;
    const { side, window } = data;
    this.data = data;
    this.describe(data);
    this.small = side / window;
    this.pictures = Float64Array.from(unpackArray(data.pictures));
    this.colours = colourTable(data.stops);
    this.find(".scale i").style.background = gradient(data.stops);
    this.panels = ["The picture", "Pooled", ...Object.keys(WAYS)].map((title, at) => {
      const panel = new PixelPanel(title, at === 1 ? this.small : side);
      this.follow(panel);
      return panel;
    });
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    const inside = (/** @type {number} */ at) => clamp(at, 0, this.small - 1);
    Object.assign(this.state, { row: inside(first ? this.small / 2 : this.state.row), column: inside(first ? 1 : this.state.column) });
    this.change();
  }

  /** @param {number} by */
  choose(by) {
    const count = this.data.titles.length;
    this.state.picture = (this.state.picture + by + count) % count;
    this.change();
  }

  /**
   * To the next window that holds anything but black.
   * @param {number} now
   */
  advance(now) {
    if (!this.passed(now, PACE) || !this.pooled) return;
    const { length } = this.pooled.values;
    let at = this.state.row * this.small + this.state.column;
    for (let tries = 0; tries < length; tries += 1) {
      at = (at + 1) % length;
      if (this.pooled.values[at]) break;
    }
    Object.assign(this.state, { row: Math.floor(at / this.small), column: at % this.small });
  }

  paint() {
    const { data: { side, window, titles }, state: { picture, row, column, view }, small } = this;
    const levels = this.pictures.subarray(picture * side * side, (picture + 1) * side * side);
    const pooled = this.pooled = poolWithSwitches(levels, side, window);
    const out = Object.values(WAYS).map((way) => way(pooled, window));
    this.found = out.map((one) => psnr(levels, one));
    const marked = { row: row * window, column: column * window, side: window };
    this.panels[0].draw(greys(levels, 255), marked);
    this.markSwitches(pooled);
    this.panels[1].draw(greys(pooled.values, 255), { row, column });
    out.forEach((one, at) => {
      this.panels[2 + at].draw(view === "error" ? errors(one, levels, this.colours) : greys(one, 255), marked);
      write(this.panels[2 + at].note, `PSNR ${decibelText(this.found[at])}`);
    });
    write(this.panels[0].note, `${titles[picture]}, picture ${picture + 1} of ${titles.length}`);
    write(this.panels[1].note, `One number a window`);
    this.find(".scale").hidden = view !== "error";
    const at = row * small + column;
    const value = Math.round(pooled.values[at]);
    write(this.told, `Window (${row}, ${column}): the largest of its ${window * window} values is ${value}, at ${this.placeText(pooled, at)} of the window. Nearest neighbour puts ${value} everywhere in it, the bed of nails at (0, 0), the switch at ${this.placeText(pooled, at)} again.`);
    this.find(".code code").textContent = this.data.pytorch.replaceAll("WINDOW", String(window));
    this.markPlaying(this.moving, "Go from window to window");
  }

  /**
   * Row and column, inside its window, of a window's largest value.
   * @param {import("./switches.js").Pooled} pooled
   * @param {number} at
   */
  placeText(pooled, at) {
    const { side, window } = this.data;
    const from = pooled.switches[at] - cornerOf(at, this.small, window);
    return `(${Math.floor(from / side)}, ${from % side})`;
  }

  /**
   * A dot in each window that is not black throughout, where its largest value is.
   * @param {import("./switches.js").Pooled} pooled
   */
  markSwitches({ switches, values }) {
    const { canvas } = this.panels[0];
    const brush = brushOf(canvas);
    const cell = canvas.width / this.data.side;
    const { accent } = readTheme(this.root);
    switches.forEach((pixel, at) => {
      if (!values[at]) return;
      const [x, y] = [pixel % this.data.side, Math.floor(pixel / this.data.side)];
      for (const [colour, radius] of Object.entries(DOT)) {
        brush.fillStyle = colour === "accent" ? accent : colour;
        brush.beginPath();
        brush.arc((x + 0.5) * cell, (y + 0.5) * cell, radius * cell, 0, 2 * Math.PI);
        brush.fill();
      }
    });
  }

  tables() {
    const { pooled } = this;
    if (!pooled) return [];
    const { values } = pooled;
    const rows = (/** @type {(at: number) => string} */ text) => [...Array(this.small).keys()].map((row) => [...Array(this.small).keys()].map((column) => text(row * this.small + column)));
    return [
      { caption: this.data.titles[this.state.picture], heads: ["Enlarged by", "PSNR (dB)"], lines: Object.keys(WAYS).map((title, at) => [title, decibelText(this.found[at])]) },
      { caption: "Pooled, 0 (black) to 255 (white)", lines: rows((at) => String(Math.round(values[at]))) },
      { caption: "Switches: row and column of the largest value in each window", lines: rows((at) => this.placeText(pooled, at)) },
    ];
  }
}

export default mounting(Unpooling);
