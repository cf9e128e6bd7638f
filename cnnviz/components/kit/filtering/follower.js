// What shows pictures filtered in the browser while a hand moves a setting, in the same frame. The
// server's own result takes its place when the hand rests.

import { sourceOf } from "./source.js";
import { watchWidgets } from "../hand.js";

/**
 * What the server has set, as `Live` of `cnnviz/components/compare` has it: the names of the pictures
 * that are filtered; how they are; Streamlit's sliders and toggles by their keys, with the place in the
 * recipe of what each sets; and whether the pictures are a camera's, of which the server knows nothing.
 * @typedef {{ pixels: string[], recipe: any, moved: Record<string, string[]>, streams?: boolean } & Record<string, any>} Live
 *
 * @typedef {import("./recipe.js").Planes} Planes
 */

const REST = 400; // milliseconds after which a hand that holds nothing is at rest
const TOO_SLOW = 400; // milliseconds of a frame: with more, waiting for the server is better
const PAUSE = 100; // milliseconds without another picture, after which it is told in numbers what is shown
const AT_LATEST = 500; // milliseconds that the numbers may be behind the picture
const PATIENCE = 3; // so many such frames one after another

export class Follower {
  constructor() {
    /** @type {Live | null} */
    this.live = null;
    /** @type {any} the recipe as the server has it, and as the hand does */
    this.recipe = this.settled = null;
    this.slowFrames = 0; // one after another
    this.rested = true; // on the server's picture
    this.moved = -Infinity;
    this.pressed = this.measuring = this.timer = this.frame = 0;
    /** @type {number | null} since when the numbers are not those of the picture */
    this.behind = null;
    const { signal } = (this.listening = new AbortController());
    const press = (/** @type {number} */ down) => () => { this.pressed = down; };
    window.addEventListener("pointerdown", press(1), { capture: true, signal });
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, press(0), { capture: true, signal });
    this.ends = [
      () => this.listening.abort(),
      watchWidgets(() => Object.keys(this.live?.moved ?? {}), (key, value) => {
        const path = /** @type {Live} */ (this.live).moved[key];
        this.move(path.slice(0, -1), { [path[path.length - 1]]: value });
      }),
    ];
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.forget();
    for (const end of this.ends) end();
  }

  /**
   * What the server has set, and what shows its result once the hand rests.
   * @param {Live | null} live
   * @param {() => void} settle
   */
  follow(live, settle) {
    this.live = live;
    this.settled = live?.recipe;
    if (live?.streams) {
      this.recipe = this.settled;
      this.redraw();
      return;
    }
    if (!live || this.isTooSlow()) {
      this.recipe = this.settled;
      settle();
      return;
    }
    const wait = () => {
      clearTimeout(this.timer);
      if (this.isMoving() && !isSame(this.recipe, this.settled)) {
        this.timer = window.setTimeout(wait, REST / 4);
        return;
      }
      this.forget(); // the server's numbers are there
      cancelAnimationFrame(this.frame); // and its picture, which no preview is to replace
      this.rested = true;
      this.recipe = this.settled;
      settle();
    };
    wait();
  }

  isTooSlow() {
    return this.slowFrames >= PATIENCE && !this.live?.streams;
  }

  isMoving() {
    return this.pressed || performance.now() - this.moved < REST;
  }

  /**
   * Show the result with other settings, of what lies at a path of the recipe, in the next frame.
   * @param {string[]} path
   * @param {object} settings
   */
  move(path, settings) {
    if (!this.settled || this.isTooSlow()) return;
    const recipe = structuredClone(this.isMoving() ? this.recipe : this.settled);
    Object.assign(path.reduce((part, name) => part[name], recipe), settings);
    if (isSame(recipe, this.recipe)) return;
    this.recipe = recipe;
    this.rested = false;
    this.moved = performance.now();
    this.redraw();
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  async draw() {
    const pictures = await this.pictures();
    const { live } = this;
    if (!live || !pictures.every(Boolean) || (this.rested && !live.streams)) return;
    const begun = performance.now();
    this.show(/** @type {Planes[]} */ (pictures));
    this.slowFrames = performance.now() - begun > TOO_SLOW ? this.slowFrames + 1 : 0;
  }

  /** The pictures that are filtered; nothing in the place of one that is not there. */
  pictures() {
    return Promise.all((this.live?.pixels ?? []).map(sourceOf));
  }

  /**
   * Tell what is shown in numbers once the hand pauses, or a little later if it does not: the pictures
   * do not wait for it.
   * @param {() => void} act
   */
  measure(act) {
    clearTimeout(this.measuring);
    const now = performance.now();
    this.behind ??= now;
    this.measuring = window.setTimeout(() => {
      this.behind = null;
      act();
    }, Math.min(PAUSE, this.behind + AT_LATEST - now));
  }

  forget() {
    clearTimeout(this.measuring);
    this.behind = null;
  }

  /**
   * Show the pictures filtered by the recipe.
   * @param {Planes[]} _pictures
   */
  show(_pictures) {
    throw new Error("each shows them in its own way");
  }
}

/** @param {unknown} one @param {unknown} other */
function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
