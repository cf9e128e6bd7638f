// How a network is drawn: its layers in stages, stages that repeat, branches, and how much fits.

import { KINDS } from "../kit/network/layers.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {import("../kit/network/forward.js").Entry} Entry
 *
 * @typedef {object} Stage a layer that mixes maps, or joins branches, and those that follow it map by map
 * @property {string} id the name of its first layer
 * @property {Layer[]} layers
 * @property {Layer[]} drawn those of them that change a number
 * @property {Stage[][]} lanes of the branches that its first layer joins; an empty one is a shortcut
 *
 * @typedef {object} Item what stands in a row: a stage, or several that are folded into one
 * @property {string} id
 * @property {Stage} stage the last of them
 * @property {Layer[]} columns the layers of it that are drawn
 * @property {number} times how often it is repeated, 1 if it is not
 * @property {number} hidden how many drawn layers are folded away
 * @property {boolean} folds whether it can be folded or unfolded
 * @property {Item[][]} lanes
 *
 * @typedef {object} Folding
 * @property {boolean} layers whether each stage shows its last layer alone
 * @property {boolean} repeats whether stages that repeat are drawn once
 * @property {boolean} branches whether blocks are drawn without what is inside them
 * @property {Set<string>} turned ids of items that are folded the other way
 */

const LONGEST_PATTERN = 4; // stages
const FOLLOWERS = new Set(["maxpool", "avgpool", "batchnorm", "lrn", "flatten", "dropout", "identity"]);

/**
 * Whether each number of a layer comes from a single map of the layer before it.
 * @param {string} kind
 */
export function follows(kind) {
  return FOLLOWERS.has(kind) || Boolean(KINDS[kind]?.activation);
}

/**
 * The stages of a network, first to last; the first is the picture.
 * @param {Entry[]} spec
 * @param {Layer[]} layers those of the network, the picture first
 * @param {Record<string, string>} [names] what they are called instead; those whose first words agree are a stage
 */
export function stagesOf(spec, layers, names) {
  const named = new Map(layers.map((layer) => [layer.name, layer]));
  const first = (/** @type {Layer} */ layer) => names?.[layer.name]?.split(" ")[0];
  const belongs = (/** @type {Layer} */ layer, /** @type {Stage} */ { layers: [before] }) => names ? first(layer) === first(before) : follows(layer.kind);
  return [stageOf(layers[0], []), ...sequence(spec, named, "", belongs)];
}

/**
 * @param {Entry[]} spec
 * @param {Map<string, Layer>} named
 * @param {string} within
 * @param {(layer: Layer, stage: Stage) => boolean} belongs whether a layer is part of the stage before it
 * @returns {Stage[]}
 */
function sequence(spec, named, within, belongs) {
  /** @type {Record<string, number>} */
  const counts = {};
  /** @type {Stage[]} */
  const stages = [];
  for (const { layer: kind, body, shortcut, branches } of spec) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    const name = `${within}${kind}${counts[kind]}`;
    const layer = /** @type {Layer} */ (named.get(name));
    /** @type {[string, Entry[]][]} */
    const parts = body ? [["body", body], ["shortcut", shortcut ?? []]] : (branches ?? []).map((/** @type {Entry[]} */ branch, /** @type {number} */ at) => [`branch${at + 1}`, branch]);
    const before = stages.at(-1);
    if (before && belongs(layer, before)) before.layers.push(layer);
    else stages.push(stageOf(layer, parts.map(([place, part]) => sequence(part, named, `${name}.${place}.`, belongs))));
  }
  for (const stage of stages) {
    const changed = stage.layers.filter(({ kind }) => !KINDS[kind]?.same);
    stage.drawn = changed.length ? changed : stage.layers.slice(0, 1);
  }
  return stages;
}

/**
 * @param {Layer} layer
 * @param {Stage[][]} lanes
 * @returns {Stage}
 */
function stageOf(layer, lanes) {
  return { id: layer.name, layers: [layer], drawn: [layer], lanes };
}

