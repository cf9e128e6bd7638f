// Curves on canvas: one chart is two layers, the curves and, above them, what moves with the
// pointer and the time slider.

import { clamp } from "../kit/arithmetic.js";
import { decades, lossTop, nearest, niceTicks, thin } from "../kit/figure/axes.js";
import { element, write } from "../kit/elements.js";
import { count, lossTick, percent, significant, tickText } from "../kit/numbers.js";
import { Plot } from "../kit/figure/plot.js";
import { textScale } from "../kit/screen.js";

export class Chart {
  /** `act` has point(x or null), pick(x) and key(event). */
  constructor(quantity, title, act) {
    this.quantity = quantity;
    this.act = act;
    this.root = element("figure", `chart ${quantity}`);
    this.readout = element("span", "readout");
    this.readout.setAttribute("aria-live", "polite"); // for those who read the curve by keyboard
    const caption = element("figcaption");
    caption.append(element("b", "", title), this.readout);
    this.box = element("div", "plot");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-roledescription", "chart");
    const layers = ["curves", "overlay"].map((name) => element("canvas", name));
    for (const canvas of layers) canvas.setAttribute("aria-hidden", "true");
    this.box.append(...layers);
    this.plot = new Plot(layers[0]);
    this.overlay = new Plot(layers[1]);
    this.xMax = 1;
    this.unit = ""; // of the horizontal axis
    /** @type {string} the unit of a measure; empty where the quantity says it */
    this.kind = "";
    /** @type {{ x: number, text: string }[]} */
    this.marks = [];
    this.log = false;
    /** @type {any[] | null} the curves; null before there are any */
    this.sets = null;
    this.note = element("p", "note");
    this.root.append(caption, this.box, this.note);
    this.box.onpointermove = (event) => act.point(this.xAt(event));
    this.box.onpointerdown = this.box.onpointermove;
    this.box.onpointerleave = () => act.point(null);
    this.box.onclick = (event) => act.pick(this.xAt(event));
    this.box.onkeydown = (event) => act.key(event);
    this.box.onblur = () => act.point(null);
  }

  /** Take `curves` [{name, colour, width, dash, dots, points: [{x, y}], label, faded}] and axes. */
  set({ curves, xMax, unit, marks = [], log = false }) {
    Object.assign(this, { sets: curves, xMax: xMax || 1, unit, marks, log });
    const values = curves.flatMap(({ points }) => points.map(({ y }) => y));
    if (this.share) [this.yMin, this.yMax] = [0, 1];
    else if (log) {
      const positive = values.filter((value) => value > 0);
      this.yMin = positive.length ? Math.min(...positive) / 1.1 : 0.01;
      this.yMax = positive.length ? Math.max(...positive) * 1.1 : 10;
    } else [this.yMin, this.yMax] = [0, lossTop(curves)];
    const above = values.filter((value) => value > this.yMax).length;
    write(this.note, above ? `${count(above)} ${above === 1 ? "value is" : "values are"} above the axis (\u25b2); the highest is ${significant(Math.max(...values))}.` : "");
    this.note.hidden = !above;
  }

  /** Whether the room for it is another than the one it was drawn in. */
  get outgrown() {
    return this.plot.width !== this.box.clientWidth || this.plot.height !== this.box.clientHeight;
  }

  draw(theme) {
    if (!this.box.clientWidth || !this.sets) return;
    this.theme = theme;
    const scale = textScale();
    this.labelGap = 14 * scale;
    const labelled = this.sets.filter(({ label, points }) => label && points.length);
    const width = this.box.clientWidth;
    this.room = Math.min(130 * scale, 0.3 * width); // of a label
    this.begin(10);
    const widest = width < 300 ? 0 : Math.max(0, ...labelled.map(({ label }) => this.plot.measure(label)));
    if (widest) this.begin(Math.min(widest, this.room) + 12);
    const { plot } = this;
    if (!this.sets.some(({ points }) => points.length)) {
      // The numbers of an axis on which nothing lies would mean nothing.
      plot.text("No values so far", (plot.left + plot.right) / 2, (plot.top + plot.floor) / 2, { align: "center" });
      return;
    }
    this.drawAxes();
    for (const { x } of this.marks) plot.upright(x, theme.muted, { dash: [2, 3] });
    for (const curve of this.sets) this.drawCurve(curve);
    plot.context.globalAlpha = 1;
    this.writeMarks();
    if (width >= 300) this.drawLabels(labelled);
  }

  /** Empty both layers, with so much room to the right of the curves. */
  begin(right) {
    const room = { left: 46 * textScale(), right, top: 12, bottom: 24 * textScale() };
    const { clientWidth: width, clientHeight: height } = this.box;
    for (const layer of [this.plot, this.overlay]) {
      layer.begin(this.theme, { x: [0, this.xMax], y: [this.yMin, this.yMax], room, font: 12, logarithmic: this.logarithmic, width, height });
    }
  }

