// One grid of cells on a canvas: drawn once in full, then copied and marked in every frame.

import { clamp } from "../arithmetic.js";
import { hexToRgb } from "./colours.js";
import { brushOf, textScale } from "../screen.js";

/** @import { Theme } from "../theme.js" */

/**
 * The colours of the cells: `kit/figure/colours.js` has the usual ones.
 * @typedef {object} CellColours
 * @property {(value: number) => string} css
 * @property {(value: number) => string} ink what can be read on it
 * @property {(paper: number[]) => CellColours} [faded] the same, faded into the paper
 * @property {() => string} [gradient] for a colour bar, which others have none of
 * @property {number} [low] the end of the bar
 * @property {number} [high]
 * @property {boolean} [picture] whether the cells are pixels, which are never faded
 */

/**
 * @typedef {object} GridContent
 * @property {string} kind what it is: input, kernel, output, or a title
 * @property {number} rows
 * @property {number} columns
 * @property {any} values an array of numbers, row by row
 * @property {string[]} texts what stands in the cells
 * @property {CellColours | null} scale null until it is known
 * @property {(value: number) => string} [text] what wrote the texts
 * @property {number} [first] of an input of several planes: the index of its first value
 * @property {number} [channel] the plane
 * @property {boolean} [roomy] whether the numbers leave room for others below them
 * @property {((at: number) => boolean) | null} [padding] whether a cell is padding
 * @property {((at: number) => boolean) | null} [unread] whether nothing reads a cell
 */

const THINNEST = 1.5; // line of an outline; a halo of 1 px lies on either side of it

/**
 * The largest font at which every text fits a cell and its outline, or 0 when the numbers would be
 * unreadable; and the room then left on either side of the widest.
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} texts
 * @param {number} cell CSS pixels
 * @param {string} family
 * @returns {{ size: number, spare?: number }}
 */
export function fittingFont(context, texts, cell, family) {
  if (cell * 0.46 < 8) return { size: 0 };
  const room = Math.min(cell * 0.86, cell - 2 * (THINNEST + 1));
  const different = [...new Set(texts)];
  const widest = (/** @type {number} */ size) => {
    context.font = `${size}px ${family}`;
    return different.reduce((most, text) => Math.max(most, context.measureText(text).width), 0);
  };
  const largest = Math.max(17, cell * 0.25) * textScale();
  let size = Math.floor(2 * Math.min(cell * 0.46, (room / widest(10)) * 10, largest)) / 2;
  while (size >= 8 && widest(size) > room) size -= 0.5; // where widths are rounded, they do not grow evenly
  return size >= 8 ? { size, spare: (cell - widest(size)) / 2 } : { size: 0 };
}

export class Grid {
  /** @param {GridContent} content */
  constructor({ kind, rows, columns, values, texts, scale, text, first = 0, channel, roomy = false, padding, unread }) {
    this.kind = kind;
    this.rows = rows;
    this.columns = columns;
    this.values = values;
    this.texts = texts;
    this.scale = /** @type {CellColours} */ (scale);
    this.text = text;
    this.first = first;
    this.channel = channel;
    this.roomy = roomy;
    this.padding = padding;
    this.unread = unread;
    this.cell = 0; // side of a cell in CSS pixels; known once there is room
    this.ratio = 1;
    this.font = 0;
    this.edge = THINNEST;
    this.hasFaded = false;
    this.count = this.rows * this.columns;
    this.canvas = document.createElement("canvas");
    this.canvas.dataset.kind = this.kind;
    this.context = brushOf(this.canvas);
    this.base = document.createElement("canvas"); // the finished grid
    this.ghost = document.createElement("canvas"); // an output before its numbers are known
    this.faded = document.createElement("canvas"); // the finished grid, paler; drawn when it is first needed
  }

