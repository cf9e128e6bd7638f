// What is drawn around the maps: wires below them; above them what a map or a cell is made of.

import { sizedContext } from "../kit/screen.js";
import { fieldsOf, metBy, nearest, onMap, seenBy } from "./fields.js";
import { placeOf } from "./structure.js";
import { originText } from "./words.js";

const FAN = 7; // wires from a column at rest
const MOST_WIRES = 80; // from a map
const FILTER = { least: 4, most: 20 };

export class Marks {
  /**
   * @param {HTMLCanvasElement} wires
   * @param {HTMLCanvasElement} marks
   */
  constructor(wires, marks) {
    this.canvases = { wires, marks };
    /** What was found of the spot that is marked, in words. */
    this.words = "";
    /** @type {{ x: number, y: number, side: number, layer: any, map: number, channel: number }[]} */
    this.filters = [];
  }

  /** Draw the wires anew: the layers have been laid out. */
  layOut(figure) {
    const { width, height } = figure.overview.extent;
    const { wires, marks } = this.canvases;
    for (const canvas of [wires, marks]) Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = sizedContext(wires, width, height);
    context.lineWidth = 1;
    context.strokeStyle = figure.theme.muted;
    context.globalAlpha = 0.28;
    for (const [layer, { view: { sheet } }] of figure.overview.views) {
      for (const source of sourcesOf(layer, figure)) {
        const before = figure.overview.views.get(source).view.sheet;
        const [from, to] = [sampled(before.count), sampled(sheet.count)];
        const single = alike(layer, source) && (before.count === sheet.count || layer.kind === "sample");
        for (const one of from) {
          // Of a sample, the second half of the maps before it are variances.
          for (const other of single ? [one % sheet.count] : to) {
            this.wire(context, figure, portOf(figure, source, one, true), portOf(figure, layer, other, false), passOf(figure, layer, source));
          }
        }
      }
    }
    const { network: { output } } = figure;
    const last = figure.overview.views.get(output) ?? [...figure.overview.views.values()].at(-1);
    const rows = [...figure.root.querySelectorAll(".classes .bar")];
    const origin = figure.strip.getBoundingClientRect();
    const list = figure.overview.list.getBoundingClientRect();
    rows.forEach((row, at) => {
      const box = row.getBoundingClientRect();
      const hidden = box.top < list.top - 1 || box.bottom > list.bottom + 1; // scrolled away
      if (at >= last.view.sheet.count || hidden) return;
      const end = figure.overview.down ? { x: box.left - origin.left + 40, y: figure.overview.classesBox.y } : { x: box.left - origin.left - 4, y: box.top - origin.top + box.height / 2 };
      this.wire(context, figure, portOf(figure, last.layer, at, true), end, null);
    });
    context.globalAlpha = 1;
  }

