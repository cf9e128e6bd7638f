// A pad for drawing by pointer, finger or keys: light strokes on black, as digits are in MNIST.

import { clamp } from "../arithmetic.js";
import { Drawings, PAD_SIDE } from "./drawings.js";
import { element, tick, write } from "../elements.js";
import { brushOf } from "../screen.js";

/**
 * @typedef {import("./drawings.js").Drawing} Drawing
 * @typedef {import("./drawings.js").Stroke} Stroke
 */

const WIDTHS = { least: 8, most: 70, step: 2 };
const KEY_STEP = PAD_SIDE / 28; // a pixel of the usual network
const THUMBNAIL = 40;
const DRAWN = "cnnviz:drawn"; // an event: a stroke has ended

export class Pad {
  /**
   * @param {HTMLElement} place what the pad fills
   * @param {{ onChange: () => void, onEnd: () => void }} settings what is called at each change, and at the end of a stroke
   */
  constructor(place, { onChange, onEnd }) {
    this.drawings = new Drawings(window.localStorage);
    /** @type {Drawing[]} */
    this.before = [];
    this.strokes = this.drawings.current;
    /** @type {Stroke | null} */
    this.stroke = null;
    this.cursor = { x: PAD_SIDE / 2, y: PAD_SIDE / 2 };
    this.penDown = false; // by the keys
    this.erases = false;
    this.changed = onChange;
    this.ended = onEnd;

    this.ink = element("canvas");
    Object.assign(this.ink, { width: PAD_SIDE, height: PAD_SIDE });
    this.sheet = element("div", "sheet");
    this.sheet.tabIndex = 0;
    this.sheet.setAttribute("role", "application");
    this.sheet.setAttribute("aria-label", "Drawing pad: arrow keys move the pen, space sets it down and lifts it, Delete clears");
    this.mark = element("i", "mark"); // where the keys would draw
    this.mark.hidden = true;
    this.sheet.append(this.ink, this.mark);
    this.width = element("input");
    const { least: min, most: max, step } = WIDTHS;
    Object.assign(this.width, { type: "range", min, max, step });
    this.undoing = button("Undo", () => this.undo());
    this.clearing = button("Clear", () => this.clear());
    this.eraser = tick("Eraser", false, (erases) => {
      this.erases = erases;
    });
    this.last = element("div", "last");
    this.last.setAttribute("role", "group");
    this.last.setAttribute("aria-label", "Your last drawings");
    this.spoken = element("p", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    place.replaceChildren(this.sheet, this.tools(), this.last, this.spoken);
    this.listen();
    this.restart();
    this.share();
  }

  /** Follow the other pads of the page: all show one drawing. */
  share() {
    const hear = (/** @type {Event} */ event) => {
      const { detail: pad } = /** @type {CustomEvent<Pad>} */ (event);
      if (!this.sheet.isConnected) window.removeEventListener(DRAWN, hear);
      else if (pad !== this && !this.stroke) this.adopt(pad);
    };
    window.addEventListener(DRAWN, hear);
  }

  /** @param {Pad} pad */
  adopt({ strokes, drawings }) {
    this.before.push(this.strokes);
    Object.assign(this, { strokes, drawings });
    this.restart();
    this.changed();
  }

  tools() {
    this.width.onkeydown = (event) => event.stopPropagation();
    this.width.oninput = () => this.showCursor();
    const label = element("label", "width", "Pen ");
    label.append(this.width);
    const tools = element("div", "tools");
    const buttons = element("div", "buttons");
    buttons.append(this.undoing, this.clearing);
    tools.append(label, this.eraser, buttons);
    return tools;
  }

  listen() {
    const { sheet } = this;
    sheet.onpointerdown = (event) => {
      if (event.button || this.stroke) return;
      event.preventDefault(); // a drag selects no text
      sheet.focus({ preventScroll: true });
      sheet.setPointerCapture(event.pointerId);
      this.mark.hidden = true; // the pointer is seen anyway
      this.begin(this.under(event));
    };
    sheet.onpointermove = (event) => {
      if (!this.stroke || this.penDown || !sheet.hasPointerCapture(event.pointerId)) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) this.extend(this.under(move));
      this.changed();
    };
    sheet.onpointerup = () => !this.penDown && this.end();
    sheet.onpointercancel = sheet.onpointerup;
    sheet.onkeydown = (event) => this.key(event);
    sheet.onblur = () => this.lift();
  }

  /**
   * What is drawn: 0 (black) to 255 (white).
   * @returns {import("./shared_pictures.js").Picture}
   */
  picture() {
    const { data } = this.brush().getImageData(0, 0, PAD_SIDE, PAD_SIDE);
    const values = new Uint8Array(PAD_SIDE * PAD_SIDE);
    for (let at = 0; at < values.length; at += 1) values[at] = data[4 * at];
    return { values, rows: PAD_SIDE, columns: PAD_SIDE, painted: values.some((value) => value > 0) };
  }

  brush() {
    return brushOf(this.ink, { willReadFrequently: true });
  }

  // --- strokes --------------------------------------------------------------------------------

  /**
   * Where a pointer is on the pad.
   * @param {PointerEvent} event
   */
  under(event) {
    const box = this.ink.getBoundingClientRect();
    const on = (/** @type {number} */ offset, /** @type {number} */ length) => clamp(Math.round((offset / length) * PAD_SIDE), 0, PAD_SIDE);
    return { x: on(event.clientX - box.left, box.width), y: on(event.clientY - box.top, box.height) };
  }

  /** @param {{ x: number, y: number }} point */
  begin({ x, y }) {
    this.before.push(this.strokes);
    this.stroke = { width: Number(this.width.value), erases: this.erases, points: [x, y] };
    this.strokes = [...this.strokes, this.stroke];
    drawLine(this.brush(), this.stroke, 0);
    this.cursor = { x, y };
    this.showCursor();
    this.changed();
  }

