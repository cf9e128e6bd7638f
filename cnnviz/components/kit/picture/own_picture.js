// A picture of one's own for a network: drawn on a pad, or out of a file or a phone's camera. It
// stays in the browser. Each component is a module of its own, so they meet on the window: what is
// chosen in one is chosen in all, also on the next page. Drawings are shared by their pads.

import { centred, ruleOf } from "./centring.js";
import { choice, element, tick, write } from "../elements.js";
import { Pad } from "./drawing_pad.js";
import { pixelsOf, preprocessed } from "./preprocessing.js";

const USUAL_PEN = 24;
const CHOSEN = "cnnviz:own-picture"; // an event: another picture, or another kind of picture

/**
 * @typedef {object} Chosen
 * @property {boolean} drawn whether it is not out of a file
 * @property {boolean} inverts whether dark and light of a file are swapped
 * @property {ImageData | null} pixels of the file
 */

/** @returns {Chosen} what was chosen last, on whatever page */
function chosen() {
  window.cnnvizOwnPicture ??= { drawn: true, inverts: false, pixels: null };
  return window.cnnvizOwnPicture;
}

export class OwnPicture {
  /**
   * @param {() => void} changed
   * @param {() => void} [ended] called at the end of a stroke
   */
  constructor(changed, ended = () => {}) {
    this.version = 0;
    this.ended = ended;
    this.changed = () => {
      this.version += 1;
      changed();
    };
    /** @type {Pad | null} */
    this.pad = null;
    this.root = element("div", "own-picture");
    this.place = element("div", "pad");
    this.file = element("div", "file");
    this.kinds = choice("Your picture", { draw: "Draw", file: "A picture" }, "draw", (kind) => this.choose({ drawn: kind === "draw" }));
    this.field = element("input");
    Object.assign(this.field, { type: "file", accept: "image/*", tabIndex: -1, hidden: true });
    this.field.setAttribute("aria-label", "A picture of your own");
    this.field.onchange = () => this.take(this.field.files?.[0]);
    const button = element("button", "", "Choose a picture, or take a photo");
    Object.assign(button, { type: "button", onclick: () => this.field.click() });
    this.said = element("p", "hint");
    this.said.setAttribute("role", "status");
    this.invert = tick("Swap dark and light", false, (inverts) => this.choose({ inverts }));
    this.file.append(button, this.field, this.invert, this.said);
    this.root.append(this.kinds, this.place, this.file);
    this.show();
    this.share();
  }

  /** Follow the others, for as long as it is on the page. */
  share() {
    let placed = false;
    const hear = () => {
      placed ||= this.root.isConnected;
      if (placed && !this.root.isConnected) {
        window.removeEventListener(CHOSEN, hear);
        return;
      }
      this.show();
      this.changed();
    };
    window.addEventListener(CHOSEN, hear);
  }

  /** @param {Partial<Chosen>} what */
  choose(what) {
    Object.assign(chosen(), what);
    window.dispatchEvent(new Event(CHOSEN));
  }

  /** The controls, as is chosen. */
  show() {
    const { drawn, inverts } = chosen();
    for (const input of this.kinds.getElementsByTagName("input")) input.checked = (input.value === "draw") === drawn;
    for (const box of this.invert.getElementsByTagName("input")) box.checked = inverts;
    this.place.hidden = !drawn;
    this.file.hidden = drawn;
  }

  /** Whether it is drawn, not out of a file. */
  get drawn() {
    return chosen().drawn;
  }

  /**
   * Make the pad, once it can be seen.
   * @param {{ dataset: string }} run
   */
  open(run) {
    if (this.pad) return;
    this.pad = new Pad(this.place, { onChange: this.changed, onEnd: this.ended });
    this.suit(run.dataset);
  }

  /**
   * Take a pen that suits the pictures of a data set.
   * @param {string} dataset
   */
  suit(dataset) {
    this.pad?.setPen(ruleOf(dataset)?.pen ?? USUAL_PEN);
  }

  /** @param {File | undefined} file */
  async take(file) {
    this.field.value = ""; // the same file can be chosen again
    if (!file) return;
    try {
      const pixels = await pixelsOf(file);
      write(this.said, "");
      this.choose({ pixels });
    } catch {
      write(this.said, `Your browser cannot read ${file.name}: choose a picture such as a PNG or JPEG file.`);
    }
  }

  /** Whether there is anything to see yet. */
  get empty() {
    const { drawn, pixels } = chosen();
    return drawn ? !this.pad?.strokes.length : !pixels;
  }

  /**
   * What a network sees of it.
   * @param {string} dataset that the network was trained on
   * @param {number[]} shape C, H, W
   * @returns {{ levels: ArrayLike<number>, how: string }} C×H×W, 0 to 255, and how it was made
   */
  seen(dataset, shape) {
    const [channels, rows, columns] = shape;
    const { drawn, pixels, inverts } = chosen();
    if (drawn) {
      const rule = ruleOf(dataset);
      const levels = this.pad ? centred(this.pad.picture(), [rows, columns], rule) : new Uint8Array(rows * columns);
      return { levels: repeated(levels, channels), how: rule?.words ?? "the whole pad, scaled" };
    }
    const levels = pixels ? preprocessed(pixels, shape, inverts) : new Uint8Array(channels * rows * columns);
    return { levels, how: "the middle of your picture, scaled" };
  }
}

/**
 * @param {ArrayLike<number>} levels
 * @param {number} channels
 */
function repeated(levels, channels) {
  const all = new Uint8Array(levels.length * channels);
  for (let channel = 0; channel < channels; channel += 1) all.set(levels, channel * levels.length);
  return all;
}
