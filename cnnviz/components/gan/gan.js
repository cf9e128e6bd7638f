// A generator and a discriminator: the batch that each sees, the gradient's message, and a walk.

import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { colourTable, gradient } from "../kit/figure/colours.js";
import { choice, element, write } from "../kit/elements.js";
import { MovingFigure } from "../kit/figure/moving_figure.js";
import { levelsOf } from "../kit/picture/similarity.js";
import { mounting } from "../kit/mounting.js";
import { count, fixed, percent, significant } from "../kit/numbers.js";
import { greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { brushOf, sizedContext, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { between, collapse, Networks } from "./networks.js";

const ACROSS = 8; // pictures in a row
const STRIP = 9; // pictures between two codes
const PACE = 50; // milliseconds between two places of a walk
const WALK = 4000; // milliseconds from A to B
const STAGES = { before: "Before the step", judged: "Discriminator's step", made: "Generator's step" };

/** @typedef {"real" | "made" | "between"} Kind of pictures */
/** @typedef {keyof typeof STAGES} Stage */
/** @typedef {[generator: string, discriminator: string]} Weights */

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} alt
 * @property {string} pytorch
 * @property {string} run another one begins at its last frame
 * @property {number} side of a picture, in pixels
 * @property {any} real pictures that the discriminator is shown
 * @property {any} codes latent vectors; as many as there are real pictures are shown to the generator
 * @property {any} generator
 * @property {any} discriminator
 * @property {any} classifier
 * @property {string} judge the weights of the classifier
 * @property {string[]} classes
 * @property {number} counted how many made pictures are read
 * @property {import("../kit/figure/colours.js").Stops} stops
 * @property {Frame[]} frames
 *
 * @typedef {object} Frame
 * @property {number} step
 * @property {number[]} counts how many of them are read as each class
 * @property {number} spread of the pixels, as a share of the real pictures'
 * @property {Weights} before
 * @property {Weights} after
 *
 * @typedef {object} State
 * @property {number} frame
 * @property {Stage} stage of its step
 * @property {number} a the code at the left end of the strip
 * @property {number} b
 * @property {number} share of the way from A to B
 * @property {{ kind: Kind, at: number }} chosen
 */

class Gan extends MovingFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {State} */
    this.state = { frame: 0, stage: "before", a: 0, b: 1, share: 0, chosen: { kind: "between", at: 0 } };
    this.stale = true;
    /** @type {Networks | null} */
    this.networks = null;
    /** @type {Float32Array[]} pictures from 0 to 1 */
    this.real = [];
    /** @type {Float32Array[]} */
    this.codes = [];
    /** @type {Float32Array[]} */
    this.made = [];
    /** @type {Float32Array[]} */
    this.strip = [];
    /** @type {Record<Kind, number[]>} what the discriminator says of them */
    this.scores = { real: [], made: [], between: [] };
    this.colours = new Uint8ClampedArray();
    /** @type {PixelPanel[]} */
    this.panels = [];
    /** @type {ArrayLike<number>} of the picture that is looked at, the probability of each class */
    this.shares = [];
    this.find(".stages").append(choice("The step, taken apart", STAGES, "before", (stage) => this.moment({ stage })));
    const [frame, share] = ["frame", "share"].map((name) => this.field(`[data-name=${name}]`));
    for (const slider of [frame, share]) slider.onkeydown = (event) => event.stopPropagation();
    frame.oninput = () => this.moment({ frame: Number(frame.value) });
    share.oninput = () => this.go(Number(share.value));
    this.stamp = element("canvas");
    for (const end of /** @type {const} */ (["a", "b"])) this.find(`[data-act=${end}]`).onclick = () => this.another(end);
    this.sheets = { real: this.canvasAt(".real"), made: this.canvasAt(".made"), between: this.canvasAt(".strip") };
    for (const [kind, canvas] of Object.entries(this.sheets)) {
      canvas.onpointermove = (event) => this.point(/** @type {Kind} */ (kind), canvas, event);
      canvas.onpointerdown = canvas.onpointermove;
    }
    this.reads = new ClassBars(this.find(".reads"));
    this.counts = new ClassBars(this.find(".counts"));
  }

  /** @param {Data} data */
  load(data) {
    /** @type {Data | null} */
    const before = this.data;
    const atEnd = !before || before.run !== data.run || this.state.frame >= before.frames.length - 1;
    this.data = data;
    this.describe(data);
    this.networks = new Networks(data);
    const { side, real, codes, frames, classes } = data;
    const levels = unpackArray(real);
    this.real = [...Array(real.shape[0]).keys()].map((at) => Float32Array.from(levels.subarray(at * side * side, (at + 1) * side * side), (level) => level / 255));
    const numbers = unpackArray(codes);
    this.codes = [...Array(codes.shape[0]).keys()].map((at) => numbers.subarray(at * codes.shape[1], (at + 1) * codes.shape[1]));
    this.colours = colourTable(data.stops);
    this.find(".scale i").style.background = gradient(data.stops);
    if (before?.side !== side) {
      this.reads.load(classes);
      this.counts.load(classes);
      this.panels = [new PixelPanel("Chosen", side), new PixelPanel("The gradient's message", side)];
      this.find(".chosen").replaceChildren(...this.panels.map(({ root }) => root));
    }
    this.find(".counted").textContent = `${data.counted} pictures, by what the classifier reads`;
    this.field("[data-name=frame]").max = String(frames.length - 1);
    this.moment({ frame: atEnd ? frames.length - 1 : Math.min(this.state.frame, frames.length - 1) });
  }

  /**
   * Another frame, or another stage of its step: the networks as they are then.
   * @param {{ frame?: number, stage?: Stage }} change
   */
  moment(change) {
    const { networks } = this;
    if (!networks) return;
    Object.assign(this.state, change);
    const { frame, stage } = this.state;
    const { before, after } = /** @type {Data} */ (this.data).frames[frame];
    networks.load((stage === "made" ? after : before)[0], (stage === "before" ? before : after)[1]);
    this.made = this.codes.slice(0, this.real.length).map((code) => networks.make(code));
    Object.assign(this.scores, { real: this.real.map((one) => networks.judge(one)), made: this.made.map((one) => networks.judge(one)) });
    this.stretch();
  }

  /** The strip from A to B. */
  stretch() {
    const { networks, codes, state: { a, b } } = this;
    if (!networks) return;
    this.strip = [...Array(STRIP).keys()].map((at) => networks.make(between(codes[a], codes[b], at / (STRIP - 1))));
    this.scores.between = this.strip.map((one) => networks.judge(one));
    this.change();
  }

  change() {
    this.stale = true;
    super.change();
  }

  /** @param {"a" | "b"} end */
  another(end) {
    const { a, b } = this.state;
    let next = this.state[end];
    do next = (next + 1) % this.codes.length; while (next === a || next === b);
    Object.assign(this.state, { [end]: next, chosen: { kind: "between", at: 0 } });
    this.stretch();
  }

  /** @param {number} share */
  go(share) {
    this.moving = false;
    Object.assign(this.state, { share: clamp(share, 0, 1), chosen: { kind: "between", at: 0 } });
    this.change();
  }

  /**
   * @param {Kind} kind
   * @param {HTMLCanvasElement} canvas
   * @param {PointerEvent} event
   */
  point(kind, canvas, { clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    if (kind === "between") return this.go(x);
    const rows = Math.ceil(this.real.length / ACROSS);
    const at = Math.min(this.real.length - 1, Math.floor(clamp(y, 0, 0.999) * rows) * ACROSS + Math.floor(clamp(x, 0, 0.999) * ACROSS));
    this.moving = false;
    this.state.chosen = { kind, at };
    return this.change();
  }

  toggle() {
    if (!this.moving) this.state.chosen = { kind: "between", at: 0 };
    super.toggle();
  }

  keys() {
    const { share, frame } = this.state;
    const to = (/** @type {number} */ next) => () => this.moment({ frame: clamp(next, 0, this.data.frames.length - 1) });
    return {
      ArrowLeft: () => this.go(share - 0.05), ArrowRight: () => this.go(share + 0.05),
      ArrowUp: to(frame + 1), ArrowDown: to(frame - 1),
      " ": () => this.toggle(),
    };
  }

  /**
   * From A to B, and on to another B.
   * @param {number} now
   */
  advance(now) {
    const gone = Math.min(this.passed(now, PACE), 3 * PACE);
    if (!gone) return;
    const share = this.state.share + gone / WALK;
    this.stale = true;
    if (share < 1) {
      this.state.share = share;
      return;
    }
    const { a, b } = this.state;
    Object.assign(this.state, { share: 0, a: b, b: (b + 1) % this.codes.length === a ? (b + 2) % this.codes.length : (b + 1) % this.codes.length });
    this.stretch();
  }

  resize() {
    this.change();
  }

  /**
   * The picture that is looked at, and what it is.
   * @param {Networks} networks
   * @returns {[picture: Float32Array, words: string]}
   */
  chosen(networks) {
    const { a, b, share, chosen: { kind, at } } = this.state;
    if (kind === "real") return [this.real[at], `Real picture ${at}`];
    if (kind === "made") return [this.made[at], `Made picture ${at}`];
    return [networks.make(between(this.codes[a], this.codes[b], share)), `${percent(share, 0)} of the way from A to B`];
  }

  paint() {
    const { networks } = this;
    if (!this.stale || !networks) return;
    this.stale = false;
    const { frames, classes, counted } = /** @type {Data} */ (this.data);
    const { frame, stage, chosen, share } = this.state;
    const { step, counts, spread } = frames[frame];
    this.drawSheet("real", this.real, chosen.kind === "real" ? chosen.at : -1);
    this.drawSheet("made", this.made, chosen.kind === "made" ? chosen.at : -1);
    this.drawSheet("between", this.strip, -1);
    const [picture, words] = this.chosen(networks);
    const believed = networks.judge(picture);
    const message = networks.message(picture);
    const limit = Math.max(...message.map(Math.abs)) || 1;
    this.panels[0].draw(greys(levelsOf(picture, 1), 255));
    this.panels[1].draw((at) => {
      const code = Math.round(127.5 * (1 + message[at] / limit));
      return this.colours.subarray(3 * code, 3 * code + 3);
    });
    write(this.panels[0].note, `${words}: D = ${fixed(believed, 2)}`);
    write(this.panels[1].note, "∂ log D / ∂ pixel: blue asks for lighter, orange for darker");
    write(this.find(".scale span"), `−${significant(limit, 2)} to ${significant(limit, 2)}`);
    const shares = networks.read(picture);
    const digit = this.reads.draw(shares);
    this.counts.draw(counts.map((made) => made / counted));
    const narrow = collapse(counts, classes, spread);
    write(this.find(".verdict"), narrow ? `Mode collapse: ${narrow}` : `Its pixels spread by ${percent(spread, 0)} of the real pictures’.`);
    this.shares = shares;
    const mean = (/** @type {number[]} */ values) => fixed(values.reduce((sum, value) => sum + value, 0) / values.length, 2);
    write(this.told, `${stage === "before" ? "Before step" : STAGES[stage]} ${count(step)}: D is ${mean(this.scores.real)} for the real batch and ${mean(this.scores.made)} for the made one, on average. ${words}: D = ${fixed(believed, 2)}, read as ${classes[digit]} (${percent(shares[digit], 0)}).`);
    write(this.find(".step output"), String(step));
    const fields = { frame, share };
    for (const [name, value] of Object.entries(fields)) {
      if (this.field(`[data-name=${name}]`).value !== String(value)) this.field(`[data-name=${name}]`).value = String(value);
    }
    this.field("[data-name=frame]").setAttribute("aria-valuetext", `step ${step}`);
    this.markPlaying(this.moving, "Walk by itself");
  }

  /**
   * Pictures in rows, with the discriminator's answer below each.
   * @param {Kind} kind
   * @param {Float32Array[]} pictures
   * @param {number} marked which of them is looked at; −1 for none
   */
  drawSheet(kind, pictures, marked) {
    const canvas = this.sheets[kind];
    const { side } = this.data;
    const across = kind === "between" ? STRIP : ACROSS;
    const rows = Math.ceil(pictures.length / across);
    const width = canvas.clientWidth || 480;
    const cell = width / across;
    const letter = Math.min(13 * textScale(), cell / 3.2);
    const high = cell + 1.5 * letter;
    canvas.style.height = `${rows * high}px`;
    const brush = sizedContext(canvas, width, rows * high);
    const theme = readTheme(this.root);
    const image = new ImageData(side, side);
    Object.assign(this.stamp, { width: side, height: side });
    brush.imageSmoothingEnabled = false;
    brush.font = `${letter}px ${theme.font}`;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    pictures.forEach((picture, at) => {
      const [left, top] = [(at % across) * cell, Math.floor(at / across) * high];
      levelsOf(picture, 1).forEach((level, pixel) => image.data.set([level, level, level, 255], 4 * pixel));
      brushOf(this.stamp).putImageData(image, 0, 0);
      brush.drawImage(this.stamp, left + 1, top + 1, cell - 2, cell - 2);
      const score = this.scores[kind][at];
      brush.fillStyle = theme.ink;
      brush.fillText(fixed(score, 2), left + cell / 2, top + cell + 0.7 * letter);
      if (at !== marked) return;
      brush.strokeStyle = theme.accent;
      brush.lineWidth = 3;
      brush.strokeRect(left + 1.5, top + 1.5, cell - 3, cell - 3);
    });
    if (kind !== "between") return;
    const at = this.state.share * (width - cell) + cell / 2;
    brush.fillStyle = theme.accent;
    brush.fillRect(at - 1.5, 0, 3, cell);
  }

  tables() {
    if (!this.shares.length) return [];
    const { classes, frames } = /** @type {Data} */ (this.data);
    const { counts } = frames[this.state.frame];
    return [
      { caption: "D, the probability of being real", heads: ["", ...this.real.map((_, at) => String(at))], lines: /** @type {Kind[]} */ (["real", "made"]).map((kind) => [kind, ...this.scores[kind].map((score) => fixed(score, 3))]) },
      { caption: "Digits", heads: ["", ...classes], lines: [["chosen picture", ...Array.from(this.shares, (share) => percent(share))], ["made pictures", ...counts.map(String)]] },
    ];
  }
}

export default mounting(Gan);
