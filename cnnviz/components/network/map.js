// The map of a network: its layers side by side, each as its real maps, and what they are made of.
// What is drawn is worked out in structure.js, what it is made of in fields.js and chain.js; the
// document is made in overview.js, and what is said of it in description.js. This file keeps what a person points at and has chosen.

import { clamp } from "../kit/arithmetic.js";
import { bytesOf, unpackArray } from "../kit/arrays.js";
import { choice, element, write } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { Network } from "../kit/network/forward.js";
import { inputOf, watchPicture } from "../kit/picture/shared_pictures.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { showAnswer } from "./answer.js";
import { contributionsTo } from "./backwards.js";
import { tablesOf, wordsOf } from "./description.js";
import { Inks } from "./inks.js";
import { Marks } from "./marks.js";
import { Opened } from "./opened.js";
import { Overview } from "./overview.js";
import { Scene } from "./scene.js";
import { stagesOf } from "./structure.js";

const CELLS_A_SECOND = 4;
const TURN = 10; // degrees for each press of a key

export class NetworkMap extends Figure {
  /**
   * @param {ShadowRoot} parent
   * @param {() => number} [covered] pixels at the lower edge of the screen that something else covers
   */
  constructor(parent, covered = () => 0) {
    super(parent);
    this.covered = covered;
    /** Everything that a person has done; what is drawn follows from it and the network's numbers. */
    this.state = {
      hover: null, // what the pointer is on: {layer, map, row, column}, of a layer alone without a map
      cursor: null, // what the keys are on
      chosen: null, // the cell whose arithmetic is open
      trail: [], // those from which its number was followed back, first to last
      sheet: null, // the layer of which all maps are open
      weight: null, // of the arithmetic, what was chosen: {part, at}, or a part alone
      passing: null, // and what the pointer is on
      folding: null, // null: as much as fits
      grey: false,
      space: false, // whether the layers stand in space
      asked: null, // the class whose evidence the maps show instead of their values
      playing: false,
    };
    this.strip = this.find(".strip");
    this.overview = new Overview(this.strip, this);
    this.marks = new Marks(this.canvasAt(".wires"), this.canvasAt(".marks"));
    this.scene = new Scene(this);
    this.opened = new Opened(this.find(".opened"), this);
    this.strip.onpointermove = (event) => this.point(this.spotAt(event), event);
    this.strip.onpointerleave = () => this.point(null);
    this.strip.onclick = (event) => {
      const part = this.partAt(event);
      if (part) this.opened.reveal(part);
      else this.choose(this.spotAt(event));
    };
    this.figure.onfocus = () => this.wake();
    this.figure.onblur = () => this.wake();
    this.watching = () => {};
    this.title = ""; // of another component's picture
    this.version = 0; // of the numbers and colours on screen
    this.cost = 0; // milliseconds that the last picture or weights took, with drawing
    this.fresh = false; // whether they are yet to be drawn
    this.best = -1; // the class that it predicts
    this.answer = ""; // the same in words
  }

  destroy() {
    super.destroy();
    this.watching();
  }

  update(data, component) {
    super.update(data, component);
    this.watching();
    this.title = "";
    this.watching = data.picture ? watchPicture(data.picture, (picture) => this.look(picture)) : () => {};
  }

  load(data) {
    const { weights, maps, inputs, ...about } = data;
    const read = (file) => readSafetensors(bytesOf(file)).tensors;
    this.own = unpackArray(inputs);
    if (about.network.weighs) {
      this.show(about, read(weights), this.own);
      return;
    }
    this.prepare(about);
    this.network.take(this.own, read(maps));
    this.renewed(0);
    this.retell();
  }

  /**
   * Show a network on a picture: another one, or one with other weights.
   * @param {any} data what Python says of the network, without weights and picture
   * @param {Record<string, import("../kit/network/safetensors.js").Tensor>} weights
   * @param {Float32Array} input C×H×W, normalised
   */
  show(data, weights, input) {
    this.prepare(data);
    this.network.load(weights);
    this.see(input);
    this.retell();
  }

  /** Make ready for a network, of which no weights are here yet. */
  prepare(data) {
    const other = data.network.id !== this.data?.network.id;
    this.data = data;
    const { spec, shape, layers, names } = data.network;
    if (other) {
      this.network = new Network(spec, shape);
      this.stages = stagesOf(spec, this.network.layers, names);
      // As its paper calls them; weights and facts come under these names.
      for (const layer of this.network.layers) layer.name = names?.[layer.name] ?? layer.name;
      this.stageOf = stagesByLayer(this.stages);
      this.facts = new Map(layers.map((one) => [one.name, one]));
      this.facts.set("input", { name: "input", kind: "input", shape, parameters: 0, macs: 0, field: [1, 1] });
      Object.assign(this.state, { hover: null, cursor: null, chosen: null, trail: [], sheet: null, weight: null, passing: null, folding: null, asked: null, playing: false });
      this.inks = new Inks(this.network.input, data.network);
      this.laid = "";
    }
    if (other) this.tools();
    this.resize();
  }

