// Curves on a canvas.

import { sizedContext } from "../kit/elements.js";
import { numberText } from "../kit/numbers.js";
import { textScale } from "../kit/screen.js";

export class Plot {
  constructor(canvas, from, to) {
    Object.assign(this, { canvas, from, to });
  }

  start(theme, high) {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.context = sizedContext(this.canvas, this.width, this.height);
    this.high = high;
    this.foot = 18 * textScale(); // for the numbers below the axis
    this.theme = theme;
    this.axes();
  }

  x(value) {
    return ((value - this.from) / (this.to - this.from)) * this.width;
  }

  y(value) {
    return this.height - this.foot - (value / this.high) * (this.height - this.foot - 8);
  }

  /** The number on the horizontal axis under a pointer. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.from + ((event.clientX - box.left) / box.width) * (this.to - this.from);
  }

  axes() {
    const { context, theme } = this;
    context.font = `${11 * textScale()}px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineWidth = 1;
    for (let value = Math.ceil(this.from); value <= this.to; value += 1) {
      context.strokeStyle = theme.line;
      context.globalAlpha = value ? 0.35 : 1;
      context.beginPath();
      context.moveTo(this.x(value), 4);
      context.lineTo(this.x(value), this.y(0));
      context.stroke();
      context.globalAlpha = 1;
      context.fillStyle = theme.muted;
      if (value % 2 === 0 && Math.abs(value) < this.to) context.fillText(numberText(value), this.x(value), this.y(0) + 4);
    }
    context.strokeStyle = theme.line;
    context.beginPath();
    context.moveTo(0, this.y(0));
    context.lineTo(this.width, this.y(0));
    context.stroke();
    context.textAlign = "left";
    const top = 10 ** Math.floor(Math.log10(this.high));
    const tick = [5, 2, 1].map((times) => times * top).find((value) => value <= this.high) ?? top;
    context.fillText(numberText(tick, 3), 3, this.y(tick) + 2);
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(0, this.y(tick));
    context.lineTo(12, this.y(tick));
    context.stroke();
    context.globalAlpha = 1;
  }

  /** @param {[number, number][]} points */
  path(points) {
    const path = new Path2D();
    points.forEach(([x, y], at) => (at ? path.lineTo(this.x(x), this.y(y)) : path.moveTo(this.x(x), this.y(y))));
    return path;
  }

  line(points, colour, width = 2) {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.stroke(this.path(points));
  }

  area(points, colour, alpha) {
    if (!points.length) return;
    const path = this.path([[points[0][0], 0], ...points, [points.at(-1)[0], 0]]);
    this.context.globalAlpha = alpha;
    this.context.fillStyle = colour;
    this.context.fill(path);
    this.context.globalAlpha = 1;
  }

  upright(value, colour) {
    const { context } = this;
    context.strokeStyle = colour;
    context.setLineDash([4, 4]);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(this.x(value), 4);
    context.lineTo(this.x(value), this.y(0));
    context.stroke();
    context.setLineDash([]);
  }

  /** Something to take hold of: round to move, square to widen. */
  handle(value, height, colour, square) {
    const { context } = this;
    const [x, y] = [this.x(value), this.y(height)];
    context.fillStyle = colour;
    context.strokeStyle = this.theme.paper;
    context.lineWidth = 2;
    context.beginPath();
    if (square) context.rect(x - 5, y - 5, 10, 10);
    else context.arc(x, y, 6.5, 0, 7);
    context.fill();
    context.stroke();
  }
}
