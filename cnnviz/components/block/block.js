// A building block of a network: settings choose one of its variants, and each map is computed here.

import { bytesOf, unpackArray } from "../kit/arrays.js";
import { gradientsOf } from "../kit/network/backward.js";
import { colourTable, signedScale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { prepare } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { count, numberText, percent, plain } from "../kit/numbers.js";
import { parts } from "../kit/network/cell_sum.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { fieldsOf, onMap } from "../network/fields.js";
import { likeness, rowsOf, sumText } from "./rows.js";

const HUES = ["blue", "orange", "green", "violet"].map((name) => `var(--st-${name}-color)`);
const SWITCHES = new Set(["on", "yes"]); // the first value of a control with two
const SWING = 4000; // milliseconds, for the scale to go down and up once
const DWELL = 1200; // milliseconds on a cell while nobody points
const CELL = 8; // pixels of a canvas for a cell
const GREYS = "linear-gradient(90deg, #000, #fff)";

class Block extends Figure {
  constructor(parent) {
    super(parent);
    this.stamp = element("canvas"); // a pixel for each cell
  }

  load(data) {
    this.data = data;
    this.describe({ alt: data.alt, pytorch: " " });
    this.chosen = data.controls.map(({ start }) => start);
    this.pictures = data.pictures.map(({ values }) => unpackArray(values));
    this.picture = 0;
    this.scale = 1;
    this.table256 = colourTable(data.stops);
    this.buildSettings();
    this.build();
    this.started = null;
    this.walked = 0;
    this.wake();
  }

  // --- settings -------------------------------------------------------------------------------

  buildSettings() {
    const { controls, pictures, scaled } = this.data;
    const fields = controls.map(({ title, options, start }, at) => {
      const change = (value) => {
        const before = this.chosen[at];
        this.chosen[at] = value;
        if (this.variant) this.build();
        else this.chosen[at] = before; // no branch would be left
        return this.chosen[at];
      };
      const switched = SWITCHES.has(options[0][0]);
      return switched ? this.ticked(title, options, start, change) : this.listed(title, options, start, change);
    });
    if (this.data.compares) fields.push(this.shifter(pictures));
    else if (pictures.length > 1) {
      fields.push(this.listed("Picture", pictures.map(({ title }, at) => [String(at), title]), "0", (value) => {
        this.picture = Number(value);
        this.build();
        return value;
      }));
    }
    if (scaled) fields.push(this.scaler());
    this.find(".settings").replaceChildren(...fields);
  }

  ticked(title, [[on], [off]], start, change) {
    const label = element("label", "tick");
    const input = Object.assign(element("input"), { type: "checkbox", checked: start === on });
    input.onchange = () => { input.checked = change(input.checked ? on : off) === on; };
    label.append(input, title);
    return label;
  }

  listed(title, options, start, change) {
    const label = element("label", "", title);
    const list = element("select");
    for (const [value, text] of options) list.append(Object.assign(element("option", "", text), { value, selected: value === start }));
    list.onchange = () => { list.value = change(list.value); };
    list.onkeydown = (event) => event.stopPropagation();
    label.append(list);
    return label;
  }

  /** A slider through the pictures, which are moved by and by. */
  shifter(pictures) {
    const label = element("label", "", "Shift");
    const input = Object.assign(element("input"), { type: "range", min: "0", max: String(pictures.length - 1), step: "1", value: "0" });
    const title = element("span", "", pictures[0].title);
    this.show = (at) => {
      this.picture = at;
      input.value = String(at);
      title.textContent = pictures[at].title;
      this.compute();
    };
    input.onkeydown = (event) => event.stopPropagation();
    input.oninput = () => {
      this.started = Infinity;
      this.show(Number(input.value));
    };
    label.append(input, title);
    return label;
  }

  scaler() {
    const label = element("label", "", "Scale of F");
    this.slider = Object.assign(element("input"), { type: "range", min: "0", max: "1.5", step: "0.05", value: "1" });
    this.amount = element("span", "", "1");
    this.slider.onkeydown = (event) => event.stopPropagation();
    this.slider.oninput = () => {
      this.started = Infinity;
      this.setScale(Number(this.slider.value));
    };
    this.slider.onpointerdown = () => { this.started = Infinity; };
    label.append(this.slider, this.amount);
    return label;
  }

  setScale(scale) {
    this.scale = scale;
    this.slider.value = String(scale);
    this.amount.textContent = numberText(scale, 2);
    this.compute();
  }

  // --- moving ---------------------------------------------------------------------------------

  /** Until a hand takes it: a scale or shift goes to its end and back, once; else a cell is walked through the layers. */
  running() {
    return Boolean(this.data) && !this.calm && this.started !== Infinity && this.onScreen;
  }

  advance(now) {
    if (!this.running()) return;
    if (!this.data.scaled && !this.data.compares) {
      if (this.passed(now, DWELL)) this.walk();
      return;
    }
    this.started ??= now;
    const share = (now - this.started) / SWING;
    if (share >= 1) this.started = Infinity;
    if (this.data.compares) {
      const at = share >= 1 ? 0 : Math.round((0.5 - 0.5 * Math.cos(2 * Math.PI * share)) * (this.pictures.length - 1));
      if (at !== this.picture) this.show(at);
    } else this.setScale(share >= 1 ? 1 : Math.round((0.5 + 0.5 * Math.cos(2 * Math.PI * share)) * 20) / 20);
  }

  /** Point at the same place of the next layer; after the last, at the next place and map. */
  walk() {
    const rows = this.rows.slice(1);
    const around = Math.floor(this.walked / rows.length);
    const row = rows[this.walked % rows.length];
    const [channels, height, width] = row.layer.shape;
    this.point(row, around % channels, (2 + 5 * around) % height, (4 + 3 * around) % width);
    this.walked += 1;
  }

  // --- computing ------------------------------------------------------------------------------

  get variant() {
    return this.data.variants[this.chosen.join(" ")];
  }

  build() {
    const { spec, weights } = this.variant;
    this.network = prepare(spec, this.data.shape, readSafetensors(bytesOf(weights)).tensors);
    const name = this.data.scaled.replace(/\.weight$/, "");
    this.last = this.network.layers.find((layer) => layer.name === name);
    this.base = this.last?.tensors.weight.slice();
    this.rows = rowsOf(this.network.layers);
    this.data.titles.forEach((title, at) => { this.rows[at].title = title; });
    const drawn = this.rows.map((row) => this.rowOf(row));
    this.figure.replaceChildren(...drawn);
    this.spot = null;
    this.compute();
  }

  compute() {
    if (this.last) this.last.tensors.weight = this.base.map((weight) => weight * this.scale);
    if (this.data.compares) {
      this.network.run(this.pictures[0]);
      for (const row of this.rows) row.before = row.layer.values.slice();
    }
    this.network.run(this.pictures[this.picture]);
    for (const row of this.rows) this.drawRow(row);
    const { codes, shape: [, height, width] } = this.data;
    const rows = [];
    const values = this.pictures[this.picture];
    for (let at = 0; at < values.length; at += width) rows.push(`[${Array.from(values.subarray(at, at + width), (value) => value.toFixed(2)).join(", ")}]`);
    const maps = [];
    for (let at = 0; at < rows.length; at += height) maps.push(`[${rows.slice(at, at + height).join(",\n  ")}]`);
    this.find(".code code").textContent = codes[this.chosen.join(" ")].replace("PICTURE", `[${maps.join(",\n ")}]`).replace("SCALE", String(this.scale));
    this.tell();
    this.fillTables();
  }

  // --- drawing --------------------------------------------------------------------------------

  rowOf(row) {
    const { layer } = row;
    const box = element("div", row.branch === null ? "row" : "row branch");
    box.style.setProperty("--level", String(row.level));
    if (row.branch !== null) box.style.setProperty("--hue", HUES[row.branch % HUES.length]);
    const [parameters, macs] = row.layers.reduce(([first, second], { name }) => {
      const [more, work] = this.variant.costs[name] ?? [0, 0];
      return [first + more, second + work];
    }, [0, 0]);
    const line = element("p");
    line.append(element("b", "", row.title), ` ${layer.shape.join("×")}${parameters ? ` · ${count(parameters)} parameters, ${count(macs)} multiply-adds` : ""}`);
    if (this.data.compares) line.append(row.same = element("span", "same"));
    const maps = element("div", "maps");
    const [channels, height, width] = layer.shape;
    row.canvases = [...Array(channels).keys()].map((map) => {
      const canvas = Object.assign(element("canvas"), { width: width * CELL, height: height * CELL, tabIndex: map ? -1 : 0 });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${row.title}, map ${map}`);
      const hue = row.hues?.[map];
      if (hue !== undefined && hue !== null) {
        canvas.classList.add("new");
        canvas.style.setProperty("--hue", HUES[hue % HUES.length]);
      }
      const at = (event) => {
        const { left, top, width: across, height: down } = canvas.getBoundingClientRect();
        this.choose(row, map, Math.floor(((event.clientY - top) / down) * height), Math.floor(((event.clientX - left) / across) * width));
      };
      canvas.onpointermove = at;
      canvas.onclick = at;
      canvas.onfocus = () => this.choose(row, map, this.spot?.row ?? Math.floor(height / 2), this.spot?.column ?? Math.floor(width / 2));
      canvas.onkeydown = (event) => this.move(event, row, map);
      return canvas;
    });
    maps.append(...row.canvases);
    row.bar = new ScaleBar(`${row.title}: colours`);
    const head = element("div", "head");
    head.append(line, row.bar.root);
    box.append(head, maps);
    return box;
  }

  move(event, row, map) {
    const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (down === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const [channels, height, width] = row.layer.shape;
    const column = this.spot.column + across;
    // Past the edge of a map is its neighbour.
    const to = map + Math.floor(column / width);
    if (to < 0 || to >= channels) return;
    this.choose(row, to, Math.max(0, Math.min(height - 1, this.spot.row + down)), (column + width) % width);
    if (to !== map) row.canvases[to].focus();
  }

  drawRow({ layer, canvases, before, same, bar }) {
    if (before) same.textContent = ` · ${percent(likeness(before, layer.values), 0)} like the first`;
    const { kind, shape: [, height, width], values } = layer;
    const picture = kind === "input";
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const largest = Math.max(1e-9, high, -low);
    bar.update(picture ? { low: 0, high: 1, gradient: GREYS } : { low, high, gradient: signedScale([low, high], this.data.stops).gradient() });
    canvases.forEach((canvas, map) => {
      const context = canvas.getContext("2d");
      const small = new ImageData(width, height);
      for (let at = 0; at < width * height; at += 1) {
        const value = values[map * width * height + at];
        const level = Math.round(127.5 + (value / largest) * 127.5);
        for (let part = 0; part < 3; part += 1) small.data[4 * at + part] = picture ? 255 * value : this.table256[3 * level + part];
        small.data[4 * at + 3] = 255;
      }
      Object.assign(this.stamp, { width, height });
      this.stamp.getContext("2d").putImageData(small, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(this.stamp, 0, 0, canvas.width, canvas.height);
    });
  }

  // --- pointing -------------------------------------------------------------------------------

  choose(row, map, down, column) {
    this.started = Infinity;
    this.point(row, map, down, column);
    this.say();
  }

  point(row, map, down, column) {
    const [, height, width] = row.layer.shape;
    this.spot = { chosen: row, map, row: Math.max(0, Math.min(height - 1, down)), column: Math.max(0, Math.min(width - 1, column)) };
    for (const one of this.rows) this.drawRow(one);
    this.tell();
  }

  tell() {
    if (!this.spot) {
      this.told.textContent = this.totals();
      return;
    }
    const { chosen: { layer, title, canvases }, map, row, column } = this.spot;
    this.mark(canvases[map], { top: row, bottom: row, left: column, right: column });
    const seen = fieldsOf(this.network.layers, layer, { map, row, column }).get(this.network.input);
    const field = seen && onMap(seen, this.network.input.shape);
    if (field && layer !== this.network.input) for (const canvas of this.rows[0].canvases) this.mark(canvas, field);
    const sum = parts(layer, map, row, column);
    const within = layer.kind === "relu" ? parts(layer.inputs[0], map, row, column) : undefined;
    const where = `${title}, map ${map}, row ${row}, column ${column}: `;
    this.told.textContent = where + sumText(layer, sum, within) + this.slope(layer, map, row, column);
  }

  /** How the output of a residual block changes with its own input, here. */
  slope(layer, map, row, column) {
    if (layer.kind !== "residual") return "";
    const [, height, width] = layer.shape;
    const at = (map * height + row) * width + column;
    const slope = gradientsOf(this.network, at).get(this.network.input)[at];
    return `. Its derivative by x at the same place: 1 + ${numberText(slope - 1, 3)} = ${numberText(slope, 3)}`;
  }

  totals() {
    const costs = Object.values(this.variant.costs);
    const [parameters, macs] = [0, 1].map((part) => costs.reduce((total, cost) => total + cost[part], 0));
    return `${count(parameters)} parameters and ${count(macs)} multiply-adds, from ${this.data.shape.join("×")} to ${this.network.output.shape.join("×")}.`;
  }

  mark(canvas, { top, bottom, left, right }) {
    const context = canvas.getContext("2d");
    const box = [left * CELL + 1, top * CELL + 1, (right - left + 1) * CELL - 2, (bottom - top + 1) * CELL - 2];
    for (const [colour, wide] of [["#fff", 4], ["#000", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: wide });
      context.strokeRect(...box);
    }
  }

  tables() {
    return this.rows.flatMap(({ layer, title }) => {
      const [channels, height, width] = layer.shape;
      return [...Array(channels).keys()].map((map) => ({
        caption: `${title}, map ${map}`,
        lines: [...Array(height).keys()].map((row) => {
          const from = (map * height + row) * width;
          return Array.from(layer.values.subarray(from, from + width), plain);
        }),
      }));
    });
  }
}

export default mounting(Block);
