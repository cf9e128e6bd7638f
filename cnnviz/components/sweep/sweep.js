// Pictures and curves at one of a few steps: all of them are here, so moving asks nobody.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { niceTicks } from "../kit/figure/axes.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, mapText, tickText } from "../kit/numbers.js";
import { Player } from "../kit/figure/player.js";
import { Plot } from "../kit/figure/plot.js";
import { followPointer } from "../kit/pointer.js";
import { sizedContext, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";

const PACE = 1.25; // steps a second
/** @type {Record<string, string>} */
const COLOURS = { blue: "--st-blue-color", orange: "--st-orange-color", muted: "--muted" };

/**
 * One of the pictures that lie on each other.
 * @typedef {object} Layer
 * @property {"image" | "mosaic"} kind
 * @property {string[]} sources addresses of pictures, of each step, or one for all
 * @property {boolean} [smooth] whether it is smoothed when it is enlarged
 * @property {number[][]} [values] numbers of each step, to be told on pointing
 * @property {number} columns of these, or of a mosaic
 * @property {number[]} place of a mosaic: the rank of each cell
 * @property {number[]} counts of a mosaic: how many cells are shown at each step
 */

/** @typedef {{ name: string, values: (number | null)[], colour: string, dashed: boolean }} Curve */

/**
 * What Python's `sweep.payload` sends.
 * @typedef {object} Payload
 * @property {string} alt
 * @property {string} pytorch
 * @property {{ title: string, layers: Layer[] }[]} panels
 * @property {Curve[]} curves
 * @property {string[]} labels of the steps
 * @property {string[]} words about each step
 * @property {string} axis
 * @property {[low: number, high: number]} range
 * @property {string} parameter
 */

/**
 * A panel.
 * @typedef {object} View
 * @property {HTMLElement} figure
 * @property {HTMLCanvasElement} canvas
 * @property {Layer[]} layers
 * @property {HTMLImageElement[][]} images of each layer, of its steps
 * @property {HTMLElement} pointed what is told of a cell
 * @property {{ x: number, y: number } | null} under where the pointer is, from 0 to 1
 */

class Sweep extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    const keep = (/** @type {number | null} */ step) => keepInAddress(this.data.parameter, step);
    this.player = new Player(this, { pace: () => PACE, keep });
    this.canvas = this.canvasAt(".curve");
    this.resizer.observe(this.canvas); // as high as the window allows
    this.plot = new Plot(this.canvas);
    /** @type {View[]} */
    this.views = [];
    this.player.dragAlong(this.canvas, (event) => this.plot.under(event));
  }

  /** @param {Payload} data */
  load(data) {
    const first = !this.data;
    const before = first ? [] : this.data.labels;
    // Of something that is still computed, only the first step was there.
    const grown = before.length === 1 && data.labels.length > 1 && data.labels[0] === before[0];
    const longer = !first && data.labels.join() === before.join();
    this.data = data;
    const last = data.labels.length - 1;
    if (first || grown) {
      const kept = new URL(window.location.href).searchParams.get(data.parameter);
      const step = kept === null ? NaN : Number(kept);
      const stands = Number.isInteger(step) && step >= 0 && step <= last;
      this.player.begin(last, { at: stands ? step : null });
    } else if (!longer) {
      // Something else is shown than before: it begins anew.
      this.player.begin(last);
      this.player.remember(null);
    }
    this.views = data.panels.map((panel) => this.viewOf(panel));
    this.figure.replaceChildren(...this.views.map(({ figure }) => figure));
    this.describe(data);
    this.fillTables();
    this.wake();
  }

  /** @param {Payload["panels"][number]} panel */
  viewOf({ title, layers }) {
    const figure = element("figure");
    const canvas = element("canvas");
    const pointed = element("span", "pointed");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title);
    figure.append(element("figcaption", "", title), canvas, pointed);
    const images = layers.map(({ sources }) => sources.map((source) => {
      const image = new Image();
      image.onload = () => this.wake();
      image.src = source;
      return image;
    }));
    /** @type {View} */
    const view = { figure, canvas, layers, images, pointed, under: null };
    const told = layers.find(({ values }) => values);
    if (told) {
      followPointer(canvas, (event) => {
        const box = canvas.getBoundingClientRect();
        const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
        return x >= 0 && x < 1 && y >= 0 && y < 1 ? { x, y } : null;
      }, (under) => {
        view.under = under;
        this.tellCell(view, told);
      });
    }
    return view;
  }

  /**
   * The number of the cell that is pointed at.
   * @param {View} view
   * @param {Layer} told
   */
  tellCell({ under, pointed }, { values, columns }) {
    if (!under) {
      pointed.textContent = "";
      return;
    }
    const now = values?.[this.player.step];
    if (!now) return;
    const [row, column] = [under.y * (now.length / columns), under.x * columns].map(Math.floor);
    pointed.textContent = `Row ${row}, column ${column}: ${mapText(now[row * columns + column])}`;
  }

  resize() {
    this.redraw();
  }

  words() {
    return `${this.data.axis}: ${this.data.labels[this.player.step]}. ${this.told.textContent}`;
  }

  paint() {
    const { labels, words, axis } = this.data;
    this.player.show(`${axis}: ${labels[this.player.step]}`);
    for (const view of this.views) {
      this.paintView(view);
      const told = view.layers.find(({ values }) => values);
      if (told) this.tellCell(view, told);
    }
    this.told.textContent = words[this.player.step];
    this.paintCurves();
  }

  /** @param {View} view */
  paintView({ canvas, layers, images }) {
    const side = canvas.clientWidth;
    if (!side) return;
    const context = sizedContext(canvas, side, canvas.clientHeight);
    const height = canvas.clientHeight;
    layers.forEach((layer, at) => {
      const sources = images[at];
      const image = sources[Math.min(this.player.step, sources.length - 1)];
      if (!image.complete || !image.naturalWidth) return;
      context.imageSmoothingEnabled = layer.smooth !== false;
      if (layer.kind === "image") {
        context.drawImage(image, 0, 0, side, height);
        return;
      }
      // Cells end at whole pixels of the picture, so that no seam shows between them.
      const { place, columns } = layer;
      const rows = place.length / columns;
      const [w, h] = [image.naturalWidth, image.naturalHeight];
      place.forEach((number, cell) => {
        if (number >= layer.counts[this.player.step]) return;
        const [row, column] = [Math.floor(cell / columns), cell % columns];
        const [left, right] = [column, column + 1].map((edge) => Math.round((edge * w) / columns));
        const [top, floor] = [row, row + 1].map((edge) => Math.round((edge * h) / rows));
        context.drawImage(image, left, top, right - left, floor - top, (left * side) / w, (top * height) / h, ((right - left) * side) / w, ((floor - top) * height) / h);
      });
    });
  }

  paintCurves() {
    const { curves, labels, axis, range } = /** @type {Payload} */ (this.data);
    const style = getComputedStyle(this.root);
    const colourOf = (/** @type {Curve} */ { colour }) => style.getPropertyValue(COLOURS[colour]).trim();
    this.find(".legend").replaceChildren(...curves.map((curve) => {
      const item = element("span");
      const mark = element("i");
      mark.style.borderColor = colourOf(curve);
      if (curve.dashed) mark.style.borderTopStyle = "dashed";
      const value = curve.values[this.player.step];
      item.append(mark, `${curve.name}: ${value === null || value === undefined ? "\u2013" : fixed(value, 2)}`);
      return item;
    }));
    if (!this.canvas.clientWidth) return;
    const { plot } = this;
    const theme = readTheme(this.root);
    const room = { left: 40 * textScale(), right: 14, top: 10, bottom: 38 * textScale() };
    plot.begin(theme, { x: [0, Math.max(this.player.last, 1)], y: range, room });
    for (const tick of niceTicks(range[0], range[1], 4)) {
      plot.across(tick, theme.line, tick === 0 ? 1 : 0.5);
      plot.text(tickText(tick), plot.left - 6, plot.y(tick), { align: "right" });
    }
    const widest = Math.max(...labels.map((label) => plot.measure(label))) + 10;
    const every = Math.max(1, Math.ceil((widest * labels.length) / (plot.right - plot.left)));
    labels.forEach((label, at) => {
      if (at % every === 0) plot.text(label, clamp(plot.x(at), plot.measure(label) / 2, plot.width - plot.measure(label) / 2), plot.floor + 12 * textScale(), { align: "center" });
    });
    plot.text(axis, plot.left, plot.height - 8, { baseline: "alphabetic" });
    plot.upright(this.player.step, theme.muted);
    for (const curve of curves) {
      /** @type {import("../kit/figure/plot.js").Pair[]} */
      const points = [];
      curve.values.forEach((value, at) => { if (value !== null) points.push([at, value]); });
      plot.line(points, colourOf(curve), 2.2, curve.dashed ? [6, 4] : []);
      const now = curve.values[this.player.step];
      if (now !== null && now !== undefined) plot.dot(this.player.step, now, 5, colourOf(curve), theme.paper);
    }
    this.canvas.setAttribute("aria-label", `Curves along ${axis}: ${curves.map(({ name }) => name).join(", ")}`);
  }

  tables() {
    const { curves, labels, axis } = /** @type {Payload} */ (this.data);
    const text = (/** @type {number | null} */ value) => (value === null || value === undefined ? "\u2013" : fixed(value, 3));
    return [{ heads: [axis, ...curves.map(({ name }) => name)], lines: labels.map((label, at) => [label, ...curves.map(({ values }) => text(values[at]))]) }];
  }
}

export default mounting(Sweep);
