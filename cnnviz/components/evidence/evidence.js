// A map of evidence beside the picture it is laid over.

import { clamp } from "../kit/arithmetic.js";
import { finder } from "../kit/elements.js";
import { colourAt, gradient, inkOn } from "../kit/figure/colours.js";
import { mounting } from "../kit/mounting.js";
import { digitsFor, fixed, signed } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { sizedContext, textScale } from "../kit/screen.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {number[][]} values the map, row by row
 * @property {number | null} limit of the colours; the map's own if null
 * @property {import("../kit/figure/colours.js").Stops} stops of the colours
 * @property {string} label of the class
 * @property {string} picture its address
 * @property {string | null} glow what is laid over it, if there is evidence
 */

class Evidence {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".evidence"));
    this.find = finder(this.root);
    /** @type {Data | null} */
    this.data = null;
    this.rows = this.columns = 0; // of the map
    this.limit = this.digits = 0; // of its numbers
    this.summary = "";
    this.frames = [this.find(".raw .frame"), this.find(".over .frame")];
    for (const frame of this.frames) {
      frame.onpointermove = (event) => this.point(event, frame);
      frame.onpointerleave = () => this.show(null);
    }
    this.scale = new ScaleBar("Evidence: colours");
    this.find(".scale").replaceWith(this.scale.root);
    const slider = this.slider = /** @type {HTMLInputElement} */ (this.find("input"));
    slider.oninput = () => this.fade(slider.value);
    // Streamlit listens to some keys; these belong to the slider.
    slider.onkeydown = (event) => event.stopPropagation();
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.frames[0]);
  }

  destroy() {
    this.observer.disconnect();
  }

  /** @param {string} percent */
  fade(percent) {
    this.find(".glow").style.opacity = String(Number(percent) / 100);
    this.find("output").textContent = `${percent}%`;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.rows = data.values.length;
    this.columns = data.values[0].length;
    const flat = data.values.flat();
    this.limit = data.limit ?? Math.max(...flat.map(Math.abs));
    this.digits = digitsFor(this.limit);
    for (const frame of this.frames) frame.style.aspectRatio = `${this.columns} / ${this.rows}`;
    this.find(".raw figcaption").textContent = `Evidence for ${data.label}, ${this.rows}×${this.columns}`;
    const text = (/** @type {number} */ value) => signed(value, this.digits);
    this.scale.update({ low: -this.limit, high: this.limit, gradient: gradient(data.stops), text });
    const [picture, glow] = [".picture", ".glow"].map((name) => /** @type {HTMLImageElement} */ (this.find(name)));
    picture.src = data.picture;
    glow.hidden = !data.glow;
    if (data.glow) glow.src = data.glow;
    const none = this.find(".none");
    none.hidden = Boolean(data.glow);
    none.textContent = `No positive evidence for ${data.label} anywhere.`;
    this.slider.disabled = !data.glow;
    this.fade(this.slider.value);
    const most = flat.indexOf(Math.max(...flat));
    const least = flat.indexOf(Math.min(...flat));
    this.summary = `Strongest for ${data.label}: ${this.words(most)}. Strongest against: ${this.words(least)}.`;
    if (!data.glow) this.summary = `No positive evidence for ${data.label} anywhere; least against: ${this.words(most)}.`;
    else if (flat[least] >= 0) this.summary = `Strongest for ${data.label}: ${this.words(most)}. There is no evidence against it.`;
    this.find("canvas").setAttribute("aria-label", `${this.rows}×${this.columns} map. ${this.summary}`);
    this.paint();
    this.show(null);
  }

  /**
   * @param {number} cell
   * @returns {string}
   */
  words(cell) {
    const [row, column] = [Math.floor(cell / this.columns), cell % this.columns];
    return `row ${row}, column ${column}: ${signed(this.data?.values[row][column] ?? NaN, this.digits)}`;
  }

  paint() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("canvas"));
    const { data } = this;
    const { clientWidth: width, clientHeight: height } = this.frames[0];
    if (!data || !width || !height) return;
    const context = sizedContext(canvas, width, height);
    const [w, h] = [width / this.columns, height / this.rows];
    context.textAlign = "center";
    context.textBaseline = "middle";
    const longest = Math.max(...data.values.flat().map((value) => fixed(value, this.digits).length));
    const size = Math.min(Math.max(13, w * 0.2) * textScale(), (w - 4) / (0.56 * longest));
    context.font = `${size}px ${getComputedStyle(this.root).fontFamily}`;
    data.values.forEach((line, row) => line.forEach((value, column) => {
      const rgb = colourAt(data.stops, this.limit > 0 ? clamp((value / this.limit + 1) / 2, 0, 1) : 0.5);
      context.fillStyle = `rgb(${rgb.join(" ")})`;
      // Half a pixel more, so that no seam shows between cells.
      context.fillRect(column * w, row * h, w + 0.5, h + 0.5);
      if (size < 8) return; // too small to be read: pointing says it
      context.fillStyle = inkOn(rgb);
      context.fillText(fixed(value, this.digits), (column + 0.5) * w, (row + 0.5) * h);
    }));
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} frame
   */
  point(event, frame) {
    const box = frame.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const inside = row >= 0 && row < this.rows && column >= 0 && column < this.columns;
    this.show(inside ? { row, column } : null);
  }

  /** @param {{ row: number, column: number } | null} at */
  show(at) {
    this.find(".value").textContent = at ? this.words(at.row * this.columns + at.column) : this.summary;
    for (const frame of this.frames) {
      const cell = /** @type {HTMLElement} */ (frame.querySelector(".cell"));
      cell.hidden = !at;
      if (!at) continue;
      cell.style.left = `${(at.column / this.columns) * 100}%`;
      cell.style.top = `${(at.row / this.rows) * 100}%`;
      cell.style.width = `${100 / this.columns}%`;
      cell.style.height = `${100 / this.rows}%`;
    }
  }
}

export default mounting(Evidence);
