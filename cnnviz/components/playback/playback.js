// Grids, bars and curves at many steps, played and scrubbed without the server.

import { clamp, limits } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { Scale, signedScale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { cellText, movingText, numberText, tickText } from "../kit/numbers.js";
import { GridFigure } from "../kit/figure/panels.js";
import { Player } from "../kit/figure/player.js";
import { Plot } from "../kit/figure/plot.js";
import { textScale } from "../kit/screen.js";

const WIDEST_CELL = 34;
const BETWEEN = 46; // CSS pixels for a sign and the gaps
const SLOW = 2; // steps a second at the start, growing with the step
const HUES = ["blue", "orange", "green", "violet"];

class Playback extends GridFigure {
  constructor(parent) {
    super(parent);
    this.player = new Player(this, { pace: (step) => SLOW + step / 3 });
  }

  load(data) {
    this.data = data;
    const unpacked = (one) => ({ ...one, shape: one.values.shape, values: unpackArray(one.values) });
    this.sheets = data.sheets.map(unpacked);
    this.bars = data.bars.map(unpacked);
    this.curves = data.curves.map((one) => ({ ...one, lines: one.lines.map(unpacked) }));
    this.player.begin(data.words.length - 1);
    this.layOut(this.sheets.map(({ title, sign, shape, values, palette, stops }) => {
      const [low, high] = limits(values);
      const scale = palette === "pixels" ? Scale.pixels("grey", low, high || 1) : signedScale([low, high], stops);
      return { title, sign, shape: shape.slice(-2), values: this.valuesAt({ values, shape }, 2), scale };
    }));
    this.barPlots = this.plots(".bars", this.bars, ({ title }) => [element("b", "", title)]);
    this.curvePlots = this.plots(".curves", this.curves, ({ title, lines }) => [element("b", "", title), this.legend(lines)]);
    for (const { canvas, plot } of this.curvePlots) {
      this.player.dragAlong(canvas, (event) => plot.under(event));
    }
    this.player.slider.setAttribute("aria-label", data.step);
    this.describe(data);
    this.resize();
    this.fillTables();
  }

  /** Canvases in a place, each with what stands above it. */
  plots(place, contents, above) {
    const made = contents.map((one) => {
      const canvas = element("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", one.title);
      const box = element("div");
      box.append(...above(one), canvas);
      return { box, canvas, plot: new Plot(canvas) };
    });
    this.find(place).replaceChildren(...made.map(({ box }) => box));
    return made;
  }

  legend(lines) {
    const legend = element("span", "legend");
    lines.forEach(({ title }, at) => {
      const mark = element("i");
      mark.style.background = `var(--st-${HUES[at]}-color)`;
      const line = element("span", "", title);
      line.prepend(mark);
      legend.append(line, " ");
    });
    return legend;
  }

  /** The numbers of a step; numbers that never change are stored once. */
  valuesAt({ values, shape }, dimensions, step = this.player.step) {
    const size = shape.slice(-dimensions).reduce((product, side) => product * side, 1);
    const at = values.length === size ? 0 : step;
    return values.subarray(at * size, (at + 1) * size);
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const across = this.grids.reduce((sum, { columns }) => sum + columns, 0);
    const line = (width - BETWEEN * this.grids.length) / across;
    for (const grid of this.grids) {
      const pair = (width / 2 - BETWEEN) / grid.columns;
      const alone = (width - BETWEEN) / grid.columns;
      grid.resize(Math.max(Math.floor(Math.min(line >= 18 ? line : pair >= 14 ? pair : alone, WIDEST_CELL)), 4));
    }
    this.redraw();
  }

  paint() {
    const { step, last } = this.player;
    this.player.show(`${this.data.step} ${step + 1} of ${last + 1}`);
    if (this.drawn === step) return;
    this.drawn = step;
    this.sheets.forEach((sheet, at) => {
      const values = this.valuesAt(sheet, 2);
      const write = (value) => (sheet.palette === "pixels" ? cellText(Math.round(value)) : movingText(value, 2));
      this.show(this.grids[at], values, Array.from(values, write));
    });
    const style = getComputedStyle(this.root);
    this.colours = HUES.map((name) => style.getPropertyValue(`--st-${name}-color`).trim());
    this.barPlots.forEach(({ plot }, at) => this.drawBars(plot, this.bars[at]));
    this.curvePlots.forEach(({ plot }, at) => this.drawCurves(plot, this.curves[at]));
    this.told.textContent = this.data.words[step];
  }

  drawBars(plot, bars) {
    if (!plot.canvas.clientWidth) return;
    const values = this.valuesAt(bars, 1);
    const top = Math.max(...this.bars.map((each) => limits(each.values)[1])) || 1; // one scale, so that panels compare
    plot.begin(this.theme, { x: [0, values.length], y: [0, top], room: { left: 4, right: 4, top: 14 * textScale(), bottom: 18 * textScale() } });
    const { context } = plot;
    context.fillStyle = this.colours[0];
    values.forEach((value, at) => {
      const [left, right] = [plot.x(at) + 1, plot.x(at + 1) - 1];
      context.fillRect(left, plot.y(value), Math.max(right - left, 1), plot.floor - plot.y(value));
    });
    plot.across(0, this.theme.line);
    for (const [place, text] of bars.ticks) plot.text(text, clamp(plot.x(place + 0.5), 12, plot.width - 12), plot.height - 7 * textScale(), { align: "center" });
    plot.text(tickText(top), plot.left, 6 * textScale());
  }

  drawCurves(plot, { lines }) {
    if (!plot.canvas.clientWidth) return;
    const { step: now, last } = this.player;
    const every = lines.map(({ values }) => limits(values));
    const [low, most] = [Math.min(...every.map(([bottom]) => bottom)), Math.max(...every.map(([, top]) => top))];
    const least = low > most / 2 && low < most ? low : Math.min(low, 0); // shares near 1 would be a flat line
    const high = most > least ? most : least + 1;
    plot.begin(this.theme, { x: [0, Math.max(last, 1)], y: [least, high], room: { left: 46 * textScale(), right: 10, top: 10, bottom: 18 * textScale() } });
    for (const value of [least, (least + high) / 2, high]) {
      plot.across(value, this.theme.line, 0.5);
      plot.text(tickText(Number(value.toPrecision(3))), plot.left - 6, plot.y(value), { align: "right" });
    }
    plot.text(`${this.data.step} ${last + 1}`, plot.right, plot.height - 6 * textScale(), { align: "right" });
    plot.upright(now, this.theme.muted);
    lines.forEach(({ values }, at) => {
      const level = values.length === 1;
      /** @type {import("../kit/figure/plot.js").Pair[]} */
      const points = level ? [[0, values[0]], [last, values[0]]] : Array.from(values, (value, step) => [step, value]);
      plot.line(points, this.colours[at], 2, level ? [6, 4] : []);
      plot.dot(now, values[level ? 0 : now], 4, this.colours[at], this.theme.paper);
    });
  }

  caption(grid) {
    return `${grid.kind}, ${this.data.step.toLowerCase()} ${this.player.step + 1}`;
  }

  tables() {
    const bars = this.bars.map((one) => ({
      caption: this.caption({ kind: one.title }),
      lines: Array.from(this.valuesAt(one, 1), (value, at) => [one.names[at] ?? String(at), numberText(value)]),
    }));
    const lines = this.curves.map(({ title, lines: of }) => ({
      caption: this.caption({ kind: title }),
      heads: of.map(({ title: name }) => name),
      lines: [of.map(({ values }) => numberText(values[values.length === 1 ? 0 : this.player.step]))],
    }));
    return [...super.tables(), ...bars, ...lines];
  }
}

export default mounting(Playback);
