// A picture with a frame on it: a hand or the arrow keys move it, and the server hears of it after.

import { mounting } from "../kit/mounting.js";
import { holdWithPointer } from "../kit/pointer.js";

const PAUSE = 250; // milliseconds without a key until the server is told
const KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
});

/**
 * @typedef {object} Data
 * @property {string} url of the picture
 * @property {[number, number]} size height and width of the picture that it stands for
 * @property {[number, number, number, number]} frame top, left, height and width in its pixels
 * @property {string} alt what the frame is
 */

class Crop {
  /** @param {ShadowRoot} root */
  constructor(root) {
    this.whole = /** @type {HTMLElement} */ (root.querySelector(".crop"));
    this.image = /** @type {HTMLImageElement} */ (root.querySelector("img"));
    this.frame = /** @type {HTMLElement} */ (root.querySelector(".frame"));
    this.state = /** @type {HTMLElement} */ (root.querySelector("#state"));
    /** @type {[number, number]} row and column of the frame */
    this.place = [0, 0];
    /** @type {[number, number]} from the frame's corner to the hand */
    this.hold = [0, 0];
    this.held = false;
    this.timer = 0;
    holdWithPointer(this.whole, (event) => this.grab(event), (event) => this.pull(event), () => this.drop());
    this.whole.onkeydown = (event) => this.press(event);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = () => setTriggerValue("place", this.place);
    if (this.image.getAttribute("src") !== data.url) this.image.src = data.url;
    this.whole.setAttribute("aria-label", data.alt);
    if (this.held || this.timer) return; // the hand is further than the server
    this.place = [data.frame[0], data.frame[1]];
    this.paint();
  }

  /**
   * Row and column under the pointer.
   * @param {PointerEvent} event
   * @returns {[number, number]}
   */
  under(event) {
    const { top, left, width, height } = this.image.getBoundingClientRect();
    const [rows, columns] = /** @type {Data} */ (this.data).size;
    return [((event.clientY - top) / height) * rows, ((event.clientX - left) / width) * columns];
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const [, , height, width] = /** @type {Data} */ (this.data).frame;
    const at = this.under(event);
    const within = [at[0] - this.place[0], at[1] - this.place[1]];
    const inside = within[0] >= 0 && within[0] < height && within[1] >= 0 && within[1] < width;
    this.hold = inside ? [within[0], within[1]] : [height / 2, width / 2]; // else it jumps there
    this.held = true;
    this.pull(event);
  }

  /** @param {PointerEvent} event */
  pull(event) {
    const at = this.under(event);
    this.go(at[0] - this.hold[0], at[1] - this.hold[1]);
  }

  drop() {
    if (!this.held) return;
    this.held = false;
    this.tell();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const step = KEYS[event.key];
    if (!step || !this.data) return;
    event.preventDefault();
    const far = event.shiftKey ? 1 : Math.max(1, Math.round(Math.max(...this.data.size) / 100));
    this.go(this.place[0] + step[0] * far, this.place[1] + step[1] * far);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.tell(), PAUSE);
  }

  tell() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.send?.();
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  go(row, column) {
    const { size, frame } = /** @type {Data} */ (this.data);
    this.place = [
      Math.min(Math.max(Math.round(row), 0), size[0] - frame[2]),
      Math.min(Math.max(Math.round(column), 0), size[1] - frame[3]),
    ];
    this.paint();
  }

  paint() {
    const { size, frame } = /** @type {Data} */ (this.data);
    const percent = (/** @type {number} */ part, /** @type {number} */ all) => `${(100 * part) / all}%`;
    this.frame.style.top = percent(this.place[0], size[0]);
    this.frame.style.left = percent(this.place[1], size[1]);
    this.frame.style.height = percent(frame[2], size[0]);
    this.frame.style.width = percent(frame[3], size[1]);
    this.state.textContent = `From row ${this.place[0]} and column ${this.place[1]}.`;
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

export default mounting(Crop);