  wire(context, { overview: { down } }, from, to, pass) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    const bend = (a, b) => {
      if (down) context.bezierCurveTo(a.x, (a.y + b.y) / 2, b.x, (a.y + b.y) / 2, b.x, b.y);
      else context.bezierCurveTo((a.x + b.x) / 2, a.y, (a.x + b.x) / 2, b.y, b.x, b.y);
    };
    if (pass) {
      const [enter, leave] = down
        ? [{ x: pass.x + pass.w / 2, y: pass.y }, { x: pass.x + pass.w / 2, y: pass.y + pass.h }]
        : [{ x: pass.x, y: pass.y + pass.h / 2 }, { x: pass.x + pass.w, y: pass.y + pass.h / 2 }];
      bend(from, enter);
      context.lineTo(leave.x, leave.y);
      bend(leave, to);
    } else bend(from, to);
    context.stroke();
  }

  /**
   * Mark a layer, a map or a cell, and what it is made of.
   * @param {any} figure
   * @param {any} spot
   */
  paint(figure, spot) {
    const { theme, overview: { views, extent: { width, height } } } = figure;
    const context = sizedContext(this.canvases.marks, width, height);
    this.words = "";
    this.filters = [];
    this.markDead(context, figure);
    if (!spot) return;
    const view = views.get(spot.layer);
    if (spot.map === null || spot.map === undefined) {
      if (view) outline(context, theme, view.box, theme.accent, 3);
      return;
    }
    const found = nearest(spot.layer, spot.map, (layer) => views.has(layer));
    this.fade(context, figure, spot, found);
    this.strands(context, figure, spot, found);
    this.words = originText(found, seenBy(figure.network, spot));
    if (view && spot.map < view.view.sheet.count) outline(context, theme, boxOf(view, spot.map), theme.accent, 1);
    if (spot.row !== undefined) this.fields(context, figure, spot, found);
    const weight = figure.state.weight ?? figure.state.passing;
    if (weight && figure.state.chosen && !figure.state.hover) this.weight(context, figure, weight);
  }

  markDead(context, figure) {
    context.strokeStyle = figure.theme.muted;
    context.lineWidth = 1;
    for (const [layer, view] of figure.overview.views) {
      if (layer.kind === "input") continue;
      for (const map of figure.inks.rangeOf(layer).dead) {
        if (map >= view.view.sheet.count) continue;
        const { x, y, w, h } = boxOf(view, map);
        context.beginPath();
        context.moveTo(x + 1, y + 1);
        context.lineTo(x + w - 1, y + h - 1);
        context.moveTo(x + w - 1, y + 1);
        context.lineTo(x + 1, y + h - 1);
        context.stroke();
      }
    }
  }

  /** What has nothing to do with the map steps back. */
  fade(context, { theme, overview: { views } }, spot, found) {
    context.fillStyle = theme.paper;
    context.globalAlpha = 0.72;
    for (const [layer, view] of views) {
      if (spot.row !== undefined && layer.kind === "input") continue; // its receptive field is seen on it
      const lit = layer === spot.layer ? new Set([spot.map]) : found.get(layer);
      if (!lit) {
        context.fillRect(view.box.x, view.box.y, view.box.w, view.box.h);
        continue;
      }
      for (let map = 0; map < view.view.sheet.count; map += 1) {
        if (lit.has(map)) continue;
        const { x, y, w, h } = boxOf(view, map);
        context.fillRect(x, y, w, h);
      }
    }
    context.globalAlpha = 1;
  }

  /** The wires into a map, with their filters. */
  strands(context, figure, spot, found) {
    const { overview: { views } } = figure;
    const view = views.get(spot.layer);
    if (!view || spot.map >= view.view.sheet.count) return;
    const to = portOf(figure, spot.layer, spot.map, false);
    const root = figure.stageOf.get(spot.layer).layers[0];
    for (const [source, maps] of found) {
      const before = views.get(source);
      const { weighted, wires } = strongest(figure, spot, source, [...maps].filter((map) => map < before.view.sheet.count));
      const pass = passOf(figure, spot.layer, source);
      const slices = weighted && root.settings.kernel && root.kind === "conv" ? this.places(figure, before, view, wires.length) : null;
      wires.toSorted((a, b) => a.map - b.map).forEach(({ map, colour, thick }, at) => {
        const from = portOf(figure, source, map, true);
        context.strokeStyle = colour;
        context.lineWidth = thick;
        const slice = slices?.(at);
        if (!slice) {
          this.wire(context, figure, from, to, pass);
          return;
        }
        const middle = { x: slice.x + slice.side / 2, y: slice.y + slice.side / 2 };
        this.wire(context, figure, from, middle, null);
        this.wire(context, figure, middle, to, null);
        this.filters.push({ ...slice, layer: root, map: spot.map, channel: map });
      });
    }
    for (const filter of this.filters) this.filter(context, figure, filter);
  }

  /** Where the filters of a map stand: between its layer and the one before. */
  places(figure, before, after, count) {
    if (figure.overview.down) return null;
    const room = { x: before.box.x + before.box.w, w: after.box.x - before.box.x - before.box.w, y: Math.min(before.box.y, after.box.y), h: figure.overview.height };
    if (room.w < 16 || room.w > 400) return null;
    const sideOf = (/** @type {number} */ across) => Math.floor(Math.min(room.h / Math.ceil(count / across) - 3, FILTER.most, (room.w - 6) / across - 2));
    const across = [1, 2, 3].reduce((best, one) => (sideOf(one) > sideOf(best) ? one : best));
    const side = Math.max(sideOf(across), FILTER.least);
    const down = Math.ceil(count / across);
    const top = room.y + Math.max(0, (Math.max(before.box.h, after.box.h) - down * (side + 3)) / 2);
    const left = room.x + (room.w - across * (side + 2)) / 2;
    return (at) => ({ x: left + Math.floor(at / down) * (side + 2), y: top + (at % down) * (side + 3), side });
  }

  /**
   * The filter at a place of the strip, if one is drawn there.
   * @param {number} x
   * @param {number} y
   */
  filterAt(x, y) {
    return this.filters.find((filter) => x >= filter.x - 1 && y >= filter.y - 1 && x <= filter.x + filter.side + 1 && y <= filter.y + filter.side + 1) ?? null;
  }

  filter(context, figure, { x, y, side, layer, map, channel }) {
    const { kernel, groups } = layer.settings;
    const count = layer.inputs[0].shape[0] / groups;
    const from = (map * count + (channel % count)) * kernel * kernel;
    const slice = layer.tensors.weight.subarray(from, from + kernel * kernel);
    const cell = side / kernel;
    slice.forEach((weight, at) => {
      [context.fillStyle] = figure.inks.weightColours(layer, weight);
      context.fillRect(x + (at % kernel) * cell, y + Math.floor(at / kernel) * cell, cell + 0.3, cell + 0.3);
    });
    context.strokeStyle = figure.theme.ink;
    context.lineWidth = 0.5;
    context.strokeRect(x, y, side, side);
  }

  /** What a cell sees: in the layers before it, down to the picture. */
  fields(context, figure, spot, found) {
    const { overview: { views }, network, theme } = figure;
    const fields = fieldsOf(network.layers, spot.layer, spot);
    for (const [layer, view] of views) {
      const field = fields.get(layer);
      const inside = field && onMap(field, layer.shape);
      if (!inside) continue;
      if (layer === spot.layer) {
        if (spot.map < view.view.sheet.count) outline(context, theme, cellBox(view, spot.map, inside), theme.window, 0);
        continue;
      }
      if (view.view.sheet.single) continue;
      const lit = found.get(layer);
      const near = Boolean(lit) || layer === network.input;
      if (!near) context.globalAlpha = 0.8;
      for (let map = 0; map < view.view.sheet.count; map += 1) {
        if (lit && !lit.has(map)) continue;
        outline(context, theme, cellBox(view, map, inside), theme.window, 0, near ? 2 : 1);
      }
      context.globalAlpha = 1;
    }
  }

  /** Where a weight of the open arithmetic was used. */
  weight(context, figure, { layer, part, at }) {
    const view = figure.overview.views.get(part.source);
    const own = figure.overview.views.get(figure.state.chosen.layer);
    const { kernel } = layer.settings;
    if (view && kernel && part.channel < view.view.sheet.count && layer.kind === "conv" && at !== undefined) {
      const met = metBy(layer, Math.floor(at / kernel), at % kernel);
      if (met) outline(context, figure.theme, cellBox(view, part.channel, met), figure.theme.accent, 0, 2.5);
    } else if (view && part.channel < view.view.sheet.count) outline(context, figure.theme, boxOf(view, part.channel), figure.theme.accent, 1, 2.5);
    if (own && figure.state.chosen.map < own.view.sheet.count) outline(context, figure.theme, boxOf(own, figure.state.chosen.map), figure.theme.accent, 1, 2.5);
  }
}

