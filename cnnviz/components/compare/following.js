// The result while a hand moves a setting: filtered here, in the same frame. The server's own
// result takes its place when the hand rests.

import { present } from "../kit/filtering/present.js";
import { applyRecipe, kernelOf } from "../kit/filtering/recipe.js";
import { sourceOf, watchFrames } from "../kit/filtering/source.js";
import { tellKernel, watchKernel, watchWidgets } from "../kit/hand.js";

const REST = 400; // milliseconds after which a hand that holds nothing is at rest
const TOO_SLOW = 400; // milliseconds of a frame: with more, waiting for the server is better
const PATIENCE = 3; // so many such frames one after another

export class Following {
  /**
   * @param {(canvas: HTMLCanvasElement, scale: object) => void} show a picture and its scale
   */
  constructor(show) {
    this.show = show;
    this.live = null; // as in Python: `Live` of `cnnviz/components/compare`
    this.stops = null; // colours of the view
    this.slowFrames = 0; // one after another
    this.result = null; // the numbers behind the picture
    this.canvas = document.createElement("canvas");
    this.moved = -Infinity;
    const { signal } = (this.listening = new AbortController());
    const press = (down) => () => { this.pressed = down; };
    window.addEventListener("pointerdown", press(true), { capture: true, signal });
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, press(false), { capture: true, signal });
    this.ends = [
      () => this.listening.abort(),
      watchWidgets(() => Object.keys(this.live?.moved ?? {}), (key, value) => this.move({ [this.live.moved[key]]: value })),
      watchFrames((name) => { if (this.live?.streams && name === this.live.pixels) this.redraw(); }),
      watchKernel("edited", ({ name, weights }) => {
        if (name === this.live?.kernel) this.move({ kind: "kernel", weights, strength: 1 });
      }),
    ];
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    for (const end of this.ends) end();
  }

  /** What the server has set, and what shows its result once the hand rests. */
  update(live, stops, settle) {
    Object.assign(this, { live, stops });
    this.settled = live?.recipe;
    if (live?.streams) { // the server knows nothing of what a camera sees
      this.recipe = this.settled;
      this.redraw();
      return;
    }
    if (!live || this.isTooSlow()) {
      settle();
      return;
    }
    const wait = () => {
      clearTimeout(this.timer);
      if (this.isMoving() && !isSame(this.recipe, this.settled)) {
        this.timer = setTimeout(wait, REST / 4);
        return;
      }
      this.recipe = this.settled;
      settle();
    };
    wait();
  }

  isTooSlow() {
    return this.slowFrames >= PATIENCE && !this.live.streams;
  }

  isMoving() {
    return this.pressed || performance.now() - this.moved < REST;
  }

  /** Show the result with other settings in the next frame. */
  move(settings) {
    const recipe = { ...(this.isMoving() ? this.recipe : this.settled), ...settings };
    if (!this.settled || this.isTooSlow() || isSame(recipe, this.recipe)) return;
    this.recipe = recipe;
    this.moved = performance.now();
    this.redraw();
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  /** The numbers at a pixel of what is shown, one for each channel; null where it is the server's. */
  valuesAt([row, column]) {
    const { result, canvas } = this;
    return result && this.live.streams ? result.planes.map((plane) => plane[row * canvas.width + column]) : null;
  }

  async draw() {
    const picture = await sourceOf(this.live.pixels);
    const { recipe, live } = this;
    if (!picture) return;
    const begun = performance.now();
    this.result = recipe ? applyRecipe(picture, recipe) : picture;
    const { pixels, scale } = present(this.result, live.view, this.stops);
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      Object.assign(this.canvas, { width: picture.width, height: picture.height });
    }
    this.canvas.getContext("2d").putImageData(new ImageData(pixels, picture.width, picture.height), 0, 0);
    this.show(this.canvas, scale);
    const kernel = recipe && kernelOf(recipe);
    if (kernel && live.kernel) tellKernel("shown", { name: live.kernel, weights: kernel });
    this.slowFrames = performance.now() - begun > TOO_SLOW ? this.slowFrames + 1 : 0;
  }
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