  /** @param {{ x: number, y: number }} point */
  extend({ x, y }) {
    const { stroke } = this;
    if (!stroke || (stroke.points.at(-2) === x && stroke.points.at(-1) === y)) return;
    stroke.points.push(x, y);
    drawLine(this.brush(), stroke, stroke.points.length - 4);
    this.cursor = { x, y };
    this.showCursor();
  }

  end() {
    if (!this.stroke) return;
    this.stroke = null;
    this.settle();
  }

  /** Remember what is drawn, and say that it is whole. */
  settle() {
    this.drawings.hold(this.strokes);
    this.showTools();
    this.ended();
    window.dispatchEvent(new CustomEvent(DRAWN, { detail: this }));
  }

  undo() {
    this.lift();
    const strokes = this.before.pop();
    if (strokes) this.show(strokes);
  }

  clear() {
    this.lift();
    if (!this.strokes.length) return;
    this.drawings.keep();
    this.before.push(this.strokes);
    this.erases = false; // there is nothing left to erase
    for (const box of this.eraser.getElementsByTagName("input")) box.checked = false;
    this.show([]);
    this.say("The pad is empty.");
  }

  /** @param {Drawing} strokes */
  show(strokes) {
    this.strokes = strokes;
    this.restart();
    this.changed();
    this.settle();
  }

  /** Draw all strokes anew. */
  restart() {
    const brush = this.brush();
    brush.fillStyle = "#000";
    brush.fillRect(0, 0, PAD_SIDE, PAD_SIDE);
    for (const stroke of this.strokes) drawLine(brush, stroke, 0);
    this.showTools();
    this.showCursor();
  }

  // --- tools ----------------------------------------------------------------------------------

  showTools() {
    this.undoing.disabled = !this.before.length;
    this.clearing.disabled = !this.strokes.length;
    const { last } = this.drawings;
    this.last.hidden = !last.length;
    this.last.replaceChildren(...last.map((drawing, at) => {
      const again = button("", () => {
        this.lift();
        this.drawings.keep();
        this.before.push(this.strokes);
        this.show(drawing);
        this.say("An earlier drawing is on the pad.");
      });
      again.append(thumbnail(drawing));
      again.setAttribute("aria-label", `Drawing ${at + 1} of your last ${last.length}`);
      return again;
    }));
  }

  showCursor() {
    const share = (/** @type {number} */ length) => `${(100 * length) / PAD_SIDE}%`;
    Object.assign(this.mark.style, { left: share(this.cursor.x), top: share(this.cursor.y), width: share(Number(this.width.value)) });
    this.mark.classList.toggle("down", this.penDown);
  }

  /** @param {number} width on a pad of `PAD_SIDE` */
  setPen(width) {
    this.width.value = String(width);
    this.showCursor();
  }

  /** @param {string} text */
  say(text) {
    write(this.spoken, text);
  }

  // --- keys -----------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  key(event) {
    this.mark.hidden = false;
    const step = event.shiftKey ? 3 * KEY_STEP : KEY_STEP;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.move(-step, 0), ArrowRight: () => this.move(step, 0),
      ArrowUp: () => this.move(0, -step), ArrowDown: () => this.move(0, step),
      " ": () => (this.penDown ? this.lift() : this.press()), Enter: () => (this.penDown ? this.lift() : this.press()),
      Escape: () => this.lift(), Delete: () => this.clear(), Backspace: () => this.undo(),
    };
    if (event.altKey || event.metaKey || event.ctrlKey) {
      if (event.key !== "z" || event.altKey) return;
      this.undo();
    } else if (Object.hasOwn(acts, event.key)) acts[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {number} across
   * @param {number} down
   */
  move(across, down) {
    const on = (/** @type {number} */ place) => clamp(place, 0, PAD_SIDE);
    const point = { x: on(this.cursor.x + across), y: on(this.cursor.y + down) };
    if (this.penDown) {
      this.extend(point);
      this.changed();
    }
    this.cursor = point;
    this.showCursor();
  }

  press() {
    if (this.stroke) return;
    this.penDown = true;
    this.begin(this.cursor);
    this.say("The pen is down.");
  }

  lift() {
    if (!this.penDown) return;
    this.penDown = false;
    this.end();
    this.showCursor();
    this.say("The pen is lifted.");
  }
}

/**
 * @param {string} name
 * @param {() => void} act
 */
function button(name, act) {
  const made = element("button", "", name);
  made.type = "button";
  made.onclick = act;
  return made;
}

/**
 * Draw a stroke from its number `from` on.
 * @param {CanvasRenderingContext2D} brush
 * @param {Stroke} stroke
 * @param {number} from
 */
function drawLine(brush, { width, erases, points }, from) {
  Object.assign(brush, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: erases ? "#000" : "#fff" });
  brush.beginPath();
  brush.moveTo(points[from], points[from + 1]);
  if (points.length - from === 2) brush.lineTo(points[from], points[from + 1]);
  for (let at = from + 2; at < points.length; at += 2) brush.lineTo(points[at], points[at + 1]);
  brush.stroke();
}

/** @param {Drawing} drawing */
function thumbnail(drawing) {
  const canvas = element("canvas");
  const side = THUMBNAIL * (window.devicePixelRatio || 1);
  Object.assign(canvas, { width: side, height: side });
  const brush = brushOf(canvas);
  brush.fillRect(0, 0, side, side);
  brush.scale(side / PAD_SIDE, side / PAD_SIDE);
  for (const stroke of drawing) drawLine(brush, stroke, 0);
  return canvas;
}