/**
 * The maps of a source that act most on a map, each with the colour and the width of its wire, and
 * whether these say how strongly.
 * @param {any} figure the map of the network
 * @param {{ layer: any, map: number }} spot
 * @param {any} source a layer
 * @param {number[]} maps those that may be shown
 * @returns {{ weighted: boolean, wires: { map: number, colour: string, thick: number }[] }}
 */
export function strongest({ stageOf, theme, data: { network: { stops } } }, spot, source, maps) {
  const strengths = strengthsOf(stageOf.get(spot.layer).layers[0], spot.layer, spot.map, source);
  if (!strengths) return { weighted: false, wires: maps.slice(0, MOST_WIRES).map((map) => ({ map, colour: theme.accent, thick: 1.5 })) };
  const most = Math.max(...strengths.map(Math.abs)) || 1;
  const [negative, positive] = [stops[1][1], stops[stops.length - 2][1]];
  const kept = maps.toSorted((a, b) => Math.abs(strengths[b]) - Math.abs(strengths[a])).slice(0, MOST_WIRES);
  return {
    weighted: true,
    wires: kept.map((map) => ({ map, colour: strengths[map] < 0 ? negative : positive, thick: 0.6 + (2.2 * Math.abs(strengths[map])) / most })),
  };
}

/** How strongly each map of a source acts on a map, signed; null where nothing is multiplied. */
function strengthsOf(root, layer, map, source) {
  if (!["conv", "linear"].includes(root.kind) || !root.tensors.weight || root.inputs[0].values !== source.values) return null;
  if (root.kind === "linear") {
    const inputs = source.values.length;
    return Array.from(source.values, (value, at) => value * root.tensors.weight[map * inputs + at]);
  }
  const { kernel, groups } = root.settings;
  const count = source.shape[0] / groups;
  const first = Math.floor((map * groups) / root.shape[0]) * count;
  const strengths = Array(source.shape[0]).fill(0);
  for (let input = 0; input < count; input += 1) {
    let [size, sum] = [0, 0];
    for (let at = (map * count + input) * kernel * kernel; at < (map * count + input + 1) * kernel * kernel; at += 1) {
      size += root.tensors.weight[at] ** 2;
      sum += root.tensors.weight[at];
    }
    strengths[first + input] = Math.sign(sum || 1) * Math.sqrt(size);
  }
  return strengths;
}

