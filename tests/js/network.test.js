// The map of a network: what is drawn of it, how it is laid out, and what a cell is made of.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "../../cnnviz/components/kit/network/forward.js";
import { addingUp, cellContribution, contributionsTo, layerSum } from "../../cnnviz/components/network/backwards.js";
import { cellRead, cellReading, chainOf } from "../../cnnviz/components/network/chain.js";
import { fieldsOf, metBy, nearest, onMap, readsOf } from "../../cnnviz/components/network/fields.js";
import { stepAddress } from "../../cnnviz/components/network/step_address.js";
import {
  cellAt, cellNear, extentOf, foldingFor, itemsOf, placeOf, sheetOf, stagesOf, unitFor, widthOf,
} from "../../cnnviz/components/network/structure.js";

const conv = (out, kernel, settings = {}) => ({ layer: "conv", out, kernel, padding: (kernel - 1) / 2, ...settings });
const of = (...kinds) => kinds.map((layer) => ({ layer }));
const UNFOLDED = { layers: false, repeats: false, branches: false, turned: new Set() };
const FOLDED = { layers: true, repeats: true, branches: true, turned: new Set() };
const ONES = { maps: 1, cells: 1, gap: 0 };

/** A network without weights, its stages, and its layers by name. */
function drawn(spec, shape) {
  const network = new Network(spec, shape);
  const named = Object.fromEntries(network.layers.map((layer) => [layer.name, layer]));
  return { network, named, stages: stagesOf(spec, network.layers) };
}

/** The names of what is drawn of items, lanes in brackets. */
function written(items) {
  return items.map(({ columns, lanes, times }) => {
    const inside = lanes.length ? `[${lanes.map(written).join(" | ")}] ` : "";
    return `${times > 1 ? `${times}× ` : ""}${inside}${columns.map(({ name }) => name).join(" ")}`;
  }).join(", ");
}

test("a stage is a layer that mixes maps and those that follow it; what changes nothing is not drawn", () => {
  const spec = [conv(2, 3), { layer: "maxpool", kernel: 2 }, ...of("batchnorm", "relu", "gap", "flatten"), { layer: "linear", out: 3 }, ...of("relu", "dropout")];
  const { stages } = drawn(spec, [1, 8, 8]);
  assert.deepEqual(stages.map(({ layers }) => layers.map(({ kind }) => kind).join(" ")), [
    "input", "conv maxpool batchnorm relu", "gap flatten", "linear relu dropout",
  ]);
  assert.equal(written(itemsOf(stages, UNFOLDED)), "input, conv1 maxpool1 batchnorm1 relu1, gap1, linear1 relu2");
  const folded = itemsOf(stages, FOLDED);
  assert.equal(written(folded), "input, relu1, gap1, relu2");
  assert.deepEqual(folded.map(({ hidden, folds }) => [hidden, folds]), [[0, false], [3, true], [0, false], [1, true]]);
  assert.equal(written(itemsOf(stages, { ...FOLDED, turned: new Set(["conv1"]) })), "input, conv1 maxpool1 batchnorm1 relu1, gap1, relu2");
});

test("a network that begins with a pool still shows its picture", () => {
  const { stages } = drawn([{ layer: "maxpool", kernel: 2 }, conv(1, 1)], [1, 4, 4]);
  assert.equal(written(itemsOf(stages, FOLDED)), "input, maxpool1, conv1");
});

test("stages that repeat are folded into one, also in patterns", () => {
  const block = [conv(4, 3), { layer: "relu" }];
  const { stages } = drawn([conv(4, 1), ...block, ...block, ...block], [1, 6, 6]);
  const [, , repeated] = itemsOf(stages, FOLDED);
  assert.equal(written(itemsOf(stages, FOLDED)), "input, conv1, 3× relu3");
  assert.deepEqual([repeated.hidden, repeated.stage.id, repeated.folds], [5, "conv4", true]);
  const opened = new Set([repeated.id]);
  assert.equal(written(itemsOf(stages, { ...FOLDED, turned: opened })), "input, conv1, relu1, relu2, relu3");
  const pair = [conv(2, 3), conv(4, 1)];
  assert.equal(written(itemsOf(drawn([conv(4, 5), ...pair, ...pair], [1, 6, 6]).stages, FOLDED)), "input, conv1, 2× conv4, conv5");
});

test("stages of other sizes do not repeat", () => {
  const { stages } = drawn([conv(4, 3), conv(4, 3), conv(4, 3, { stride: 2 })], [4, 8, 8]);
  assert.equal(written(itemsOf(stages, FOLDED)), "input, 2× conv2, conv3");
});

