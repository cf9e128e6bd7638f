// A picture to spoil, and two networks that clean it in the same frame.

import { bytesOf, unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { normals } from "../kit/chance.js";
import { colourTable, gradient } from "../kit/figure/colours.js";
import { choice, write } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { prepare } from "../kit/network/forward.js";
import { decibelText, levelsOf, psnr } from "../kit/picture/similarity.js";
import { mounting } from "../kit/mounting.js";
import { fixed, numberText } from "../kit/numbers.js";
import { errors, greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { crossHair, drawStroke } from "./spoil.js";

const PACE = 60; // milliseconds between two places of a cross-hair that moves by itself
const TURN = 6000; // milliseconds, for it to go round
const PENS = { 255: "White pen", 128: "Grey pen", 0: "Black pen" };
const SEED = 1;

/** @import { Stroke } from "./spoil.js" */

/**
 * What Python's `undo.payload` sends.
 * @typedef {object} Payload
 * @property {string} alt
 * @property {string} pytorch
 * @property {number} side of the pictures
 * @property {{ title: string, levels: import("../kit/arrays.js").Packed }[]} pictures
 * @property {{ title: string, spec: import("../kit/network/forward.js").Entry[], weights: string }[]} networks
 * @property {import("../kit/figure/colours.js").Stops} stops
 */

/** @typedef {{ x: number, y: number }} Place in pixels of the picture */

/**
 * @typedef {object} Found grey levels, and the PSNR of the spoiled picture and of what each network makes of it
 * @property {ArrayLike<number>} clean
 * @property {Int16Array} seen by the networks
 * @property {Int16Array[]} cleaned
 * @property {number[]} decibels
 */

class Undo extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {ReturnType<typeof prepare>[]} */
    this.networks = [];
    /** @type {Int16Array[]} grey levels of each picture, 0 to 255 */
    this.pictures = [];
    /** @type {ArrayLike<number>} of a normal distribution, one for each pixel */
    this.noise = [];
    this.colours = new Uint8ClampedArray();
    /** @type {PixelPanel[]} the clean picture, the spoiled one, and what each network makes of it */
    this.panels = [];
    /** @type {Found | null} */
    this.found = null;
    this.state = { picture: 0, width: 2, sigma: 0, level: 255, view: "picture", x: 14, y: 14 };
    /** @type {Stroke[]} */
    this.strokes = [];
    /** @type {Stroke | null} the one that is being drawn */
    this.stroke = null;
    this.byKeys = false; // whether that is by the keys
    this.moving = true;
    this.turned = 0;
    for (const slider of this.root.querySelectorAll("input")) {
      const name = /** @type {"width" | "sigma"} */ (slider.dataset.name);
      slider.value = String(this.state[name]);
      slider.oninput = () => this.set({ [name]: Number(slider.value) });
      slider.onkeydown = (event) => event.stopPropagation();
    }
    this.find(".views").append(choice("What is shown of the networks", { picture: "Their pictures", error: "Their errors" }, "picture", (view) => this.set({ view })));
    const pens = Object.entries(PENS).map(([level, title]) => [` ${level}`, title]).toReversed(); // as written, not as numbers
    this.find(".pens").append(choice("The pen", Object.fromEntries(pens), " 255", (level) => this.set({ level: Number(level) })));
    this.find("[data-act=clear]").onclick = () => this.clear();
    this.find("[data-act=next]").onclick = () => this.set({ picture: (this.state.picture + 1) % this.pictures.length });
  }

  /** @param {Payload} data */
  load(data) {
    const { side, stops } = data;
    this.data = data;
    this.describe(data);
    this.networks = data.networks.map(({ spec, weights }) => prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors));
    this.pictures = data.pictures.map(({ levels }) => unpackArray(levels));
    this.noise = normals(side * side, SEED);
    this.colours = colourTable(stops);
    this.find(".scale i").style.background = gradient(stops);
    this.panels = ["Clean", "Spoiled: draw here", ...data.networks.map(({ title }) => title)].map((title, at) => new PixelPanel(title, side, at === 1 ? "movable" : ""));
    const { canvas } = this.panels[1];
    canvas.onpointerdown = (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.begin(this.panels[1].under(event));
    };
    canvas.onpointermove = (event) => {
      if (this.stroke && !this.byKeys) this.extend(this.panels[1].under(event));
    };
    canvas.onpointerup = () => this.end();
    canvas.onpointercancel = canvas.onpointerup;
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    this.moving = !this.calm;
    if (this.calm) this.strokes = crossHair(side, 14, 14, this.pen());
    this.change();
  }

  pen() {
    const { level, width } = this.state;
    return { level, width };
  }

  /** @param {Partial<Undo["state"]>} change */
  set(change) {
    Object.assign(this.state, change);
    this.change();
  }

  change() {
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  // --- strokes --------------------------------------------------------------------------------

  /** What moves by itself stays where it is, as strokes. */
  halt() {
    if (this.moving) this.strokes.push(...this.sweep());
    this.moving = false;
  }

  /** @param {Place} place */
  begin({ x, y }) {
    if (this.moving) this.moving = false; // a hand begins with a clean picture
    this.stroke = { ...this.pen(), points: [x, y] };
    this.strokes.push(this.stroke);
    Object.assign(this.state, { x, y });
    this.change();
  }

  /** @param {Place} place */
  extend({ x, y }) {
    this.stroke?.points.push(x, y);
    Object.assign(this.state, { x, y });
    this.change();
  }

  end() {
    this.stroke = null;
    this.byKeys = false;
  }

  clear() {
    this.moving = false;
    this.strokes = [];
    this.end();
    this.change();
  }

  toggle() {
    if (this.moving) this.halt();
    else {
      this.strokes = [];
      this.moving = true;
      this.since = undefined;
    }
    this.change();
  }

  keys() {
    const { x, y } = this.state;
    const to = (/** @type {number} */ across, /** @type {number} */ down) => () => {
      const place = { x: clamp(x + across, 0, this.data.side), y: clamp(y + down, 0, this.data.side) };
      if (this.stroke) this.extend(place);
      else this.set(place);
    };
    return {
      ArrowUp: to(0, -1), ArrowDown: to(0, 1), ArrowLeft: to(-1, 0), ArrowRight: to(1, 0),
      Delete: () => this.clear(),
      " ": () => {
        if (this.stroke) this.end();
        else {
          this.begin(this.state);
          this.byKeys = true;
        }
        this.change();
      },
    };
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  /** @param {number} now */
  advance(now) {
    this.turned += Math.min(this.passed(now, PACE), 2 * PACE);
  }

  /** The cross-hair that moves by itself. */
  sweep() {
    const { side } = this.data;
    const angle = (2 * Math.PI * this.turned) / TURN;
    return crossHair(side, side / 2 + 0.3 * side * Math.cos(angle), side / 2 + 0.3 * side * Math.sin(angle), this.pen());
  }

  resize() {
    this.redraw();
  }

  paint() {
    const { data: { side }, state: { picture, width, sigma, view, x, y } } = this;
    const clean = this.pictures[picture];
    const spoiled = Float32Array.from(clean);
    for (const stroke of [...this.strokes, ...(this.moving ? this.sweep() : [])]) drawStroke(spoiled, side, stroke);
    const seen = levelsOf(spoiled.map((level, at) => level + 255 * sigma * this.noise[at]));
    const input = Float32Array.from(seen, (level) => level / 255);
    const cleaned = this.networks.map((network) => {
      network.run(input);
      return levelsOf(network.output.values, 1);
    });
    const decibels = [seen, ...cleaned].map((levels) => psnr(clean, levels));
    this.found = { clean, seen, cleaned, decibels };
    const pen = document.activeElement && this.root.querySelector(".figure:focus-visible") ? { row: Math.min(side - 1, Math.floor(y)), column: Math.min(side - 1, Math.floor(x)) } : null;
    this.panels[0].draw(greys(clean, 255));
    this.panels[1].draw(greys(seen, 255), pen);
    cleaned.forEach((levels, at) => {
      this.panels[2 + at].draw(view === "error" ? errors(levels, clean, this.colours) : greys(levels, 255));
    });
    this.find(".scale").hidden = view !== "error";
    const words = decibels.map((value) => `PSNR ${decibelText(value)}`);
    write(this.panels[0].note, this.data.pictures[picture].title);
    words.forEach((text, at) => write(this.panels[1 + at].note, text));
    write(this.find(".pen"), `${numberText(width)} px`);
    write(this.find(".sigma"), `${fixed(sigma, 2)} (white is 1)`);
    const gains = cleaned.map((_, at) => `${this.data.networks[at].title} ${decibelText(decibels[1 + at])}`);
    write(this.told, `Spoiled: ${decibelText(decibels[0])} from the clean picture. Cleaned: ${gains.join(", ")}. The higher, the nearer; the networks see the spoiled picture alone.`);
    this.markPlaying(this.moving, "Let a cross-hair move", "");
  }

  tables() {
    if (!this.found) return [];
    const { clean, seen, cleaned, decibels } = this.found;
    const titles = ["Spoiled", ...this.data.networks.map((/** @type {Payload["networks"][number]} */ { title }) => title)];
    const mean = (/** @type {Int16Array} */ levels) => fixed(levels.reduce((total, level, at) => total + (level - clean[at]) ** 2, 0) / levels.length / 255 ** 2, 5);
    return [{
      caption: "Against the clean picture",
      heads: ["", "PSNR (dB)", "Mean squared error (white is 1)"],
      lines: titles.map((title, at) => [title, decibelText(decibels[at]), mean([seen, ...cleaned][at])]),
    }];
  }
}

export default mounting(Undo);
