// What all figures do alike: they listen, speak after a pause, and are painted once a frame.

import { element, icon, reachable } from "../elements.js";
import { tableOf } from "../tables.js";

export const SPEAK_AFTER = 300; // milliseconds: nobody can listen to every step
const OWN_KEYS = "details, .tools, .fields, .terms[tabindex]"; // what is inside uses the keys itself

/**
 * A figure under `.instrument`: `.figure`, a line of words (`.told`, repeated to screen readers in
 * `.live`), `.code`, `.table` and perhaps a play button. Each kind says what is its own: `load`,
 * `resize`, `paint`, `keys`, `tables` and, if it moves by itself, `running`, `advance`, `toggle`, or a
 * `Player`, which does these for a figure with steps.
 */
export class Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".instrument"));
    this.figure = this.find(".figure");
    this.told = this.find(".told");
    this.live = this.find(".live");
    this.table = /** @type {HTMLDetailsElement} */ (this.find(".table"));
    this.button = /** @type {HTMLButtonElement | null} */ (this.find("[data-act=play]"));
    if (this.button) this.dressButton(this.button);
    /** @type {import("./player.js").Player | null} what moves it through its steps, if it has steps */
    this.mover = null;
    /** @type {any} what Python sent; null before the first time */
    this.data = null;
    /** @type {import("../mounting.js").Component | null} */
    this.component = null;
    /** @type {Record<string, number>} */
    this.timers = {};
    this.frame = 0; // of requestAnimationFrame
    /** @type {number | undefined} when it last moved on by itself */
    this.since = undefined;
    this.onScreen = true;
    this.root.addEventListener("keydown", (event) => this.handleKey(event));
    this.table.ontoggle = () => this.fillTables();
    reachable(this.find(".tables"), "The numbers");
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.room());
    this.watcher = new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      this.wake();
    });
    this.watcher.observe(this.figure);
    this.refont = () => this.root.isConnected && this.redraw();
    document.fonts.addEventListener("loadingdone", this.refont); // until then another stood in for it
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.resizer.disconnect();
    this.watcher.disconnect();
    document.fonts.removeEventListener("loadingdone", this.refont);
  }

  /**
   * An element inside; there must be one.
   * @param {string} selector
   * @returns {HTMLElement}
   */
  find(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  /**
   * The same, of a field.
   * @param {string} selector
   */
  field(selector) {
    return /** @type {HTMLInputElement} */ (this.find(selector));
  }

  /**
   * The same, of a canvas.
   * @param {string} selector
   */
  canvasAt(selector) {
    return /** @type {HTMLCanvasElement} */ (this.find(selector));
  }

  /** The element whose size counts. */
  room() {
    return this.figure;
  }

  /** Whether less motion is asked for. */
  get calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /**
   * Take what Python sent.
   * @param {any} data
   * @param {import("../mounting.js").Component} component
   */
  update(data, component) {
    this.component = component;
    if (data.id !== this.data?.id) this.load(data);
    // The theme may be what changed; its colours are in place by the next frame.
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  /**
   * The figure's name for screen readers, and the code that gives its numbers.
   * @param {{ alt: string, pytorch: string }} data
   */
  describe({ alt, pytorch }) {
    this.figure.setAttribute("aria-label", alt);
    this.find(".code").hidden = !pytorch;
    this.find(".code code").textContent = pytorch;
  }

  /**
   * Take in new data.
   * @param {any} _data
   */
  load(_data) {}

  resize() {}

  redraw() {
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  /**
   * What each key does, by the names of the keys; what is false does nothing.
   * @param {KeyboardEvent} _event
   * @returns {Record<string, (() => void) | false | null | undefined>}
   */
  keys(_event) {
    return this.mover?.keys() ?? {};
  }

  /** @param {KeyboardEvent} event */
  handleKey(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(OWN_KEYS)) return;
    if (event.key === " " && target.tagName === "BUTTON") return;
    const act = this.keys(event)[event.key];
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  }

  /** Start or stop moving. */
  toggle() {
    this.mover?.toggle();
  }

  /**
   * Do something after a pause, which starts anew whenever the same is asked for again.
   * @param {number} milliseconds
   * @param {string} name
   * @param {() => void} act
   */
  after(milliseconds, name, act) {
    this.stop(name);
    this.timers[name] = window.setTimeout(act, milliseconds);
  }

  /** @param {string} name */
  stop(name) {
    clearTimeout(this.timers[name]);
  }

  /** Tell screen readers what is shown, once it stays. */
  say() {
    this.after(SPEAK_AFTER, "say", () => { this.live.textContent = this.running() ? "" : this.words(); });
  }

  /** @returns {string} what screen readers are told */
  words() {
    return this.told.textContent ?? "";
  }

  // --- frames ---------------------------------------------------------------------------------

  /** Whether there is anything to paint yet. */
  ready() {
    return Boolean(this.data);
  }

  /** Whether it moves by itself at this moment. */
  running() {
    return Boolean(this.mover?.playing && this.onScreen);
  }

  /**
   * Move on by itself.
   * @param {number} now milliseconds, as of `requestAnimationFrame`
   */
  advance(now) {
    this.mover?.advance(now);
  }

  /**
   * Draw one frame.
   * @param {number} _now the same
   */
  paint(_now) {}

  wake() {
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0;
      if (!this.ready()) return;
      this.advance(now);
      this.paint(now);
      if (this.running()) this.wake();
    });
  }

  /**
   * Milliseconds since it last moved on by itself, if they are `least` or more; else 0.
   * @param {number} now
   * @param {number} [least]
   */
  passed(now, least = 0) {
    if (!this.running()) {
      this.since = undefined;
      return 0;
    }
    this.since ??= now;
    const gone = now - this.since;
    if (gone < least) return 0;
    this.since = now;
    return gone;
  }

  /** A button that starts and stops it. */
  playButton() {
    this.button = Object.assign(element("button"), { type: "button" });
    this.button.dataset.act = "play";
    this.dressButton(this.button);
    return this.button;
  }

  /** @param {HTMLButtonElement} button */
  dressButton(button) {
    button.append(icon("icon-play", "M8 5v14l11-7z"), icon("icon-pause", "M6 5h4v14H6zM14 5h4v14h-4z"));
    button.onclick = () => this.toggle();
  }

  /**
   * Say on the button, and to the style sheet, whether it moves.
   * @param {boolean} moving
   * @param {string} [play] what the button says while it does not
   * @param {string} [key] the key that does the same, in words
   */
  markPlaying(moving, play = "Play", key = " (space)") {
    const label = moving ? "Pause" : play;
    this.root.dataset.playing = String(moving);
    if (!this.button || this.button.getAttribute("aria-label") === label) return;
    this.button.title = `${label}${key}`;
    this.button.setAttribute("aria-label", label);
  }

  // --- the numbers ----------------------------------------------------------------------------

  /** @returns {import("../tables.js").Table[]} its numbers */
  tables() {
    return [];
  }

  fillTables() {
    const seen = this.table.open && this.data;
    this.find(".tables").replaceChildren(...(seen ? this.tables().map((table) => tableOf(table)) : []));
  }
}
