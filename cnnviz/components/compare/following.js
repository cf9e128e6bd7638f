// The result while a hand moves a setting: filtered here, in the same frame.

import { differenceOf, equivalentKernel, runChain, viewOf } from "../kit/filtering/chain.js";
import { closenessOf } from "../kit/filtering/closeness.js";
import { Follower } from "../kit/filtering/follower.js";
import { graphics } from "../kit/filtering/linear.js";
import { present } from "../kit/filtering/present.js";
import { giveBack } from "../kit/filtering/recycling.js";
import { applyRecipe, kernelOf } from "../kit/filtering/recipe.js";
import { watchFrames } from "../kit/filtering/source.js";
import { tellCloseness, tellKernel, watchKernel } from "../kit/hand.js";

const IDLE = 1000; // milliseconds after which a page has drawn what it opens with
const AT_ONCE = 1.2e6; // numbers of pictures that are filtered because somebody points at a result

export class Following extends Follower {
  /**
   * @param {(canvas: HTMLCanvasElement, scale: object) => void} paint a picture and its scale
   * @param {() => void} tell that the numbers of the picture are known
   */
  constructor(paint, tell) {
    super();
    this.paint = paint;
    this.tell = tell;
    this.stops = null; // colours of the view
    this.result = null; // the numbers behind the picture
    this.made = null; // the recipe that they are of
    this.canvas = document.createElement("canvas");
    this.ends.push(
      watchFrames((name) => { if (this.live?.streams && this.live.pixels.includes(name)) this.redraw(); }),
      watchKernel("edited", ({ name, weights }) => {
        const path = this.live?.kernels[name];
        if (path) this.move(path, this.settled.kind ? { kind: "kernel", weights, strength: 1 } : { weights });
      }),
    );
  }

  /** As a `Follower` does, `live` being a `Live` or a `LiveChain`, in the colours of these stops. */
  followIn(stops, live, settle) {
    this.stops = stops;
    if (live) setTimeout(graphics, IDLE); // tried before a hand waits for it
    this.follow(live, settle);
  }

  /** Whether the next picture is likely to come at once. */
  isQuick() {
    return this.pressed || this.live.streams;
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
    const { recipe } = this;
    if (this.computing === recipe) return;
    this.computing = recipe;
    const pictures = await this.pictures();
    const size = pictures.reduce((sum, picture) => sum + (picture ? picture.planes.length * picture.planes[0].length : Infinity), 0);
    if (size > AT_ONCE || recipe !== this.recipe) return;
    this.result = resultOf(pictures, recipe);
    this.made = recipe;
    this.tell();
  }

  show(pictures) {
    const { recipe, live } = this;
    if (this.made && !this.made.chains) giveBack(this.result.planes); // of a chain, stages are kept
    this.result = resultOf(pictures, recipe);
    this.made = recipe;
    const view = live.view ?? viewOf(recipe.chains[0], this.result);
    const { pixels, scale } = present(this.result, view, live.colours?.[view] ?? this.stops);
    const { width, height } = this.result;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    this.paint(this.canvas, scale);
    this.measure(() => this.tellNumbers(pictures, recipe, live));
  }

  /** Tell others the kernel as the hand has made it, and how close two pictures are. */
  tellNumbers(pictures, recipe, live) {
    const kernel = recipe?.kind && recipe !== this.settled && kernelOf(recipe); // the server has told its own
    if (kernel) for (const name in live.kernels) tellKernel("shown", { name, weights: kernel });
    if (live.equivalent) {
      const { name, first, end } = live.equivalent;
      tellKernel("shown", { name, weights: equivalentKernel(recipe.chains[0].slice(first, end)) });
    }
    if (live.measured) {
      const [one, other] = chainsOf(pictures, recipe);
      tellCloseness({ name: live.measured, ...closenessOf(one, other) });
    }
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
