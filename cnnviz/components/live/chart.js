// Curves on canvas: one chart is two layers, the curves and, above them, what moves with the
// pointer and the time slider.

import { textScale } from "../kit/screen.js";
import { decades, fitted, lossTop, nearest, niceTicks, thin } from "./axes.js";
import { clamp, count, element, number, write } from "./words.js";

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
    [this.curves, this.overlay] = ["curves", "overlay"].map((name) => element("canvas", name));
    for (const canvas of [this.curves, this.overlay]) canvas.setAttribute("aria-hidden", "true");
    this.box.append(this.curves, this.overlay);
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
    if (this.quantity === "accuracy") [this.yMin, this.yMax] = [0, 1];
    else if (log) {
      const positive = values.filter((value) => value > 0);
      this.yMin = positive.length ? Math.min(...positive) / 1.1 : 0.01;
      this.yMax = positive.length ? Math.max(...positive) * 1.1 : 10;
    } else [this.yMin, this.yMax] = [0, lossTop(curves)];
    const above = values.filter((value) => value > this.yMax).length;
    write(this.note, above ? `${count(above)} ${above === 1 ? "value is" : "values are"} above the axis (\u25b2); the highest is ${number(Math.max(...values))}.` : "");
    this.note.hidden = !above;
  }

  resize() {
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    this.scale = textScale();
    this.around = { left: 46 * this.scale, top: 12, bottom: 24 * this.scale };
    this.labelGap = 14 * this.scale;
    const ratio = window.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height, ratio });
    for (const canvas of [this.curves, this.overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
  }

  begin(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = `${12 * this.scale}px ${this.theme.font}`;
    context.lineJoin = "round";
    return context;
  }

  draw(theme) {
    this.resize();
    if (!this.width || !this.sets) return;
    this.theme = theme;
    const context = this.begin(this.curves);
    const labelled = this.sets.filter(({ label, points }) => label && points.length);
    const wide = this.width >= 300;
    this.room = Math.min(130 * this.scale, 0.3 * this.width); // of a label
    const widest = Math.max(0, ...labelled.map(({ label }) => context.measureText(label).width));
    this.right = this.width - (wide && widest ? Math.min(widest, this.room) + 12 : 10);
    this.drawAxes(context);
    for (const mark of this.marks) this.drawMark(context, mark);
    for (const curve of this.sets) this.drawCurve(context, curve);
    context.globalAlpha = 1;
    this.writeMarks(context);
    if (wide) this.drawLabels(context, labelled);
  }

  xOf(x) {
    return this.around.left + (x / this.xMax) * (this.right - this.around.left);
  }

  yOf(y) {
    const [low, high, at] = this.log && this.quantity === "loss"
      ? [this.yMin, this.yMax, Math.max(y, this.yMin)].map(Math.log) : [this.yMin, this.yMax, y];
    const floor = this.height - this.around.bottom;
    return clamp(floor - ((at - low) / (high - low)) * (floor - this.around.top), this.around.top, floor);
  }

  xAt(event) {
    const left = event.clientX - this.box.getBoundingClientRect().left;
    return clamp((left - this.around.left) / (this.right - this.around.left), 0, 1) * this.xMax;
  }

  drawAxes(context) {
    const { theme } = this;
    const floor = this.height - this.around.bottom;
    const log = this.log && this.quantity === "loss";
    const ys = log ? decades(this.yMin, this.yMax) : niceTicks(this.yMin, this.yMax, 6);
    context.lineWidth = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const y of ys) {
      const at = Math.round(this.yOf(y)) + 0.5;
      context.strokeStyle = theme.line;
      context.beginPath();
      context.moveTo(this.around.left, at);
      context.lineTo(this.right, at);
      context.stroke();
      context.fillStyle = theme.muted;
      context.fillText(this.quantity === "accuracy" ? `${Math.round(100 * y)} %` : y < 1e5 ? String(Number(y.toPrecision(3))) : y.toExponential(0), this.around.left - 7, at);
    }
    const xs = niceTicks(0, this.xMax, Math.max(2, Math.floor((this.right - this.around.left) / (90 * this.scale))));
    context.textBaseline = "top";
    xs.forEach((x, index) => {
      const last = index === xs.length - 1;
      const text = `${count(x) === String(x) || x >= 1000 ? count(x) : Number(x.toPrecision(3))}${last ? ` ${this.unit}` : ""}`;
      const half = context.measureText(text).width / 2;
      context.textAlign = "center";
      context.fillText(text, Math.min(this.xOf(x), this.width - half - 1), floor + 7);
    });
  }

  /** The line of a mark, behind the curves. */
  drawMark(context, { x }) {
    const at = Math.round(this.xOf(x)) + 0.5;
    context.strokeStyle = this.theme.muted;
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(at, this.around.top);
    context.lineTo(at, this.height - this.around.bottom);
    context.stroke();
    context.setLineDash([]);
  }

  /** What the marks say, over the curves: each in the first row where it touches no other. */
  writeMarks(context) {
    const ends = []; // of what stands in each row
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = this.theme.muted;
    context.strokeStyle = this.theme.paper;
    context.lineWidth = 4;
    for (const { x, text } of this.marks) {
      const { width } = context.measureText(text);
      const beyond = this.xOf(x) + 4 + width > this.right;
      const left = Math.max(this.around.left, this.xOf(x) + (beyond ? -4 - width : 4));
      const free = ends.findIndex((end) => end < left);
      const row = free < 0 ? ends.length : free;
      ends[row] = left + width + 6;
      const top = this.around.top + row * this.labelGap;
      context.strokeText(text, left, top); // a curve may pass behind it
      context.fillText(text, left, top);
    }
  }

  drawCurve(context, { points, colour, width, dash = [], dots, faded }) {
    context.globalAlpha = faded ? 0.25 : 1;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (const { x, y } of thin(points, 2 * this.width)) context.lineTo(this.xOf(x), this.yOf(y));
    context.stroke();
    context.setLineDash([]);
    for (const { x, y } of points) {
      if (dots && points.length < 60) this.dot(context, x, y, 2.6);
      if (y > this.yMax) {
        const [at, top] = [this.xOf(x), this.around.top];
        context.beginPath();
        context.moveTo(at, top - 6);
        context.lineTo(at + 4, top);
        context.lineTo(at - 4, top);
        context.fill();
      }
    }
  }

  dot(context, x, y, radius) {
    context.beginPath();
    context.arc(this.xOf(x), this.yOf(y), radius, 0, 2 * Math.PI);
    context.fill();
  }

  /** Each name at the end of its curve, moved apart where two would touch. */
  drawLabels(context, labelled) {
    const ends = labelled.map((curve) => ({ curve, x: this.xOf(curve.points.at(-1).x) + 7, y: this.yOf(curve.points.at(-1).y) }));
    ends.sort((a, b) => a.y - b.y);
    ends.forEach((end, at) => {
      end.y = Math.max(end.y, at ? ends[at - 1].y + this.labelGap : this.around.top);
    });
    let floor = this.height - this.around.bottom;
    for (const end of ends.toReversed()) {
      end.y = Math.min(end.y, floor);
      floor = end.y - this.labelGap;
    }
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const { curve, x, y } of ends) {
      context.globalAlpha = curve.faded ? 0.3 : 1;
      context.fillStyle = curve.ink ?? curve.colour;
      context.strokeStyle = this.theme.paper; // a curve may pass behind it
      context.lineWidth = 4;
      const text = fitted(context, curve.label, this.room);
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
    context.globalAlpha = 1;
  }

  /** The line of the time slider at `now`, and of the pointer at `x`; null for none. */
  drawOverlay(now, x) {
    if (!this.width || !this.theme || !this.sets) return;
    const context = this.begin(this.overlay);
    const floor = this.height - this.around.bottom;
    const vertical = (at, colour, width) => {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(at, this.around.top - 6);
      context.lineTo(at, floor);
      context.stroke();
    };
    if (now !== null) {
      vertical(this.xOf(now), this.theme.ink, 1.5);
      context.fillStyle = this.theme.ink;
      context.beginPath();
      context.moveTo(this.xOf(now), floor - 1);
      context.lineTo(this.xOf(now) + 5, floor + 6);
      context.lineTo(this.xOf(now) - 5, floor + 6);
      context.fill();
    }
    if (x === null) return;
    vertical(this.xOf(x), this.theme.muted, 1);
    for (const { points, colour, faded } of this.sets) {
      const point = nearest(points, x);
      if (!point || faded) continue;
      context.fillStyle = this.theme.paper;
      this.dot(context, point.x, point.y, 5.5);
      context.fillStyle = colour;
      this.dot(context, point.x, point.y, 4);
    }
  }
}
