// Curves on a canvas: where numbers lie on it, and the strokes that every plot is made of.

import { brushOf, sizedContext, textScale } from "../screen.js";

/** @import { Theme } from "../theme.js" */

const NOWHERE = { left: 0, right: 0, top: 0, bottom: 0 };

/** @param {number} value */
const same = (value) => value;

/** @typedef {[x: number, y: number]} Pair numbers of both axes, or CSS pixels */

export class Plot {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = brushOf(canvas);
    /** @type {Theme | null} */
    this.theme = null;
    // The canvas, and the ends of the axes on it and in numbers; known once a picture has begun.
    this.width = this.height = NaN;
    this.left = this.right = this.top = this.floor = NaN;
    this.from = this.to = this.low = this.high = NaN;
    /** What of a number of the vertical axis is drawn. */
    this.of = same;
  }

  /**
   * Empty the canvas for a new picture.
   * @param {Theme} theme
   * @param {object} axes
   * @param {[number, number]} axes.x the ends of the horizontal axis
   * @param {[number, number]} axes.y the ends of the vertical one
   * @param {boolean} [axes.logarithmic] whether the vertical one is
   * @param {{ left: number, right: number, top: number, bottom: number }} [axes.room] CSS pixels around them
   * @param {number} [axes.font] size of texts in CSS pixels, at the usual size of the page
   * @param {number} [axes.width] CSS pixels
   * @param {number} [axes.height] CSS pixels
   */
  begin(theme, { x, y, room = NOWHERE, font = 11, logarithmic = false, width = this.canvas.clientWidth, height = this.canvas.clientHeight }) {
    sizedContext(this.canvas, width, height);
    this.context.font = `${font * textScale()}px ${theme.font}`;
    this.context.lineJoin = "round";
    [this.width, this.height, this.theme] = [width, height, theme];
    [this.left, this.right, this.top, this.floor] = [room.left, width - room.right, room.top, height - room.bottom];
    [this.from, this.to] = x;
    this.of = logarithmic ? Math.log : same;
    [this.low, this.high] = [this.of(y[0]), this.of(y[1])];
  }

  /**
   * Where a number of the horizontal axis lies, in CSS pixels.
   * @param {number} value
   */
  x(value) {
    return this.left + ((value - this.from) / (this.to - this.from)) * (this.right - this.left);
  }

  /** @param {number} value */
  y(value) {
    return this.floor - ((this.of(value) - this.low) / (this.high - this.low)) * (this.floor - this.top);
  }

  /**
   * The number of the horizontal axis under a pointer.
   * @param {MouseEvent} event
   */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left - this.left) / (box.width - this.left - (this.width - this.right));
    return this.from + share * (this.to - this.from);
  }

  // --- strokes, at numbers --------------------------------------------------------------------

  /**
   * @param {Pair[]} points
   * @param {string} colour
   * @param {number} [width]
   * @param {number[]} [dash]
   */
  line(points, colour, width = 2, dash = []) {
    this.stroke(points.map(([x, y]) => [this.x(x), this.y(y)]), colour, width, dash);
  }

  /**
   * The area between a curve and 0.
   * @param {Pair[]} points
   * @param {string} colour
   * @param {number} opacity
   */
  area(points, colour, opacity) {
    if (!points.length) return;
    const { context } = this;
    context.globalAlpha = opacity;
    const [first, last] = [points[0][0], points[points.length - 1][0]];
    /** @type {Pair[]} */
    const around = [[first, 0], ...points, [last, 0]];
    this.polygon(around.map(([x, y]) => [this.x(x), this.y(y)]), colour);
    context.globalAlpha = 1;
  }

  /**
   * A line of the grid at a number of the vertical axis.
   * @param {number} value
   * @param {string} colour
   * @param {number} [opacity]
   */
  across(value, colour, opacity = 1) {
    this.context.globalAlpha = opacity;
    const at = crisp(this.y(value));
    this.stroke([[this.left, at], [this.right, at]], colour, 1);
    this.context.globalAlpha = 1;
  }

  /**
   * A line at a number of the horizontal axis; it begins `rise` pixels above the axes.
   * @param {number} value
   * @param {string} colour
   * @param {{ width?: number, dash?: number[], rise?: number, opacity?: number }} [look]
   */
  upright(value, colour, { width = 1, dash = [], rise = 0, opacity = 1 } = {}) {
    this.context.globalAlpha = opacity;
    const at = crisp(this.x(value));
    this.stroke([[at, this.top - rise], [at, this.floor]], colour, width, dash);
    this.context.globalAlpha = 1;
  }

  /**
   * A dot, perhaps with a rim.
   * @param {number} x
   * @param {number} y
   * @param {number} radius CSS pixels
   * @param {string} colour
   * @param {string} [rim] its colour
   */
  dot(x, y, radius, colour, rim) {
    const { context } = this;
    context.beginPath();
    context.arc(this.x(x), this.y(y), radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    if (rim) this.rim(rim);
  }

  /**
   * A square with a rim.
   * @param {number} x
   * @param {number} y
   * @param {number} side CSS pixels
   * @param {string} colour
   * @param {string} rim its colour
   */
  square(x, y, side, colour, rim) {
    const { context } = this;
    context.beginPath();
    context.rect(this.x(x) - side / 2, this.y(y) - side / 2, side, side);
    context.fillStyle = colour;
    context.fill();
    this.rim(rim);
  }

  /** @param {string} colour */
  rim(colour) {
    this.context.strokeStyle = colour;
    this.context.lineWidth = 2;
    this.context.stroke();
  }

  // --- strokes, at CSS pixels -----------------------------------------------------------------

  /**
   * @param {Pair[]} points
   * @param {string} colour
   * @param {number} width
   * @param {number[]} [dash]
   */
  stroke(points, colour, width, dash = []) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
  }

  /**
   * @param {Pair[]} points
   * @param {string} colour
   */
  polygon(points, colour) {
    const { context } = this;
    context.fillStyle = colour;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.fill();
  }

  /**
   * A text; with `halo`, what passes behind it is kept away from its letters.
   * @param {string} text
   * @param {number} x CSS pixels
   * @param {number} y CSS pixels
   * @param {object} [look]
   * @param {CanvasTextAlign} [look.align]
   * @param {CanvasTextBaseline} [look.baseline]
   * @param {string} [look.colour]
   * @param {boolean} [look.halo]
   * @param {number} [look.most] the widest it may be: a longer one is squeezed
   */
  text(text, x, y, { align = "left", baseline = "middle", colour, halo = false, most } = {}) {
    const theme = /** @type {Theme} */ (this.theme);
    const { context } = this;
    context.textAlign = align;
    context.textBaseline = baseline;
    if (halo) {
      context.strokeStyle = theme.paper;
      context.lineWidth = 4;
      context.strokeText(text, x, y, most);
    }
    context.fillStyle = colour ?? theme.muted;
    context.fillText(text, x, y, most);
  }

  /**
   * How wide a text is, in CSS pixels.
   * @param {string} text
   */
  measure(text) {
    return this.context.measureText(text).width;
  }

  /**
   * A text cut to a width, with an ellipsis.
   * @param {string} text
   * @param {number} width CSS pixels
   */
  fitted(text, width) {
    if (this.measure(text) <= width) return text;
    let cut = text;
    while (cut.length > 1 && this.measure(`${cut}\u2026`) > width) cut = cut.slice(0, -1);
    return `${cut}\u2026`;
  }
}

/**
 * Where a line of one pixel is not smeared over two.
 * @param {number} pixels
 */
function crisp(pixels) {
  return Math.round(pixels) + 0.5;
}
