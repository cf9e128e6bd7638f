// The maps of a layer on one canvas, a pixel for each number; the style sheet enlarges them.

import { colourTable } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { brushOf } from "../kit/screen.js";
import { extentOf, placeOf } from "./structure.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {{ table: Uint32Array, factor: number, offset: number }} Ink number · factor + offset is a place in the table
 */

const OPAQUE = 0xff000000;

/**
 * 256 colours as the pixels of a canvas.
 * @param {import("../kit/figure/colours.js").Stops} stops
 */
export function pixelTable(stops) {
  const colours = colourTable(stops);
  return Uint32Array.from({ length: 256 }, (_, at) => (OPAQUE | (colours[at * 3 + 2] << 16) | (colours[at * 3 + 1] << 8) | colours[at * 3]) >>> 0);
}

/**
 * The largest size of a layer's numbers, and the maps that are 0 everywhere.
 * @param {Layer} layer
 */
export function rangeOf({ values, shape }) {
  const area = values.length / shape[0];
  let [low, high] = [0, 0];
  /** @type {Set<number>} */
  const dead = new Set();
  for (let map = 0; map < shape[0]; map += 1) {
    let alive = false;
    for (let at = map * area; at < (map + 1) * area; at += 1) {
      const value = values[at];
      if (value < low) low = value;
      else if (value > high) high = value;
      alive ||= value !== 0;
    }
    if (!alive && area > 1) dead.add(map);
  }
  return { low, high, limit: Math.max(-low, high), dead };
}

export class SheetView {
  constructor() {
    this.canvas = element("canvas", "maps");
    this.context = brushOf(this.canvas);
    /** @type {import("./structure.js").Sheet | null} */
    this.sheet = null;
    /** @type {ImageData | null} */
    this.image = null;
    this.first = 0; // map
  }

  /**
   * @param {import("./structure.js").Sheet} sheet
   * @param {number} [first] the first map of it
   */
  resize(sheet, first = 0) {
    const { width, height } = extentOf(sheet);
    Object.assign(this, { sheet, first });
    Object.assign(this.canvas, { width, height });
    Object.assign(this.canvas.style, { width: `${width * sheet.cell}px`, height: `${height * sheet.cell}px` });
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {Layer} layer
   * @param {(map: number) => Ink} inkOf
   */
  paint({ values, shape }, inkOf) {
    const { sheet, image, pixels, first } = this;
    if (!sheet || !image || !pixels) return;
    const { rows, columns, count } = sheet;
    const area = values.length / shape[0];
    for (let map = 0; map < count; map += 1) {
      const { x, y } = placeOf(sheet, map);
      const { table, factor, offset } = inkOf(first + map);
      let from = (first + map) * area;
      for (let row = 0; row < rows; row += 1) {
        let to = (y + row) * image.width + x;
        for (let column = 0; column < columns; column += 1, to += 1, from += 1) {
          const place = values[from] * factor + offset;
          pixels[to] = table[place > 255 ? 255 : place > 0 ? (place + 0.5) | 0 : 0];
        }
      }
    }
    this.context.putImageData(image, 0, 0);
  }
}
