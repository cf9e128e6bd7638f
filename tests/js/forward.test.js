// Networks in the browser: small ones by hand. All kinds at random against PyTorch are in
// tests/unit/components/test_forward.py.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network, prepare, softmax } from "../../cnnviz/components/kit/network/forward.js";
import { parts } from "../../cnnviz/components/kit/network/cell_sum.js";

const tensor = (shape, ...values) => ({ shape, values: Float32Array.from(values) });
const SPEC = [{ layer: "conv", out: 1, kernel: 2, padding: 1 }, { layer: "relu" }, { layer: "gap" }];
const WEIGHTS = { "conv1.weight": tensor([1, 1, 2, 2], 1, 2, 3, -4), "conv1.bias": tensor([1], 0.5) };

test("a convolution, its activation and their average", () => {
  const network = prepare(SPEC, [1, 2, 2], WEIGHTS);
  const [input, conv, relu, gap] = network.run([1, 2, 3, 4]);
  assert.deepEqual([...input.values], [1, 2, 3, 4]);
  assert.deepEqual(conv.shape, [1, 3, 3]);
  const sums = [-3.5, -4.5, 6.5, -9.5, -1.5, 14.5, 6.5, 11.5, 4.5];
  assert.deepEqual([...conv.values], sums);
  assert.deepEqual([...relu.values], sums.map((x) => Math.max(0, x)));
  assert.equal(gap.values[0], Math.fround((6.5 + 14.5 + 6.5 + 11.5 + 4.5) / 9));
  assert.equal(network.output, gap);
});

test("memory is used again, and other weights can be loaded", () => {
  const network = prepare(SPEC, [1, 2, 2], WEIGHTS);
  const before = network.run([9, 9, 9, 9]).map(({ values }) => values);
  const after = network.run([0, 0, 0, 0]).map(({ values }) => values);
  after.forEach((values, at) => assert.equal(values, before[at]));
  assert.deepEqual([...after[1]], Array(9).fill(0.5));
  network.load({ ...WEIGHTS, "conv1.bias": tensor([1], -1) });
  assert.deepEqual([...network.run([0, 0, 0, 0])[1].values], Array(9).fill(-1));
});

test("the parts of a cell say where they come from", () => {
  const [input, conv, relu] = prepare(SPEC, [1, 2, 2], WEIGHTS).run([1, 2, 3, 4]);
  const corner = parts(conv, 0, 0, 2);
  assert.deepEqual(corner.parts, [{ source: input, channel: 0, row: -1, column: 1, values: [0, 0, 2, 0], weights: [1, 2, 3, -4], sum: 6 }]);
  assert.deepEqual([corner.value, corner.total, corner.bias, corner.size], [6.5, 6.5, 0.5, [2, 2]]);
  const cut = parts(relu, 0, 1, 0);
  assert.deepEqual(cut.parts[0], { source: conv, channel: 0, row: 1, column: 0, values: [-9.5], weights: null, sum: -9.5 });
  assert.deepEqual([cut.value, cut.total], [0, 0]);
});

test("branches lead back to their own maps", () => {
  const spec = [{ layer: "concat", branches: [[{ layer: "identity" }], [{ layer: "maxpool", kernel: 1 }]] }, { layer: "flatten" }];
  const network = prepare(spec, [2, 1, 2], {});
  network.run([1, 2, 3, 4]);
  const [, one, two, joined, flat] = network.layers;
  assert.deepEqual(network.layers.map(({ name }) => name), ["input", "concat1.branch1.identity1", "concat1.branch2.maxpool1", "concat1", "flatten1"]);
  assert.deepEqual([...joined.values], [1, 2, 3, 4, 1, 2, 3, 4]);
  const at = ({ source, channel, row, column }) => [source, channel, row, column];
  assert.deepEqual(at(parts(joined, 1, 0, 1).parts[0]), [one, 1, 0, 1]);
  assert.deepEqual(at(parts(joined, 2, 0, 1).parts[0]), [two, 0, 0, 1]);
  assert.deepEqual(at(parts(flat, 5).parts[0]), [joined, 2, 0, 1]);
});

test("what is no number stays no number", () => {
  const network = new Network([{ layer: "maxpool", kernel: 2 }, { layer: "relu" }], [1, 2, 2]);
  assert.ok(Number.isNaN(network.run([5, NaN, 1, 2]).at(-1).values[0]));
});

test("weights and pictures of another network are refused with a sentence", () => {
  const bias = { "conv1.bias": WEIGHTS["conv1.bias"] };
  assert.throws(() => prepare(SPEC, [1, 2, 2], bias), /another network: conv1.weight is missing/);
  assert.throws(() => prepare(SPEC, [2, 2, 2], WEIGHTS), /conv1.weight is 1×1×2×2 and should be 1×2×2×2/);
  const bytes = { shape: [1, 1, 2, 2], values: new Uint8Array(4) };
  assert.throws(() => prepare(SPEC, [1, 2, 2], { ...bias, "conv1.weight": bytes }), /should hold float32 or float16/);
  assert.throws(() => prepare(SPEC, [1, 2, 2], WEIGHTS).run([1, 2]), /has 2 numbers, the network reads 1×2×2/);
  assert.throws(() => new Network([{ layer: "toString" }], [1, 2, 2]), /no layer of the kind “toString”/);
});

test("logits become probabilities, however large they are", () => {
  assert.deepEqual(softmax([1000, 1000]), [0.5, 0.5]);
  assert.ok(Math.abs(softmax([0, Math.log(3)])[1] - 0.75) < 1e-12);
});