/**
 * What is drawn of the stages.
 * @param {Stage[]} stages
 * @param {Folding} folding
 * @returns {Item[]}
 */
export function itemsOf(stages, folding) {
  /** @type {Item[]} */
  const items = [];
  for (let at = 0; at < stages.length;) {
    const { period, times } = patternAt(stages, at);
    const id = `${stages[at].id} ×${times}`;
    const pattern = stages.slice(at, at + period);
    if (times > 1 && folding.repeats !== folding.turned.has(id)) {
      at += period * times;
      // The last time it is repeated: what comes after reads its maps.
      const last = stages.slice(at - period, at);
      const every = pattern.reduce((count, stage) => count + layersIn(stage), 0);
      last.forEach((stage, place) => {
        const item = itemOf(stage, folding);
        if (place === 0) Object.assign(item, { id, times, hidden: item.hidden + every * (times - 1), folds: true });
        items.push(item);
      });
    } else {
      const whole = times > 1 ? stages.slice(at, at + period * times) : pattern;
      at += whole.length;
      items.push(...whole.map((stage) => itemOf(stage, folding)));
    }
  }
  return items;
}

/**
 * @param {Stage} stage
 * @param {Folding} folding
 * @returns {Item}
 */
function itemOf(stage, folding) {
  const { id, drawn } = stage;
  const turned = folding.turned.has(id);
  const columns = folding.layers !== turned ? drawn.slice(-1) : drawn;
  const closed = folding.branches && !turned;
  const lanes = closed ? [] : stage.lanes.map((lane) => itemsOf(lane, folding));
  const inside = closed ? layersIn(stage) - drawn.length : 0;
  const folds = drawn.length > 1 || (folding.branches && stage.lanes.length > 0);
  return { id, stage, columns, times: 1, hidden: drawn.length - columns.length + inside, folds, lanes };
}

/**
 * @param {Stage} stage
 * @returns {number}
 */
function layersIn({ drawn, lanes }) {
  return lanes.flat().reduce((count, stage) => count + layersIn(stage), drawn.length);
}

/**
 * The shortest pattern of stages from a place on that is repeated most.
 * @param {Stage[]} stages
 * @param {number} start
 */
function patternAt(stages, start) {
  let best = { period: 1, times: 1 };
  for (let period = 1; period <= LONGEST_PATTERN; period += 1) {
    let times = 1;
    while (alike(stages, start, start + times * period, period)) times += 1;
    if (times > 1 && times * period > best.times * best.period) best = { period, times };
  }
  return best;
}

/**
 * @param {Stage[]} stages
 * @param {number} one
 * @param {number} other
 * @param {number} count
 */
function alike(stages, one, other, count) {
  if (other + count > stages.length) return false;
  return [...Array(count).keys()].every((at) => signature(stages[one + at]) === signature(stages[other + at]));
}

/**
 * What tells a stage from another; what it reads does too.
 * @param {Stage} stage
 * @returns {string}
 */
function signature({ layers, lanes }) {
  const own = layers.map(({ kind, settings, shape, inputs }) => [kind, settings, shape, inputs[0]?.shape]);
  return JSON.stringify([own, lanes.map((lane) => lane.map(signature))]);
}

/**
 * The width of what is drawn, in pixels.
 * @param {Item[]} items
 * @param {{ maps: number, cells: number, gap: number }} widths of a column of maps, of one of single cells, and after each
 * @returns {number}
 */
export function widthOf(items, widths) {
  const own = (/** @type {Layer} */ { shape: [, rows = 1, columns = 1] }) => (rows * columns === 1 ? widths.cells : widths.maps) + widths.gap;
  return items.reduce((sum, { columns, lanes }) =>
    sum + columns.reduce((wide, layer) => wide + own(layer), 0) + Math.max(0, ...lanes.map((lane) => widthOf(lane, widths))), 0);
}

/**
 * The least folding that fits, or the most that there is.
 * @param {Stage[]} stages
 * @param {(items: Item[]) => boolean} fits
 * @returns {Folding}
 */
