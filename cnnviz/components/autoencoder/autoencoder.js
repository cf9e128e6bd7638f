// A picture, and what is left of it after bottlenecks of several sizes, or after pooling.

import { unpackArray } from "../kit/arrays.js";
import { colourTable, gradient } from "../kit/figure/colours.js";
import { choice, write } from "../kit/elements.js";
import { decibelText, levelsOf, psnr } from "../kit/picture/similarity.js";
import { mounting } from "../kit/mounting.js";
import { MovingFigure } from "../kit/figure/moving_figure.js";
import { errors, greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { halvesOf, poolingOf } from "./halves.js";

const PACE = 1500; // milliseconds between two pictures

/** @typedef {"bottleneck" | "maxpool" | "avgpool"} WayId */
/** @typedef {{ title: string, pass: (picture: ArrayLike<number>) => ArrayLike<number> }} Way of one size; both pictures from 0 to 1 */

/**
 * What Python's `autoencoder.payload` sends.
 * @typedef {object} Payload
 * @property {string} alt
 * @property {string} pytorch
 * @property {number} side of the pictures
 * @property {import("../kit/arrays.js").Packed} pictures one after another
 * @property {string[]} titles
 * @property {({ numbers: number } & Record<string, any>)[]} bottlenecks with what `halvesOf` reads
 * @property {number[]} pooled
 * @property {import("../kit/figure/colours.js").Stops} stops
 */

class Autoencoder extends MovingFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {Int16Array} 0 to 255 */
    this.pictures = new Int16Array();
    /** @type {Record<WayId, Way[]>} */
    this.ways = { bottleneck: [], maxpool: [], avgpool: [] };
    this.colours = new Uint8ClampedArray();
    /** @type {PixelPanel[]} the picture, and what each size leaves of it */
    this.panels = [];
    /** @type {number[] | null} the PSNR of each */
    this.found = null;
    /** @type {{ picture: number, way: WayId, view: string }} */
    this.state = { picture: 0, way: "bottleneck", view: "picture" };
    const ways = choice("What it goes through", { bottleneck: "A bottleneck", maxpool: "Max pooling", avgpool: "Average pooling" }, "bottleneck", (way) => {
      this.state.way = way;
      this.layOut();
      this.change();
    });
    const views = choice("What is shown", { picture: "What comes out", error: "The error" }, "picture", (view) => {
      this.state.view = view;
      this.change();
    });
    for (const [group, name] of /** @type {const} */ ([[ways, "ways"], [views, "views"]])) group.classList.add(name);
    this.find(".tools").append(ways, views, this.pictureButtons((by) => this.step(by)));
  }

  /** @param {Payload} data */
  load(data) {
    this.data = data;
    this.describe(data);
    const { side, stops } = data;
    this.pictures = unpackArray(data.pictures);
    this.ways = {
      bottleneck: data.bottlenecks.map((one) => {
        const { encode, decode } = halvesOf(one, side, one.numbers);
        return { title: `${one.numbers} numbers`, pass: (picture) => decode(encode(picture)) };
      }),
      maxpool: [],
      avgpool: [],
    };
    for (const way of /** @type {const} */ (["maxpool", "avgpool"])) {
      this.ways[way] = data.pooled.map((factor) => ({ title: `${side / factor}×${side / factor} and back`, pass: poolingOf(side, factor, way) }));
    }
    this.colours = colourTable(stops);
    this.find(".scale i").style.background = gradient(stops);
    this.layOut();
    this.change();
  }

  layOut() {
    this.panels = ["The picture", ...this.ways[this.state.way].map(({ title }) => title)].map((title) => new PixelPanel(title, this.data.side));
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
  }

  /** @param {number} by */
  step(by) {
    this.moving = false;
    this.go(by);
  }

  /** @param {number} by */
  go(by) {
    const { titles } = this.data;
    this.state.picture = (this.state.picture + by + titles.length) % titles.length;
    this.change();
  }

  keys() {
    return { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), " ": () => this.toggle() };
  }

  /** @param {number} now */
  advance(now) {
    if (this.passed(now, PACE)) this.go(1);
  }

  paint() {
    const { data: { side, titles }, state: { picture, way, view } } = this;
    const levels = this.pictures.subarray(picture * side * side, (picture + 1) * side * side);
    const input = Float32Array.from(levels, (level) => level / 255);
    const out = this.ways[way].map(({ pass }) => levelsOf(pass(input), 1));
    const found = out.map((one) => psnr(levels, one));
    this.found = found;
    this.panels[0].draw(greys(levels, 255));
    write(this.panels[0].note, `${titles[picture]}, picture ${picture + 1} of ${titles.length}`);
    out.forEach((one, at) => {
      this.panels[1 + at].draw(view === "error" ? errors(one, levels, this.colours) : greys(one, 255));
      write(this.panels[1 + at].note, `PSNR ${decibelText(found[at])}`);
    });
    this.find(".scale").hidden = view !== "error";
    const titlesOfWay = this.ways[way].map(({ title }) => title);
    const last = titlesOfWay.length - 1;
    write(this.told, `${titles[picture]}: ${side * side} pixels through ${titlesOfWay[0]}: PSNR ${decibelText(found[0])}; through ${titlesOfWay[last]}: ${decibelText(found[last])}.`);
    this.markPlaying(this.moving, "Go through the pictures");
  }

  tables() {
    const { found } = this;
    if (!found) return [];
    return [{
      caption: this.data.titles[this.state.picture],
      heads: ["Through", "PSNR (dB)"],
      lines: this.ways[this.state.way].map(({ title }, at) => [title, decibelText(found[at])]),
    }];
  }
}

export default mounting(Autoencoder);
