// A scene, its truth, and the class of every pixel by two networks, computed while a hand moves.

import { bytesOf } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { ClassBars } from "../kit/class_bars.js";
import { hexToRgb } from "../kit/colours.js";
import { choice, element, write } from "../kit/elements.js";
import { Figure } from "../kit/figure.js";
import { prepare } from "../kit/forward.js";
import { mounting } from "../kit/mounting.js";
import { fixed, percent } from "../kit/numbers.js";
import { greys, PixelPanel } from "../kit/pixel_panel.js";
import { readSafetensors } from "../kit/safetensors.js";
import { classesOf, compose, overlap, sideOf, spriteAt, unpackScene } from "./scene.js";

// Okabe and Ito's colours, which the colour-blind tell apart; the background is dark.
const COLOURS = ["#1b1b1b", "#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"].map(hexToRgb);
const PACE = 90; // milliseconds between two places of a digit that moves by itself
const TURN = 3500; // milliseconds, for it to go round
const RADIUS = 4; // pixels

class Segmenter extends Figure {
  constructor(parent) {
    super(parent);
    this.state = { scene: 0, row: 20, column: 20, view: "label" };
    this.moving = true;
    this.turned = 0; // milliseconds that the digit has been moving
    this.held = null; // the digit in the hand
    this.stale = true; // whether the networks have not seen the scene as it is
    this.find("[data-act=next]").onclick = () => this.choose((this.state.scene + 1) % this.data.scenes.length);
  }

  load(data) {
    const first = !this.data;
    const same = first || String(data.classes) !== String(this.data.classes) || data.side !== this.data.side;
    this.data = data;
    this.describe(data);
    this.networks = data.networks.map(({ spec, weights }) => prepare(spec, [1, data.side, data.side], readSafetensors(bytesOf(weights)).tensors));
    if (first || same) {
      this.moving = !this.calm;
      this.scenes = data.scenes.map(unpackScene);
      this.layOut();
      this.choose(0, this.moving);
    }
    this.stale = true;
    this.wake();
  }

  layOut() {
    const { classes, networks, side } = this.data;
    const titles = ["Scene", "Truth", ...networks.map(({ title }) => title)];
    this.panels = titles.map((title, at) => {
      const panel = new PixelPanel(title, side, at ? "" : "movable");
      const { canvas } = panel;
      canvas.onpointermove = (event) => this.pull(event, panel);
      canvas.onpointerdown = (event) => this.hold(event, panel, at === 0);
      canvas.onpointerup = () => { this.held = null; };
      canvas.onpointercancel = canvas.onpointerup;
      return panel;
    });
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    const views = { label: "Label map", confidence: "Confidence", ...Object.fromEntries(classes.map((name, at) => [`${at}`, `S of ${name}`])) };
    const order = Object.fromEntries(["label", "confidence", ...classes.keys()].map((view) => [` ${view}`, views[view]])); // as written, not as numbers
    this.find(".views").replaceChildren(choice("What is shown of each pixel", order, ` ${this.state.view}`, (view) => {
      this.state.view = view.trim();
      this.wake();
    }));
    this.bars = networks.map(({ title }) => {
      const place = element("div");
      const bars = new ClassBars(element("div"));
      bars.load(classes);
      place.append(element("b", "", title), bars.root);
      return { bars, place };
    });
    this.find(".softmax").replaceChildren(...this.bars.map(({ place }) => place));
  }

  choose(scene, moving = false) {
    this.state.scene = scene;
    this.moving = moving;
    this.turned = 0;
    const [sprite] = this.scene.sprites;
    this.home = { top: sprite.top, left: sprite.left };
    Object.assign(this.state, this.inkOf(sprite));
    this.change();
  }

  get scene() {
    return this.scenes[this.state.scene];
  }

