// A picture of one's own for a network: drawn on a pad, or out of a file or a phone's camera. It
// stays in the browser.

import { centred, ruleOf } from "../kit/centring.js";
import { choice, element, tick, write } from "../kit/elements.js";
import { Pad } from "../kit/pad.js";
import { pixelsOf, preprocessed } from "../kit/preprocessing.js";

const USUAL_PEN = 24;

export class OwnPicture {
  /** @param {() => void} changed */
  constructor(changed) {
    this.version = 0;
    this.changed = () => {
      this.version += 1;
      changed();
    };
    this.drawn = true; // not out of a file
    this.inverts = false;
    /** @type {ImageData | null} */
    this.pixels = null;
    this.pad = null;
    this.root = element("div", "own-picture");
    this.place = element("div", "pad");
    this.file = element("div", "file");
    this.file.hidden = true;
    const kinds = choice("Your picture", { draw: "Draw", file: "A picture" }, "draw", (kind) => this.turnTo(kind === "draw"));
    this.field = element("input");
    Object.assign(this.field, { type: "file", accept: "image/*", tabIndex: -1, hidden: true });
    this.field.setAttribute("aria-label", "A picture of your own");
    this.field.onchange = () => this.take(this.field.files[0]);
    const button = element("button", "", "Choose a picture, or take a photo");
    Object.assign(button, { type: "button", onclick: () => this.field.click() });
    this.said = element("p", "hint");
    this.said.setAttribute("role", "status");
    const invert = tick("Swap dark and light", false, (inverts) => {
      this.inverts = inverts;
      this.changed();
    });
    this.file.append(button, this.field, invert, this.said);
    this.root.append(kinds, this.place, this.file);
  }

  /** Make the pad, once it can be seen. */
  open(run) {
    if (this.pad) return;
    this.pad = new Pad(this.place, { onChange: this.changed, onEnd: () => {} });
    this.pad.setPen(ruleOf(run.dataset)?.pen ?? USUAL_PEN);
  }

  turnTo(drawn) {
    this.drawn = drawn;
    this.place.hidden = !drawn;
    this.file.hidden = drawn;
    this.changed();
  }

  async take(file) {
    this.field.value = ""; // the same file can be chosen again
    if (!file) return;
    try {
      this.pixels = await pixelsOf(file);
      write(this.said, "");
    } catch {
      write(this.said, `Your browser cannot read ${file.name}: choose a picture such as a PNG or JPEG file.`);
    }
    this.changed();
  }

  /** Whether there is anything to see yet. */
  get empty() {
    return this.drawn ? !this.pad?.strokes.length : !this.pixels;
  }

  /**
   * What a network sees of it.
   * @param {string} dataset that the network was trained on
   * @param {number[]} shape C, H, W
   * @returns {{ levels: ArrayLike<number>, how: string }} C×H×W, 0 to 255, and how it was made
   */
  seen(dataset, shape) {
    const [channels, rows, columns] = shape;
    if (this.drawn) {
      const rule = ruleOf(dataset);
      const levels = this.pad ? centred(this.pad.picture(), [rows, columns], rule) : new Uint8Array(rows * columns);
      return { levels: repeated(levels, channels), how: rule?.words ?? "the whole pad, scaled" };
    }
    const levels = this.pixels ? preprocessed(this.pixels, shape, this.inverts) : new Uint8Array(channels * rows * columns);
    return { levels, how: "the middle of your picture, scaled" };
  }
}

function repeated(levels, channels) {
  const all = new Uint8Array(levels.length * channels);
  for (let channel = 0; channel < channels; channel += 1) all.set(levels, channel * levels.length);
  return all;
}
