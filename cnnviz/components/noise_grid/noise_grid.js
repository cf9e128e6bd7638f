// A picture, the same with noise, and what filters make of that, with how close each is to the clean one;
// also while a hand moves how much noise there is.

import { element } from "../kit/elements.js";
import { closenessOf } from "../kit/filtering/closeness.js";
import { Follower } from "../kit/filtering/follower.js";
import { addNoise } from "../kit/filtering/noise.js";
import { applyRecipe, pixelsOf, roundedLevels } from "../kit/filtering/recipe.js";
import { mounting } from "../kit/mounting.js";
import { fixed } from "../kit/numbers.js";
import { brushOf } from "../kit/screen.js";

const UNFILTERED = 2; // the clean picture, then the noisy one
const SIZES = 3; // of each kind of filter

/**
 * @typedef {{ psnr: number | null, ssim: number | null }} Found how close a picture is to the clean one
 *
 * @typedef {object} Data
 * @property {number} height
 * @property {number} width
 * @property {(Found & { title: string, url: string })[]} pictures
 * @property {import("../kit/filtering/recipe.js").Recipe[]} filters
 * @property {import("../kit/filtering/follower.js").Live} live
 */

class NoiseGrid extends Follower {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super();
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".noise-grid"));
    /** @type {Data | null} what Python sent */
    this.data = null;
    /** @type {ReturnType<NoiseGrid["figure"]>[]} */
    this.figures = [];
    this.shown = 0; // how often the server's pictures were asked for
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    const { height, width } = data;
    data.pictures.forEach(({ title }, at) => {
      const { name, canvas } = this.figures[at] ??= this.figure(at);
      name.textContent = title;
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    });
    this.follow(data.live, () => this.settle());
  }

  /**
   * A place for a picture, in the column of its kind.
   * @param {number} at
   */
  figure(at) {
    const column = Math.floor((at + SIZES - UNFILTERED) / SIZES);
    while (this.root.children.length <= column) this.root.append(element("div"));
    const figure = element("figure");
    this.root.children[column].append(figure);
    const parts = {
      name: element("span", "name"), best: element("span", "best", "best"), canvas: element("canvas"), words: element("p", "words"),
    };
    parts.canvas.setAttribute("role", "img");
    parts.best.hidden = true;
    figure.append(...Object.values(parts));
    return parts;
  }

  /** The server's pictures and numbers, once all are decoded. */
  async settle() {
    const { data } = this;
    if (!data) return;
    const turn = (this.shown += 1);
    const images = await Promise.all(data.pictures.map(({ url }) => decoded(url)));
    if (turn !== this.shown || !this.rested) return;
    images.forEach((image, at) => this.brush(at).drawImage(image, 0, 0));
    this.say(data.pictures);
    this.root.dataset.shown = String(Number(this.root.dataset.shown ?? 0) + 1);
  }

  /** @param {number} at */
  brush(at) {
    return brushOf(this.figures[at].canvas);
  }

  /** @param {import("../kit/filtering/recipe.js").Planes[]} pictures */
  show([clean]) {
    if (!this.data) return;
    const { kind, level } = this.recipe;
    const noisy = addNoise(clean, kind, kind === "gaussian" ? level : level / 100);
    const results = [clean, noisy, ...this.data.filters.map((recipe) => roundedLevels(applyRecipe(noisy, recipe)))];
    results.forEach((result, at) => this.brush(at).putImageData(new ImageData(pixelsOf(result), clean.width), 0, 0));
    this.measure(() => this.say(results.map((result) => closenessOf(clean, result))));
    this.root.dataset.followed = String(Number(this.root.dataset.followed ?? 0) + 1);
  }

  /**
   * How close each picture is to the clean one, the first; an equal one has no PSNR.
   * @param {Found[]} found
   */
  say(found) {
    const decibels = found.map(({ psnr }) => psnr ?? Infinity);
    const best = decibels.indexOf(Math.max(...decibels.slice(UNFILTERED)), UNFILTERED);
    this.figures.forEach(({ best: badge, name, canvas, words }, at) => {
      badge.hidden = at !== best;
      const { psnr, ssim } = found[at];
      words.textContent = at === 0 ? "The original picture"
        : `PSNR ${psnr === null ? "\u221e" : `${fixed(psnr, 1)} dB`}, SSIM ${ssim === null ? "–" : fixed(ssim, 2)}`;
      canvas.setAttribute("aria-label", `${name.textContent}. ${words.textContent}`);
    });
  }
}

/**
 * A picture that can be drawn at once.
 * @param {string} url
 */
async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

export default mounting(NoiseGrid);
