// A picture as a block of channels in space, a filter that walks through it, and its map among the others.

import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { colourTable, Scale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { bracketed, numberText, weightText } from "../kit/numbers.js";
import { Player } from "../kit/figure/player.js";
import { sizedContext, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { axesOf, cornersOf, fitted, matrixOf, turned, unproject } from "../network/space.js";
import { hueOf, stepSums } from "./sums.js";

const CHANNELS = ["red", "green", "blue"];
const WALK = 30; // seconds through all steps
const GAPS = { channel: 0.42, map: 0.16, between: 1.1, out: 1.2 }; // shares of the picture's side
const TURN = 6; // degrees a key
const PALE = 90; // opacity, of 255, of cells that are yet to be computed

class Volume extends Figure {
  constructor(parent) {
    super(parent);
    this.player = new Player(this, { pace: () => (this.player.last + 1) / WALK });
    this.turn = { yaw: 42, pitch: 14 };
    this.filter = 0;
    this.stamps = new Map();
    const canvas = this.figure;
    let from = null;
    canvas.onpointerdown = (event) => {
      from = { x: event.clientX, y: event.clientY, moved: false };
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => {
      if (!from) {
        if (event.pointerType === "mouse") this.pick(event);
        return;
      }
      const [right, down] = [event.clientX - from.x, event.clientY - from.y];
      if (!from.moved && Math.hypot(right, down) < 5) return;
      this.turn = turned(this.turn, right * 0.4, down * 0.4);
      from = { x: event.clientX, y: event.clientY, moved: true };
      this.wake();
    };
    canvas.onpointerup = (event) => {
      if (from && !from.moved) this.pick(event);
      from = null;
    };
    canvas.onpointercancel = () => { from = null; };
  }

  load(data) {
    const first = !this.data;
    const [pixels, bank, output] = [data.pixels, data.bank, data.output].map(unpackArray);
    this.data = { ...data, pixels, bank, output };
    this.describe(data);
    this.filter = Math.min(this.filter, data.size[0] - 1);
    this.scale = Scale.diverging(-1, 1, Math.max(...bank.map(Math.abs)) || 1, data.weight_stops);
    this.drawStamps();
    this.listFilters();
    const last = data.size[1] * data.size[2] - 1;
    if (first) this.player.begin(last);
    else this.player.begin(last, { at: Math.min(this.player.step, last) });
    this.say();
    this.fillTables();
  }

  /** The channels and the maps, a pixel a cell. */
  drawStamps() {
    const { pixels, output, sides: [high, wide], size: [filters, rows, columns], stops } = this.data;
    this.channels = CHANNELS.map((_, channel) => stamp(wide, high, (at) => {
      const level = pixels[channel * high * wide + at];
      return [0, 1, 2].map((part) => (part === channel ? level : level * 0.25));
    }));
    const most = Math.max(...output.map(Math.abs)) || 1;
    const colours = colourTable(stops);
    const area = rows * columns;
    this.maps = [...Array(filters).keys()].map((filter) => stamp(columns, rows, (at) => {
      const level = Math.round(127.5 + (127.5 * output[filter * area + at]) / most);
      return colours.slice(3 * level, 3 * level + 3);
    }));
  }

  listFilters() {
    const { bank, kernel, size: [filters] } = this.data;
    const area = kernel * kernel;
    this.find(".filters").replaceChildren(...[...Array(filters).keys()].map((filter) => {
      const weights = bank.slice(filter * 3 * area, (filter + 1) * 3 * area);
      const most = Math.max(...weights.map(Math.abs)) || 1;
      const picture = stamp(kernel, kernel, (at) => [0, 1, 2].map((part) => 127.5 + (127.5 * weights[part * area + at]) / most));
      const map = copyOf(this.maps[filter]);
      const button = Object.assign(element("button"), { type: "button", title: `Filter ${filter + 1} and its map` });
      button.setAttribute("aria-label", button.title);
      button.style.setProperty("--hue", hueOf(filter));
      button.append(picture, "→", map);
      button.onclick = () => this.choose(filter);
      return button;
    }));
    this.mark();
  }

  choose(filter) {
    this.filter = filter;
    this.mark();
    this.say();
    this.fillTables();
    this.wake();
  }

  mark() {
    [...this.find(".filters").children].forEach((button, at) => button.setAttribute("aria-pressed", String(at === this.filter)));
  }

  keys(event) {
    const rotate = (yaw, pitch) => () => {
      this.turn = turned(this.turn, yaw, pitch);
      this.wake();
    };
    if (event.shiftKey) return { ArrowLeft: rotate(-TURN, 0), ArrowRight: rotate(TURN, 0), ArrowUp: rotate(0, -TURN), ArrowDown: rotate(0, TURN) };
    const [, , columns] = this.data.size;
    const { player } = this;
    return { ...player.keys(), ArrowUp: () => player.go(player.step - columns), ArrowDown: () => player.go(player.step + columns) };
  }

  resize() {
    this.redraw();
  }

  get spot() {
    const columns = this.data.size[2];
    return { row: Math.floor(this.player.step / columns), column: this.player.step % columns };
  }

  /** Where the sheets stand: channels, maps, and the chosen map below them. */
  places() {
    const { sides: [high, wide], size: [filters, rows, columns] } = this.data;
    const side = Math.max(high, wide);
    const found = new Map();
    const place = (along, height, width, top) => ({ along, left: -width / 2, top, width, height, cell: 1 });
    this.channels.forEach((one, at) => found.set(one, place(at * GAPS.channel * side, high, wide, -high / 2)));
    const begin = (2 * GAPS.channel + GAPS.between) * side;
    const gap = Math.min(GAPS.map, 1.3 / filters) * side;
    this.maps.forEach((one, at) => {
      const out = at === this.filter ? GAPS.out * rows : 0;
      found.set(one, place(begin + at * gap, rows, columns, -rows / 2 + out));
    });
    return found;
  }

  paint() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.figure);
    const width = canvas.clientWidth;
    const height = Math.min(430 * textScale(), Math.max(300, width * 0.5));
    canvas.style.height = `${height}px`;
    const context = sizedContext(canvas, width, height);
    const theme = readTheme(this.root);
    const ratio = window.devicePixelRatio || 1;
    const places = this.places();
    const axes = axesOf(this.turn, false);
    const fit = fitted(axes, places.values(), { left: 12, top: 22, right: width - 12, bottom: height - 12 });
    this.seen = new Map([...places].map(([one, place]) => [one, matrixOf(axes, fit, place)]));
    const { row, column } = this.spot;
    const { kernel, bank } = this.data;
    const hue = hueOf(this.filter);
    const away = (one) => places.get(one).along * axes.flow.depth;
    for (const one of [...places.keys()].toSorted((left, right) => away(right) - away(left))) {
      const matrix = this.seen.get(one);
      const channel = this.channels.indexOf(one);
      const filter = this.maps.indexOf(one);
      const [a, b, c, d, e, f] = matrix.map((part) => part * ratio);
      context.setTransform(a, b, c, d, e, f);
      context.imageSmoothingEnabled = false;
      context.drawImage(filter === this.filter ? this.walked(one) : one, 0, 0);
      if (channel >= 0) {
        for (let at = 0; at < kernel * kernel; at += 1) {
          context.fillStyle = this.scale.css(bank[(this.filter * 3 + channel) * kernel * kernel + at]);
          context.fillRect(column + (at % kernel), row + Math.floor(at / kernel), 1, 1);
        }
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const own = filter >= 0 ? hueOf(filter) : theme.line;
      outline(context, cornersOf(matrix, { x: 0, y: 0, w: one.width, h: one.height }), own, filter === this.filter ? 3 : 1.5);
      if (channel >= 0) outline(context, cornersOf(matrix, { x: column, y: row, w: kernel, h: kernel }), hue, 3);
    }
    this.drawLines(context, theme, hue);
    this.tell();
  }

  /** The chosen map: what is yet to be computed is pale. */
  walked(map) {
    const copy = copyOf(map);
    const context = copy.getContext("2d");
    const image = context.getImageData(0, 0, copy.width, copy.height);
    for (let at = this.player.step + 1; at < copy.width * copy.height; at += 1) image.data[4 * at + 3] = PALE;
    context.putImageData(image, 0, 0);
    return copy;
  }

  /** The block of the filter, and the lines to the cell that it computes. */
  drawLines(context, theme, hue) {
    const { row, column } = this.spot;
    const { kernel } = this.data;
    const blocks = this.channels.map((one) => cornersOf(this.seen.get(one), { x: column, y: row, w: kernel, h: kernel }));
    const cell = cornersOf(this.seen.get(this.maps[this.filter]), { x: column, y: row, w: 1, h: 1 });
    context.strokeStyle = hue;
    context.lineWidth = 1;
    const join = (from, to) => {
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    };
    for (let corner = 0; corner < 4; corner += 1) {
      join(blocks[0][corner], blocks[2][corner]);
      join(blocks[2][corner], cell[corner]);
    }
    outline(context, cell, theme.ink, 2.5);
    context.fillStyle = theme.muted;
    context.font = `${12 * textScale()}px ${theme.font}`;
    context.textAlign = "center";
    const { sides: [high, wide], size: [filters, rows, columns] } = this.data;
    const top = (one) => cornersOf(this.seen.get(one), { x: 0, y: 0, w: one.width, h: one.height });
    const label = (ones, text) => {
      const points = ones.flatMap(top);
      const middle = (Math.min(...points.map(({ x }) => x)) + Math.max(...points.map(({ x }) => x))) / 2;
      context.fillText(text, clamp(middle, 60, this.figure.clientWidth - 60), Math.max(14, Math.min(...points.map(({ y }) => y)) - 7));
    };
    label(this.channels, `${high}×${wide}×3`);
    const others = this.maps.filter((_, at) => at !== this.filter);
    label(others.length ? others : this.maps, `${rows}×${columns}×${filters}`);
  }

  tell() {
    const { row, column } = this.spot;
    const { channels, total, products } = stepSums(this.data, this.filter, row, column);
    const bias = this.data.biases[this.filter];
    const parts = channels.map((sum, at) => `${CHANNELS[at]} ${bracketed(numberText(sum, 7))}`);
    this.told.textContent = `Filter ${this.filter + 1}, row ${row}, column ${column}: ${parts.join(" + ")} + bias ${bracketed(numberText(bias, 7))} = ${numberText(total, 7)}, a sum of ${products} products.`;
    this.root.dataset.total = String(total);
    this.player.show(`Step ${this.player.step + 1} of ${this.player.last + 1}`);
  }

  /** Go to the cell under a pointer: of the map that was taken out, or of the picture. */
  pick(event) {
    if (!this.seen) return;
    const box = this.figure.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { kernel, size: [, rows, columns] } = this.data;
    const on = (one) => {
      const cell = unproject(this.seen.get(one), point);
      return cell && cell.x >= 0 && cell.y >= 0 && cell.x < one.width && cell.y < one.height ? cell : null;
    };
    const mapped = on(this.maps[this.filter]);
    const cell = mapped ?? this.channels.map((one) => on(one)).find(Boolean);
    if (!cell) return;
    const back = mapped ? 0 : Math.floor(kernel / 2);
    const row = clamp(Math.floor(cell.y) - back, 0, rows - 1);
    this.player.go(row * columns + clamp(Math.floor(cell.x) - back, 0, columns - 1));
  }

  tables() {
    const { row, column } = this.spot;
    const { pixels, bank, kernel, sides: [high, wide] } = this.data;
    const lines = CHANNELS.flatMap((name, channel) => [...Array(kernel * kernel).keys()].map((at) => {
      const [down, right] = [row + Math.floor(at / kernel), column + (at % kernel)];
      const pixel = pixels[(channel * high + down) * wide + right];
      const weight = bank[(this.filter * 3 + channel) * kernel * kernel + at];
      return [name, String(down), String(right), numberText(pixel), weightText(weight), numberText(pixel * weight, 7)];
    }));
    return [{ caption: this.told.textContent, heads: ["Channel", "Row", "Column", "Pixel", "Weight", "Product"], lines }];
  }
}

/** A canvas with a pixel for each cell. */
function stamp(wide, high, colourOf) {
  const canvas = Object.assign(element("canvas"), { width: wide, height: high });
  const context = canvas.getContext("2d");
  const image = context.createImageData(wide, high);
  for (let at = 0; at < wide * high; at += 1) image.data.set([...colourOf(at), 255], at * 4);
  context.putImageData(image, 0, 0);
  return canvas;
}

function copyOf(canvas) {
  const copy = Object.assign(element("canvas"), { width: canvas.width, height: canvas.height });
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

function outline(context, corners, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  corners.forEach(({ x, y }, at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.stroke();
}

export default mounting(Volume);
