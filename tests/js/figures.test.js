// What figures compute by themselves: links of grids, traces, scenes, layers, integrals, strokes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut, pixelAt, settle, zoomAt } from "../../cnnviz/components/compare/view.js";
import { largestGap, Scene } from "../../cnnviz/components/drag/scene.js";
import { Link, related, sumBehind } from "../../cnnviz/components/linked_grids/links.js";
import { Layer } from "../../cnnviz/components/neurons/layer.js";
import { parseNumber, plainNumber, problemWith } from "../../cnnviz/components/number_grid/typing.js";
import { cellsBetween, readStrokes, writeStrokes } from "../../cnnviz/components/paint/strokes.js";
import { convolved, samples } from "../../cnnviz/components/sliding/integral.js";
import { Model } from "../../cnnviz/components/stepper/model.js";
import { packed } from "./packing.js";

const link = (source, target, reads, width, weights = null, sum = true) =>
  new Link({ source, target, sum, reads: { ...packed(Int32Array.from(reads)), width }, weights: weights && packed(Float64Array.from(weights)) });

test("links are followed over several grids, both ways", () => {
  const links = [link(1, 0, [0, 1, 1, 2, 2, -1], 2, [10, 20]), link(2, 1, [0, 2], 1)];
  assert.deepEqual(links[0].from(1), [[1, 10], [2, 20]]);
  assert.deepEqual(links[0].from(2), [[2, 10]]);
  assert.deepEqual(links[0].to(1), [0, 1]);
  const as = (lit) => Object.fromEntries([...lit].map(([panel, cells]) => [panel, [...cells].toSorted()]));
  assert.deepEqual(as(related(links, 2, 1)), { 1: [2], 0: [2] });
  assert.deepEqual(as(related(links, 0, 2)), { 1: [1, 2], 2: [1] });
  assert.deepEqual(as(related(links, 1, 1)), { 0: [1, 2] });
});

test("a cell is spelled out as a sum where its link is one", () => {
  const links = [link(1, 0, [0], 1, null, false), link(2, 0, [0], 1), link(2, 1, [0], 1)];
  assert.equal(sumBehind(links, 1), undefined);
  assert.equal(sumBehind(links, 2), links[1]);
});

/** A trace of a 1×2 window over a 1×3 input, padded with a 0 on the left, at stride 2. */
function model(more = {}) {
  return new Model({
    operator: "correlation", reduction: "sum", bias: 1, mode: "zero", pads: [[0, 0], [1, 0]], stride: [1, 2], dilation: [1, 1],
    window: [1, 2], imageShape: [1, 1, 3], unreadRows: [], unreadCols: [], formulas: [], pytorch: "", pixels: false, stops: [], weightStops: [],
    padded: packed(Float64Array.of(0, 5, 7, 9), [1, 1, 4]), kernel: packed(Float64Array.of(2, -1), [1, 1, 2]),
    output: packed(Float64Array.of(-4, 6), [1, 2]), reads: packed(Int16Array.of(0, 1, 2, 3)), taps: packed(Int16Array.of(0, 1)), ...more,
  });
}

test("a trace answers what a cell is made of, and what it goes into", () => {
  const traced = model();
  assert.deepEqual(traced.termsOf(1).map(({ value, weight, product }) => [value, weight, product]), [[7, 2, 14], [9, -1, -9]]);
  assert.deepEqual([0, 1].map((step) => traced.recompute(step)), [-4, 6]);
  assert.deepEqual(traced.usesOfInput(3), [{ step: 1, tap: 1 }]);
  assert.deepEqual(traced.usesOfWeight(0), [{ step: 0, read: 0 }, { step: 1, read: 2 }]);
  assert.deepEqual(traced.inputAt(0), [0, 0, -1]);
  assert.deepEqual([0, 1].map((at) => traced.isPadding(at)), [true, false]);
  assert.deepEqual(traced.outputAt(1), [0, 1]);
});

test("every reduction is done again", () => {
  for (const [reduction, wanted] of [["mean", 9], ["max", 10], ["median", 9]]) {
    assert.equal(model({ kernel: null, reduction }).recompute(1), wanted);
  }
});

function scene(more = {}) {
  return new Scene({ object: [[1, 2], [3, 4]], side: 6, home: [2, 2], background: 0, kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], stride: 1, edges: "circular", pooling: "none", ...more });
}

test("on a circle, shift and convolution commute", () => {
  const circle = scene();
  const home = circle.output(circle.picture([0, 0]));
  for (const shift of [[1, 0], [-3, 2], [5, 5]]) assert.equal(largestGap(circle.output(circle.picture(shift)), circle.moved(home, shift)), 0);
});

