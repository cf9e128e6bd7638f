// The layers of a network in space: where each sheet of maps stands, and how a camera sees it.
//
// All sheets stand across the direction of flow, and the camera is so far away that parallel lines
// stay parallel. A single matrix therefore draws a sheet, and its inverse finds the cell under a pointer.

import { clamp } from "../kit/arithmetic.js";
import { extentOf, sheetOf, SINGLE_CELL } from "./structure.js";

/**
 * @typedef {import("../kit/network/layers.js").Layer} Layer
 * @typedef {import("./structure.js").Item} Item
 * @typedef {import("./structure.js").Sheet} Sheet
 *
 * @typedef {{ yaw: number, pitch: number }} Turn degrees, to the side and from above
 * @typedef {{ x: number, y: number, depth: number }} Axis what one step along it is on the screen: right, down, away
 * @typedef {{ flow: Axis, across: Axis, below: Axis }} Axes of the network, of the columns and of the rows of its sheets
 * @typedef {{ x: number, y: number }} Point
 * @typedef {[number, number, number, number, number, number]} Matrix as `setTransform` takes it
 *
 * @typedef {object} Place of a sheet; a cell of a map is 1 long
 * @property {number} along the flow
 * @property {number} left of the axis of the network, across it
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} cell
 *
 * @typedef {{ scale: number, x: number, y: number }} Fit CSS pixels of a length of 1, and where the origin is
 */

const STEP = { least: 16, share: 0.62 }; // between two sheets: a share of their size
const LANE_GAP = 10;
const SHORTCUT = 12; // the room of a lane without layers
const SINGLE = { length: 5, most: 12 }; // a cell of a fully connected layer, and how many stand in one column
const STEEPEST = 85; // degrees
const LARGEST = 8; // CSS pixels of a length of 1

/**
 * How the view starts: beside each other, or below each other on a narrow screen.
 * @param {boolean} down
 * @returns {Turn}
 */
export function firstTurn(down) {
  return down ? { yaw: 28, pitch: 40 } : { yaw: 40, pitch: 9 };
}

/**
 * @param {Turn} turn
 * @param {number} yaw degrees to turn it further
 * @param {number} pitch
 * @returns {Turn}
 */
export function turned(turn, yaw, pitch) {
  const round = (((turn.yaw + yaw + 180) % 360) + 360) % 360 - 180;
  return { yaw: round, pitch: clamp(turn.pitch + pitch, -STEEPEST, STEEPEST) };
}

/**
 * @param {Turn} turn
 * @param {boolean} down whether the network flows down instead of to the right
 * @returns {Axes}
 */
export function axesOf({ yaw, pitch }, down) {
  const [[c, s], [cp, sp]] = [yaw, pitch].map((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]);
  const seen = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const away = c * z - s * x;
    return { x: c * x + s * z, y: cp * y - sp * away, depth: sp * y + cp * away };
  };
  return down
    ? { flow: seen(0, 1, 0), across: seen(1, 0, 0), below: seen(0, 0, -1) }
    : { flow: seen(1, 0, 0), across: seen(0, 0, 1), below: seen(0, 1, 0) };
}

/**
 * How the maps of a layer lie on its sheet: all of them, nearly in a square.
 * @param {number[]} shape C×H×W, or the number of features
 */
export function squareSheet(shape) {
  const [count, rows = 1, columns = 1] = shape;
  const side = Math.ceil(Math.sqrt(count));
  if (rows * columns === 1) {
    const down = count > SINGLE.most ? side : count;
    return { ...sheetOf(shape, 1, Infinity, SINGLE_CELL * down, true), cell: SINGLE.length };
  }
  const { gap } = sheetOf(shape, 1, 1, 1);
  return sheetOf(shape, 1, side * (columns + gap) - gap, Infinity, true);
}

/**
 * Where the sheets stand: one after another along the flow, branches beside each other.
 * @param {Item[]} items
 * @param {(layer: Layer) => Sheet} sheetFor
 * @param {boolean} down
 */
