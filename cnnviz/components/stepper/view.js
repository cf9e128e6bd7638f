// The document around the canvases: panels with title, shape and colour scale, and their sizes.

import { limits } from "../kit/arithmetic.js";
import { Scale, signedScale } from "../kit/figure/colours.js";
import { element } from "../kit/elements.js";
import { Grid } from "../kit/figure/grid.js";
import { cellText, sizeText, weightText } from "../kit/numbers.js";
import { panelOf } from "../kit/figure/panels.js";
import { cellScale, textScale } from "../kit/screen.js";

export const CHANNEL_NAMES = ["red", "green", "blue"];
const MAX_CELL = 46;
const READABLE = 32; // pixels of a cell whose number a phone shows well
// Room in CSS pixels; the style sheet says the same.
const ARROW = 40;
const MIN_PANEL = 88;
const CHANNEL_GAP = 14;

/** @import { Model } from "./model.js" */

/** @typedef {Grid & { origin: [x: number, y: number] }} PlacedGrid `origin` is its place in the figure, in CSS pixels */
/** @typedef {{ inputs: PlacedGrid[], kernels: PlacedGrid[], output: PlacedGrid }} Parts the grids by what they hold */
/** @typedef {{ inputs: Scale[], kernel: Scale | null, output: Scale }} Scales */

/**
 * The colour scales of input, kernel and output; input and output may share one.
 * @param {Model} model
 * @param {boolean} shared
 * @returns {Scales}
 */
export function makeScales(model, shared) {
  const ofInput = limits(model.padded);
  const ofOutput = limits(model.output);
  const reach = (/** @type {number} */ low, /** @type {number} */ high) => Math.max(Math.abs(low), Math.abs(high)) || 1;
  const limit = { input: reach(...ofInput), output: reach(...ofOutput) };
  if (shared) limit.input = limit.output = Math.max(limit.input, limit.output);
  /** @type {Scales} */
  const scales = {
    inputs: Array(model.channels).fill(Scale.diverging(...ofInput, limit.input, model.stops)),
    kernel: model.kernel && signedScale(limits(model.kernel), model.weightStops),
    output: Scale.diverging(...ofOutput, limit.output, model.stops),
  };
  if (model.pixels) {
    const names = model.channels === 3 ? CHANNEL_NAMES : ["grey"];
    scales.inputs = scales.inputs.map((_, channel) => Scale.pixels(names[channel] ?? "grey"));
    // A picture that stays a picture is shown as one.
    if (ofOutput[0] >= 0 && ofOutput[1] <= 255.5) scales.output = Scale.pixels("grey");
  }
  return scales;
}

/**
 * The grids of a trace, before they have a place.
 * @param {Model} model
 * @param {Scales} scales
 * @returns {Parts}
 */
export function makeGrids(model, scales) {
  const read = new Uint8Array(model.plane);
  for (const at of model.reads) if (at >= 0) read[at % model.plane] = 1;
  const padded = model.pads.flat().some(Boolean);
  const someUnread = read.includes(0);
  const planes = (/** @type {Float32Array} */ values, /** @type {number} */ size) =>
    Array.from({ length: model.channels }, (_, at) => values.subarray(at * size, (at + 1) * size));
  const inputs = planes(model.padded, model.plane).map(
    (values, channel) =>
      placed({
        kind: "input",
        channel,
        first: channel * model.plane,
        rows: model.rows,
        columns: model.columns,
        values,
        texts: Array.from(values, cellText),
        scale: scales.inputs[channel],
        padding: padded ? (at) => model.isPadding(at) : null,
        unread: someUnread ? (at) => !read[at] : null,
      }),
  );
  const kernels = !model.kernel
    ? []
    : planes(model.kernel, model.kernelPlane).map(
        (values, channel) =>
          placed({
            kind: "kernel",
            channel,
            first: channel * model.kernelPlane,
            rows: model.windowRows,
            columns: model.windowColumns,
            values,
            texts: Array.from(values, weightText),
            text: weightText,
            scale: scales.kernel,
            roomy: true,
          }),
      );
  const output = placed({
    kind: "output",
    rows: model.outputRows,
    columns: model.outputColumns,
    values: model.output,
    texts: Array.from(model.output, cellText),
    scale: scales.output,
  });
  return { inputs, kernels, output };
}

/**
 * A grid that can be given a place.
 * @param {import("../kit/figure/grid.js").GridContent} content
 * @returns {PlacedGrid}
 */
function placed(content) {
  return Object.assign(new Grid(content), { origin: /** @type {[x: number, y: number]} */ ([0, 0]) });
}

/**
 * A panel in the colour of its controls.
 * @param {PlacedGrid} grid
 * @param {string} title
 * @param {string} shape
 */
function panel(grid, title, shape) {
  const made = panelOf(grid, title, shape);
  made.classList.add(grid.kind);
  made.querySelector("b")?.classList.add(`role-${grid.kind}`);
  return made;
}

