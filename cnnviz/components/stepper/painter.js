// One frame: the cells in focus marked on copies of the finished grids.

import { cellText } from "../kit/numbers.js";
import { brushOf } from "../kit/screen.js";

/** @import { Theme } from "../kit/theme.js" */
/** @import { Model } from "./model.js" */
/** @import { Parts, PlacedGrid } from "./view.js" */

/** @typedef {{ model: Model, parts: Parts, theme: Theme, links: HTMLCanvasElement, step: number }} Scene */

/**
 * A mask of the cells of a grid, from indices into all channels.
 * @param {PlacedGrid} grid
 * @param {Iterable<number>} indices
 */
function mask(grid, indices) {
  const lit = new Uint8Array(grid.count);
  for (const index of indices) {
    if (index >= grid.first && index < grid.first + grid.count) lit[index - grid.first] = 1;
  }
  return lit;
}

/**
 * An output cell: its window in the input, and what each weight meets there.
 * @param {Scene} scene
 * @param {number} shown
 */
function paintOutput(scene, shown) {
  const { model, theme, parts } = scene;
  const terms = model.termsOf(shown);
  const reads = terms.map(({ read }) => read);
  for (const grid of parts.inputs) {
    grid.start();
    grid.outline(mask(grid, reads), theme.window, theme);
  }
  for (const grid of parts.kernels) {
    const met = terms.filter(({ tap }) => tap >= grid.first && tap < grid.first + grid.count);
    grid.start();
    grid.writeMet(met.map(({ tap, value }) => [tap - grid.first, cellText(value)]), theme);
  }
  parts.output.start(scene.step + 1);
  parts.output.reveal(shown);
  parts.output.outline(mask(parts.output, [shown]), theme.ink, theme);
  drawLinks(scene, reads, shown);
}

/**
 * An input cell: every output it feeds, and the weights it meets on the way.
 * @param {Scene} scene
 * @param {number} index
 */
function paintInput(scene, index) {
  const { model, theme, parts } = scene;
  const uses = model.usesOfInput(index);
  for (const grid of parts.inputs) {
    grid.start();
    grid.outline(mask(grid, [index]), theme.ink, theme);
  }
  paintTaps(scene, uses.map(({ tap }) => tap));
  const lit = mask(parts.output, uses.map(({ step }) => step));
  parts.output.start();
  parts.output.fade(lit, theme);
  parts.output.outline(lit, theme.window, theme);
  drawLinks(scene, []);
}

/**
 * A weight: every input cell it multiplied, and the one it meets in the current step.
 * @param {Scene} scene
 * @param {number} tap
 */
function paintKernel(scene, tap) {
  const { model, theme, parts } = scene;
  const uses = model.usesOfWeight(tap);
  const now = uses.filter(({ step }) => step === scene.step).map(({ read }) => read);
  for (const grid of parts.inputs) {
    grid.start();
    if (grid.channel !== model.kernelAt(tap)[0]) continue;
    const lit = mask(grid, uses.map(({ read }) => read));
    grid.fade(lit, theme);
    grid.outline(lit, theme.window, theme);
    grid.outline(mask(grid, now), theme.ink, theme);
  }
  paintTaps(scene, [tap]);
  parts.output.start(scene.step + 1);
  parts.output.outline(mask(parts.output, [scene.step]), theme.ink, theme);
  drawLinks(scene, []);
}

export const PAINT = { output: paintOutput, input: paintInput, kernel: paintKernel };

/**
 * @param {Scene} scene
 * @param {number[]} taps
 */
function paintTaps({ parts, theme }, taps) {
  for (const grid of parts.kernels) {
    grid.start();
    grid.outline(mask(grid, taps), theme.window, theme);
  }
}

/**
 * Where some cells of a grid are in the figure: the box around them.
 * @param {PlacedGrid} grid
 * @param {number[]} cells
 */
function boxAround(grid, cells) {
  const [left, top] = grid.origin;
  const columns = cells.map((at) => at % grid.columns);
  const rows = cells.map((at) => Math.floor(at / grid.columns));
  return {
    left: left + Math.min(...columns) * grid.cell,
    right: left + (Math.max(...columns) + 1) * grid.cell,
    top: top + Math.min(...rows) * grid.cell,
    bottom: top + (Math.max(...rows) + 1) * grid.cell,
  };
}

/**
 * A beam from the window through the kernel to the output cell; it passes behind the grids.
 * @param {Scene} scene
 * @param {number[]} reads empty for no beam
 * @param {number} [shown] the output cell
 */
function drawLinks({ parts, links, theme }, reads, shown) {
  const context = brushOf(links);
  const ratio = window.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, links.width, links.height);
  const [input, ...others] = parts.inputs;
  const { output, kernels } = parts;
  const stacked = output.origin[0] < input.origin[0] + input.columns * input.cell; // on a phone
  if (shown === undefined || !reads.length || others.length || stacked) return;
  const through = kernels.map((grid) => boxAround(grid, [0, grid.count - 1]));
  const stops = [boxAround(input, reads), ...through, boxAround(output, [shown])];
  context.fillStyle = theme.window;
  context.strokeStyle = theme.window;
  for (let at = 1; at < stops.length; at += 1) {
    const [from, to] = [stops[at - 1], stops[at]];
    context.globalAlpha = 0.08;
    context.beginPath();
    context.moveTo(from.right, from.top);
    context.lineTo(to.left, to.top);
    context.lineTo(to.left, to.bottom);
    context.lineTo(from.right, from.bottom);
    context.fill();
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(from.right, from.top);
    context.lineTo(to.left, to.top);
    context.moveTo(from.right, from.bottom);
    context.lineTo(to.left, to.bottom);
    context.stroke();
  }
}
