// What a chart computes by itself: its tables, and where its camera goes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { flat, turned } from "../../cnnviz/components/chart/scene.js";
import { tablesOf } from "../../cnnviz/components/chart/table.js";

const titled = (text) => ({ title: { text } });
const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);

test("curves over one axis stand side by side, with gaps where one has no value", () => {
  const data = [{ name: "A", x: [0, 1], y: [5, -6] }, { name: "B", x: [1, 2], y: [7, 8] }];
  const [table, ...others] = tablesOf({ data, layout: { xaxis: titled("Time"), yaxis: titled("Place") } });
  assert.deepEqual(others, []);
  assert.deepEqual(table.lines, [["Time", "A", "B"], ["0", "5", ""], ["1", "\u22126", "7"], ["2", "", "8"]]);
});

test("curves on two axes name theirs", () => {
  const data = [{ name: "A", x: [0], y: [1], yaxis: "y" }, { name: "A", x: [0], y: [2], yaxis: "y2" }];
  const layout = { xaxis: titled("Step"), yaxis: titled("Loss"), yaxis2: titled("Accuracy") };
  assert.deepEqual(tablesOf({ data, layout })[0].lines[0], ["Step", "A, Loss", "A, Accuracy"]);
});

test("dots keep their order, and each of them is there", () => {
  const layout = { xaxis: titled("Left"), yaxis: titled("Right") };
  const [table] = tablesOf({ data: [{ name: "Pixels", x: [3, 1, 3], y: [0, 2, 0] }], layout });
  assert.deepEqual(table.lines, [["Left", "Right"], ["3", "0"], ["1", "2"], ["3", "0"]]);
});

test("a surface is a grid of its weights, a matrix one of its counts under its classes", () => {
  const scene = { xaxis: titled("Column"), yaxis: titled("Row") };
  const surface = { type: "surface", x: [0, 1], y: [0, 1], z: [[1, -2], [0.5, 4]] };
  assert.deepEqual(tablesOf({ data: [surface], layout: { scene } })[0].lines,
    [["Row \\ Column", "0", "1"], ["0", "1", "\u22122"], ["1", "0.5", "4"]]);
  const classes = { tickvals: [0, 1], ticktext: ["cat", "dog"] };
  const layout = { xaxis: { ...titled("Prediction"), ...classes }, yaxis: { ...titled("True"), ...classes } };
  const matrix = { type: "heatmap", x: [0, 1], y: [0, 1], z: [[1, null], [null, 1]], customdata: [[9, 0], [0, 4]] };
  assert.deepEqual(tablesOf({ data: [matrix], layout })[0].lines,
    [["True \\ Prediction", "cat", "dog"], ["cat", "9", "0"], ["dog", "0", "4"]]);
});

test("a camera turns about what it looks at and never passes right above it", () => {
  const quarter = turned({ x: 1, y: 0, z: 0 }, Math.PI / 2, 0);
  near(quarter.x, 0);
  near(quarter.y, 1);
  const closer = turned({ x: 0, y: -2, z: 0 }, 0, 0, 0.5);
  near(Math.hypot(closer.x, closer.y, closer.z), 1);
  const above = turned({ x: 1, y: 0, z: 0 }, 0, 3);
  assert.ok(above.z < 1 && above.x > 0);
  const far = turned({ x: 1, y: 0, z: 0 }, 0, 0, 1000);
  assert.ok(far.x < 10);
});

test("without a third dimension a surface keeps its numbers and its colours", () => {
  const scene = { xaxis: titled("Column"), yaxis: { ...titled("Row"), autorange: "reversed" } };
  const figure = flat({ data: [{ type: "surface", z: [[1]], cmin: -2, cmax: 2, contours: {} }], layout: { height: 9, scene } });
  assert.deepEqual(figure.data, [{ type: "heatmap", z: [[1]], zmin: -2, zmax: 2 }]);
  assert.equal(figure.layout.yaxis.autorange, "reversed");
  assert.equal(figure.layout.scene, undefined);
});

test("a bar has the name that stands below it", () => {
  const xaxis = { ...titled("Class"), tickvals: [0, 1], ticktext: ["bee", "ant"] };
  const [table] = tablesOf({ data: [{ type: "bar", x: [0, 1], y: [3, 0] }], layout: { xaxis, yaxis: titled("Pictures") } });
  assert.deepEqual(table.lines, [["Class", "Pictures"], ["bee", "3"], ["ant", "0"]]);
});