export function placesOf(items, sheetFor, down) {
  /** @type {Map<Layer, Place>} */
  const places = new Map();
  /** @type {Map<Layer, Place>} the shortcuts, by the layers that join them */
  const passes = new Map();
  const sizeOf = (/** @type {Layer} */ layer) => {
    const sheet = sheetFor(layer);
    const { width, height } = extentOf(sheet);
    return { width: width * sheet.cell, height: height * sheet.cell, cell: sheet.cell };
  };
  const [own, side] = /** @type {["width" | "height", "width" | "height"]} */ (down ? ["height", "width"] : ["width", "height"]);
  /** @type {(row: Item[]) => number} */
  const breadth = (row) => Math.max(SHORTCUT, ...row.flatMap(({ columns, lanes }) => [
    ...columns.map((layer) => sizeOf(layer)[side]),
    lanes.reduce((sum, lane) => sum + breadth(lane) + LANE_GAP, -LANE_GAP),
  ]));
  /** @type {(row: Item[], from: { along: number, size: number }, offset: number) => { along: number, size: number }} */
  const stand = (row, from, offset) => {
    let end = from;
    for (const { stage, columns, lanes } of row) {
      const start = end;
      const all = lanes.map(breadth);
      let at = offset - all.reduce((sum, one) => sum + one + LANE_GAP, -LANE_GAP) / 2;
      const middles = all.map((one) => (at += one + LANE_GAP) - LANE_GAP - one / 2);
      lanes.forEach((lane, index) => {
        const reached = stand(lane, start, middles[index]);
        if (reached.along > end.along) end = reached;
      });
      const shortcut = middles[lanes.findIndex((lane) => !lane.length)];
      if (shortcut !== undefined) {
        const [left, top] = down ? [shortcut, 0] : [0, shortcut];
        passes.set(stage.layers[0], { along: (start.along + end.along) / 2, left, top, width: 0, height: 0, cell: 1 });
      }
      for (const layer of columns) {
        const size = sizeOf(layer);
        const along = places.size ? end.along + STEP.least + (STEP.share * (end.size + size[own])) / 2 : 0;
        const [left, top] = down ? [offset, 0] : [0, offset];
        places.set(layer, { along, left: left - size.width / 2, top: top - size.height / 2, ...size });
        end = { along, size: size[own] };
      }
    }
    return end;
  };
  stand(items, { along: 0, size: 0 }, 0);
  return { places, passes };
}

/**
 * How large all is drawn, and where, so that it fills a canvas.
 * @param {Axes} axes
 * @param {Iterable<Place>} places
 * @param {{ left: number, top: number, right: number, bottom: number }} room in CSS pixels
 * @returns {Fit}
 */
export function fitted(axes, places, room) {
  const corners = [...places].flatMap((place) => cornersOf(matrixOf(axes, { scale: 1, x: 0, y: 0 }, place), {
    x: 0, y: 0, w: place.width / place.cell, h: place.height / place.cell,
  }));
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.max(0.01, Math.min((room.right - room.left) / (right - left), (room.bottom - room.top) / (bottom - top), LARGEST));
  return {
    scale,
    x: (room.left + room.right) / 2 - (scale * (left + right)) / 2,
    y: (room.top + room.bottom) / 2 - (scale * (top + bottom)) / 2,
  };
}

/**
 * What leads from the cells of a sheet to CSS pixels.
 * @param {Axes} axes
 * @param {Fit} fit
 * @param {Place} place
 * @returns {Matrix}
 */
export function matrixOf({ flow, across, below }, { scale, x, y }, { along, left, top, cell }) {
  const long = cell * scale;
  return [
    across.x * long, across.y * long, below.x * long, below.y * long,
    x + scale * (along * flow.x + left * across.x + top * below.x),
    y + scale * (along * flow.y + left * across.y + top * below.y),
  ];
}

/**
 * @param {Matrix} matrix
 * @param {Point} cell
 * @returns {Point} in CSS pixels
 */
export function project([a, b, c, d, e, f], { x, y }) {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/**
 * The place on a sheet that is drawn at a point; null if the sheet is seen edge-on.
 * @param {Matrix} matrix
 * @param {Point} point in CSS pixels
 * @returns {Point | null} in cells
 */
export function unproject([a, b, c, d, e, f], { x, y }) {
  const area = a * d - b * c; // of a cell
  if (Math.abs(area) < 0.02 * Math.max(a * a + b * b, c * c + d * d)) return null;
  const [right, down] = [x - e, y - f];
  return { x: (d * right - c * down) / area, y: (a * down - b * right) / area };
}

/**
 * The corners of a box of a sheet, in turn.
 * @param {Matrix} matrix
 * @param {{ x: number, y: number, w: number, h: number }} box in cells
 */
export function cornersOf(matrix, { x, y, w, h }) {
  return [{ x, y }, { x: x + w, y }, { x: x + w, y: y + h }, { x, y: y + h }].map((corner) => project(matrix, corner));
}

/**
 * The layers, the farthest first. Where sheets are parallel, their order along the flow says which hides which.
 * @param {Map<Layer, Place>} places
 * @param {Axes} axes
 * @returns {Layer[]}
 */
export function backToFront(places, { flow }) {
  const away = (/** @type {Layer} */ layer) => /** @type {Place} */ (places.get(layer)).along * flow.depth;
  return [...places.keys()].sort((one, other) => away(other) - away(one));
}
