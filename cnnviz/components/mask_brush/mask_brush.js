// Pictures to paint masks on. Nothing is sent before somebody asks for it, then all masks at once.

import { clamp } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { choice, element, isolated, write } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { percent } from "../kit/numbers.js";
import { PixelPanel } from "../kit/figure/pixel_panel.js";
import { brushOf } from "../kit/screen.js";
import { readStrokes, writeStrokes } from "../paint/strokes.js";
import { COLOURS } from "../segmenter/scene.js";
import { counted, paintStretch } from "./brush.js";

const KEPT = "cnnviz:masks"; // in the browser's storage: the masks painted last
const MOST_UNDONE = 100;
const COVER = 0.6; // of a class's colour over the picture

class MaskBrush extends Figure {
  constructor(parent) {
    super(parent);
    this.state = { picture: 0, label: 1, width: 5, x: 24, y: 24 };
    /** @type {{ picture: number, labels: Uint8Array }[]} */
    this.before = [];
    this.from = null; // where the stroke that is being painted has come to
    this.byKeys = false; // whether that is by the keys
    this.pointed = false; // whether a pointer is over the picture
    const slider = this.field("[type=range]");
    slider.value = String(this.state.width);
    slider.oninput = () => this.set({ width: Number(slider.value) });
    const name = this.field("[type=text]");
    name.oninput = () => this.rename(name.value);
    for (const field of [slider, name]) field.onkeydown = (event) => event.stopPropagation();
    const acts = {
      add: () => this.add(), undo: () => this.undo(), clear: () => this.clear(),
      back: () => this.step(-1), next: () => this.step(1), send: () => this.send(),
    };
    for (const [act, does] of Object.entries(acts)) this.find(`[data-act=${act}]`).onclick = does;
    this.figure.addEventListener("blur", () => this.lift());
  }

  load(data) {
    const { side, titles } = data;
    this.data = data;
    this.describe(data);
    const pixels = unpackArray(data.pictures);
    this.pictures = titles.map((_, at) => pixels.subarray(at * side * side, (at + 1) * side * side));
    this.before = [];
    this.restore();
    this.panels = ["Paint here", "The mask"].map((title, at) => new PixelPanel(title, side, at ? "" : "movable"));
    this.listen(this.panels[0]);
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    this.sheets = titles.map((title, at) => {
      const button = element("button");
      button.type = "button";
      button.setAttribute("aria-label", `${title}, picture ${at + 1} of ${titles.length}`);
      button.onclick = () => this.choose(at);
      const canvas = element("canvas");
      Object.assign(canvas, { width: side, height: side });
      button.append(canvas);
      return { button, canvas };
    });
    this.find(".sheets").replaceChildren(...this.sheets.map(({ button }) => button));
    this.state.picture = 0;
    this.state.label = 1;
    this.pens();
    this.sheets.forEach((_, at) => this.drawSheet(at));
    this.change();
  }

  listen({ canvas }) {
    const [panel] = this.panels;
    canvas.onpointerdown = (event) => {
      if (event.button) return;
      event.preventDefault();
      this.figure.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.lift();
      this.begin(panel.under(event));
    };
    canvas.onpointermove = (event) => {
      this.pointed = true;
      const place = panel.under(event);
      if (this.from && !this.byKeys) this.extend(place);
      else this.set(place);
    };
    canvas.onpointerleave = () => {
      this.pointed = false;
      this.wake();
    };
    canvas.onpointerup = () => this.end();
    canvas.onpointercancel = canvas.onpointerup;
  }

  // --- what is kept in the browser ------------------------------------------------------------

  /** The masks of these pictures as they were painted last, or none. */
  restore() {
    const { id, side, titles, classes, most } = this.data;
    this.classes = [...classes];
    this.masks = titles.map(() => new Uint8Array(side * side));
    try {
      const kept = JSON.parse(window.localStorage.getItem(KEPT) ?? "{}");
      if (kept.id !== id || kept.classes.length > most) return;
      const painted = kept.masks.map(readStrokes);
      this.classes = kept.classes.map(String);
      this.masks.forEach((mask, at) => {
        for (const [pixel, label] of painted[at] ?? []) if (pixel < mask.length && label <= this.classes.length) mask[pixel] = label;
      });
    } catch {
      // Storage is forbidden, or something else has written there: nothing is painted.
    }
  }