test("branches are lanes, a shortcut an empty one", () => {
  const residual = { layer: "residual", body: [conv(2, 3), { layer: "relu" }, conv(2, 3)] };
  const concat = { layer: "concat", branches: [[conv(1, 1)], [{ layer: "maxpool", kernel: 3, stride: 1, padding: 1 }, conv(1, 1)]] };
  const { stages } = drawn([residual, { layer: "relu" }, concat], [2, 6, 6]);
  const items = itemsOf(stages, UNFOLDED);
  assert.equal(
    written(items),
    "input, [residual1.body.conv1 residual1.body.relu1, residual1.body.conv2 | ] residual1 relu1, "
      + "[concat1.branch1.conv1 | concat1.branch2.maxpool1, concat1.branch2.conv1] concat1",
  );
  assert.equal(widthOf(items, ONES), 1 + 3 + 2 + 2 + 1); // the longest lane counts
  const folded = itemsOf(stages, FOLDED);
  assert.equal(written(folded), "input, relu1, concat1");
  assert.deepEqual(folded.map(({ hidden, folds }) => [hidden, folds]), [[0, false], [4, true], [3, true]]);
  const turned = new Set(["residual1"]);
  assert.match(written(itemsOf(stages, { ...FOLDED, turned })), /\[residual1.body.relu1, residual1.body.conv2 \| \] residual1 relu1, concat1$/);
});

test("as little is folded as the room asks for", () => {
  const block = [conv(4, 3), { layer: "relu" }];
  const { stages } = drawn([conv(4, 1), ...block, ...block, ...block], [1, 6, 6]);
  const folds = (most) => Object.entries(foldingFor(stages, (items) => widthOf(items, ONES) <= most))
    .filter(([, on]) => on === true).map(([name]) => name).join(" ");
  assert.deepEqual([8, 7, 5, 4, 3, 1].map(folds), ["", "layers", "layers", "layers repeats", "layers repeats", "layers repeats branches"]);
});

test("a column of single cells is narrower than one of maps", () => {
  const { stages } = drawn([conv(4, 3), ...of("gap", "flatten"), { layer: "linear", out: 2 }], [1, 6, 6]);
  assert.equal(widthOf(itemsOf(stages, UNFOLDED), { maps: 50, cells: 20, gap: 5 }), 2 * 55 + 2 * 25);
});

test("maps stand on a sheet, and a place on it leads back to the cell", () => {
  const sheet = sheetOf([20, 14, 14], 2, 66, 130);
  assert.deepEqual(
    [sheet.count, sheet.more, sheet.across, sheet.down, sheet.gap], [8, 12, 2, 4, 1],
  );
  assert.deepEqual(placeOf(sheet, 3), { x: 15, y: 15 });
  assert.deepEqual(extentOf(sheet), { width: 29, height: 59 });
  assert.deepEqual(cellAt(sheet, 15 + 13.9, 15), { map: 3, row: 0, column: 13 });
  assert.equal(cellAt(sheet, 14.5, 3), null); // between two maps
  assert.deepEqual(cellNear(sheet, 14.5, 3), { map: 0, row: 3, column: 13 });
  assert.equal(cellNear(sheet, 31, 3), null);
  assert.equal(cellAt(sheet, 3, 70), null);
  assert.equal(cellAt(sheetOf([3, 4, 4], 2, 20, 40), 7, 7), null); // the place of a fourth
  assert.equal(sheetOf([20, 14, 14], 2, 66, 1, true).count, 20);
});

test("a fully connected layer is a column of cells, or more where it is long", () => {
  const sheet = sheetOf([100], 2, 66, 360);
  assert.deepEqual([sheet.count, sheet.down, sheet.across, sheet.gap], [100, 34, 3, 0]);
  assert.deepEqual(placeOf(sheet, 35), { x: 1, y: 1 });
  assert.deepEqual(cellAt(sheet, 1.5, 1.5), { map: 35, row: 0, column: 0 });
});

test("a cell has whole or half pixels where there is room", () => {
  assert.equal(unitFor(28, 66, 288, 3), 2);
  assert.equal(unitFor(28, 210, 390, 3), 4.5);
  assert.equal(unitFor(96, 48, 400, 3), 0.5);
});

