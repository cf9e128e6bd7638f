// A figure with steps: a button plays them; a slider, keys and a drag along a curve go to any of them.

import { clamp } from "../arithmetic.js";
import { element, write } from "../elements.js";
import { SPEAK_AFTER } from "./figure.js";
import { holdWithPointer } from "../pointer.js";

const LONGEST = 0.5; // seconds that count from frame to frame: after a longer pause it goes on where it was
const KEEP_AFTER = 300; // milliseconds without another step

/**
 * @typedef {object} Options
 * @property {(step: number) => number} pace steps a second while it plays, at a step
 * @property {string} [name] what screen readers call the slider
 * @property {number} [first] the lowest step
 * @property {(step: number | null) => void} [keep] called soon after people chose a step, with it,
 *   or pressed Play, with null, to write it into the address
 */

/** What moves a figure through its steps. It fills the figure's `.transport`; styles: `player.css`. */
export class Player {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {Options} options
   */
  constructor(figure, { pace, name = "Step", first = 0, keep }) {
    this.figure = figure;
    this.pace = pace;
    this.first = first;
    this.keep = keep;
    this.step = this.last = this.rest = first;
    this.exact = first; // while it plays, between two steps
    this.playing = false;
    this.text = element("span", "scrub-text");
    this.slider = Object.assign(element("input"), { type: "range", min: String(first), step: "1", ariaLabel: name });
    this.slider.oninput = () => this.go(this.slider.valueAsNumber);
    const label = element("label", "scrub");
    label.append(this.text, this.slider);
    figure.find(".transport").append(figure.playButton(), label);
    figure.mover = this;
  }

  /**
   * Begin with new data, playing, or standing at a step.
   * @param {number} last the highest step
   * @param {{ at?: number | null, rest?: number }} [where] the step to stand at, and the one to
   *   show when playing has ended: the last one, unless another one shows more
   */
  begin(last, { at = null, rest = last } = {}) {
    Object.assign(this, { last, rest });
    this.slider.max = String(last);
    this.playing = at === null && !this.figure.calm;
    this.step = this.exact = at === null ? (this.playing ? this.first : rest) : clamp(at, this.first, last);
  }

  /**
   * Stop at a step.
   * @param {number} step
   */
  go(step) {
    const { figure } = this;
    this.playing = false;
    this.step = this.exact = clamp(step, this.first, this.last);
    this.remember(this.step);
    figure.say();
    figure.after(SPEAK_AFTER, "tables", () => figure.fillTables());
    figure.wake();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.step === this.last) this.step = this.first;
    this.exact = this.step;
    this.remember(this.playing ? null : this.step);
    this.figure.wake();
  }

  /** @param {number | null} step */
  remember(step) {
    const { keep } = this;
    if (keep) this.figure.after(KEEP_AFTER, "keep", () => keep(step));
  }

  /** @returns {Record<string, () => void>} */
  keys() {
    const by = (/** @type {number} */ steps) => () => this.go(this.step + steps);
    return {
      ArrowLeft: by(-1), ArrowDown: by(-1), PageUp: by(-10), Home: () => this.go(this.first),
      ArrowRight: by(1), ArrowUp: by(1), PageDown: by(10), End: () => this.go(this.last),
      " ": () => this.toggle(),
    };
  }

  /**
   * Let a pointer on a canvas, such as a curve, go to the step under it.
   * @param {HTMLElement} canvas
   * @param {(event: PointerEvent) => number} under
   */
  dragAlong(canvas, under) {
    const drag = (/** @type {PointerEvent} */ event) => this.go(Math.round(under(event)));
    holdWithPointer(canvas, drag, drag);
  }

  /**
   * Move on by itself.
   * @param {number} now milliseconds, as of `requestAnimationFrame`
   */
  advance(now) {
    const { figure } = this;
    const seconds = Math.min(figure.passed(now) / 1000, LONGEST);
    if (!figure.running()) return;
    this.exact += seconds * this.pace(this.exact);
    this.step = Math.min(Math.floor(this.exact), this.last);
    if (this.step < this.last) return;
    this.playing = false;
    this.step = this.exact = this.rest;
    figure.say();
    figure.fillTables();
  }

  /**
   * Show the step and whether it plays.
   * @param {string} text the step, in words
   */
  show(text) {
    this.figure.markPlaying(this.playing);
    this.figure.root.dataset.step = String(this.step);
    this.slider.valueAsNumber = this.step;
    this.slider.setAttribute("aria-valuetext", text);
    write(this.text, text);
  }
}
