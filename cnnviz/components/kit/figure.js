// What all figures do alike: they listen, speak after a pause, and are painted once a frame.

import { element } from "./elements.js";
import { reachable } from "./reach.js";

export const SPEAK_AFTER = 300; // milliseconds: nobody can listen to every step
const OWN_KEYS = "details, .tools, .fields, .terms[tabindex]"; // what is inside uses the keys itself

/**
 * A figure under `.instrument`: `.figure`, a line of words (`.told`, repeated to screen readers in
 * `.live`), `.code`, `.table` and perhaps a play button. Each kind says what is its own: `load`,
 * `resize`, `paint`, `keys`, `tables` and, if it moves by itself, `running`, `advance`, `toggle`.
 */
export class Figure {
  constructor(parent) {
    this.root = parent.querySelector(".instrument");
    for (const name of ["figure", "told", "live", "table"]) this[name] = this.find(`.${name}`);
    this.button = this.find("[data-act=play]");
    if (this.button) this.button.onclick = () => this.toggle();
    this.timers = {};
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

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** The element whose size counts. */
  room() {
    return this.figure;
  }

  /** Whether less motion is asked for. */
  get calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  update(data, component) {
    this.component = component;
    if (data.id !== this.data?.id) this.load(data);
    // The theme may be what changed; its colours are in place by the next frame.
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  /** The figure's name for screen readers, and the code that gives its numbers. */
  describe({ alt, pytorch }) {
    this.figure.setAttribute("aria-label", alt);
    this.find(".code").hidden = !pytorch;
    this.find(".code code").textContent = pytorch;
  }

  resize() {}

  redraw() {
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(OWN_KEYS)) return;
    if (event.key === " " && event.target.tagName === "BUTTON") return;
    const act = this.keys(event)[event.key];
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  }

  /** Do something after a pause, which starts anew whenever the same is asked for again. */
  after(milliseconds, name, act) {
    this.stop(name);
    this.timers[name] = setTimeout(act, milliseconds);
  }

  stop(name) {
    clearTimeout(this.timers[name]);
  }

  /** Tell screen readers what is shown, once it stays. */
  say() {
    this.after(SPEAK_AFTER, "say", () => { this.live.textContent = this.running() ? "" : this.words(); });
  }

  words() {
    return this.told.textContent;
  }

  // --- frames ---------------------------------------------------------------------------------

  /** Whether there is anything to paint yet. */
  ready() {
    return Boolean(this.data);
  }

  /** Whether it moves by itself at this moment. */
  running() {
    return false;
  }

  advance() {}

  wake() {
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0;
      if (!this.ready()) return;
      this.advance(now);
      this.paint(now);
      if (this.running()) this.wake();
    });
  }

  /** Milliseconds since it last moved on by itself, if they are `least` or more; else 0. */
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

  /** Say on the button, and to the style sheet, whether it moves. */
  markPlaying(moving, play = "Play", key = " (space)") {
    const label = moving ? "Pause" : play;
    this.root.dataset.playing = moving;
    if (this.button.getAttribute("aria-label") === label) return;
    this.button.title = `${label}${key}`;
    this.button.setAttribute("aria-label", label);
  }

  // --- the numbers ----------------------------------------------------------------------------

  fillTables() {
    const seen = this.table.open && this.data;
    this.find(".tables").replaceChildren(...(seen ? this.tables().map(tableOf) : []));
  }
}

/** A table of {caption, lines}; a line is texts and elements. */
function tableOf({ caption, lines }) {
  const table = element("table");
  if (caption) table.append(element("caption", "", caption));
  for (const cells of lines) {
    const line = element("tr");
    for (const cell of cells) line.append(cell instanceof Node ? cell : element("td", "", cell));
    table.append(line);
  }
  return table;
}

/** Call `point` with what is under the pointer, and with null when it leaves. */
export function followPointer(canvas, under, point) {
  canvas.onpointermove = (event) => point(under(event));
  canvas.onpointerdown = canvas.onpointermove;
  canvas.onpointerleave = () => point(null);
  canvas.onpointercancel = canvas.onpointerleave;
}

/** Let a pointer take hold of what is on a canvas: `hold` once, then `pull` until `drop`. */
export function holdWithPointer(canvas, hold, pull, drop = () => {}) {
  let held = false;
  canvas.onpointerdown = (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    held = true;
    hold(event);
  };
  canvas.onpointermove = (event) => held && pull(event);
  canvas.onpointerup = () => {
    held = false;
    drop();
  };
  canvas.onpointercancel = canvas.onpointerup;
}
