// Grey pictures coloured by two networks; point at a pixel to see which colours one thinks likely.

import { bytesOf, unpackArray } from "../kit/arrays.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { element, write } from "../kit/elements.js";
import { prepare } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { CellFigure } from "../kit/figure/moving_figure.js";
import { fixed, percent } from "../kit/numbers.js";
import { PixelPanel } from "../kit/figure/pixel_panel.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { sizedContext } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { annealed, fromRgb, sharesOf, toRgb } from "./colour.js";

const PACE = 2500; // milliseconds at a picture
const TITLES = ["Grey: the input", "True colours", "Squared error", "Colour classes"];
const UNKNOWN = "This picture has no colours of its own: it is grey, or in shades of one colour. So nobody knows the true ones.";
const REACH = 0.4; // of Cb and Cr, to each side of the plane

class Colouriser extends CellFigure {
  constructor(parent) {
    super(parent);
    this.state = { picture: 0, row: 0, column: 0, temperature: 0 };
    this.find(".tools").prepend(this.pictureButtons((by) => this.step(by)));
    const slider = this.field("input[type=range]");
    slider.oninput = () => {
      this.state.temperature = Number(slider.value);
      this.change();
    };
    this.find(".save").onclick = () => this.save();
    slider.onkeydown = (event) => event.stopPropagation();
    this.bars = new ClassBars(this.find(".bars-here"));
  }

  get cells() {
    return this.data.side;
  }

