// The layers side by side in the document: which are drawn, how large, and where they lie.

import { clamp } from "../kit/arithmetic.js";
import { element, reachable } from "../kit/elements.js";
import { textScale } from "../kit/screen.js";
import { SheetView } from "./sheet.js";
import { squareSheet } from "./space.js";
import { cellNear, foldingFor, itemsOf, sheetOf, unitFor, widthOf } from "./structure.js";
import { factLines, shapeText, shortTitle } from "./words.js";

const NARROW = 560; // pixels: below it the layers stand below each other
const COLUMN = { least: 58, most: 210, cells: 46 };
const GAP = { least: 20, most: 38, share: 0.35 }; // of a column
const SHORT = { maps: 1, cells: 1, gap: 0, most: 9 }; // layers below each other
const CLASSES = { width: 128, most: 12 }; // more of them are scrolled
export class Overview {
  /**
   * @param {HTMLElement} strip
   * @param {any} host the map: its data, its state, and what is done when a button is pressed
   */
  constructor(strip, host) {
    this.strip = strip;
    this.host = host;
    /** @type {Map<import("../kit/network/layers.js").Layer, any>} of the layers that are drawn: {item, layer, view, column, box} */
    this.views = new Map();
    this.down = false; // whether the layers stand below each other
    this.extent = null;
  }

  /** The layers that are drawn, in order. */
  get drawn() {
    return [...this.views.keys()];
  }

  /**
   * Put the layers into the document, as many maps of each as fit.
   * @param {number} width
   * @param {import("./structure.js").Stage[]} stages
   * @param {import("./structure.js").Folding | null} folding null: as much as fits
   * @param {HTMLCanvasElement | null} scene on which all maps are drawn in space instead; null: none
   */
  layOut(width, stages, folding, scene) {
    const scale = textScale();
    this.down = width < NARROW;
    const room = width - (CLASSES.width + 10) * scale;
    const widthsAt = (maps) => ({ maps: maps * scale, cells: COLUMN.cells * scale, gap: clamp(GAP.share * maps, GAP.least, GAP.most) * scale });
    const least = widthsAt(COLUMN.least);
    this.folding = folding ?? foldingFor(stages, (items) => widthOf(items, this.down ? SHORT : least) <= (this.down ? SHORT.most : room));
    if (!folding && this.host.data.opens) this.folding = { ...this.folding, branches: false };
    const items = itemsOf(stages, this.folding);
    this.items = items;
    let column = COLUMN.most;
    while (column > COLUMN.least && widthOf(items, widthsAt(column)) > room) column -= 2;
    this.columnWidth = this.down ? width - 8 : column * scale;
    this.strip.style.setProperty("--gap", `${this.down ? 26 : widthsAt(column).gap}px`);
    this.height = this.down ? 190 : Math.max(230, Math.min(0.34 * window.innerHeight, 620));
    const largest = Math.max(...this.host.network.layers.flatMap(({ shape }) => shape.slice(1)));
    this.unit = this.down ? unitFor(largest, (width - 16) / 4, this.height, 2) : unitFor(largest, this.columnWidth, this.height, 3);
    this.views = new Map();
    this.space = Boolean(scene);
    const columns = items.map((item) => this.stageElement(item, this.height));
    this.strip.querySelector(".stages").replaceChildren(...(scene ? [scene] : columns), this.classesElement());
  }

  stageElement(item, height) {
    const stage = element("div", "stage");
    if (item.lanes.length) {
      const lanes = element("div", "lanes");
      const filled = item.lanes.filter((lane) => lane.length).length;
      lanes.append(...item.lanes.map((lane, at) => {
        const row = element("div", "lane");
        if (lane.length) row.append(...lane.map((one) => this.stageElement(one, Math.max(64, height / filled - 46))));
        else row.append(element("div", "pass", "shortcut"));
        row.dataset.lane = String(at);
        return row;
      }));
      stage.append(lanes);
    }
    stage.append(...item.columns.map((layer, at) => this.columnElement(item, layer, at, height)));
    return stage;
  }

  columnElement(item, layer, at, height) {
    const { stage } = item;
    const column = element("div", "column");
    const head = element("div", "head");
    const folded = item.columns.length === 1 && stage.layers.length > 1;
    const name = element("b", "name");
    name.append(...breakable(layer.name.split(".").at(-1)));
    const line = element("div", "line");
    line.append(name);
    name.title = layer.name;
    if (item.times > 1 && at === 0) line.append(element("span", "times", `×${item.times}`));
    head.append(line, element("div", "shape", shapeText(layer.shape)));
    const after = element("div", "followers");
    if (item.folds && at === item.columns.length - 1) after.append(this.foldButton(item));
    if (folded) after.append(beside(stage, layer));
    after.title = after.textContent;
    head.append(after);
    const view = new SheetView();
    view.resize(this.space ? squareSheet(layer.shape) : sheetOf(layer.shape, this.unit, this.columnWidth, height));
    const frame = element("div", "frame");
    frame.append(view.canvas);
    column.append(head, frame);
    if (view.sheet.more) {
      const more = element("button", "more", `${view.sheet.more} more`);
      more.type = "button";
      more.title = `Show all ${layer.shape[0]} maps of ${layer.name}`;
      more.onclick = (event) => {
        event.stopPropagation();
        this.host.openSheet(layer);
      };
      column.append(more);
    }
    const facts = element("div", "facts");
    facts.title = "Parameters, multiply-adds and receptive field";
    const closed = stage.lanes.length && !item.lanes.length && at === 0 ? stage.lanes.flatMap((lane) => lane.flatMap(layersOf)) : [];
    const counted = [...closed, ...(folded ? stage.layers : [layer])].map((one) => this.host.facts.get(one.name));
    if (layer.kind !== "input") facts.append(...factLines(counted).map((text) => element("div", "", text)));
    column.append(facts);
    column.style.width = this.down ? "" : `${Math.max(view.sheet.single ? COLUMN.cells * textScale() : this.columnWidth, parseFloat(view.canvas.style.width))}px`;
    this.views.set(layer, { item, layer, view, column, frame });
    return column;
  }

