// A small picture of large pixels with a title above and a note below.

import { clamp } from "../arithmetic.js";
import { element } from "../elements.js";
import { brushOf } from "../screen.js";

export class PixelPanel {
  /**
   * @param {string} title
   * @param {number} side rows and columns
   * @param {string} [className] of the canvas
   */
  constructor(title, side, className = "") {
    this.side = side;
    this.root = element("figure", "panel");
    this.canvas = element("canvas", className);
    this.note = element("p", "note");
    const caption = element("figcaption");
    caption.append(element("b", "", title), " ", element("span", "shape", `${side}×${side}`));
    this.root.append(caption, this.canvas, this.note);
    this.stamp = element("canvas");
    Object.assign(this.stamp, { width: side, height: side });
    this.image = new ImageData(side, side);
  }

  /**
   * The pixel under a pointer, with its fractions.
   * @param {PointerEvent} event
   */
  under({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const at = (/** @type {number} */ offset, /** @type {number} */ length) => clamp((offset / length) * this.side, 0, this.side - 1e-6);
    return { x: at(clientX - box.left, box.width), y: at(clientY - box.top, box.height) };
  }

  /**
   * Draw the pixels, and perhaps an outline around one, or around a square of them.
   * @param {(at: number) => ArrayLike<number>} colourOf red, green and blue of each, 0 to 255
   * @param {{ row: number, column: number, side?: number } | null} [marked] from its top left
   */
  draw(colourOf, marked = null) {
    const { side, canvas, image: { data } } = this;
    for (let at = 0; at < side * side; at += 1) {
      data.set(colourOf(at), 4 * at);
      data[4 * at + 3] = 255;
    }
    brushOf(this.stamp).putImageData(this.image, 0, 0);
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 4 * side;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: size });
    const brush = brushOf(canvas);
    brush.imageSmoothingEnabled = false;
    brush.drawImage(this.stamp, 0, 0, size, size);
    if (!marked) return;
    const cell = size / side;
    const length = cell * (marked.side ?? 1) + 4;
    for (const [width, colour] of new Map([[4, "#000"], [2, "#fff"]])) { // seen on any colour
      brush.strokeStyle = colour;
      brush.lineWidth = width;
      brush.strokeRect(marked.column * cell - 2, marked.row * cell - 2, length, length);
    }
  }
}

/**
 * Grey levels for `draw`.
 * @param {ArrayLike<number>} values
 * @param {number} white the value that is white
 */
export function greys(values, white) {
  return (/** @type {number} */ at) => {
    const level = (values[at] / white) * 255;
    return [level, level, level];
  };
}

/**
 * What came out minus what was wanted, in the 256 colours of signed numbers, for `draw`.
 * @param {ArrayLike<number>} found grey levels, 0 to 255
 * @param {ArrayLike<number>} wanted
 * @param {Uint8ClampedArray} colours as `colourTable` makes them
 */
export function errors(found, wanted, colours) {
  return (/** @type {number} */ at) => {
    const code = Math.round(127.5 + (found[at] - wanted[at]) / 2);
    return colours.subarray(3 * code, 3 * code + 3);
  };
}
