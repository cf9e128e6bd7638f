// The map of a network in space: its sheets, wires and windows on one canvas that is turned by hand.

import { element } from "../kit/elements.js";
import { sizedContext, textScale } from "../kit/screen.js";
import { fieldsOf, metBy, nearest, onMap, seenBy } from "./fields.js";
import { alike, passOf, sourcesOf, strongest } from "./marks.js";
import { axesOf, backToFront, cornersOf, firstTurn, fitted, matrixOf, placesOf, project, turned, unproject } from "./space.js";
import { cellNear, extentOf, placeOf } from "./structure.js";
import { originText, shapeText } from "./words.js";

const DEGREES = 0.5; // for each pixel of a drag
const SLACK = 5; // pixels that a click may move
const FAN = 4; // wires from a sheet at rest
const FAINT = 0.22; // of what steps back
const LABEL = { size: 11, room: 34 };

export class Scene {
  /** @param {any} figure the map of the network */
  constructor(figure) {
    this.figure = figure;
    this.canvas = element("canvas", "scene");
    /** What was found of the spot that is marked, in words. */
    this.words = "";
    this.down = false;
    this.places = new Map();
    this.passes = new Map();
    this.labels = [];
    let held = null;
    let moved = false;
    this.canvas.onpointerdown = (event) => {
      if (event.button || !event.isPrimary) return;
      held = { x: event.clientX, y: event.clientY };
      moved = false;
      this.canvas.setPointerCapture(event.pointerId);
    };
    this.canvas.onpointermove = (event) => {
      if (!held) return;
      const [right, down] = [event.clientX - held.x, event.clientY - held.y];
      if (!moved && Math.hypot(right, down) < SLACK) return;
      if (!moved && event.pointerType === "touch" && Math.abs(down) > Math.abs(right)) {
        held = null; // a finger that goes up or down scrolls the page
        return;
      }
      event.stopPropagation(); // what is turned is not pointed at
      moved = true;
      held = { x: event.clientX, y: event.clientY };
      figure.point(null);
      this.turnBy(-DEGREES * right, DEGREES * down);
    };
    this.canvas.onpointerup = () => { held = null; };
    this.canvas.onpointercancel = this.canvas.onpointerup;
    this.canvas.onclick = (event) => moved && event.stopPropagation();
    this.reset();
  }

  reset() {
    this.turn = firstTurn(this.down);
    this.figure.wake();
  }

  /**
   * @param {number} yaw degrees
   * @param {number} pitch
   */
  turnBy(yaw, pitch) {
    this.turn = turned(this.turn, yaw, pitch);
    this.figure.wake();
  }