  foldButton(item) {
    const button = element("button", "fold", item.hidden ? `+${item.hidden}` : "−");
    button.type = "button";
    button.setAttribute("aria-label", item.hidden ? `Show ${item.hidden} more layers of ${item.stage.id}` : `Fold the layers of ${item.stage.id}`);
    button.title = button.getAttribute("aria-label");
    button.onclick = (event) => {
      event.stopPropagation();
      const turned = new Set(this.folding.turned);
      if (!turned.delete(item.id)) turned.add(item.id);
      this.host.fold({ ...this.folding, turned });
    };
    return button;
  }

  classesElement() {
    const { classes, weighs } = this.host.data.network;
    const box = element("div", "classes");
    box.setAttribute("role", "group");
    box.hidden = !classes.length; // it gives a picture of levels
    const { dense } = this.host;
    box.append(element("b", "", dense ? "Pixels of each class" : "Classes"));
    const list = element("div", classes.length > CLASSES.most ? "list long" : "list");
    list.onscroll = () => this.host.rewire();
    if (classes.length > CLASSES.most) reachable(list, "All classes");
    this.bars = classes.map((name, at) => {
      const bar = element("button", "bar");
      Object.assign(bar, { type: "button", disabled: !weighs || dense });
      bar.title = dense ? `Share of the pixels: ${name}` : `Which cells spoke for ${name}?`;
      bar.onclick = () => this.host.ask(this.host.state.asked === at ? null : at);
      const track = element("span", "track");
      const fill = element("i", "fill");
      track.append(fill);
      const share = element("span", "share");
      bar.append(element("span", "class", name), track, share);
      list.append(bar);
      return { bar, fill, share };
    });
    box.append(list);
    if (classes.length > CLASSES.most) box.append(element("div", "facts", `${classes.length} classes: scroll`));
    this.classes = box;
    this.list = list;
    return box;
  }

  /**
   * Scroll the list of many classes to one of them.
   * @param {number} at
   */
  revealClass(at) {
    const bar = this.bars[at]?.bar;
    if (!bar) return;
    const top = bar.offsetTop; // in the list, if that is long
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop || top + bar.offsetHeight > scrollTop + clientHeight) this.list.scrollTop = top - clientHeight / 2;
  }

  /** Where the maps lie on the strip, in CSS pixels; measured once after each layout. */
  measure() {
    const origin = this.strip.getBoundingClientRect();
    const boxOf = (one) => {
      const box = one.getBoundingClientRect();
      return { x: box.left - origin.left, y: box.top - origin.top, w: box.width, h: box.height };
    };
    for (const view of this.views.values()) view.box = boxOf(view.view.canvas);
    this.passes = new Map();
    for (const pass of this.strip.querySelectorAll(".pass")) {
      const stage = pass.closest(".stage");
      const join = [...this.views.values()].find(({ column }) => column.parentElement === stage);
      if (join) this.passes.set(join.item.stage.layers[0], boxOf(pass));
    }
    this.classesBox = boxOf(this.classes);
    this.extent = { width: this.strip.scrollWidth, height: this.strip.scrollHeight };
  }

  spotAt({ clientX, clientY }) {
    if (!this.extent) return null;
    const origin = this.strip.getBoundingClientRect();
    const [x, y] = [clientX - origin.left, clientY - origin.top];
    for (const { layer, view, box, column } of this.views.values()) {
      if (!box) continue;
      const { cell } = view.sheet;
      const hit = cellNear(view.sheet, (x - box.x) / cell, (y - box.y) / cell);
      if (hit) return { layer, ...hit };
      if (x >= box.x - 4 && x <= box.x + Math.max(box.w, column.clientWidth) && y < box.y && y > box.y - 40) return { layer, map: null };
    }
    return null;
  }
}

function layersOf({ lanes, layers }) {
  return [...lanes.flatMap((lane) => lane.flatMap(layersOf)), ...layers];
}

/** The other layers of a stage that is folded: those whose maps are not drawn, and those that change none. */
function beside({ layers }, layer) {
  const at = layers.indexOf(layer);
  const [first, ...rest] = layers.slice(0, at).map(({ kind }) => shortTitle(kind));
  const before = first ? [layers[0].name.split(".").at(-1), ...rest].join(", ") : "";
  const next = layers.slice(at + 1).map(({ kind }) => ` → ${shortTitle(kind)}`).join("");
  return before + next;
}

/** A name that may go on in a second line between its words. */
function breakable(name) {
  const [, first, rest] = /^(batch|max|avg|leaky|up|table|concat|residual)?(.*)$/.exec(name);
  return first && rest ? [first, element("wbr"), rest] : [name];
}
