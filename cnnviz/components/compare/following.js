// The result while a hand moves a setting: filtered here, in the same frame. The server's own
// result takes its place when the hand rests.

import { differenceOf, equivalentKernel, runChain, viewOf } from "../kit/filtering/chain.js";
import { closenessOf } from "../kit/filtering/closeness.js";
import { graphics } from "../kit/filtering/linear.js";
import { present } from "../kit/filtering/present.js";
import { applyRecipe, kernelOf } from "../kit/filtering/recipe.js";
import { sourceOf, watchFrames } from "../kit/filtering/source.js";
import { tellCloseness, tellKernel, watchKernel, watchWidgets } from "../kit/hand.js";

const REST = 400; // milliseconds after which a hand that holds nothing is at rest
const TOO_SLOW = 400; // milliseconds of a frame: with more, waiting for the server is better
const IDLE = 1000; // milliseconds after which a page has drawn what it opens with
const AT_ONCE = 1.2e6; // numbers of pictures that are filtered because somebody points at a result
const PATIENCE = 3; // so many such frames one after another

export class Following {
  /**
   * @param {(canvas: HTMLCanvasElement, scale: object) => void} show a picture and its scale
   * @param {() => void} tell that the numbers of the picture are known
   */
  constructor(show, tell) {
    this.show = show;
    this.tell = tell;
    this.live = null; // as in Python: `Live` or `LiveChain` of `cnnviz/components/compare`
    this.stops = null; // colours of the view
    this.slowFrames = 0; // one after another
    this.result = null; // the numbers behind the picture
    this.made = null; // the recipe that they are of
    this.canvas = document.createElement("canvas");
    this.rested = true; // on the server's picture
    this.moved = -Infinity;
    const { signal } = (this.listening = new AbortController());
    const press = (down) => () => { this.pressed = down; };
    window.addEventListener("pointerdown", press(true), { capture: true, signal });
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, press(false), { capture: true, signal });
    this.ends = [
      () => this.listening.abort(),
      watchWidgets(() => Object.keys(this.live?.moved ?? {}), (key, value) => {
        const path = this.live.moved[key];
        this.move(path.slice(0, -1), { [path.at(-1)]: value });
      }),
      watchFrames((name) => { if (this.live?.streams && this.live.pixels.includes(name)) this.redraw(); }),
      watchKernel("edited", ({ name, weights }) => {
        const path = this.live?.kernels[name];
        if (path) this.move(path, this.settled.kind ? { kind: "kernel", weights, strength: 1 } : { weights });
      }),
    ];
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    clearTimeout(this.measuring);
    for (const end of this.ends) end();
  }

  /** What the server has set, and what shows its result once the hand rests. */
  update(live, stops, settle) {
    Object.assign(this, { live, stops });
    this.settled = live?.recipe;
    if (live) setTimeout(graphics, IDLE); // tried before a hand waits for it
    if (live?.streams) { // the server knows nothing of what a camera sees
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
        this.timer = setTimeout(wait, REST / 4);
        return;
      }
      clearTimeout(this.measuring); // the server's numbers are there
      cancelAnimationFrame(this.frame); // and its picture, which no preview is to replace
      this.rested = true;
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

  /** Show the result with other settings, of what lies at a path of the recipe, in the next frame. */
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

  /**
   * The numbers at a pixel of what is shown, one for each channel. Null until they are known, and of
   * a picture that stands for one of another size.
   * @param {number[]} pixel row and column
   * @param {number[]} size height and width
   */
  valuesAt([row, column], [height, width]) {
    if (!this.live) return null;
    const { result } = this;
    if (!result || this.made !== this.recipe) {
      this.compute();
      return null;
    }
    return result.height === height && result.width === width ? result.planes.map((plane) => plane[row * width + column]) : null;
  }

  /** Compute the numbers behind the server's picture, once somebody points at it. */
  async compute() {
    const { recipe, live } = this;
    if (this.computing === recipe) return;
    this.computing = recipe;
    const pictures = await Promise.all(live.pixels.map(sourceOf));
    const size = pictures.reduce((sum, picture) => sum + (picture ? picture.planes.length * picture.planes[0].length : Infinity), 0);
    if (size > AT_ONCE || recipe !== this.recipe) return;
    this.result = resultOf(pictures, recipe);
    this.made = recipe;
    this.tell();
  }

  async draw() {
    const pictures = await Promise.all(this.live.pixels.map(sourceOf));
    const { recipe, live } = this;
    if (!pictures.every(Boolean) || (this.rested && !live.streams)) return;
    const begun = performance.now();
    this.result = resultOf(pictures, recipe);
    this.made = recipe;
    const view = live.view ?? viewOf(recipe.chains[0], this.result);
    const { pixels, scale } = present(this.result, view, live.colours?.[view] ?? this.stops);
    const { width, height } = this.result;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    this.show(this.canvas, scale);
    const kernel = recipe?.kind && kernelOf(recipe);
    if (kernel) for (const name in live.kernels) tellKernel("shown", { name, weights: kernel });
    if (live.equivalent) {
      const { name, first, end } = live.equivalent;
      tellKernel("shown", { name, weights: equivalentKernel(recipe.chains[0].slice(first, end)) });
    }
    if (live.measured) {
      clearTimeout(this.measuring);
      this.measuring = setTimeout(() => { // once the picture is on the screen
        const [one, other] = chainsOf(pictures, recipe);
        tellCloseness({ name: live.measured, ...closenessOf(one, other) });
      });
    }
    this.slowFrames = performance.now() - begun > TOO_SLOW ? this.slowFrames + 1 : 0;
  }
}

/** A picture filtered, or what a chain makes of it; of two chains, the first result minus the second. */
function resultOf(pictures, recipe) {
  if (!recipe?.chains) return recipe ? applyRecipe(pictures[0], recipe) : pictures[0];
  const [first, second] = chainsOf(pictures, recipe);
  return second ? differenceOf(first, second) : first;
}

function chainsOf(pictures, { chains, border }) {
  return chains.map((stages, at) => runChain(pictures[at], stages, border));
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
