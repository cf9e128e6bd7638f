// The loss at every step, on a logarithmic scale, with the step in view marked.

import { tenTo } from "../kit/numbers.js";
import { Plot } from "../kit/figure/plot.js";
import { textScale } from "../kit/screen.js";

const LEAST = 1e-16; // below it, a loss is rounding

export class Curve {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.plot = new Plot(canvas);
    /** @type {number[]} of ten, of each loss */
    this.logs = [];
    this.low = this.high = 0; // the ends of the axis
  }

  /** @param {ArrayLike<number>} losses one for each step */
  load(losses) {
    this.logs = Array.from(losses, (loss) => Math.log10(Math.max(loss, LEAST)));
    this.low = Math.floor(Math.min(...this.logs));
    this.high = Math.max(Math.ceil(Math.max(...this.logs)), this.low + 1);
  }

  /**
   * @param {number} step the one in view
   * @param {import("../kit/theme.js").Theme} theme
   */
  draw(step, theme) {
    const { plot, logs, low, high } = this;
    if (!plot.canvas.clientWidth) return;
    const last = logs.length - 1;
    const room = { left: 58 * textScale(), right: 12, top: 12, bottom: 24 * textScale() };
    plot.begin(theme, { x: [0, Math.max(last, 1)], y: [low, high], room });
    const every = Math.max(1, Math.ceil((high - low) / 5));
    for (let log = low; log <= high; log += every) {
      plot.across(log, theme.line, 0.5);
      plot.text(tenTo(log), plot.left - 6, plot.y(log), { align: "right" });
    }
    plot.text("Loss, sum of squared errors", plot.left + 6, plot.height - 6, { baseline: "alphabetic" });
    plot.text(`Step ${last}`, plot.right, plot.height - 6, { baseline: "alphabetic", align: "right" });
    /** @type {import("../kit/figure/plot.js").Pair[]} */
    const points = logs.map((log, at) => [at, log]);
    plot.line(points, theme.line, 1.5);
    plot.line(points.slice(0, step + 1), theme.accent, 2.5);
    plot.dot(step, logs[step], 5, theme.accent);
  }
}