  /** The classes, and all masks as texts. */
  written() {
    const masks = this.masks.map((mask) => writeStrokes(new Map([...mask.entries()].filter(([, label]) => label))));
    return { classes: this.classes.map((name, at) => name.trim() || `class ${at + 1}`), masks };
  }

  keep() {
    try {
      window.localStorage.setItem(KEPT, JSON.stringify({ id: this.data.id, ...this.written() }));
    } catch {
      // It is full or forbidden: the masks last as long as the page.
    }
  }

  send() {
    this.lift();
    this.component.setTriggerValue("masks", JSON.stringify(this.written()));
  }

  // --- classes --------------------------------------------------------------------------------

  pens() {
    const names = ["Eraser", ...this.classes];
    const options = Object.fromEntries(names.map((name, at) => [` ${at}`, name || `class ${at}`])); // as written, not as numbers
    const group = choice("What the brush paints", options, ` ${this.state.label}`, (label) => {
      this.state.label = Number(label);
      this.named();
      this.change();
    });
    [...group.querySelectorAll("label")].forEach((label, at) => {
      const swatch = element("i");
      swatch.style.background = at ? cssOf(at) : "none";
      label.prepend(swatch);
    });
    this.find(".pens").replaceChildren(group);
    this.named();
  }

  named() {
    const { label } = this.state;
    const field = this.field("[type=text]");
    field.disabled = !label;
    field.value = label ? this.classes[label - 1] : "";
  }

  rename(name) {
    const { label } = this.state;
    this.classes[label - 1] = name;
    write(this.find(".pens").querySelectorAll("label span")[label], name || `class ${label}`);
    this.keep();
    this.change();
  }

  add() {
    this.classes.push(`class ${this.classes.length + 1}`);
    this.state.label = this.classes.length;
    this.pens();
    this.keep();
    this.change();
    this.field("[type=text]").select();
  }

  // --- strokes --------------------------------------------------------------------------------

  get mask() {
    return this.masks[this.state.picture];
  }

  set(change) {
    Object.assign(this.state, change);
    this.wake();
  }

  remember() {
    this.before.push({ picture: this.state.picture, labels: this.mask.slice() });
    if (this.before.length > MOST_UNDONE) this.before.shift();
  }

  begin({ x, y }) {
    this.remember();
    this.from = { x, y };
    this.extend({ x, y });
  }

  extend(place) {
    const { label, width } = this.state;
    paintStretch(this.mask, this.data.side, { label, width }, this.from, place);
    this.from = place;
    this.set(place);
  }

  end() {
    if (!this.from) return;
    this.from = null;
    this.settle();
  }

  lift() {
    this.byKeys = false;
    this.end();
  }

  settle() {
    this.drawSheet(this.state.picture);
    this.keep();
    this.change();
  }

  undo() {
    this.lift();
    const last = this.before.pop();
    if (!last) return;
    this.masks[last.picture] = last.labels;
    this.state.picture = last.picture;
    this.settle();
  }

  clear() {
    this.lift();
    if (!this.mask.some(Boolean)) return;
    this.remember();
    this.mask.fill(0);
    this.settle();
  }

  choose(picture) {
    this.lift();
    this.state.picture = picture;
    this.change();
  }

  step(by) {
    const { length } = this.pictures;
    this.choose((this.state.picture + by + length) % length);
  }