  /** @param {number} cell CSS pixels */
  resize(cell) {
    this.cell = cell;
    this.ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.base, this.ghost, this.faded]) {
      canvas.width = Math.round(this.columns * cell * this.ratio);
      canvas.height = Math.round(this.rows * cell * this.ratio);
    }
    this.canvas.style.width = `${this.columns * cell}px`;
    this.canvas.style.height = `${this.rows * cell}px`;
  }

  /**
   * The cell under a pointer, or null.
   * @param {MouseEvent} event
   * @returns {number | null}
   */
  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return null;
    return this.first + row * this.columns + column;
  }

  /**
   * Which cells are meant: 1 for each of `cells`, which are indices.
   * @param {Iterable<number>} cells
   */
  mask(cells) {
    const lit = new Uint8Array(this.count);
    for (const cell of cells) lit[cell] = 1;
    return lit;
  }

  /**
   * @param {number} at
   * @returns {[x: number, y: number]} CSS pixels
   */
  corner(at) {
    return [(at % this.columns) * this.cell, Math.floor(at / this.columns) * this.cell];
  }

  /** @param {Theme} theme */
  drawBase(theme) {
    this.hasFaded = false;
    this.drawFull(this.base, this.scale, theme);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {CellColours} scale
   * @param {Theme} theme
   */
  drawFull(canvas, scale, theme) {
    const context = brushOf(canvas);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const { cell, columns, rows } = this;
    const gap = cell >= 9 ? 1 : 0;
    context.fillStyle = theme.line;
    context.fillRect(0, 0, columns * cell, rows * cell);
    for (let at = 0; at < this.count; at += 1) {
      const [x, y] = this.corner(at);
      context.fillStyle = scale.css(this.values[at]);
      // Small cells have no line between them: each covers the seam that its neighbour left.
      const side = gap ? cell - gap : cell + 0.5;
      context.fillRect(x + gap / 2, y + gap / 2, side, side);
    }
    if (this.kind === "output" && canvas === this.base) this.drawGhost(theme);
    if (this.padding) this.hatchPadding(context, theme);
    this.writeNumbers(context, scale, theme);
    if (this.unread) this.strikeUnread(context, theme);
    if (!gap) {
      context.strokeStyle = theme.line;
      context.strokeRect(0.5, 0.5, columns * cell - 1, rows * cell - 1);
    }
  }

  /** @param {Theme} theme */
  drawGhost(theme) {
    const context = brushOf(this.ghost);
    context.globalAlpha = 1;
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, this.ghost.width, this.ghost.height);
    context.globalAlpha = 0.2;
    context.drawImage(this.base, 0, 0);
  }

  /**
   * Padding is no part of the input: paler, hatched, and in the colour of its control.
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   */
  hatchPadding(context, theme) {
    const { cell } = this;
    const ring = new Path2D();
    for (let at = 0; at < this.count; at += 1) {
      if (!this.padding?.(at)) continue;
      ring.rect(...this.corner(at), cell, cell);
    }
    context.save();
    context.clip(ring);
    context.globalAlpha = 0.62;
    context.fillStyle = theme.paper;
    context.fill(ring);
    context.globalAlpha = 0.75;
    context.strokeStyle = theme.padding;
    context.lineWidth = 1;
    context.beginPath();
    const [width, height] = [this.columns * cell, this.rows * cell];
    for (let x = -height; x < width; x += Math.max(4, Math.min(8, cell / 3))) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.stroke();
    context.restore();
    if (cell < 9) return;
    context.save();
    context.strokeStyle = theme.padding;
    context.setLineDash([2, 2]);
    for (let at = 0; at < this.count; at += 1) {
      if (!this.padding?.(at)) continue;
      const [x, y] = this.corner(at);
      context.strokeRect(x + 1, y + 1, cell - 2, cell - 2);
    }
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CellColours} scale
   * @param {Theme} theme
   */
  writeNumbers(context, scale, theme) {
    const { size, spare = this.cell } = fittingFont(context, this.texts, this.roomy ? this.cell * 0.9 : this.cell, theme.font);
    this.font = size;
    this.edge = clamp(Math.min(this.cell / 7, spare - 1.5), THINNEST, 3);
    if (!size) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const drop = this.roomy && this.cell >= 34 ? 0.36 : 0.53;
    for (let at = 0; at < this.count; at += 1) {
      const [x, y] = this.corner(at);
      const outside = this.padding?.(at);
      context.font = `${outside ? "italic " : ""}${size}px ${theme.font}`;
      if (outside) {
        context.lineWidth = 3;
        context.strokeStyle = theme.paper;
        context.strokeText(this.texts[at], x + this.cell / 2, y + this.cell * drop);
      }
      context.fillStyle = outside ? theme.ink : scale.ink(this.values[at]);
      context.fillText(this.texts[at], x + this.cell / 2, y + this.cell * drop);
    }
  }

  /**
   * Cells that no window reads are faded and struck through.
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   */
  strikeUnread(context, theme) {
    const { cell } = this;
    context.save();
    for (let at = 0; at < this.count; at += 1) {
      if (!this.unread?.(at)) continue;
      const [x, y] = this.corner(at);
      context.globalAlpha = 0.55;
      context.fillStyle = theme.paper;
      context.fillRect(x, y, cell, cell);
      context.globalAlpha = cell < 16 ? 0.45 : 0.8;
      context.strokeStyle = theme.muted;
      context.lineWidth = Math.max(1, Math.min(1.5, cell / 12));
      context.beginPath();
      context.moveTo(x + cell * 0.18, y + cell * 0.18);
      context.lineTo(x + cell * 0.82, y + cell * 0.82);
      context.moveTo(x + cell * 0.82, y + cell * 0.18);
      context.lineTo(x + cell * 0.18, y + cell * 0.82);
      context.stroke();
    }
    context.restore();
  }

  /**
   * Copy the finished grid; cells from `done` on are still to come and only faintly there.
   * @param {number} [done]
   */
  start(done = this.count) {
    const { context, canvas, columns } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (done >= this.count) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(this.base, 0, 0);
    } else {
      context.drawImage(this.ghost, 0, 0);
      const row = Math.floor(done / columns);
      this.copyCells(0, 0, row, columns);
      this.copyCells(row, 0, 1, done % columns);
    }
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  /**
   * Show one cell in full.
   * @param {number} at
   */
  reveal(at) {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.copyCells(Math.floor(at / this.columns), at % this.columns, 1, 1);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  /**
   * Fade everything but the lit cells; a picture stays as it is, or it would be another picture.
   * @param {ArrayLike<number>} lit
   * @param {Theme} theme
   */
  fade(lit, theme) {
    if (this.scale.picture || !this.scale.faded) return;
    if (!this.hasFaded) {
      this.context.fillStyle = theme.paper;
      const paper = hexToRgb(this.context.fillStyle); // however the theme writes it
      this.drawFull(this.faded, this.scale.faded(paper), theme);
      this.hasFaded = true;
    }
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.drawImage(this.faded, 0, 0);
    for (let at = 0; at < lit.length; at += 1) if (lit[at]) this.reveal(at);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {number} rows
   * @param {number} columns
   */
  copyCells(row, column, rows, columns) {
    const size = this.cell * this.ratio;
    const [x, y, width, height] = [column * size, row * size, columns * size, rows * size].map(Math.round);
    if (width > 0 && height > 0) this.context.drawImage(this.base, x, y, width, height, x, y, width, height);
  }

  /**
   * Draw one outline around each connected area of lit cells, readable on any colour.
   * @param {ArrayLike<number>} lit
   * @param {string} colour
   * @param {Theme} theme
   */
  outline(lit, colour, theme) {
    const { context, cell, columns, rows } = this;
    const is = (/** @type {number} */ row, /** @type {number} */ column) =>
      row >= 0 && column >= 0 && row < rows && column < columns && Boolean(lit[row * columns + column]);
    const path = new Path2D();
    const near = this.edge / 2;
    for (let at = 0; at < this.count; at += 1) {
      if (!lit[at]) continue;
      const [x, y] = this.corner(at);
      const [row, column] = [Math.floor(at / columns), at % columns];
      const across = (/** @type {number} */ height) => {
        path.moveTo(x, height);
        path.lineTo(x + cell, height);
      };
      const upright = (/** @type {number} */ place) => {
        path.moveTo(place, y);
        path.lineTo(place, y + cell);
      };
      if (!is(row - 1, column)) across(y + near);
      if (!is(row + 1, column)) across(y + cell - near);
      if (!is(row, column - 1)) upright(x + near);
      if (!is(row, column + 1)) upright(x + cell - near);
    }
    context.strokeStyle = theme.paper; // a halo keeps it apart from any colour below
    context.lineWidth = this.edge + 2;
    context.stroke(path);
    context.strokeStyle = colour;
    context.lineWidth = this.edge;
    context.stroke(path);
  }

  /**
   * Write the number that each weight meets now under the weight itself.
   * @param {[at: number, text: string][]} met
   * @param {Theme} theme
   */
  writeMet(met, theme) {
    const { context, cell } = this;
    if (!this.font || cell < 34) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${Math.max(9, Math.round(this.font * 0.72))}px ${theme.font}`;
    for (const [at, text] of met) {
      const [x, y] = this.corner(at);
      context.fillStyle = this.scale.ink(this.values[at]);
      context.fillText(`×${text}`, x + cell / 2, y + cell * 0.74, cell - 2 * (this.edge + 1));
    }
  }
}
