// The maps of one group: their numbers, words and colours, and where each lies on the sheet.

import { clamp, limits } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { element } from "../kit/elements.js";
import { gradient } from "../kit/figure/colours.js";
import { mapText } from "../kit/numbers.js";
import { brushOf, sizedContext } from "../kit/screen.js";

const GAP = 4; // pixels between tiles
export const LEVELS_OF_MAP = 255; // odd, so that the middle one is exactly 0

/**
 * @typedef {{ tile: number, x: number, y: number }} Place a map, and a cell of it
 * @typedef {{ from: number, rows: number, x: number, y: number, w: number, h: number }} Box of a map
 */

/**
 * Draw maps, which lie below each other in `image`: `from` is the first row of each.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} image
 * @param {Box[]} boxes
 * @param {number} width CSS pixels
 * @param {number} height
 */
export function drawMaps(canvas, image, boxes, width, height) {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = sizedContext(canvas, width, height);
  context.imageSmoothingEnabled = false;
  for (const { from, rows, x, y, w, h } of boxes) context.drawImage(image, 0, from, image.width, rows, x, y, w, h);
  return context;
}

export class MapGroup {
  /**
   * @param {any} sent a group of Python's `map_sheet.payload`
   * @param {Uint8ClampedArray[]} colours from the lowest number to the highest
   * @param {boolean} each whether each map has a scale of its own
   */
  constructor(sent, colours, each) {
    /** @type {string} */
    this.title = sent.title;
    /** @type {string} */
    this.note = sent.note;
    /** @type {string} */
    this.tile = sent.tile;
    /** @type {number | null} */
    this.columns = sent.columns;
    /** @type {number} */
    this.limit = sent.limit;
    /** @type {boolean} whether nothing in them can be below 0 */
    this.unsigned = sent.unsigned;
    /** @type {number[]} */
    const [count, rows, cells] = sent.shape; // of maps, and of each of them
    this.count = count;
    this.rows = rows;
    this.cells = cells;
    /** @type {number | null} the map chosen by keys */
    this.chosen = null;
    /** @type {{ tile: HTMLElement, cell: HTMLElement } | null} what marks them on the sheet */
    this.marks = null;
    // Where they lie on the sheet, in CSS pixels and tiles; `fit` chooses.
    this.unit = this.wide = this.high = this.across = 1;
    /** One set of them after the other, where there are several. */
    this.every = unpackArray(sent.values);
    this.values = this.every.subarray(0, count * rows * cells);
    this.colours = colours;
    this.limits = Array.from({ length: this.count }, (_, tile) => (each ? Math.max(...this.ends(tile).map(Math.abs)) : sent.limit));
    this.image = this.draw();
  }

  /**
   * Another set of them.
   * @param {number} set
   */
  turnTo(set) {
    const size = this.count * this.rows * this.cells;
    this.values = this.every.subarray(set * size, (set + 1) * size);
    this.image = this.draw();
  }

  /** All maps one below the other, a pixel a value. */
  draw() {
    const image = element("canvas");
    image.width = this.cells;
    image.height = this.rows * this.count;
    const pixels = new ImageData(this.cells, this.rows * this.count);
    for (let at = 0; at < this.values.length; at += 1) pixels.data.set(this.colour(at), at * 4);
    brushOf(image).putImageData(pixels, 0, 0);
    return image;
  }

  /**
   * Red, green, blue and opacity of a value.
   * @param {number} at
   */
  colour(at) {
    const limit = this.limits[Math.floor(at / (this.rows * this.cells))];
    const middle = (LEVELS_OF_MAP - 1) / 2;
    return this.colours[limit > 0 ? Math.round(middle + middle * clamp(this.values[at] / limit, -1, 1)) : middle];
  }

  /**
   * The numbers and colours of a scale for a `ScaleBar`, up to a largest number.
   * @param {number} limit
   * @param {import("../kit/figure/colours.js").Stops} stops from the lowest number to the highest
   */
  scale(limit, stops) {
    if (!this.unsigned) return { low: -limit, high: limit, gradient: gradient(stops), text: mapText };
    const above = stops.filter(([place]) => place >= 0.5).map(([place, hex]) => /** @type {[number, string]} */ ([2 * place - 1, hex]));
    return { low: 0, high: limit, gradient: gradient(above), text: mapText };
  }

  /** @param {number} tile */
  ends(tile) {
    const size = this.rows * this.cells;
    return limits(this.values.subarray(tile * size, (tile + 1) * size));
  }

  // --- in words -------------------------------------------------------------------------------

  /** @param {number} tile */
  name(tile) {
    if (!this.columns) return `${this.tile} ${tile}`;
    const [row, column] = this.tile.split(", ");
    return `${row} ${Math.floor(tile / this.columns)}, ${column} ${tile % this.columns}`;
  }

  /** @param {number} tile */
  summary(tile) {
    const [low, high] = this.ends(tile).map(mapText);
    return `${this.name(tile)}: from ${low} to ${high}`;
  }

  /** @param {Place} place */
  words({ tile, x, y }) {
    const value = this.values[(tile * this.rows + y) * this.cells + x];
    return `${this.name(tile)}, row ${y}, column ${x}: ${mapText(value)}`;
  }

  // --- on the sheet ---------------------------------------------------------------------------

  /**
   * Choose the size of a cell, and how many tiles stand beside each other.
   * @param {number} side of a map, CSS pixels
   * @param {number} width of the sheet
   */
  fit(side, width) {
    const fit = side / Math.max(this.rows, this.cells);
    this.unit = fit >= 1 ? Math.floor(fit) : fit;
    [this.wide, this.high] = [this.cells * this.unit, this.rows * this.unit];
    const fits = Math.max(1, Math.floor((width + GAP) / (this.wide + GAP)));
    // As many rows as that asks for, but of equal length.
    this.across = this.columns || Math.ceil(this.count / Math.ceil(this.count / fits));
  }

  /** @param {number} tile */
  corner(tile) {
    return {
      x: (tile % this.across) * (this.wide + GAP),
      y: Math.floor(tile / this.across) * (this.high + GAP),
    };
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} border its colour
   */
  drawSheet(canvas, border) {
    const boxes = Array.from({ length: this.count }, (_, tile) => ({
      from: tile * this.rows, rows: this.rows, ...this.corner(tile), w: this.wide, h: this.high,
    }));
    const down = Math.ceil(this.count / this.across);
    const context = drawMaps(canvas, this.image, boxes, this.across * (this.wide + GAP) - GAP, down * (this.high + GAP) - GAP);
    context.strokeStyle = border;
    for (const { x, y, w, h } of boxes) context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  }

  /**
   * The tile under a pointer on the sheet, and its cell; null between tiles.
   * @param {MouseEvent} event
   * @returns {Place | null}
   */
  hit({ offsetX, offsetY }) {
    const [column, row] = [Math.floor(offsetX / (this.wide + GAP)), Math.floor(offsetY / (this.high + GAP))];
    const tile = row * this.across + column;
    const x = Math.floor((offsetX - column * (this.wide + GAP)) / this.unit);
    const y = Math.floor((offsetY - row * (this.high + GAP)) / this.unit);
    const inside = x >= 0 && y >= 0 && x < this.cells && y < this.rows;
    return inside && column < this.across && tile < this.count ? { tile, x, y } : null;
  }
}