  /**
   * Take what another component draws, in the network's size.
   * @param {import("../kit/picture/shared_pictures.js").Picture} picture
   */
  look({ values, rows, columns, painted, title }) {
    const { shape, mean, std } = this.data.network;
    const waiting = this.data.waits && !painted;
    this.title = waiting ? "" : title ?? "";
    if (waiting) this.see(this.own);
    else if (rows === shape[1] && columns === shape[2]) this.see(inputOf(values, rows * columns, mean, std));
  }

  /** What the picture is. */
  get pictured() {
    return this.title || this.data.name;
  }

  /**
   * Show another picture, in the next frame.
   * @param {Float32Array} input C×H×W, normalised
   */
  see(input) {
    const began = performance.now();
    this.network.run(input);
    this.renewed(performance.now() - began);
  }

  /** The layers have other numbers, which took so many milliseconds: draw them in the next frame. */
  renewed(cost) {
    this.cost = cost;
    this.fresh = true;
    this.wake();
  }

  // --- the document -----------------------------------------------------------------------------

  tools() {
    const { state } = this;
    const colours = choice("Colours", { signed: "Signed", grey: "Grey" }, state.grey ? "grey" : "signed", (value) => {
      state.grey = value === "grey";
      this.redraw();
    });
    const folds = choice("Layers", { fit: "What fits", all: "Every layer" }, foldedAs(state.folding), (value) => {
      this.fold(value === "all" ? { layers: false, repeats: false, branches: false, turned: new Set(), every: true } : null);
    });
    const reset = element("button", "reset", "Reset view");
    Object.assign(reset, { type: "button", hidden: !state.space, onclick: () => this.scene.reset() });
    const stands = choice("View", { flat: "Flat", space: "In space" }, state.space ? "space" : "flat", (value) => {
      state.space = value === "space";
      reset.hidden = !state.space;
      this.layOut();
    });
    this.find(".tools").replaceChildren(folds, colours, stands, reset);
  }

  /** Fold in another way; null: as much as fits. */
  fold(folding) {
    this.state.folding = folding;
    this.tools();
    this.layOut();
  }

  /** Lay the layers out anew. */
  layOut() {
    const { state, figure, overview } = this;
    this.laid = this.sizes;
    overview.layOut(figure.clientWidth, this.stages, state.folding, state.space ? this.scene.canvas : null);
    this.root.classList.toggle("down", overview.down);
    this.root.classList.toggle("in-space", state.space);
    for (const spot of ["hover", "cursor"]) if (state[spot] && !overview.views.has(state[spot].layer)) state[spot] = null;
    this.fresh = true;
    this.best = -1;
    this.wires = false;
    this.wake();
  }

  /** What the layout depends on. */
  get sizes() {
    return `${this.figure.clientWidth} ${window.innerHeight} ${textScale()}`;
  }

  resize() {
    if (this.network && this.figure.clientWidth && this.sizes !== this.laid) this.layOut();
  }

  /** What draws the wires and marks what is looked at. */
  get painter() {
    return this.state.space ? this.scene : this.marks;
  }

  spotAt(event) {
    return (this.state.space ? this.scene : this.overview).spotAt(event);
  }