test("a cell's window and its receptive field, by hand", () => {
  const { network, named } = drawn([conv(2, 3), { layer: "maxpool", kernel: 2 }, ...of("relu"), { layer: "conv", out: 1, kernel: 3, padding: 2, dilation: 2 }], [1, 12, 12]);
  const fields = fieldsOf(network.layers, named.conv2, { map: 0, row: 2, column: 0 });
  const field = (layer) => Object.values(fields.get(layer)); // top, left, bottom, right
  assert.deepEqual(field(named.conv2), [2, 0, 2, 0]);
  assert.deepEqual(field(named.relu1), [0, -2, 4, 2]);
  assert.deepEqual(field(named.conv1), [0, -4, 9, 5]);
  assert.deepEqual(field(network.input), [-1, -5, 10, 6]);
  assert.deepEqual(Object.values(onMap(fields.get(network.input), [1, 12, 12])), [0, 0, 10, 6]);
  assert.equal(onMap({ top: -3, left: 0, bottom: -1, right: 4 }, [1, 12, 12]), null);
});

test("fields of branches are joined, and what stands beside them is left out", () => {
  const wide = { layer: "concat", branches: [[conv(1, 1)], [conv(1, 5)]] };
  const { network, named } = drawn([wide], [1, 9, 9]);
  const from = (map) => Object.values(fieldsOf(network.layers, named.concat1, { map, row: 4, column: 4 }).get(network.input));
  assert.deepEqual(from(0), [4, 4, 4, 4]);
  assert.deepEqual(from(1), [2, 2, 6, 6]);
  const sum = drawn([{ layer: "residual", body: [conv(1, 3)] }], [1, 9, 9]);
  const both = fieldsOf(sum.network.layers, sum.named.residual1, { map: 0, row: 0, column: 3 });
  assert.deepEqual(Object.values(both.get(sum.network.input)), [-1, 2, 1, 4]);
});

test("a flat layer knows the cell that a feature was, until all are mixed", () => {
  const { network, named } = drawn([...of("flatten", "relu"), { layer: "linear", out: 2 }], [2, 3, 4]);
  const input = (layer, map) => Object.values(fieldsOf(network.layers, layer, { map, row: 0, column: 0 }).get(network.input));
  assert.deepEqual(input(named.relu1, 12 + 6), [1, 2, 1, 2]);
  assert.deepEqual(input(named.linear1, 1), [0, 0, 2, 3]);
});

test("the maps that a map is made of", () => {
  const { network, named } = drawn([conv(4, 3, { groups: 2 }), ...of("relu", "batchnorm"), conv(2, 1)], [4, 5, 5]);
  const maps = (found) => found.map(({ map }) => map);
  assert.deepEqual(maps(readsOf(named.conv1, 1)), [0, 1]);
  assert.deepEqual(maps(readsOf(named.conv1, 2)), [2, 3]);
  assert.deepEqual(maps(readsOf(named.relu1, 2)), [2]);
  const seen = nearest(named.batchnorm1, 3, (layer) => layer === network.input);
  assert.deepEqual([...seen.get(network.input)], [2, 3]);
  const far = nearest(named.conv2, 0, (layer) => layer === named.relu1);
  assert.deepEqual([...far.get(named.relu1)], [0, 1, 2, 3]);
});

test("the cells that meet one weight", () => {
  const { named } = drawn([{ layer: "conv", out: 1, kernel: 3, stride: 2, padding: 1 }], [1, 6, 6]);
  assert.deepEqual(Object.values(metBy(named.conv1, 0, 2)), [1, 1, 3, 5]);
  assert.deepEqual(Object.values(metBy(named.conv1, 1, 1)), [0, 0, 4, 4]);
});

