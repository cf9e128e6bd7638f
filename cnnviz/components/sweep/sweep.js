// Pictures and curves at one of a few steps: all of them are here, so moving asks nobody.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { niceTicks } from "../kit/axes.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, mapText, tickText } from "../kit/numbers.js";
import { Plot } from "../kit/plot.js";
import { followPointer, holdWithPointer } from "../kit/pointer.js";
import { sizedContext, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";

const EACH = 800; // milliseconds a step
const COLOURS = { blue: "--st-blue-color", orange: "--st-orange-color", muted: "--muted" };

class Sweep extends Figure {
  constructor(parent) {
    super(parent);
    this.scrub = this.field(".scrub input");
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.canvas = this.canvasAt(".curve");
    this.plot = new Plot(this.canvas);
    this.views = [];
    const scrub = (event) => this.go(Math.round(this.plot.under(event)));
    holdWithPointer(this.canvas, scrub, scrub);
  }

  load(data) {
    const first = !this.data;
    const longer = !first && data.labels.join() === this.data.labels.join();
    this.data = data;
    this.last = data.labels.length - 1;
    if (first) {
      const kept = new URL(window.location.href).searchParams.get(data.parameter);
      const step = kept === null ? NaN : Number(kept);
      this.standing = Number.isInteger(step) && step >= 0 && step <= this.last;
      this.step = this.standing ? step : this.calm ? this.last : 0;
      this.playing = !this.standing && !this.calm;
    } else if (!longer) {
      // Something else is shown than before: it begins anew.
      this.step = this.calm ? this.last : 0;
      this.playing = !this.calm;
      keepInAddress(data.parameter, null);
    }
    this.views = data.panels.map((panel) => this.viewOf(panel));
    this.figure.replaceChildren(...this.views.map(({ figure }) => figure));
    this.scrub.max = String(this.last);
    this.describe(data);
    this.fillTables();
    this.wake();
  }

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

  /** The number of the cell that is pointed at. */
  tellCell({ under, pointed }, { values, columns }) {
    if (!under) {
      pointed.textContent = "";
      return;
    }
    const now = values[this.step];
    if (!now) return;
    const [row, column] = [under.y * (now.length / columns), under.x * columns].map(Math.floor);
    pointed.textContent = `Row ${row}, column ${column}: ${mapText(now[row * columns + column])}`;
  }

  resize() {
    this.redraw();
  }

  go(step) {
    this.playing = false;
    this.standing = true;
    this.step = clamp(step, 0, this.last);
    this.say();
    this.after(300, "keep", () => keepInAddress(this.data.parameter, this.step));
    this.wake();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.step === this.last) this.step = 0;
    keepInAddress(this.data.parameter, this.playing ? null : this.step);
    this.wake();
  }

  keys() {
    const by = (step) => () => this.go(this.step + step);
    return {
      ArrowLeft: by(-1), ArrowDown: by(-1), Home: () => this.go(0),
      ArrowRight: by(1), ArrowUp: by(1), End: () => this.go(this.last),
      " ": () => this.toggle(),
    };
  }

  running() {
    return this.playing && this.onScreen;
  }

  advance(now) {
    if (!this.passed(now, EACH)) return;
    this.step = Math.min(this.step + 1, this.last);
    if (this.step === this.last) this.playing = false;
  }

  words() {
    return `${this.data.axis}: ${this.data.labels[this.step]}. ${this.told.textContent}`;
  }

  paint() {
    const { labels, words, axis } = this.data;
    this.markPlaying(this.playing);
    for (const view of this.views) {
      this.paintView(view);
      const told = view.layers.find(({ values }) => values);
      if (told) this.tellCell(view, told);
    }
    this.told.textContent = words[this.step];
    this.scrub.valueAsNumber = this.step;
    this.scrub.setAttribute("aria-valuetext", labels[this.step]);
    this.find(".scrub-text").textContent = `${axis}: ${labels[this.step]}`;
    this.root.dataset.step = String(this.step);
    this.paintCurves();
  }

  paintView({ canvas, layers, images }) {
    const side = canvas.clientWidth;
    if (!side) return;
    const context = sizedContext(canvas, side, canvas.clientHeight);
    const height = canvas.clientHeight;
    layers.forEach((layer, at) => {
      const sources = images[at];
      const image = sources[Math.min(this.step, sources.length - 1)];
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
        if (number >= layer.counts[this.step]) return;
        const [row, column] = [Math.floor(cell / columns), cell % columns];
        const [left, right] = [column, column + 1].map((edge) => Math.round((edge * w) / columns));
        const [top, floor] = [row, row + 1].map((edge) => Math.round((edge * h) / rows));
        context.drawImage(image, left, top, right - left, floor - top, (left * side) / w, (top * height) / h, ((right - left) * side) / w, ((floor - top) * height) / h);
      });
    });
  }

  paintCurves() {
    const { curves, labels, axis, range } = this.data;
    const style = getComputedStyle(this.root);
    const colourOf = ({ colour }) => style.getPropertyValue(COLOURS[colour]).trim();
    this.find(".legend").replaceChildren(...curves.map((curve) => {
      const item = element("span");
      const mark = element("i");
      mark.style.borderColor = colourOf(curve);
      if (curve.dashed) mark.style.borderTopStyle = "dashed";
      const value = curve.values[this.step];
      item.append(mark, `${curve.name}: ${value === null || value === undefined ? "\u2013" : fixed(value, 2)}`);
      return item;
    }));
    if (!this.canvas.clientWidth) return;
    const { plot } = this;
    const theme = readTheme(this.root);
    const room = { left: 40 * textScale(), right: 14, top: 10, bottom: 38 * textScale() };
    plot.begin(theme, { x: [0, Math.max(this.last, 1)], y: range, room });
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
    plot.upright(this.step, theme.muted);
    for (const curve of curves) {
      /** @type {import("../kit/plot.js").Pair[]} */
      const points = [];
      curve.values.forEach((value, at) => { if (value !== null) points.push([at, value]); });
      plot.line(points, colourOf(curve), 2.2, curve.dashed ? [6, 4] : []);
      const now = curve.values[this.step];
      if (now !== null && now !== undefined) plot.dot(this.step, now, 5, colourOf(curve), theme.paper);
    }
    this.canvas.setAttribute("aria-label", `Curves along ${axis}: ${curves.map(({ name }) => name).join(", ")}`);
  }

  tables() {
    const { curves, labels, axis } = this.data;
    const text = (value) => (value === null || value === undefined ? "\u2013" : fixed(value, 3));
    return [{ heads: [axis, ...curves.map(({ name }) => name)], lines: labels.map((label, at) => [label, ...curves.map(({ values }) => text(values[at]))]) }];
  }
}

export default mounting(Sweep);