export function foldingFor(stages, fits) {
  const ways = [[false, false, false], [true, false, false], [true, true, false], [true, true, true]];
  const foldings = ways.map(([layers, repeats, branches]) => ({ layers, repeats, branches, turned: new Set() }));
  return foldings.find((folding) => fits(itemsOf(stages, folding))) ?? foldings[foldings.length - 1];
}

/**
 * How the maps of a layer are laid out: as many as fit, as rows of equal length.
 * @param {number[]} shape C×H×W, or the number of features
 * @param {number} unit pixels of a cell
 * @param {number} width room in pixels
 * @param {number} height
 * @param {boolean} [all] whether all are drawn, whatever the height
 */
export function sheetOf(shape, unit, width, height, all = false) {
  const [count, rows = 1, columns = 1] = shape;
  const single = rows * columns === 1;
  const cell = single ? SINGLE_CELL : unit;
  const gap = single ? 0 : Math.max(1, Math.ceil(GAP / cell)); // in cells
  const fit = (/** @type {number} */ room, /** @type {number} */ side) => Math.max(1, Math.floor((room / cell + gap) / (side + gap)));
  const most = [fit(width, columns), fit(height, rows)];
  const visible = all ? count : Math.min(count, most[0] * most[1]);
  // A fully connected layer is a column; maps fill the width.
  const across = single ? Math.ceil(visible / Math.min(visible, most[1])) : Math.min(visible, most[0]);
  const down = Math.ceil(visible / across);
  return { count: visible, more: count - visible, rows, columns, cell, gap, across, down, single };
}

export const SINGLE_CELL = 9;
const GAP = 2;

/** @typedef {ReturnType<typeof sheetOf>} Sheet */

/**
 * Where a map lies on its sheet, in cells.
 * @param {Sheet} sheet
 * @param {number} map
 */
export function placeOf({ rows, columns, gap, across, down, single }, map) {
  const [row, column] = single ? [map % down, Math.floor(map / down)] : [Math.floor(map / across), map % across];
  return { x: column * (columns + gap), y: row * (rows + gap) };
}

/**
 * Width and height of a sheet, in cells.
 * @param {Sheet} sheet
 */
export function extentOf({ rows, columns, gap, across, down }) {
  return { width: across * (columns + gap) - gap, height: down * (rows + gap) - gap };
}

/**
 * The map and the cell at a place of a sheet, in cells; null between maps.
 * @param {Sheet} sheet
 * @param {number} x
 * @param {number} y
 */
export function cellAt(sheet, x, y) {
  const { rows, columns, gap, across, down, single, count } = sheet;
  const [over, below] = [Math.floor(x / (columns + gap)), Math.floor(y / (rows + gap))];
  const map = single ? over * down + below : below * across + over;
  const [column, row] = [Math.floor(x - over * (columns + gap)), Math.floor(y - below * (rows + gap))];
  const inside = over >= 0 && below >= 0 && over < across && below < down && column < columns && row < rows;
  return inside && map < count ? { map, row, column } : null;
}

/**
 * The same, but between two maps the cell nearest by: a finger is no needle.
 * @param {Sheet} sheet
 * @param {number} x
 * @param {number} y
 */
export function cellNear(sheet, x, y) {
  const { gap } = sheet;
  for (const [right, down] of [[0, 0], [-gap, 0], [gap, 0], [0, -gap], [0, gap], [-gap, -gap]]) {
    const hit = cellAt(sheet, x + right, y + down);
    if (hit) return hit;
  }
  return null;
}

/**
 * Pixels of a cell with which a few of the largest maps stand in a column.
 * @param {number} side of the largest map
 * @param {number} width of a column
 * @param {number} height
 * @param {number} fewest maps above each other
 */
export function unitFor(side, width, height, fewest) {
  const unit = Math.min(width / side, (height - (fewest - 1) * GAP) / fewest / side);
  return unit >= 1 ? Math.floor(2 * unit) / 2 : unit;
}