test("a chain goes through the cell that a maximum takes, and on to the end of the stage", () => {
  const spec = [{ layer: "conv", out: 1, kernel: 1 }, { layer: "maxpool", kernel: 2 }, ...of("relu", "flatten")];
  const { network, stages } = drawn(spec, [1, 2, 4]);
  const tensor = (shape, ...values) => ({ shape, values: Float32Array.from(values) });
  network.load({ "conv1.weight": tensor([1, 1, 1, 1], 2), "conv1.bias": tensor([1], 1) });
  network.run([1, 2, 3, 4, 9, 8, 7, 6]);
  const [, { layers }] = stages;
  const [convolution, pool, relu, flat] = layers;
  const names = (chain) => chain.map(({ layer, cell: { map, row, column }, sum }) => [layer.name, map, row, column, sum.total]);
  const whole = [["conv1", 0, 1, 0, 19], ["maxpool1", 0, 0, 0, 19], ["relu1", 0, 0, 0, 19], ["flatten1", 0, 0, 0, 19]];
  assert.deepEqual(names(chainOf(layers, relu, { map: 0, row: 0, column: 0 })), whole);
  assert.deepEqual(names(chainOf(layers, flat, { map: 0, row: 0, column: 0 })), whole);
  assert.deepEqual(names(chainOf(layers, pool, { map: 0, row: 0, column: 1 }))[0], ["conv1", 0, 1, 2, 15]);
  // From a cell that is not the largest: what follows takes another one.
  assert.deepEqual(names(chainOf(layers, convolution, { map: 0, row: 0, column: 1 })).slice(0, 2), [["conv1", 0, 0, 1, 5], ["maxpool1", 0, 0, 0, 19]]);
  assert.deepEqual(cellRead(chainOf(layers, pool, { map: 0, row: 0, column: 0 })[1]), { map: 0, row: 1, column: 0 });
});

test("a pool with gaps between its windows does not read every cell", () => {
  const { named } = drawn([{ layer: "avgpool", kernel: 1, stride: 2 }, { layer: "maxpool", kernel: 3, stride: 2, padding: 1 }], [1, 5, 5]);
  assert.equal(cellReading(named.avgpool1, { map: 0, row: 1, column: 0 }), null);
  assert.deepEqual(cellReading(named.avgpool1, { map: 0, row: 4, column: 2 }), { map: 0, row: 2, column: 1 });
  assert.deepEqual(cellReading(named.maxpool1, { map: 0, row: 1, column: 2 }), { map: 0, row: 0, column: 1 });
});

test("a part leads to Step with its map, its filter and its cell, if Step can show it", () => {
  const { network, named } = drawn([conv(1, 3, { stride: 2 }), conv(1, 9, { stride: 5 })], [1, 2, 2]);
  network.input.values.set([0.5, -1, 1 / 3, 0]);
  const part = { source: network.input, channel: 0, row: -1, column: -1, values: [], weights: [1, 2, 3, 4, 5, 6, 7, 8, -0.25], sum: 0 };
  const address = new URLSearchParams(stepAddress(named.conv1, part, { map: 0, row: 0, column: 0 }).replace("step?", ""));
  assert.equal(address.get("s_image"), "0.5 -1\n0.33333 0");
  assert.equal(address.get("s_weights"), "1 2 3\n4 5 6\n7 8 -0.25");
  assert.deepEqual(["s_source", "s_stride", "s_padding", "s_dilation", "s_cell"].map((name) => address.get(name)), ["numbers", "2", "1", "1", "0,0"]);
  assert.equal(stepAddress(named.conv2, part, { map: 0, row: 0, column: 0 }), "");
});

test("contributions add up to the logit where only averages follow", () => {
  const tensor = (shape, ...values) => ({ shape, values: Float32Array.from(values) });
  const { network, named } = drawn([conv(2, 1), ...of("relu", "gap", "flatten"), { layer: "linear", out: 2 }], [1, 1, 2]);
  network.load({
    "conv1.weight": tensor([2, 1, 1, 1], 1, -1), "conv1.bias": tensor([2], 0, 6),
    "linear1.weight": tensor([2, 2], 0, 0, 3, -1), "linear1.bias": tensor([2], 0, 0.5),
  });
  network.run([2, 4]); // maps [2, 4] and [4, 2]
  const spoke = contributionsTo(network, 1);
  assert.deepEqual([...spoke.get(named.relu1).values], [3, 6, -2, -1]);
  assert.deepEqual([...addingUp(network)].map(({ name }) => name), ["flatten1", "gap1", "relu1"]);
  const asked = { output: 1, name: "b" };
  assert.equal(layerSum(network, named.relu1, spoke.get(named.relu1), asked), "All contributions of relu1 add up to 6; with the bias 0.5 that is the logit of b, 6.5.");
  assert.equal(layerSum(network, named.input, spoke.get(named.input), asked), "All contributions of input add up to 12; the logit of b is 6.5.");
  assert.equal(
    cellContribution(network, named.relu1, spoke.get(named.relu1), { map: 0, row: 0, column: 1 }, "b"),
    "It contributed 6 to the logit of b. All 2 maps contributed 5 here: the class activation map divided by its 2 cells.",
  );
  assert.equal(cellContribution(network, named.gap1, spoke.get(named.gap1), { map: 1 }, "b"), "It contributed −3 to the logit of b.");
});