  load(data) {
    const same = this.data?.pictures.data === data.pictures.data; // then it is the networks that have learned
    this.data = data;
    this.describe(data);
    const { side } = data;
    const pixels = unpackArray(data.pictures);
    const each = 3 * side * side;
    this.pictures = data.titles.map((_, at) => pixels.subarray(at * each, (at + 1) * each));
    this.centres = unpackArray(data.centres);
    const ready = (spec, weights) => prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors);
    this.regression = ready(data.regression, data.regression_weights);
    this.classing = ready(data.classing, data.classing_weights);
    this.bars.load(data.classes, data.classes.map((_, at) => this.cssOf(at)));
    this.panels = TITLES.map((title) => {
      const panel = new PixelPanel(title, side);
      this.follow(panel);
      return panel;
    });
    this.figure.replaceChildren(...this.panels.map(({ root }) => root));
    if (same) {
      this.look(this.state.picture);
      return;
    }
    this.moving = !data.still && !this.calm;
    this.show(0);
  }

  /** The colour of a class, at a middle grey. */
  cssOf(at) {
    return `rgb(${toRgb(0.5, this.centres[2 * at], this.centres[2 * at + 1]).map(Math.round).join(" ")})`;
  }

  /** Another picture, at its lightest pixel. */
  show(picture) {
    const { side } = this.data;
    this.look(picture);
    const lightest = this.grey.indexOf(Math.max(...this.grey));
    Object.assign(this.state, { picture, row: Math.floor(lightest / side), column: lightest % side });
    this.change();
  }

  /** Run both networks once. */
  look(picture) {
    const { side, scale, classes } = this.data;
    const pixels = this.pictures[picture];
    const area = side * side;
    this.truth = [...Array(area).keys()].map((at) => fromRgb(pixels.subarray(3 * at, 3 * at + 3)));
    this.grey = Float32Array.from(this.truth, ([grey]) => grey);
    this.regression.run(this.grey);
    this.guess = this.regression.output.values.map((value) => value * scale);
    this.classing.run(this.grey);
    this.shares = sharesOf(this.classing.output.values, classes.length);
    this.change();
  }

  step(by) {
    this.moving = false;
    const count = this.pictures.length;
    this.show((this.state.picture + by + count) % count);
  }

  keys(event) {
    return { ...super.keys(event), PageUp: () => this.step(-1), PageDown: () => this.step(1) };
  }

  advance(now) {
    if (this.passed(now, PACE)) this.show((this.state.picture + 1) % this.pictures.length);
  }

  /** Let the person keep the picture as the network with classes has coloured it. */
  save() {
    const link = element("a");
    link.href = this.panels[3].stamp.toDataURL();
    link.download = "coloured.png";
    link.click();
  }

  /** Whether the picture on screen has true colours that are known. */
  get known() {
    return !(this.data.unknown && this.state.picture === 0);
  }

  /** The shares of the classes at a pixel. */
  sharesAt(pixel) {
    return this.data.classes.map((_, at) => this.shares[at * this.grey.length + pixel]);
  }

  paint() {
    const { data: { side, titles, classes }, state: { picture, row, column, temperature } } = this;
    const area = side * side;
    const marked = { row, column };
    this.panels[1].root.hidden = !this.known;
    const ways = [() => [0, 0], (at) => this.truth[at].slice(1), (at) => [this.guess[at], this.guess[area + at]], (at) => annealed(this.sharesAt(at), this.centres, temperature)];
    const pixel = row * side + column;
    this.panels.forEach((panel, at) => {
      let [total, here] = [0, [0, 0]];
      panel.draw((place) => {
        const [cb, cr] = ways[at](place);
        total += Math.hypot(cb, cr);
        if (place === pixel) here = [cb, cr];
        return toRgb(this.grey[place], cb, cr);
      }, marked);
      write(panel.note, at ? `Here (${fixed(here[0], 2)}, ${fixed(here[1], 2)}); mean colourfulness ${fixed(total / area, 3)}` : `${titles[picture]}, picture ${picture + 1} of ${titles.length}`);
    });
    const shares = this.sharesAt(pixel);
    const best = this.bars.draw(shares);
    const [guess, chosen] = [ways[2](pixel), ways[3](pixel)];
    this.drawPlane(shares, ways[1](pixel), guess, chosen);
    const second = shares.map((share, at) => (at === best ? -1 : share)).reduce((most, share, at, all) => (share > all[most] ? at : most), best ? 0 : 1);
    write(this.told, `Pixel (${row}, ${column}): ${classes[best]} ${percent(shares[best], 0)}, ${classes[second]} ${percent(shares[second], 0)}. The squared error gives one colour, ${fixed(Math.hypot(...guess), 2)} from grey; the classes at T = ${fixed(temperature, 2)} one that is ${fixed(Math.hypot(...chosen), 2)} from it.${this.known ? "" : ` ${UNKNOWN}`}`);
    write(this.find("output"), fixed(temperature, 2));
    this.seen = { shares, guess, chosen, truth: ways[1](pixel) };
    this.markPlaying(this.moving, "Go through the pictures");
  }

  /** The plane of Cb and Cr: a disc for each class, as large as it is probable, and three marks. */
  drawPlane(shares, truth, guess, chosen) {
    const canvas = this.canvasAt(".plane");
    const size = canvas.clientWidth || 240;
    const brush = sizedContext(canvas, size, size);
    const theme = readTheme(this.root);
    const place = ([cb, cr]) => [(0.5 + cb / REACH / 2) * size, (0.5 - cr / REACH / 2) * size];
    brush.strokeStyle = theme.line;
    brush.lineWidth = 1;
    brush.beginPath();
    brush.moveTo(0, size / 2);
    brush.lineTo(size, size / 2);
    brush.moveTo(size / 2, 0);
    brush.lineTo(size / 2, size);
    brush.stroke();
    shares.forEach((share, at) => {
      const [x, y] = place([this.centres[2 * at], this.centres[2 * at + 1]]);
      brush.beginPath();
      brush.arc(x, y, 3 + 0.1 * size * Math.sqrt(share), 0, 2 * Math.PI);
      brush.fillStyle = this.cssOf(at);
      brush.fill();
      brush.stroke();
    });
    brush.font = `bold 12px ${theme.font}`;
    brush.textBaseline = "middle";
    brush.lineWidth = 3;
    const marks = [...(this.known ? [["truth", truth, "left"]] : []), ["squared error", guess, "left"], ["classes", chosen, "right"]];
    for (const [text, at, align] of marks) {
      const [x, y] = place(at);
      const shift = align === "left" ? 7 : -7;
      brush.strokeStyle = theme.paper;
      brush.fillStyle = theme.ink;
      brush.textAlign = align;
      brush.beginPath();
      brush.arc(x, y, 4, 0, 2 * Math.PI);
      brush.stroke();
      brush.fill();
      brush.strokeText(text, x + shift, y);
      brush.fillText(text, x + shift, y);
    }
  }

  tables() {
    if (!this.seen) return [];
    const { shares, guess, chosen, truth } = this.seen;
    const two = (/** @type {number[]} */ [cb, cr]) => [fixed(cb, 3), fixed(cr, 3)];
    return [
      { caption: "Colour of this pixel", heads: ["", "Cb", "Cr"], lines: [...(this.known ? [["truth", ...two(truth)]] : []), ["squared error", ...two(guess)], ["classes", ...two(chosen)]] },
      { caption: "Colour classes at this pixel", heads: ["Class", "Cb", "Cr", "Probability"], lines: this.data.classes.map((name, at) => [name, ...two([this.centres[2 * at], this.centres[2 * at + 1]]), percent(shares[at])]) },
    ];
  }
}

export default mounting(Colouriser);