  change() {
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  keys() {
    const { x, y, width } = this.state;
    const last = this.data.side - 0.5;
    const to = (across, down) => () => {
      const place = { x: clamp(Math.floor(x) + 0.5 + across, 0.5, last), y: clamp(Math.floor(y) + 0.5 + down, 0.5, last) };
      if (this.from) this.extend(place);
      else this.set(place);
    };
    const slider = this.field("[type=range]");
    const wider = (by) => () => {
      slider.value = String(width + by);
      this.set({ width: Number(slider.value) });
    };
    const classes = ["", ...this.classes].map((_, label) => [String(label), () => {
      this.lift();
      this.state.label = label;
      this.pens();
      this.change();
    }]);
    const press = () => {
      if (this.byKeys) {
        this.lift();
        return;
      }
      this.begin(this.state);
      this.byKeys = true;
      this.change();
    };
    return {
      ...Object.fromEntries(classes),
      ArrowUp: to(0, -1), ArrowDown: to(0, 1), ArrowLeft: to(-1, 0), ArrowRight: to(1, 0),
      "+": wider(1), "=": wider(1), "-": wider(-1),
      PageUp: () => this.step(-1), PageDown: () => this.step(1),
      Backspace: () => this.undo(), Delete: () => this.clear(), Escape: () => this.lift(),
      " ": press, Enter: press,
    };
  }

  // --- frames ---------------------------------------------------------------------------------

  resize() {
    this.redraw();
  }

  /** A pixel of a picture under its mask. */
  covered(picture) {
    const [levels, mask] = [this.pictures[picture], this.masks[picture]];
    return (at) => {
      const level = levels[at];
      return mask[at] ? COLOURS[mask[at]].map((part) => COVER * part + (1 - COVER) * level) : [level, level, level];
    };
  }

  drawSheet(picture) {
    const { side } = this.data;
    const image = new ImageData(side, side);
    const look = this.covered(picture);
    for (let at = 0; at < side * side; at += 1) image.data.set([...look(at), 255], 4 * at);
    brushOf(this.sheets[picture].canvas).putImageData(image, 0, 0);
  }

  paint() {
    const { data: { titles, most }, state: { picture, label, width, x, y } } = this;
    const { mask } = this;
    const seen = this.pointed || this.root.querySelector(".figure:focus-visible");
    const brush = seen && { row: y - width / 2, column: x - width / 2, side: width };
    this.panels[0].draw(this.covered(picture), brush);
    this.panels[1].draw((at) => COLOURS[mask[at]]);
    write(this.panels[0].note, `${titles[picture]}, picture ${picture + 1} of ${titles.length}`);
    write(this.panels[1].note, "dark: background");
    const counts = counted(mask, this.classes.length + 1);
    const names = this.classes.map((name, at) => isolated(name) || `class ${at + 1}`);
    const parts = names.map((name, at) => `${name} ${percent(counts[at + 1] / mask.length, 0)}`);
    const painted = this.masks.filter((one) => one.some(Boolean)).length;
    const pen = label ? names[label - 1] : "the eraser";
    const down = this.byKeys ? ", which is down" : "";
    write(this.told, `Brush: ${pen}${down}. Of this picture: ${parts.join(", ")}. Painted: ${painted} of ${titles.length} pictures. The masks stay in your browser until you send them.`);
    write(this.find("output"), `${width} px`);
    this.sheets.forEach(({ button }, at) => button.setAttribute("aria-pressed", String(at === picture)));
    this.enable("undo", this.before.length > 0);
    this.enable("clear", counts[0] < mask.length);
    this.enable("send", painted > 0);
    this.enable("add", this.classes.length < most);
  }

  enable(act, can) {
    /** @type {HTMLButtonElement} */ (this.find(`[data-act=${act}]`)).disabled = !can;
  }

  tables() {
    const names = this.classes.map((name, at) => name || `class ${at + 1}`);
    return [{
      caption: "Pixels of each class",
      heads: ["Picture", "background", ...names],
      lines: this.masks.map((mask, at) => [this.data.titles[at], ...counted(mask, names.length + 1).map(String)]),
    }];
  }
}

/** @param {number} label */
function cssOf(label) {
  return `rgb(${COLOURS[label].join(" ")})`;
}

export default mounting(MaskBrush);
