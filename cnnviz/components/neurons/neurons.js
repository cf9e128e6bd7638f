// Neurons and their connections: point, choose, edit a weight; everything moves in the same frame.

import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { bracketed, numberText } from "../kit/numbers.js";
import { Layer } from "./layer.js";

/** @typedef {import("./layer.js").Stage} Stage */
/** @typedef {ReturnType<Layer["connections"]>[number]} Connection */
/** @typedef {Connection & { line: SVGElement, touch: SVGElement }} Drawn a connection, and where it is seen and pointed at */
/** @typedef {{ row: "in" | "out", at: number }} Neuron */
/** @typedef {{ row: "connection", place: number, output?: number }} Weight where it is kept, and an output that reads it */

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} id of the layer; what is edited keeps it
 * @property {string} alt
 * @property {number[]} inputs
 * @property {number} kernel how many inputs a local neuron sees
 * @property {Record<Stage, number[]>} weights
 * @property {Stage | null} stage to open on; null: walk through all of them
 */

const SVG = "http://www.w3.org/2000/svg";
const TAPS = ["#4477aa", "#ee6677", "#228833", "#aa7700", "#2299bb", "#aa3377", "#777777"]; // a hue for each shared weight
/** @type {Stage[]} */
const ORDER = ["full", "local", "shared"];
const STAY = 3500; // milliseconds at each stage while it walks through them
const [TOP, BOTTOM, HEIGHT, RADIUS] = [36, 264, 300, 19];

