// A scene, its truth, and the class of every pixel by two networks, computed while a hand moves.

import { bytesOf } from "../kit/arrays.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { choice, element, write } from "../kit/elements.js";
import { prepare } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { fixed, percent } from "../kit/numbers.js";
import { offerPicture, watchPicture } from "../kit/picture/shared_pictures.js";
import { greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { MovingDigits } from "./moving_digits.js";
import { classesOf, COLOURS, compose, overlap, unpackScene } from "./scene.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} id
 * @property {string} alt
 * @property {string} pytorch
 * @property {string} scene another one where the scenes, their classes or the pad are others
 * @property {string} name under which other components find what the networks see
 * @property {string} pad whose drawing is looked at instead of the first scene; empty for none
 * @property {string} truth where the truth is from
 * @property {string[]} classes the first is the background
 * @property {number} side of a scene, in pixels
 * @property {{ title: string, spec: any, weights: string }[]} networks
 * @property {any[]} scenes
 *
 * @typedef {ReturnType<Segmenter["look"]>} Found the truth, and what the networks say
 */

class Segmenter extends MovingDigits {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.view = "label"; // or "confidence", or the number of a class
    this.watching = () => {};
    /** @type {ReturnType<typeof offerPicture> | null} */
    this.offer = null;
    /** @type {import("../kit/network/forward.js").Network[]} */
    this.networks = [];
    /** @type {PixelPanel[]} the scene, the truth and the answers */
    this.panels = [];
    /** @type {{ bars: ClassBars, place: HTMLElement }[]} */
    this.bars = [];
    /** @type {Found | null} */
    this.found = null;
    this.keyed = ""; // what the key is of
  }

  destroy() {
    super.destroy();
    this.watching();
    this.offer?.stop();
  }

  /**
   * Take what is drawn on a pad.
   * @param {ArrayLike<number>} values
   */
  see(values) {
    const [scene] = this.scenes;
    scene.clutter = Int16Array.from(values);
    this.change();
  }

  /** What the networks see, for others on the page. */
  picture() {
    const { side } = this.data;
    return { values: compose(this.scene, side).picture, rows: side, columns: side, painted: true };
  }

  /** @param {Data} data */
  load(data) {
    const other = data.scene !== this.data?.scene; // else other weights see the scene as it is
    this.data = data;
    this.describe(data);
    this.networks = data.networks.map(({ spec, weights }) => prepare(spec, [1, data.side, data.side], readSafetensors(bytesOf(weights)).tensors));
    if (other) {
      this.scenes = data.scenes.map(unpackScene);
      this.layOut();
      this.choose(0, this.moving);
    }
    this.watching();
    this.watching = data.pad ? watchPicture(data.pad, ({ values }) => this.see(values)) : () => {};
    this.offer ??= offerPicture(data.name, () => this.picture());
    this.stale = true;
    this.wake();
  }

  /** What is looked at: a scene that was put together here, or somebody's picture. */
  what() {
    return this.movable() ? "scene" : "picture";
  }

  layOut() {
    const { classes, networks, side } = /** @type {Data} */ (this.data);
    const movable = this.movable();
    const what = this.what();
    const titles = [`${what[0].toUpperCase()}${what.slice(1)}`, "Truth", ...networks.map(({ title }) => title)];
    this.panels = titles.map((title, at) => {
      const panel = new PixelPanel(title, side, at || !movable ? "" : "movable");
      this.follow(panel, at === 0 && movable);
      return panel;
    });
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    const known = this.scenes.some(({ sprites }) => sprites.length);
    this.panels[1].root.hidden = !known;
    this.find("[data-act=play]").hidden = !movable;
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(".if-movable"))) one.hidden = !movable;
    const next = this.find("[data-act=next]");
    next.hidden = this.scenes.length < 2;
    write(next, `Another ${what}`);
    this.figure.setAttribute("aria-roledescription", what);
    /** @type {Record<string, string>} */
    const views = { label: "Label map", confidence: "Confidence", ...Object.fromEntries(classes.map((name, at) => [`${at}`, `S of ${name}`])) };
    const order = Object.fromEntries(["label", "confidence", ...classes.keys()].map((view) => [` ${view}`, views[view]])); // as written, not as numbers
    this.find(".views").replaceChildren(choice("What is shown of each pixel", order, ` ${this.view}`, (view) => {
      this.view = view.trim();
      this.wake();
    }));
    this.bars = networks.map(({ title }) => {
      const place = element("div");
      const bars = new ClassBars(element("div"));
      bars.load(classes);
      place.append(element("b", "", title), bars.root);
      return { bars, place };
    });
    this.find(".softmax").replaceChildren(...this.bars.map(({ place }) => place));
  }

  /** Ask the networks about the scene as it is. */
  look() {
    const { classes, side } = this.data;
    const { picture, labels } = compose(this.scene, side);
    const input = Float32Array.from(picture, (level) => level / 255);
    this.stale = false;
    return {
      picture, labels,
      answers: this.networks.map((network) => {
        network.run(input);
        const answer = classesOf(network.output.values, classes.length);
        return { ...answer, ...overlap(answer.best, labels, classes.length) };
      }),
    };
  }

  paint() {
    if (!this.scenes.length) return;
    if (this.stale || !this.found) {
      this.found = this.look();
      this.offer?.tell();
    }
    const { classes, side, networks, truth } = /** @type {Data} */ (this.data);
    const { picture, labels, answers } = this.found;
    const { view, state: { row, column } } = this;
    const area = side * side;
    const coloured = (/** @type {ArrayLike<number>} */ values) => (/** @type {number} */ at) => COLOURS[values[at]];
    const which = Number(view);
    const ofClass = Number.isInteger(which);
    const looks = [
      greys(picture, 255),
      ofClass ? greys(Float32Array.from(labels, (label) => Number(label === which)), 1) : coloured(labels),
      ...answers.map(({ best, confidence, shares }) => {
        if (view === "label") return coloured(best);
        return view === "confidence" ? greys(confidence, 1) : greys(shares.subarray(which * area, (which + 1) * area), 1);
      }),
    ];
    looks.forEach((look, at) => this.panels[at].draw(look, { row, column }));
    write(this.panels[0].note, "light: 0 (black) to 255 (white)");
    write(this.panels[1].note, truth);
    const known = this.scene.sprites.length > 0;
    answers.forEach(({ foreground, each, best }, at) => {
      if (!known) {
        write(this.panels[2 + at].note, `${percent(best.filter(Boolean).length / best.length)} of the pixels are not background`);
        return;
      }
      const there = each.slice(1).filter((share) => !Number.isNaN(share));
      const mean = there.reduce((total, share) => total + share, 0) / there.length;
      write(this.panels[2 + at].note, `IoU of the foreground ${fixed(foreground, 2)}, mean of the classes ${fixed(mean, 2)}`);
    });
    this.drawKey(view);
    const at = row * side + column;
    const said = answers.map(({ best, confidence, shares }, one) => {
      this.bars[one].bars.draw(classes.map((_, label) => shares[label * area + at]));
      return `${networks[one].title}: ${classes[best[at]]} (${percent(confidence[at])})`;
    });
    write(this.told, `Pixel j = ${row}, k = ${column}. ${known ? `Truth: ${classes[labels[at]]}. ` : ""}${said.join("; ")}. Each network gives ${classes.length} numbers here that sum to 1: S(i, j, k) for i = ${classes.join(", ")}.`);
    this.markPlaying(this.moving, "Let a digit move");
  }

  /**
   * Say what the colours mean.
   * @param {string} view
   */
  drawKey(view) {
    if (this.keyed === view + this.data.id) return;
    this.keyed = view + this.data.id;
    const { classes } = /** @type {Data} */ (this.data);
    const swatch = (/** @type {string} */ colour, /** @type {string} */ text, className = "") => {
      const item = element("span");
      const mark = element("i", className);
      mark.style.background = colour;
      item.append(mark, text);
      return item;
    };
    const labels = classes.map((name, at) => swatch(`rgb(${COLOURS[at].join(" ")})`, name));
    const what = view === "confidence" ? "largest S(i, j, k) of the pixel" : `S(${classes[Number(view)]}, j, k)`;
    const ramp = [swatch("linear-gradient(90deg, #000, #fff)", `${what}: 0 (black) to 1 (white)`, "ramp")];
    this.find(".key").replaceChildren(...(view === "label" ? labels : view === "confidence" ? [...labels, ...ramp] : ramp));
  }

  tables() {
    if (!this.found) return [];
    const { classes, networks, side } = /** @type {Data} */ (this.data);
    const { row, column } = this.state;
    const { answers } = this.found;
    const titles = networks.map(({ title }) => title);
    const at = row * side + column;
    const share = (/** @type {number} */ value) => (Number.isNaN(value) ? "in neither" : fixed(value, 4));
    const softmax = [
      {
        caption: `Softmax at j = ${row}, k = ${column}`,
        heads: ["Class", ...titles],
        lines: classes.map((name, label) => [name, ...answers.map(({ shares }) => fixed(shares[label * side * side + at], 4))]),
      },
    ];
    if (!this.scene.sprites.length) return softmax; // nobody knows the truth
    return [
      ...softmax,
      {
        caption: `Intersection over union, of this ${this.what()}`,
        heads: ["Class", ...titles],
        lines: [...classes.map((name, label) => [name, ...answers.map(({ each }) => share(each[label]))]), ["all but the background", ...answers.map(({ foreground }) => share(foreground))]],
      },
    ];
  }
}

export default mounting(Segmenter);