/** @type {Record<string, string>} */
const FILLING = {
  zero: "padding: zeros",
  reflect: "padding: mirrored at the edge (reflect)",
  replicate: "padding: the edge repeated (replicate)",
  circular: "padding: from the opposite side (circular)",
  empty: "padding: never chosen",
};

/**
 * What the marks on an input mean, where it has any.
 * @param {HTMLElement} key
 * @param {Model} model
 */
export function fillKey(key, model) {
  key.replaceChildren();
  const mark = (/** @type {string} */ className, /** @type {string} */ text) => {
    const item = element("span");
    item.append(element("i", className), text);
    key.append(item);
  };
  if (model.pads.flat().some(Boolean)) {
    const whole = sizeText(model.rows, model.columns);
    mark("mark-padding", `${FILLING[model.mode] ?? "padding"}; ${whole} in all`);
  }
  if (model.unreadRows.length || model.unreadCols.length) mark("mark-unread", "never read");
}

/**
 * Fill the figure: input → kernel → output on one line; channels side by side, kernels below.
 * @param {HTMLElement} operands
 * @param {HTMLElement} result
 * @param {Model} model
 * @param {Parts} grids
 */
export function buildFigure(operands, result, model, grids) {
  const many = model.channels > 1;
  const [rows, columns] = model.imageShape.slice(1);
  const turned = model.operator === "convolution" ? ", rotated by 180°" : "";
  operands.replaceChildren();
  operands.classList.toggle("many", many);
  grids.inputs.forEach((grid, channel) => {
    const column = element("div", "channel");
    const name = many ? ` ${CHANNEL_NAMES[channel] ?? channel + 1}` : "";
    column.append(panel(grid, `Input${name}`, sizeText(rows, columns)));
    const sign = element("div", "arrow", many ? "↓" : "→");
    sign.setAttribute("aria-hidden", "true");
    column.append(sign);
    if (grids.kernels.length) {
      const kernel = grids.kernels[channel];
      const shape = sizeText(kernel.rows, kernel.columns);
      column.append(panel(kernel, `Kernel${name}`, shape + turned));
    } else {
      column.append(element("div", "rule", model.reduction));
    }
    if (many && model.kernel) column.append(element("div", "partial"));
    operands.append(column);
  });
  const shape = sizeText(grids.output.rows, grids.output.columns);
  result.replaceChildren(panel(grids.output, "Output", shape));
}

/**
 * Whether input, kernel and output have room on one line.
 * @param {number} width CSS pixels
 */
export function isWide(width) {
  return width >= 600;
}

/**
 * Sides of cells that use the room, in CSS pixels, by the kind of their grid.
 * @param {Model} model
 * @param {Parts} grids
 * @param {number} width CSS pixels
 * @param {number} height CSS pixels
 * @returns {Record<string, number>}
 */
export function cellSizes(model, grids, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const largest = MAX_CELL * cellScale();
  const fit = (/** @type {number} */ room, /** @type {number} */ cells, most = largest) => {
    const size = Math.min(room / cells, most);
    return Math.max(size >= 10 ? Math.floor(size) : Math.floor(size * ratio) / ratio, 1);
  };
  const { channels, columns, outputColumns } = model;
  const across = grids.kernels.length && model.windowColumns;
  const tall = Math.max(model.windowRows, across);
  const wide = isWide(width);
  if (channels === 1) {
    const kernel = across && fit(Math.min(width * (wide ? 0.27 : 0.4), height), tall);
    const between = 2 * ARROW + Math.max(kernel * across, MIN_PANEL * textScale());
    if (wide) {
      const most = Math.min(largest, height / Math.max(model.rows, model.outputRows));
      const cell = fit(width - between, columns + outputColumns, most);
      return { input: cell, kernel, output: cell };
    }
    // All three in view at once, above what plays them, while that leaves room for the numbers.
    const most = (/** @type {number} */ share, /** @type {number} */ rows) => Math.min(largest, Math.max(READABLE, (height * share) / rows));
    const output = fit(width - between + ARROW, outputColumns, most(0.25, model.outputRows));
    return {
      input: fit(width, columns, most(0.42, model.rows)),
      kernel: Math.min(kernel, most(0.25, tall)),
      output: output >= 5 ? output : fit(width, outputColumns),
    };
  }
  const room = width - (channels - 1) * CHANNEL_GAP * textScale() - (wide ? ARROW : 0);
  if (!wide) {
    const share = room / channels;
    const kernel = across && fit(share, tall, 36 * cellScale());
    return { input: fit(share, columns), kernel, output: fit(width, outputColumns, 30 * cellScale()) };
  }
  const most = Math.min(largest, (height * 0.62) / model.rows);
  const input = fit(room, channels * columns + outputColumns, most);
  const kernel = across && fit(Math.max(input * columns, 100), tall, 36 * cellScale());
  const left = room - channels * Math.max(input * columns, kernel * across, MIN_PANEL * textScale());
  const output = fit(left, outputColumns, Math.max(input, Math.min(28 * cellScale(), height / model.outputRows)));
  return { input, kernel, output };
}