class Neurons extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {Stage} */
    this.stage = "full";
    this.layer = new Layer({ inputs: [], weights: { full: [], local: [], shared: [] }, kernel: 1 });
    /** @type {Set<Stage>} */
    this.edited = new Set();
    /** @type {Neuron} what the keys are on */
    this.focus = { row: "out", at: 0 };
    /** @type {Neuron | Weight | null} */
    this.hover = null;
    /** @type {Drawn[]} */
    this.drawn = [];
    /** @type {SVGElement[]} the weights as numbers */
    this.texts = [];
    /** @type {Record<Neuron["row"], { group: SVGElement, text: SVGElement }[]>} */
    this.neurons = { in: [], out: [] };
    this.width = this.gap = 0;
    this.count = this.find(".count");
    this.row = this.find(".fields .row");
    this.title = this.find(".fields legend");
    /** @type {HTMLButtonElement[]} */
    this.buttons = [...this.root.querySelectorAll("button")].filter((button) => button.dataset.stage);
    for (const button of this.buttons) button.onclick = () => this.choose(/** @type {Stage} */ (button.dataset.stage));
    /** @returns {HTMLElement | null} */
    const what = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest("[data-what]");
    this.figure.onpointerover = (event) => this.point(what(event));
    this.figure.onpointerleave = () => this.point(null);
    this.figure.onclick = (event) => this.select(what(event));
  }

  /** Everything is painted where it changes, and the style sheet follows the theme. */
  ready() {
    return false;
  }

  /** @param {Data} data */
  load(data) {
    const first = !this.data;
    this.data = data;
    this.layer = new Layer(data);
    this.edited = new Set();
    this.focus = { row: "out", at: Math.floor(this.layer.outputs / 2) };
    this.hover = null;
    if (first) {
      this.stage = data.stage ?? "full";
      if (!data.stage && !this.calm) this.after(STAY, "walk", () => this.walk());
    }
    this.figure.setAttribute("aria-label", data.alt);
    this.build();
  }

  /** Show the three stages one after the other, once, until somebody takes over. */
  walk() {
    if (this.onScreen && !this.hover) {
      this.stage = ORDER[ORDER.indexOf(this.stage) + 1];
      this.build();
    }
    if (this.stage !== ORDER.at(-1)) this.after(STAY, "walk", () => this.walk());
  }

  /** @param {Stage} stage */
  choose(stage) {
    this.stop("walk");
    this.stage = stage;
    this.build();
    this.say();
    this.keep();
  }

  // --- drawing --------------------------------------------------------------------------------

  /**
   * @param {Neuron["row"]} row
   * @param {number} at
   */
  x(row, at) {
    const count = row === "in" ? this.layer.inputs.length : this.layer.outputs;
    return this.width / 2 + (at - (count - 1) / 2) * this.gap;
  }

  build() {
    const { layer, stage } = this;
    this.gap = window.innerWidth < 640 ? 46 : 84; // a phone's numbers must stay readable
    this.width = layer.inputs.length * this.gap;
    this.figure.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.figure.style.maxHeight = "22rem";
    this.figure.replaceChildren();
    this.drawn = layer.connections(stage).map((connection) => {
      const [from, to] = [this.x("in", connection.input), this.x("out", connection.output)];
      const path = `M${from} ${TOP + RADIUS} L${to} ${BOTTOM - RADIUS}`;
      const line = this.add("path", "connection", { d: path });
      const touch = this.add("path", "touch", { d: path, "data-what": "connection", "data-input": connection.input, "data-output": connection.output });
      return { ...connection, line, touch };
    });
    this.texts = [];
    this.neurons = { in: [], out: [] };
    for (const [row, count] of /** @type {[Neuron["row"], number][]} */ ([["in", layer.inputs.length], ["out", layer.outputs]])) {
      for (let at = 0; at < count; at += 1) {
        const group = this.add("g", "neuron", { "data-what": row, "data-at": at });
        const [x, y] = [this.x(row, at), row === "in" ? TOP : BOTTOM];
        this.add("circle", "", { cx: x, cy: y, r: RADIUS }, group);
        this.neurons[row].push({ group, text: this.add("text", "", { x, y }, group) });
      }
    }
    this.add("text", "side", { x: 4, y: 9 }).textContent = "Inputs";
    this.add("text", "side", { x: 4, y: HEIGHT - 6 }).textContent = "Outputs";
    for (const button of this.buttons) {
      const on = button.dataset.stage === stage;
      button.setAttribute("aria-checked", String(on));
    }
    this.makeFields();
    this.paint();
  }

  /**
   * @param {string} tag
   * @param {string} className
   * @param {Record<string, string | number>} attributes
   * @param {Element} [parent]
   */
  add(tag, className, attributes, parent = this.figure) {
    const made = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
    if (className) made.setAttribute("class", className);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    parent.append(made);
    return made;
  }

  /**
   * Whether a connection belongs to what is pointed at.
   * @param {Connection} connection
   */
  lit({ input, output, place }) {
    const now = this.hover ?? this.focus;
    if (now.row === "connection") return place === now.place;
    return now.at === (now.row === "in" ? input : output);
  }

  paint() {
    const { layer, stage } = this;
    const results = layer.results(stage);
    const connections = layer.connections(stage);
    const most = Math.max(...layer.weights[stage].map(Math.abs)) || 1;
    for (const text of this.texts) text.remove();
    this.texts = [];
    /** @type {Drawn[]} */
    const lit = [];
    this.drawn.forEach((drawn, index) => {
      drawn.weight = connections[index].weight;
      const on = this.lit(drawn);
      const colour = stage === "shared" ? TAPS[drawn.place % TAPS.length] : drawn.weight < 0 ? "#c26a00" : drawn.weight > 0 ? "#2b7bba" : "#888";
      drawn.line.setAttribute("stroke", colour);
      drawn.line.setAttribute("stroke-width", String(1 + (4 * Math.abs(drawn.weight)) / most));
      drawn.line.classList.toggle("dim", !on);
      if (!on) return;
      lit.push(drawn);
      const share = (this.hover ?? this.focus).row === "in" ? 0.6 : 0.4;
      const [from, to] = [this.x("in", drawn.input), this.x("out", drawn.output)];
      const text = this.add("text", "weight", { x: from + (to - from) * share, y: TOP + (BOTTOM - TOP) * share });
      text.textContent = numberText(drawn.weight, 3);
      this.texts.push(text);
    });
    for (const [row, values] of /** @type {[Neuron["row"], number[]][]} */ ([["in", layer.inputs], ["out", results]])) {
      this.neurons[row].forEach(({ group, text }, at) => {
        text.textContent = numberText(values[at], 3);
        group.classList.toggle("lit", lit.some((connection) => (row === "in" ? connection.input : connection.output) === at));
      });
    }
    this.tell(lit, results);
    this.find(".code code").textContent = layer.code(stage);
    Object.assign(this.root.dataset, { stage, outputs: JSON.stringify(results.map((value) => Number(value.toPrecision(12)))), lit: JSON.stringify(lit.map(({ input, output }) => [input, output])) });
    this.fillTables();
  }

  /**
   * @param {Drawn[]} lit
   * @param {number[]} results
   */
  tell(lit, results) {
    const { layer, stage } = this;
    const [n, m, k] = [layer.inputs.length, layer.outputs, layer.kernel];
    const counts = {
      full: [`${n} \u00d7 ${m} connections`, n * m],
      local: [`${m} neurons \u00d7 ${k} connections`, m * k],
      shared: [`${m * k} connections, but only`, k],
    }[stage];
    this.count.replaceChildren(element("span", "", `${counts[0]} ${stage === "shared" ? "" : "= "}`), element("b", "", `${counts[1]} weights`));
    const now = this.hover ?? this.focus;
    let head;
    let text;
    if (now.row === "connection") {
      head = `Weight ${numberText(layer.weights[stage][now.place])}`;
      text = lit.length > 1 ? `: one number on ${lit.length} connections.` : `, from input ${lit[0].input} to output ${lit[0].output}.`;
    } else if (now.row === "out") {
      head = `Output ${now.at} = ${numberText(results[now.at])}`;
      text = ` = ${lit.map(({ weight, input }) => `${bracketed(numberText(weight))}\u00b7${bracketed(numberText(layer.inputs[input]))}`).join(" + ")}`;
    } else {
      head = `Input ${now.at} = ${numberText(layer.inputs[now.at])}`;
      text = ` feeds ${lit.length} output${lit.length === 1 ? "" : "s"}.`;
    }
    this.told.replaceChildren(element("b", "", head), element("span", "", text));
  }

  // --- the weights to edit --------------------------------------------------------------------

  makeFields() {
    const { layer, stage } = this;
    const at = this.focus.row === "out" ? this.focus.at : 0;
    this.title.textContent = stage === "shared" ? "The shared weights" : `The weights of output ${at}`;
    const fields = layer.connections(stage).filter(({ output }) => output === at);
    this.row.replaceChildren(...fields.map(({ place, input, weight }) => {
      const label = element("label");
      const field = element("input");
      Object.assign(field, { type: "number", step: "any", value: weight, required: true });
      field.setAttribute("aria-label", stage === "shared" ? `Shared weight ${place}` : `Weight from input ${input}`);
      if (stage === "shared") label.style.setProperty("--tap", TAPS[place % TAPS.length]);
      field.oninput = () => this.edit(place, field.valueAsNumber);
      field.onfocus = () => { this.hover = stage === "shared" ? { row: "connection", place } : null; this.paint(); };
      field.onblur = () => { this.hover = null; this.paint(); };
      label.append(field);
      return label;
    }));
  }

  /**
   * @param {number} place
   * @param {number} value
   */
  edit(place, value) {
    this.stop("walk");
    if (!Number.isFinite(value) || Math.abs(value) > 1e6) return; // half typed: the field says so
    this.layer.weights[this.stage][place] = value;
    this.edited.add(this.stage);
    this.paint();
    this.say();
    this.keep();
  }

  /** After a pause, have the server write stage and edited weights into the address. */
  keep() {
    this.after(400, "keep", () => {
      const weights = Object.fromEntries([...this.edited].map((stage) => [stage, this.layer.weights[stage].join(" ")]));
      this.component?.setStateValue("edited", { layer: this.data.id, stage: this.stage, weights });
    });
  }

  // --- what people do -------------------------------------------------------------------------

  /**
   * @param {HTMLElement | null} target
   * @returns {Neuron | Weight | null}
   */
  read(target) {
    if (!target) return null;
    const { what, at, input, output } = target.dataset;
    if (what === "in" || what === "out") return { row: what, at: Number(at) };
    return { row: "connection", place: this.layer.place(this.stage, Number(output), Number(input)), output: Number(output) };
  }

  /** @param {HTMLElement | null} target */
  point(target) {
    this.hover = this.read(target);
    this.paint();
  }

  /** @param {HTMLElement | null} target */
  select(target) {
    const chosen = this.read(target);
    if (!chosen) return;
    this.stop("walk");
    this.figure.focus({ preventScroll: true });
    this.focus = chosen.row === "connection" ? { row: "out", at: chosen.output ?? 0 } : chosen;
    this.makeFields();
    this.paint();
    this.say();
  }

  keys() {
    const { row, at } = this.focus;
    const count = { in: this.layer.inputs.length, out: this.layer.outputs };
    const to = (/** @type {Neuron["row"]} */ next, /** @type {number} */ place) => () => {
      this.stop("walk");
      this.focus = { row: next, at: clamp(place, 0, count[next] - 1) };
      this.makeFields();
      this.paint();
      this.say();
    };
    const stages = ORDER.map((stage, index) => [index + 1, () => this.choose(stage)]);
    return {
      ArrowLeft: to(row, at - 1), ArrowRight: to(row, at + 1), ArrowUp: to("in", at), ArrowDown: to("out", at),
      Home: to(row, 0), End: to(row, count[row] - 1), ...Object.fromEntries(stages),
    };
  }

  words() {
    return `${this.count.textContent}. ${this.told.textContent}`;
  }

  tables() {
    const { layer, stage } = this;
    const rows = layer.results(stage).map((result, output) => [
      ...layer.inputs.map((_, input) => {
        const at = layer.place(stage, output, input);
        return at < 0 ? "" : numberText(layer.weights[stage][at]);
      }),
      numberText(result),
    ]);
    const head = [...layer.inputs.map((value) => `x = ${numberText(value)}`), "output"];
    return [{ caption: "A row for each output: its weights, then the output", lines: [head, ...rows] }];
  }
}

export default mounting(Neurons);