  /** The pixel of a digit's ink nearest to its middle. */
  inkOf(sprite) {
    const { top, left, ink } = sprite;
    const size = sideOf(sprite);
    let best = 0;
    const far = (at) => Math.hypot(Math.floor(at / size) - size / 2, (at % size) - size / 2);
    ink.forEach((is, at) => { if (is && (!ink[best] || far(at) < far(best))) best = at; });
    return { row: top + Math.floor(best / size), column: left + (best % size) };
  }

  change() {
    this.stale = true;
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  // --- what people do -------------------------------------------------------------------------

  under(event, panel) {
    const { x, y } = panel.under(event);
    return { row: Math.floor(y), column: Math.floor(x) };
  }

  hold(event, panel, movable) {
    if (event.button) return;
    const place = this.under(event, panel);
    const sprite = movable && spriteAt(this.scene, place.row, place.column);
    if (sprite) {
      panel.canvas.setPointerCapture(event.pointerId);
      this.halt();
      this.held = { sprite, row: place.row - sprite.top, column: place.column - sprite.left };
    }
    this.point(place);
  }

  pull(event, panel) {
    const place = this.under(event, panel);
    if (this.held) this.put(this.held.sprite, place.row - this.held.row, place.column - this.held.column);
    this.point(place);
  }

  point({ row, column }) {
    Object.assign(this.state, { row, column });
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  put(sprite, top, left) {
    const last = this.data.side - sideOf(sprite);
    Object.assign(sprite, { top: clamp(Math.round(top), 0, last), left: clamp(Math.round(left), 0, last) });
    this.change();
  }

  /** The digit stays where it is. */
  halt() {
    this.moving = false;
    this.wake();
  }

  toggle() {
    this.moving = !this.moving;
    const [sprite] = this.scene.sprites;
    this.home = { top: sprite.top, left: sprite.left };
    this.turned = 0;
    this.since = undefined;
    this.change();
  }

  keys({ shiftKey }) {
    const { row, column } = this.state;
    const last = this.data.side - 1;
    const to = (down, across) => () => {
      const sprite = shiftKey && spriteAt(this.scene, row, column);
      if (sprite) {
        this.halt();
        const before = [sprite.top, sprite.left];
        this.put(sprite, sprite.top + down, sprite.left + across);
        this.point({ row: row + sprite.top - before[0], column: column + sprite.left - before[1] });
      } else this.point({ row: clamp(row + down, 0, last), column: clamp(column + across, 0, last) });
    };
    return { ArrowUp: to(-1, 0), ArrowDown: to(1, 0), ArrowLeft: to(0, -1), ArrowRight: to(0, 1), " ": () => this.toggle() };
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  advance(now) {
    const gone = this.passed(now, PACE);
    if (!gone) return;
    this.turned += Math.min(gone, 2 * PACE);
    const angle = (2 * Math.PI * this.turned) / TURN;
    const [sprite] = this.scene.sprites;
    const last = this.data.side - sideOf(sprite);
    const [top, left] = [this.home.top + RADIUS * Math.sin(angle), this.home.left + RADIUS * (Math.cos(angle) - 1)];
    const [before, past] = [sprite.top, sprite.left];
    Object.assign(sprite, { top: clamp(Math.round(top), 0, last), left: clamp(Math.round(left), 0, last) });
    Object.assign(this.state, { row: this.state.row + sprite.top - before, column: this.state.column + sprite.left - past });
    const side = this.data.side - 1;
    Object.assign(this.state, { row: clamp(this.state.row, 0, side), column: clamp(this.state.column, 0, side) });
    this.stale = true;
  }

  resize() {
    this.redraw();
  }

  look() {
    const { classes, side } = this.data;
    const { picture, labels } = compose(this.scene, side);
    const input = Float32Array.from(picture, (level) => level / 255);
    this.found = {
      picture, labels,
      answers: this.networks.map((network) => {
        network.run(input);
        const answer = classesOf(network.output.values, classes.length);
        return { ...answer, ...overlap(answer.best, labels, classes.length) };
      }),
    };
    this.stale = false;
  }

  paint() {
    if (!this.scenes) return;
    if (this.stale) this.look();
    const { classes, side } = this.data;
    const { picture, labels, answers } = this.found;
    const { view, row, column } = this.state;
    const area = side * side;
    const coloured = (values) => (at) => COLOURS[values[at]];
    const which = Number(view);
    const ofClass = Number.isInteger(which);
    const looks = [
      greys(picture, 255),
      ofClass ? greys(Float32Array.from(labels, (label) => Number(label === which)), 1) : coloured(labels),
      ...answers.map(({ best, confidence, shares }) => {
        if (view === "label") return coloured(best);
        return view === "confidence" ? greys(confidence, 1) : greys(shares.subarray(which * area, (which + 1) * area), 1);
      }),
    ];
    looks.forEach((look, at) => this.panels[at].draw(look, { row, column }));
    write(this.panels[0].note, "light: 0 (black) to 255 (white)");
    write(this.panels[1].note, "exact: it was made here");
    answers.forEach(({ foreground, each }, at) => {
      const known = each.slice(1).filter((share) => !Number.isNaN(share));
      const mean = known.reduce((total, share) => total + share, 0) / known.length;
      write(this.panels[2 + at].note, `IoU of the digits' pixels ${fixed(foreground, 2)}, of their classes ${fixed(mean, 2)}`);
    });
    this.drawKey(view);
    const at = row * side + column;
    const said = answers.map(({ best, confidence, shares }, one) => {
      this.bars[one].bars.draw(classes.map((_, label) => shares[label * area + at]));
      return `${this.data.networks[one].title}: ${classes[best[at]]} (${percent(confidence[at])})`;
    });
    write(this.told, `Pixel i = ${row}, j = ${column}. Truth: ${classes[labels[at]]}. ${said.join("; ")}. Each network gives ${classes.length} numbers here that sum to 1: S(i, j, k) for k = ${classes.join(", ")}.`);
    this.markPlaying(this.moving, "Let a digit move");
  }

  /** What the colours mean. */
  drawKey(view) {
    if (this.keyed === view + this.data.id) return;
    this.keyed = view + this.data.id;
    const { classes } = this.data;
    const swatch = (colour, text, className = "") => {
      const item = element("span");
      const mark = element("i", className);
      mark.style.background = colour;
      item.append(mark, text);
      return item;
    };
    const labels = classes.map((name, at) => swatch(`rgb(${COLOURS[at].join(" ")})`, name));
    const what = view === "confidence" ? "largest S(i, j, k) of the pixel" : `S(i, j, ${classes[Number(view)]})`;
    const ramp = [swatch("linear-gradient(90deg, #000, #fff)", `${what}: 0 (black) to 1 (white)`, "ramp")];
    this.find(".key").replaceChildren(...(view === "label" ? labels : view === "confidence" ? [...labels, ...ramp] : ramp));
  }

  tables() {
    if (!this.found) return [];
    const { classes, networks, side } = this.data;
    const { row, column } = this.state;
    const { answers } = this.found;
    const titles = networks.map(({ title }) => title);
    const at = row * side + column;
    const share = (value) => (Number.isNaN(value) ? "in neither" : fixed(value, 4));
    return [
      {
        caption: `Softmax at i = ${row}, j = ${column}`,
        heads: ["Class", ...titles],
        lines: classes.map((name, label) => [name, ...answers.map(({ shares }) => fixed(shares[label * side * side + at], 4))]),
      },
      {
        caption: "Intersection over union, of this scene",
        heads: ["Class", ...titles],
        lines: [...classes.map((name, label) => [name, ...answers.map(({ each }) => share(each[label]))]), ["all but the background", ...answers.map(({ foreground }) => share(foreground))]],
      },
    ];
  }
}

export default mounting(Segmenter);