/** The layers that are drawn and nearest before a layer. */
export function sourcesOf(layer, { overview: { views } }) {
  const found = new Set();
  const follow = ({ inputs }) => {
    for (const input of inputs) {
      if (views.has(input)) found.add(input);
      else follow(input);
    }
  };
  follow(layer);
  return found;
}

/** Whether each map of a layer comes from the map of the same number. */
export function alike(layer, source) {
  let one = layer;
  while (one !== source) {
    if (["conv", "local", "linear", "concat", "flatten"].includes(one.kind) || !one.inputs.length) return false;
    [one] = one.inputs;
  }
  return true;
}

/** Where the shortcut lies that leads from a source past a residual block; null elsewhere. */
export function passOf({ overview: { passes }, stageOf }, layer, source) {
  const root = stageOf.get(layer)?.layers[0];
  return root && passes.has(root) && leadsTo(root.inputs[1], source) ? passes.get(root) : null;
}

function leadsTo(layer, source) {
  return layer === source || (layer.kind !== "residual" && layer.inputs.length === 1 && layer.inputs[0] === source);
}

function sampled(count) {
  if (count <= FAN) return [...Array(count).keys()];
  return [...Array(FAN).keys()].map((at) => Math.round((at * (count - 1)) / (FAN - 1)));
}

function portOf({ overview: { views, down } }, layer, map, out) {
  const view = views.get(layer);
  const { x, y, w, h } = boxOf(view, Math.min(map, view.view.sheet.count - 1));
  if (down) return { x: x + w / 2, y: out ? view.box.y + view.box.h : view.box.y };
  return { x: out ? view.box.x + view.box.w + 2 : view.box.x - 2, y: y + h / 2 };
}

function boxOf({ view: { sheet }, box }, map) {
  const { x, y } = placeOf(sheet, map);
  return { x: box.x + x * sheet.cell, y: box.y + y * sheet.cell, w: sheet.columns * sheet.cell, h: sheet.rows * sheet.cell };
}

function cellBox(view, map, { top, left, bottom, right }) {
  const { x, y } = boxOf(view, map);
  const { cell } = view.view.sheet;
  return { x: x + left * cell, y: y + top * cell, w: (right - left + 1) * cell, h: (bottom - top + 1) * cell };
}

/** A frame that is seen on any colour: with paper around it. */
function outline(context, theme, { x, y, w, h }, colour, away, thick = 2) {
  context.lineWidth = thick + 2;
  context.strokeStyle = theme.paper;
  context.strokeRect(x - away - 0.5, y - away - 0.5, w + 2 * away + 1, h + 2 * away + 1);
  context.lineWidth = thick;
  context.strokeStyle = colour;
  context.strokeRect(x - away - 0.5, y - away - 0.5, w + 2 * away + 1, h + 2 * away + 1);
}