test("with zeros around, the edge differs; with pooling, an odd shift does", () => {
  const walled = scene({ edges: "zero" });
  const home = walled.output(walled.picture([0, 0]));
  assert.equal(largestGap(walled.output(walled.picture([1, 0])), walled.moved(home, [1, 0])), 0);
  assert(largestGap(walled.output(walled.picture([-3, 0])), walled.moved(home, [-3, 0])) > 0);
  const pooled = scene({ pooling: "max" });
  assert.deepEqual(pooled.cells([3, -2]), [1, -1]);
  const still = pooled.output(pooled.picture([0, 0]));
  assert.deepEqual([still.rows, still.columns], [3, 3]);
  assert.equal(largestGap(pooled.output(pooled.picture([2, 0])), pooled.moved(still, [2, 0])), 0);
});

test("a layer that is local and shared is a convolution, and so are the others with its weights", () => {
  const inputs = [1, 2, 3, 4];
  const layer = new Layer({ inputs, kernel: 2, weights: { shared: [1, 10], local: [1, 10, 1, 10, 1, 10], full: [1, 10, 0, 0, 0, 1, 10, 0, 0, 0, 1, 10] } });
  for (const stage of ["shared", "local", "full"]) assert.deepEqual(layer.results(stage), [21, 32, 43]);
  assert.deepEqual(["shared", "local", "full"].map((stage) => layer.connections(stage).length), [6, 6, 12]);
  assert.deepEqual([layer.place("shared", 1, 2), layer.place("local", 1, 2), layer.place("full", 1, 2), layer.place("shared", 1, 0)], [1, 3, 6, -1]);
});

test("two boxes make a triangle, and the area is the product of the areas", () => {
  const curve = convolved(samples("box", 1, 0), samples("box", 1, 0));
  const at = (t) => curve[Math.round((t + 8) / 0.05)];
  for (const [t, area] of [[0, 2], [1, 1], [-1.5, 0.5], [2, 0], [5, 0]]) assert(Math.abs(at(t) - area) < 1e-9, `${t}: ${at(t)}`);
  const total = curve.reduce((sum, value) => sum + value, 0) * 0.05;
  assert(Math.abs(total - 4) < 1e-9);
});

test("strokes are written as they are read, and a fast one has no gaps", () => {
  const text = "0:57-59,70;255:3";
  assert.equal(writeStrokes(readStrokes(text)), text);
  assert.equal(readStrokes("").size, 0);
  assert.deepEqual(cellsBetween(0, 22, 10), [0, 11, 22]);
  assert.deepEqual(cellsBetween(5, 2, 10), [5, 4, 3, 2]);
  assert.deepEqual(new Set(cellsBetween(7, 7, 10)), new Set([7]));
});

test("what is typed into a cell", () => {
  for (const [typed, value] of [["1/9", 1 / 9], ["−0,5", -0.5], ["２", 2], [" 1e3 ", 1000], [".5", 0.5]]) assert.equal(parseNumber(typed), value);
  for (const typed of ["", "1,234", "one", "1/2/3", "--1"]) assert(Number.isNaN(parseNumber(typed)), typed);
  assert.equal(plainNumber("1 / 3"), "1/3");
  assert.equal(problemWith("3"), "");
  assert.match(problemWith(" "), /empty/);
  assert.match(problemWith("x"), /not a number/);
  assert.match(problemWith("1e7"), /too large/);
});

test("zooming keeps the point under the pointer, and the picture stays over the middle", () => {
  const group = { height: 100, width: 200, zoom: 1, row: 50, column: 100 };
  const before = pixelAt(group, 30, 40, 400, 200);
  zoomAt(group, 4, 30, 40, 400, 200);
  assert.deepEqual(pixelAt(group, 30, 40, 400, 200), before);
  assert.equal(layOut(group, 400, 200).scale, 8);
  Object.assign(group, { row: -999, column: 999 });
  settle(group, 400, 200);
  assert.deepEqual([group.row, group.column], [12.5, 175]);
  zoomAt(group, 1e9, 0, 0, 400, 200);
  assert.equal(layOut(group, 400, 200).scale, 64);
  assert.equal(pixelAt({ ...group, zoom: 1, row: 50, column: 100 }, 401, 10, 400, 200), null);
});

test("a picture too thin to be seen is drawn thicker, and every pixel of it can be pointed at", () => {
  const group = { height: 2, width: 4000, zoom: 1, row: 1, column: 2000 };
  const { top, down, left, across } = layOut(group, 400, 12);
  assert.deepEqual([top, 2 * down, left, 4000 * across], [0, 12, 0, 400]);
  assert.deepEqual(pixelAt(group, 5, 3, 400, 12), [0, 50]);
  assert.deepEqual(pixelAt(group, 5, 9, 400, 12), [1, 50]);
});