  /** Whether its values are shares, from 0 to 1. */
  get share() {
    return this.kind ? this.kind === "share" : this.quantity === "accuracy";
  }

  get logarithmic() {
    return this.log && this.quantity === "loss";
  }

  /** A value, or the end of the axis that it lies beyond. */
  within(y) {
    return clamp(y, this.yMin, this.yMax);
  }

  xAt(event) {
    return clamp(this.plot.under(event), 0, this.xMax);
  }

  drawAxes() {
    const { theme, plot } = this;
    const ys = this.logarithmic ? decades(this.yMin, this.yMax) : niceTicks(this.yMin, this.yMax, 6);
    for (const y of ys) {
      plot.across(y, theme.faint);
      const text = this.share ? percent(y, 0) : lossTick(y);
      plot.text(text, plot.left - 7, plot.y(y), { align: "right" });
    }
    const xs = niceTicks(0, this.xMax, Math.max(2, Math.floor((plot.right - plot.left) / (90 * textScale()))));
    xs.forEach((x, index) => {
      const text = `${tickText(x)}${index === xs.length - 1 ? ` ${this.unit}` : ""}`;
      const half = plot.measure(text) / 2;
      plot.text(text, Math.min(plot.x(x), plot.width - half - 1), plot.floor + 7, { align: "center", baseline: "top" });
    });
  }

  /** What the marks say, over the curves: each in the first row where it touches no other. */
  writeMarks() {
    const { plot } = this;
    const ends = []; // of what stands in each row
    for (const { x, text } of this.marks) {
      const width = plot.measure(text);
      const beyond = plot.x(x) + 4 + width > plot.right;
      const left = Math.max(plot.left, plot.x(x) + (beyond ? -4 - width : 4));
      const free = ends.findIndex((end) => end < left);
      const row = free < 0 ? ends.length : free;
      ends[row] = left + width + 6;
      plot.text(text, left, plot.top + row * this.labelGap, { baseline: "top", halo: true });
    }
  }

  drawCurve({ points, colour, width, dash = [], dots, faded }) {
    const { plot } = this;
    plot.context.globalAlpha = faded ? 0.25 : 1;
    plot.line(thin(points, 2 * plot.width).map(({ x, y }) => [x, this.within(y)]), colour, width, dash);
    for (const { x, y } of points) {
      if (dots && points.length < 60) plot.dot(x, this.within(y), 2.6, colour);
      if (y > this.yMax) {
        const [at, top] = [plot.x(x), plot.top];
        plot.polygon([[at, top - 6], [at + 4, top], [at - 4, top]], colour);
      }
    }
  }

  /** Each name at the end of its curve, moved apart where two would touch. */
  drawLabels(labelled) {
    const { plot } = this;
    const ends = labelled.map((curve) => {
      const { x, y } = curve.points.at(-1);
      return { curve, x: plot.x(x) + 7, y: plot.y(this.within(y)) };
    });
    ends.sort((a, b) => a.y - b.y);
    ends.forEach((end, at) => {
      end.y = Math.max(end.y, at ? ends[at - 1].y + this.labelGap : plot.top);
    });
    let { floor } = plot;
    for (const end of ends.toReversed()) {
      end.y = Math.min(end.y, floor);
      floor = end.y - this.labelGap;
    }
    for (const { curve, x, y } of ends) {
      plot.context.globalAlpha = curve.faded ? 0.3 : 1;
      plot.text(plot.fitted(curve.label, this.room), x, y, { colour: curve.ink ?? curve.colour, halo: true });
    }
    plot.context.globalAlpha = 1;
  }

  /** The line of the time slider at `now`, and of the pointer at `x`; null for none. */
  drawOverlay(now, x) {
    const { overlay, theme } = this;
    if (!overlay.width || !this.sets) return;
    overlay.context.clearRect(0, 0, overlay.width, overlay.height);
    if (now !== null) {
      overlay.upright(now, theme.ink, { width: 1.5, rise: 6 });
      const [at, floor] = [overlay.x(now), overlay.floor];
      overlay.polygon([[at, floor - 1], [at + 5, floor + 6], [at - 5, floor + 6]], theme.ink);
    }
    if (x === null) return;
    overlay.upright(x, theme.muted, { rise: 6 });
    for (const { points, colour, faded } of this.sets) {
      const point = nearest(points, x);
      if (!point || faded) continue;
      overlay.dot(point.x, this.within(point.y), 5.5, theme.paper);
      overlay.dot(point.x, this.within(point.y), 4, colour);
    }
  }
}
