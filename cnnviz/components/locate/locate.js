// One threshold turns maps into pieces and boxes, at once; the true box of a picture can be drawn.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed, percent } from "../kit/numbers.js";
import { Player } from "../kit/figure/player.js";
import { Plot } from "../kit/figure/plot.js";
import { holdWithPointer } from "../kit/pointer.js";
import { brushOf, sizedContext, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { boxOf, largestPiece, overlap, stretched } from "./pieces.js";

const USUAL = 20; // percent of the maximum, as B. Zhou et al. (2016) chose
const [LEAST, MOST] = [5, 95]; // percent
const PACE = 11; // percent a second, while it plays
const SMALLEST = 8; // pixels, the sides of a box that is drawn

class Locate extends Figure {
  constructor(parent) {
    super(parent);
    const keep = (share) => keepInAddress(this.data.parameter, share);
    this.player = new Player(this, { pace: () => PACE, name: "Threshold, percent of the maximum", first: LEAST, keep });
    this.canvas = this.canvasAt(".curve");
    this.resizer.observe(this.canvas); // as high as the window allows
    this.plot = new Plot(this.canvas);
    this.views = [];
    this.player.dragAlong(this.canvas, (event) => 100 * this.plot.under(event));
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    if (first) {
      const kept = this.kept(data.parameter);
      const stands = Number.isInteger(kept[0]) && kept[0] >= LEAST && kept[0] <= MOST;
      this.player.begin(MOST, { at: stands ? kept[0] : null, rest: USUAL });
    }
    Object.assign(this.root.dataset, { alone: String(data.places.length === 1), drag: String(data.drag) });
    this.views = data.places.map((place, at) => this.viewOf(place, at));
    this.figure.replaceChildren(...this.views.map(({ figure }) => figure));
    this.find(".how").textContent = data.drag ? "Draw the true box: press at one corner and drag to the opposite one, or press at one and then at the other." : "Drag along the bar or the curve.";
    this.find(".dragging").hidden = !data.drag;
    this.describe(data);
    this.retrace();
    this.fillTables();
    this.wake();
  }

  /** Numbers that the address keeps under a name. */
  kept(name) {
    const text = new URL(window.location.href).searchParams.get(name);
    return text === null ? [] : text.split(",").map(Number);
  }

  viewOf({ picture, size: [height, width], values, rows, name, truth }, at) {
    const figure = element("figure");
    const canvas = element("canvas");
    const caption = element("figcaption");
    canvas.style.aspectRatio = `${width} / ${height}`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    figure.append(canvas, caption);
    const image = new Image();
    image.onload = () => this.wake();
    image.src = picture;
    const mask = element("canvas");
    Object.assign(mask, { width, height });
    const view = { figure, canvas, caption, image, mask, name, height, width, values: stretched(values, rows, height, width), truth };
    if (this.data.drag && at === 0) this.letDraw(view);
    return view;
  }

  /** Let a pointer draw the true box of a view, by dragging or by two presses. */
  letDraw(view) {
    const name = `${this.data.parameter}_box`;
    const kept = this.kept(name);
    const whole = kept.length === 4 && kept.every(Number.isInteger);
    if (whole) this.setTruth(view, /** @type {import("./pieces.js").Box} */ (kept));
    let corner = null;
    let waiting = false; // for the second press
    const under = (event) => {
      const box = view.canvas.getBoundingClientRect();
      return [((event.clientY - box.top) / box.height) * view.height, ((event.clientX - box.left) / box.width) * view.width];
    };
    const pull = (event) => {
      const ends = [corner, under(event)];
      const [top, left] = [0, 1].map((axis) => Math.round(Math.min(ends[0][axis], ends[1][axis])));
      const [bottom, right] = [0, 1].map((axis) => Math.round(Math.max(ends[0][axis], ends[1][axis])));
      if (bottom - top < SMALLEST || right - left < SMALLEST) return false;
      this.draw([top, left, bottom - top, right - left]);
      return true;
    };
    let drawn = false;
    holdWithPointer(
      view.canvas,
      (event) => {
        this.player.playing = false;
        drawn = false;
        if (waiting && pull(event)) waiting = false;
        else [corner, waiting] = [under(event), true];
      },
      (event) => {
        if (!waiting) return;
        drawn = pull(event) || drawn;
      },
      () => {
        if (drawn) waiting = false;
      },
    );
  }

  setTruth(view, [top, left, height, width]) {
    const [h, w] = [clamp(height, SMALLEST, view.height), clamp(width, SMALLEST, view.width)];
    view.truth = [clamp(top, 0, view.height - h), clamp(left, 0, view.width - w), h, w];
  }

  /** Take a box as the true one. */
  draw(box) {
    const [view] = this.views;
    this.setTruth(view, box);
    this.after(300, "box", () => keepInAddress(`${this.data.parameter}_box`, view.truth.join(",")));
    this.after(200, "retrace", () => {
      this.retrace();
      this.fillTables();
      this.wake();
    });
    this.say();
    this.wake();
  }

  /** The curve: the means that came, or the IoU of the first picture at each threshold. */
  retrace() {
    const { means, thresholds } = this.data;
    if (means.length) {
      this.curve = thresholds.map((threshold, at) => [threshold, means[at]]);
      return;
    }
    const [view] = this.views;
    const shares = [...Array(19).keys()].map((step) => (step + 1) / 20);
    this.curve = shares.map((share) => [share, overlap(boxOf(largestPiece(view.values, view.width, share), view.width), view.truth)]);
  }

  resize() {
    this.redraw();
  }

  keys({ shiftKey }) {
    const by = (step) => () => this.player.go(this.player.step + step);
    const move = (down, right) => () => {
      const [top, left, height, width] = this.views[0].truth;
      this.player.playing = false;
      this.draw(shiftKey ? [top, left, height + down, width + right] : [top + down, left + right, height, width]);
    };
    const step = Math.max(1, Math.round(this.views[0].height / 50));
    return {
      "+": by(1), "=": by(1), "-": by(-1), PageUp: by(5), PageDown: by(-5), " ": () => this.player.toggle(),
      ...(this.data.drag && { ArrowUp: move(-step, 0), ArrowDown: move(step, 0), ArrowLeft: move(0, -step), ArrowRight: move(0, step) }),
    };
  }

  paint() {
    const { means, meansOf } = this.data;
    const share = this.player.step; // percent
    this.player.show(`Threshold: ${share}% of the maximum`);
    const style = getComputedStyle(this.root);
    const [blue, orange] = ["--st-blue-color", "--st-orange-color"].map((name) => style.getPropertyValue(name).trim());
    for (const view of this.views) {
      const piece = largestPiece(view.values, view.width, share / 100);
      view.box = boxOf(piece, view.width);
      view.overlap = overlap(view.box, view.truth);
      this.paintView(view, piece, blue, orange);
      view.caption.textContent = `${view.name}: IoU ${fixed(view.overlap, 2)}`;
    }
    const [view] = this.views;
    const mean = this.meanNow();
    this.told.textContent = means.length
      ? `At ${share}% of the maximum: mean IoU ${fixed(mean, 2)} ${meansOf}.`
      : `At ${share}% of the maximum: IoU ${fixed(view.overlap, 2)} of the box found, ${view.box ? `${view.box[3]}×${view.box[2]} pixels` : "none, since nothing speaks for the class"}, and the true one, ${view.truth[3]}×${view.truth[2]}.`;
    Object.assign(this.root.dataset, { percent: share, overlap: view.overlap.toFixed(6), truth: view.truth.join() });
    this.paintCurve(mean, blue);
  }

  /** The curve's number at this threshold. */
  meanNow() {
    const at = clamp((this.player.step / 100 - this.curve[0][0]) / 0.05, 0, this.curve.length - 1);
    const [before, after] = [Math.floor(at + 1e-9), Math.ceil(at - 1e-9)];
    return this.curve[before][1] + (this.curve[after][1] - this.curve[before][1]) * (at - before);
  }

  paintView({ canvas, image, mask, width, height, box, truth }, piece, blue, orange) {
    const wide = canvas.clientWidth;
    if (!wide) return;
    const context = sizedContext(canvas, wide, canvas.clientHeight);
    const zoom = wide / width;
    if (image.complete && image.naturalWidth) {
      context.imageSmoothingEnabled = width > 100;
      context.drawImage(image, 0, 0, width * zoom, height * zoom);
    }
    const tint = new ImageData(width, height);
    // What lies outside the piece is dimmed.
    for (let at = 0; at < piece.length; at += 1) tint.data[4 * at + 3] = piece[at] ? 0 : 120;
    brushOf(mask).putImageData(tint, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(mask, 0, 0, width * zoom, height * zoom);
    const frame = ([top, left, h, w], colour, dash) => {
      for (const [style, line] of [["#fff", 4], [colour, 2.4]]) {
        context.strokeStyle = style;
        context.lineWidth = line;
        context.setLineDash(dash);
        context.strokeRect(left * zoom, top * zoom, w * zoom, h * zoom);
      }
    };
    frame(truth, orange, [6, 4]);
    if (box) frame(box, blue, []);
    context.setLineDash([]);
  }

  paintCurve(mean, colour) {
    if (!this.canvas.clientWidth) return;
    const { plot } = this;
    const theme = readTheme(this.root);
    plot.begin(theme, { x: [0, 1], y: [0, 1], room: { left: 34 * textScale(), right: 14, top: 20 * textScale(), bottom: 38 * textScale() } });
    for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
      plot.across(tick, theme.line, tick ? 0.5 : 1);
      plot.text(String(tick), plot.left - 6, plot.y(tick), { align: "right" });
      plot.text(percent(tick, 0), clamp(plot.x(tick), 14, plot.width - 18), plot.floor + 12 * textScale(), { align: "center" });
    }
    plot.text(this.data.means.length ? `Mean IoU ${this.data.meansOf}` : "IoU of this picture", plot.left, 8 * textScale());
    plot.text("Threshold, share of the maximum", plot.left, plot.height - 8, { baseline: "alphabetic" });
    plot.upright(this.player.step / 100, theme.muted);
    plot.line(/** @type {import("../kit/figure/plot.js").Pair[]} */ (this.curve), colour, 2.2);
    plot.dot(this.player.step / 100, mean, 5, colour, theme.paper);
    this.canvas.setAttribute("aria-label", `IoU against the threshold: ${this.curve.map(([share, value]) => `${percent(share, 0)} ${fixed(value, 2)}`).join(", ")}`);
  }

  tables() {
    const boxText = (box) => (box ? box.join(", ") : "none");
    return [
      { caption: "IoU at each threshold", heads: ["Threshold", "IoU"], lines: this.curve.map(([share, value]) => [percent(share, 0), fixed(value, 3)]) },
      {
        caption: "Boxes: top, left, height, width in pixels", heads: ["Picture", "Found", "True", "IoU"],
        lines: this.views.filter(({ overlap: known }) => known !== undefined).map((view) => [view.name, boxText(view.box), boxText(view.truth), fixed(view.overlap, 3)]),
      },
    ];
  }
}

export default mounting(Locate);