  /** Find the places of the layers: they have been laid out. */
  layOut({ overview: { items, views, down } }) {
    if (down !== this.down) {
      this.down = down;
      this.reset();
    }
    Object.assign(this, placesOf(items, (layer) => views.get(layer).view.sheet, down));
    this.size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  /** The camera's part: matrices of the sheets, and their order. */
  look() {
    const { places, size: { width, height }, down } = this;
    const label = LABEL.room * textScale();
    const axes = axesOf(this.turn, down);
    // Names stand below the sheets or, where the network flows down, to the right of them.
    const room = { left: 6, top: 6, right: width - (down ? 90 * textScale() : 6), bottom: height - (down ? 6 : label) };
    this.fit = fitted(axes, places.values(), room);
    this.matrices = new Map([...places].map(([layer, place]) => [layer, matrixOf(axes, this.fit, place)]));
    this.order = backToFront(places, axes);
    this.axes = axes;
  }

  /**
   * What is under the pointer, the foremost sheet first.
   * @param {any} event
   */
  spotAt({ clientX, clientY }) {
    if (!this.matrices) return null;
    const box = this.canvas.getBoundingClientRect();
    const point = { x: clientX - box.left, y: clientY - box.top };
    for (const layer of this.order.toReversed()) {
      const cell = unproject(this.matrices.get(layer), point);
      const { sheet } = this.figure.overview.views.get(layer).view;
      const hit = cell && cellNear(sheet, cell.x, cell.y);
      if (hit) return { layer, ...hit };
    }
    const named = this.labels.find(({ x, y, w, h }) => point.x >= x && point.x <= x + w && point.y >= y && point.y <= y + h);
    return named ? { layer: named.layer, map: null } : null;
  }

  /** No filters stand on the wires here. */
  filterAt() {
    return null;
  }

  /**
   * Draw all, and mark a layer, a map or a cell, and what it is made of.
   * @param {any} figure
   * @param {any} spot
   */
  paint(figure, spot) {
    this.look();
    const { overview: { views }, network, theme } = figure;
    const context = sizedContext(this.canvas, this.size.width, this.size.height);
    const whole = spot && (spot.map === null || spot.map === undefined);
    const found = spot && !whole ? nearest(spot.layer, spot.map, (layer) => views.has(layer)) : null;
    const fields = spot?.row === undefined ? null : fieldsOf(network.layers, spot.layer, spot);
    this.words = found ? originText(found, seenBy(network, spot)) : "";
    const wires = found ? this.strands(figure, spot, found, fields) : this.resting(figure);
    const drawn = new Set();
    for (const layer of this.order) {
      drawn.add(layer);
      // A wire lies between the two sheets that it joins.
      for (const wire of wires) if (drawn.has(wire.from) && drawn.has(wire.to) && (wire.from === layer || wire.to === layer)) this.wire(context, wire);
      const lit = !found || (fields && layer === network.input) ? null : layer === spot.layer ? new Set([spot.map]) : found.get(layer) ?? new Set();
      this.sheet(context, figure, layer, lit);
      if (whole && layer === spot.layer) this.frame(context, theme, layer, this.boxOf(layer), theme.accent, 3);
      if (found && layer === spot.layer) this.frame(context, theme, layer, this.boxOf(layer, spot.map), theme.accent);
      const inside = fields?.has(layer) ? onMap(fields.get(layer), layer.shape) : null;
      if (inside) this.windows(context, figure, layer, layer === spot.layer ? lit : found.get(layer), inside);
    }
    const weight = figure.state.weight ?? figure.state.passing;
    if (weight && figure.state.chosen && !figure.state.hover) this.weight(context, figure, weight);
    this.names(context, figure, spot, found);
    figure.root.dataset.turn = `${Math.round(this.turn.yaw)},${Math.round(this.turn.pitch)}`;
  }

  /** A sheet; where some of its maps are lit, the others let through what is behind them. */
  sheet(context, figure, layer, lit) {
    const { view } = figure.overview.views.get(layer);
    const matrix = this.matrices.get(layer);
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = extentOf(view.sheet);
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.transform(...matrix);
    context.imageSmoothingEnabled = Math.hypot(matrix[2], matrix[3]) < 1; // cells smaller than a pixel
    context.globalAlpha = lit ? FAINT : 1;
    context.drawImage(view.canvas, 0, 0, width, height);
    context.globalAlpha = 1;
    for (const map of lit ?? []) {
      if (map >= view.sheet.count) continue;
      const { x, y, w, h } = this.boxOf(layer, map);
      context.drawImage(view.canvas, x, y, w, h, x, y, w, h);
    }
    context.restore();
    context.lineWidth = 1;
    context.strokeStyle = figure.theme.line;
    this.stroke(context, [this.around(layer, this.boxOf(layer))]);
    if (layer.kind === "input") return;
    context.strokeStyle = figure.theme.muted;
    context.globalAlpha = lit ? FAINT : 1;
    this.stroke(context, [...figure.inks.rangeOf(layer).dead].flatMap((map) => {
      const [one, two, three, four] = cornersOf(matrix, this.boxOf(layer, map));
      return [[one, three], [two, four]];
    }));
    context.globalAlpha = 1;
  }

  /** What a cell sees of a layer. */
  windows(context, { overview: { views }, theme, network }, layer, lit, { top, left, bottom, right }) {
    const { sheet } = views.get(layer).view;
    const near = Boolean(lit) || layer === network.input;
    if (sheet.single && !lit) return;
    context.globalAlpha = near ? 1 : 0.6;
    const boxes = [...Array(sheet.count).keys()].filter((map) => !lit || lit.has(map)).map((map) => {
      const { x, y } = placeOf(sheet, map);
      return { x: x + left, y: y + top, w: right - left + 1, h: bottom - top + 1 };
    });
    this.frames(context, theme, layer, boxes, theme.window, near ? 2 : 1);
    context.globalAlpha = 1;
  }

  /** Where a weight of the open arithmetic was used. */
  weight(context, figure, { layer, part, at }) {
    const { theme, overview: { views }, state: { chosen } } = figure;
    const { kernel } = layer.settings;
    if (views.has(part.source)) {
      const box = this.boxOf(part.source, part.channel);
      const met = kernel && layer.kind === "conv" && at !== undefined ? metBy(layer, Math.floor(at / kernel), at % kernel) : null;
      const cells = met ? { x: box.x + met.left, y: box.y + met.top, w: met.right - met.left + 1, h: met.bottom - met.top + 1 } : box;
      this.frame(context, theme, part.source, cells, theme.accent, 2.5);
    }
    if (views.has(chosen.layer)) this.frame(context, theme, chosen.layer, this.boxOf(chosen.layer, chosen.map), theme.accent, 2.5);
  }

  // --- wires ------------------------------------------------------------------------------------

  /** A few wires between any two sheets. */
  resting(figure) {
    const wires = [];
    const style = { colour: figure.theme.muted, alpha: 0.3, thick: 1 };
    for (const layer of this.order) {
      const count = figure.overview.views.get(layer).view.sheet.count;
      for (const source of sourcesOf(layer, figure)) {
        const before = figure.overview.views.get(source).view.sheet.count;
        const single = alike(layer, source) && (before === count || layer.kind === "sample");
        for (const one of sampled(before)) {
          for (const other of single ? [one % count] : sampled(count)) {
            wires.push({ ...style, from: source, to: layer, line: this.way(figure, layer, source, this.middle(source, one), this.middle(layer, other)) });
          }
        }
      }
    }
    return wires;
  }

  /** The wires into a map or a cell, and the lines of sight from a cell to what it sees. */
  strands(figure, spot, found, fields) {
    const { overview: { views }, theme, network } = figure;
    if (!views.has(spot.layer)) return [];
    const cellsOf = (layer, map) => {
      const inside = fields?.has(layer) ? onMap(fields.get(layer), layer.shape) : null;
      const box = this.boxOf(layer, map);
      return inside ? { x: box.x + inside.left, y: box.y + inside.top, w: inside.right - inside.left + 1, h: inside.bottom - inside.top + 1 } : box;
    };
    const middleOf = (layer, map) => {
      const { x, y, w, h } = cellsOf(layer, map);
      return project(this.matrices.get(layer), { x: x + w / 2, y: y + h / 2 });
    };
    const to = middleOf(spot.layer, spot.map);
    const wires = [];
    for (const [source, maps] of found) {
      for (const { map, colour, thick } of strongest(figure, spot, source, [...maps]).wires) {
        wires.push({ from: source, to: spot.layer, colour, thick, alpha: 1, line: this.way(figure, spot.layer, source, middleOf(source, map), to) });
        if (fields && maps.size === 1) wires.push(...this.sight(source, spot.layer, cellsOf(source, map), cellsOf(spot.layer, spot.map), theme.window));
      }
    }
    if (fields && spot.layer !== network.input && !found.has(network.input) && seenBy(network, spot)) {
      wires.push(...this.sight(network.input, spot.layer, cellsOf(network.input, 0), cellsOf(spot.layer, spot.map), theme.window));
    }
    return wires;
  }

  /** Four lines, from the corners of a window to those of the cell that sees it. */
  sight(from, to, box, cell, colour) {
    const ends = cornersOf(this.matrices.get(to), cell);
    return cornersOf(this.matrices.get(from), box).map((start, at) => ({ from, to, colour, thick: 1, alpha: 0.7, line: [start, ends[at]] }));
  }

  /** The way from a point of a sheet to one of another, through a shortcut where one leads there. */
  way(figure, layer, source, start, end) {
    const pass = passOf({ overview: { passes: this.passes }, stageOf: figure.stageOf }, layer, source);
    return pass ? [start, project(matrixOf(this.axes, this.fit, pass), { x: 0, y: 0 }), end] : [start, end];
  }

  wire(context, { line, colour, thick, alpha }) {
    Object.assign(context, { strokeStyle: colour, lineWidth: thick, globalAlpha: alpha });
    this.stroke(context, [line]);
    context.globalAlpha = 1;
  }

  // --- words ------------------------------------------------------------------------------------

  /** Names of the layers, as far as there is room; that of the one looked at always. */
  names(context, { overview: { views }, theme }, spot, found) {
    const { down, places, size: { width, height } } = this;
    const scale = textScale();
    const high = LABEL.size * scale;
    this.labels = [];
    const first = [...places.keys()].toSorted((one, other) => Number(other === spot?.layer) - Number(one === spot?.layer));
    for (const layer of first) {
      const corners = cornersOf(this.matrices.get(layer), this.boxOf(layer));
      const { item } = views.get(layer);
      const times = item.times > 1 && item.columns[0] === layer ? ` ×${item.times}` : "";
      const lines = [`${layer.name.split(".").at(-1)}${times}`, shapeText(layer.shape)];
      context.font = `700 ${high}px ${theme.font}`;
      const w = Math.max(...lines.map((text) => context.measureText(text).width)) + 4;
      const h = 2.4 * high;
      const right = corners.reduce((most, corner) => (corner.x > most.x ? corner : most));
      const lowest = Math.max(...corners.map(({ y }) => y));
      const middle = corners.reduce((sum, { x }) => sum + x, 0) / 4;
      const x = down ? Math.min(right.x + 6, width - w) : Math.min(Math.max(middle - w / 2, 0), width - w);
      const y = down ? Math.min(Math.max(right.y - h / 2, 0), height - h) : Math.min(lowest + 4, height - h);
      if (this.labels.some((other) => x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h)) continue;
      this.labels.push({ layer, x, y, w, h });
      context.globalAlpha = 0.8;
      context.fillStyle = theme.paper;
      context.fillRect(x, y, w, h);
      context.globalAlpha = found && layer !== spot.layer && !found.has(layer) ? 0.6 : 1;
      context.textBaseline = "top";
      context.fillStyle = theme.ink;
      context.fillText(lines[0], x + 2, y + 1);
      context.font = `${high}px ${theme.font}`;
      context.fillStyle = theme.muted;
      context.fillText(lines[1], x + 2, y + 1 + 1.15 * high);
    }
    context.globalAlpha = 1;
  }

  // --- where things are -------------------------------------------------------------------------

  /** A map on its sheet, or the whole sheet, in cells. */
  boxOf(layer, map = null) {
    const { sheet } = this.figure.overview.views.get(layer).view;
    if (map === null) {
      const { width, height } = extentOf(sheet);
      return { x: 0, y: 0, w: width, h: height };
    }
    return { ...placeOf(sheet, map), w: sheet.columns, h: sheet.rows };
  }

  middle(layer, map) {
    const { x, y, w, h } = this.boxOf(layer, map);
    return project(this.matrices.get(layer), { x: x + w / 2, y: y + h / 2 });
  }

  /** A frame that is seen on any colour: with paper around it. */
  frame(context, theme, layer, box, colour, thick = 2) {
    this.frames(context, theme, layer, [box], colour, thick);
  }

  /** The same around several: they are stroked at once, which takes a fraction of the time. */
  frames(context, theme, layer, boxes, colour, thick) {
    const lines = boxes.map((box) => this.around(layer, box));
    Object.assign(context, { lineWidth: thick + 2, strokeStyle: theme.paper });
    this.stroke(context, lines);
    Object.assign(context, { lineWidth: thick, strokeStyle: colour });
    this.stroke(context, lines);
  }

  around(layer, box) {
    const corners = cornersOf(this.matrices.get(layer), box);
    return [...corners, corners[0]];
  }

  stroke(context, lines) {
    context.lineJoin = "round";
    context.beginPath();
    for (const points of lines) points.forEach(({ x, y }, at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
}

function sampled(count) {
  if (count <= FAN) return [...Array(count).keys()];
  return [...Array(FAN).keys()].map((at) => Math.round((at * (count - 1)) / (FAN - 1)));
}