  get focused() {
    return /** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement;
  }

  /** What is looked at: under the pointer, or else by the keys, or else what is open. */
  get spot() {
    const { hover, cursor, chosen } = this.state;
    return hover ?? (this.focused === this.figure ? cursor : null) ?? chosen;
  }

  // --- what people do ---------------------------------------------------------------------------

  point(spot, event = null) {
    const part = !spot && event ? this.partAt(event) : null;
    this.strip.classList.toggle("over-filter", Boolean(part));
    if (part !== (this.state.passing?.part ?? null)) this.opened.pass(part);
    if (sameSpot(spot, this.state.hover)) return;
    this.state.hover = spot;
    this.settle();
  }

  /** The part of the open arithmetic whose filter, on its wire, is under the pointer. */
  partAt({ clientX, clientY }) {
    const origin = this.strip.getBoundingClientRect();
    const filter = this.painter.filterAt(clientX - origin.left, clientY - origin.top);
    return filter && this.state.chosen ? this.opened.partOf(filter) : null;
  }

  choose(spot) {
    if (!spot) return;
    if (spot.map === null) {
      this.openSheet(spot.layer);
      return;
    }
    const { state } = this;
    const before = state.chosen;
    Object.assign(state, { chosen: { row: 0, column: 0, ...spot }, trail: [], cursor: { ...spot }, weight: null });
    if (before?.layer !== spot.layer) state.playing = false;
    this.openIt();
  }

  /** Follow a number of the open arithmetic back to the cell that it is. */
  follow(spot) {
    const { state } = this;
    const trail = [...state.trail, state.chosen];
    this.choose(spot);
    state.trail = trail;
    this.opened.begin();
  }

  /** Show what each cell contributed to a class; null: the values again. */
  ask(output) {
    if (!this.data.network.weighs) return;
    this.state.asked = output;
    this.fresh = true;
    this.settle();
  }

  openSheet(layer) {
    Object.assign(this.state, { sheet: layer, chosen: null, trail: [], weight: null, playing: false });
    this.openIt();
  }

  /** Show what is open, where it can be seen. */
  openIt() {
    const closed = this.find(".opened").hidden;
    this.settle();
    this.opened.show();
    // Where the layers stand one below the other, what is open covers the lower part of the screen.
    const { chosen, sheet } = this.state;
    const column = this.overview.down && this.overview.views.get(chosen?.layer ?? sheet)?.column;
    if (closed) (column || this.figure).scrollIntoView({ block: "start", behavior: this.calm ? "auto" : "smooth" });
  }

  /** Pixels that are left on the screen below the overview. */
  get roomBelow() {
    if (this.overview.down) return 0.6 * (window.innerHeight - this.covered());
    const taken = this.strip.offsetHeight + this.told.offsetHeight + 5.5 * 16 * textScale() + this.covered();
    return Math.max(250, window.innerHeight - taken);
  }

  /** Go back by one: to the arithmetic that a number was followed from, to the maps of a layer, to the overview. */
  back() {
    const { state } = this;
    if (state.weight) state.weight = null;
    else if (state.trail.length) {
      const chosen = state.trail.pop();
      Object.assign(state, { chosen, cursor: { ...chosen }, playing: false });
    } else if (state.chosen) Object.assign(state, { chosen: null, playing: false });
    else if (state.sheet) state.sheet = null;
    else if (state.cursor) state.cursor = outOf(state.cursor);
    else if (state.asked !== null) this.ask(null);
    this.opened.show();
    this.settle();
    if (!state.chosen && !state.sheet) this.figure.focus({ preventScroll: true });
  }

  toggle() {
    if (!this.state.chosen) return;
    this.state.trail = [];
    this.state.playing = !this.state.playing;
    this.opened.show();
    this.wake();
  }

  keys(event) {
    const { state } = this;
    const by = (rows, columns) => () => this.move(rows, columns);
    const inFigure = event.target === this.figure;
    if (event.shiftKey && inFigure && state.space) {
      const turn = (yaw, pitch) => () => this.scene.turnBy(yaw, pitch);
      return { ArrowLeft: turn(TURN, 0), ArrowRight: turn(-TURN, 0), ArrowUp: turn(0, -TURN), ArrowDown: turn(0, TURN) };
    }
    const busy = state.cursor || state.chosen || state.sheet || state.weight || state.asked !== null;
    return {
      ...(inFigure || this.opened.owns(event.target)
        ? {
          ArrowLeft: by(0, -1), ArrowRight: by(0, 1), ArrowUp: by(-1, 0), ArrowDown: by(1, 0),
          Enter: () => this.enter(), " ": () => this.toggle(),
        }
        : {}),
      Escape: busy && (() => this.back()),
    };
  }

  /** Move what the keys are on: from layer to layer, from map to map, or from cell to cell. */
  move(rows, columns) {
    const { state } = this;
    const at = state.chosen ?? state.cursor;
    let next;
    if (!at) next = { layer: this.overview.drawn[0], map: null };
    else if (at.map === null || at.map === undefined) {
      const place = this.overview.drawn.indexOf(at.layer) + rows + columns;
      next = { layer: this.overview.drawn[clamp(place, 0, this.overview.drawn.length - 1)], map: null };
    } else if (at.row === undefined) next = { layer: at.layer, map: this.mapBeside(at, rows, columns) };
    else {
      const [, high = 1, wide = 1] = at.layer.shape;
      if (high * wide === 1) next = { ...at, map: this.mapBeside(at, rows, columns) };
      else next = { ...at, row: clamp(at.row + rows, 0, high - 1), column: clamp(at.column + columns, 0, wide - 1) };
    }
    Object.assign(state, { cursor: next, hover: null, playing: false, weight: null });
    if (state.chosen) {
      Object.assign(state, { chosen: { ...next }, trail: [] });
      this.opened.show();
    }
    this.reveal(next.layer);
    this.settle();
  }

  mapBeside({ layer, map }, rows, columns) {
    const { across, down, single } = this.overview.views.get(layer)?.view.sheet ?? { across: 1, down: 1, single: true };
    const step = single ? rows + columns * down : rows * across + columns;
    return clamp(map + step, 0, layer.shape[0] - 1);
  }

  enter() {
    const { cursor } = this.state;
    if (!cursor) this.move(0, 0);
    else if (cursor.map === null) this.state.cursor = { layer: cursor.layer, map: 0 };
    else if (cursor.row === undefined) {
      const [, high = 1, wide = 1] = cursor.layer.shape;
      if (high * wide === 1) this.choose({ ...cursor, row: 0, column: 0 });
      else this.state.cursor = { ...cursor, row: high >> 1, column: wide >> 1 };
    } else this.choose(cursor);
    this.settle();
  }

  reveal(layer) {
    this.overview.views.get(layer)?.column.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  settle() {
    this.say();
    this.wake();
  }

  // --- frames -----------------------------------------------------------------------------------

  /** The wires lead elsewhere: draw them anew. */
  rewire() {
    this.wires = false;
    this.wake();
  }

  redraw() {
    this.fresh = true;
    this.wires = false;
    this.theme = readTheme(this.root);
    this.wake();
  }

  ready() {
    return Boolean(this.network && this.overview.views.size);
  }

  running() {
    return this.state.playing && Boolean(this.state.chosen) && this.onScreen;
  }

  advance(now) {
    if (!this.passed(now, 1000 / CELLS_A_SECOND)) return;
    const { layer, map, row, column } = this.state.chosen;
    const [maps, high = 1, wide = 1] = layer.shape;
    const next = ((map * high + row) * wide + column + 1) % (maps * high * wide);
    this.state.chosen = { layer, map: Math.floor(next / high / wide), row: Math.floor(next / wide) % high, column: next % wide };
    this.state.cursor = { ...this.state.chosen };
    this.opened.show();
  }

  paint() {
    const began = performance.now();
    this.theme ??= readTheme(this.root);
    if (this.fresh) this.paintMaps();
    if (!this.wires) {
      this.overview.measure();
      this.painter.layOut(this);
      this.wires = true;
    }
    this.painter.paint(this, this.spot);
    write(this.told, wordsOf(this));
    if (this.fresh) {
      this.opened.show();
      this.cost += performance.now() - began;
    }
    this.fresh = false;
    const { spot } = this;
    Object.assign(this.root.dataset, {
      layer: spot?.layer.name ?? "", map: spot?.map ?? "", cell: spot?.row === undefined ? "" : `${spot.row},${spot.column}`,
      drawn: this.overview.drawn.map(({ name }) => name).join(" "),
    });
  }

  paintMaps() {
    this.version += 1;
    const { asked, grey } = this.state;
    this.contributions = asked === null ? null : contributionsTo(this.network, asked);
    this.inks.renew(this.contributions, grey);
    for (const { layer, view } of this.overview.views.values()) view.paint(this.inks.shownOf(layer), this.inks.inkOf(layer));
    showAnswer(this);
  }

  // --- words ------------------------------------------------------------------------------------

  tables() {
    return tablesOf(this);
  }

  /** The code for a layer, by default the last one with maps. */
  tellCode() {
    const { layer } = this.state.chosen ?? this.state.cursor ?? {};
    const named = layer && layer.kind !== "input" ? layer : this.network.output;
    const { pytorch, layer: first } = this.data;
    const code = pytorch && pytorch.replaceAll(first, named.name);
    write(this.find(".code .hint"), this.data.note);
    this.find(".code").hidden = !code;
    write(this.find(".code code"), code);
  }

  say() {
    super.say();
    this.retell();
  }

  /** Write the code and the tables anew: they are long. */
  retell() {
    this.after(150, "texts", () => {
      this.tellCode();
      this.fillTables();
    });
  }
}

/** Which way of folding is chosen: after a stage was folded by hand, neither. */
function foldedAs(folding) {
  if (!folding) return "fit";
  return folding.every && !folding.turned.size ? "all" : "";
}

/** Each layer with the stage that it is in. */
function stagesByLayer(stages, found = new Map()) {
  for (const stage of stages) {
    for (const layer of stage.layers) found.set(layer, stage);
    for (const lane of stage.lanes) stagesByLayer(lane, found);
  }
  return found;
}

function sameSpot(one, other) {
  if (!one || !other) return one === other;
  return one.layer === other.layer && one.map === other.map && one.row === other.row && one.column === other.column;
}

/** What the keys are on, one step further out: a cell's map, a map's layer, nothing. */
function outOf({ layer, map, row }) {
  if (row !== undefined) return { layer, map };
  return map === null ? null : { layer, map: null };
}
