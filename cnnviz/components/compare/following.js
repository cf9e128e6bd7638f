// The result while a hand moves a setting: filtered here, in the same frame. The server's own
// result takes its place when the hand rests.

import { present } from "../kit/filtering/present.js";
import { applyRecipe, kernelOf } from "../kit/filtering/recipe.js";
import { sourceOf } from "../kit/filtering/source.js";
import { tellKernel, watchKernel, watchWidgets } from "../kit/hand.js";

const REST = 400; // milliseconds after which a hand that holds nothing is at rest
const TOO_SLOW = 400; // milliseconds of a frame: with more, waiting for the server is better

export class Following {
  /**
   * @param {(canvas: HTMLCanvasElement, scale: object) => void} show a picture and its scale
   */
  constructor(show) {
    this.show = show;
    this.live = null; // as in Python: `Live` of `cnnviz/components/compare`
    this.stops = null; // colours of the view
    this.canvas = document.createElement("canvas");
    this.moved = -Infinity;
    const { signal } = (this.listening = new AbortController());
    const press = (down) => () => { this.pressed = down; };
    window.addEventListener("pointerdown", press(true), { capture: true, signal });
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, press(false), { capture: true, signal });
    this.ends = [
      () => this.listening.abort(),
      watchWidgets(() => Object.keys(this.live?.moved ?? {}), (key, value) => this.move({ [this.live.moved[key]]: value })),
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
    if (!live || this.slow) {
      settle();
      return;
    }
    this.settled = live.recipe;
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

  isMoving() {
    return this.pressed || performance.now() - this.moved < REST;
  }

  /** Show the result with other settings in the next frame. */
  move(settings) {
    const recipe = { ...(this.isMoving() ? this.recipe : this.settled), ...settings };
    if (this.slow || isSame(recipe, this.recipe)) return;
    this.recipe = recipe;
    this.moved = performance.now();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  async draw() {
    const picture = await sourceOf(this.live.pixels);
    const { recipe, live } = this;
    if (!picture || !recipe) return;
    const begun = performance.now();
    const { pixels, scale } = present(applyRecipe(picture, recipe), live.view, this.stops);
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      Object.assign(this.canvas, { width: picture.width, height: picture.height });
    }
    this.canvas.getContext("2d").putImageData(new ImageData(pixels, picture.width, picture.height), 0, 0);
    this.show(this.canvas, scale);
    const kernel = kernelOf(recipe);
    if (kernel && live.kernel) tellKernel("shown", { name: live.kernel, weights: kernel });
    this.slow = performance.now() - begun > TOO_SLOW;
  }
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
