// A network's line as a list: every edit, and the line that comes of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { copy, everyLayer, insert, isWhole, move, moveBeside, namesOf, readLine, readWord, remove, writeLine, writeWord } from "../../cnnviz/components/layers/line.js";

const option = (key, letter, usual, as = "") => ({ key, letter, usual, as, title: key, low: 0, high: 99, whole: true });
const KINDS = [
  { kind: "conv", word: "c", options: [option("out", "", null), option("kernel", "k", null), option("stride", "s", 1)], parts: [] },
  { kind: "concat", word: "cat", options: [], parts: ["branch"] },
  { kind: "maxpool", word: "p", options: [option("kernel", "", null), option("stride", "s", null, "kernel")], parts: [] },
  { kind: "residual", word: "res", options: [], parts: ["body", "shortcut"] },
  { kind: "relu", word: "relu", options: [], parts: [] },
].map((kind) => ({ title: kind.kind, fresh: kind.word, least: kind.parts.length && 1, most: kind.parts.length && 2, ...kind }));

const LINE = "a res[b c | none] d";
const named = (layers, word) => everyLayer(layers).find((layer) => layer.word === word);
/** The line after an edit of the layer with a word. */
const after = (word, edit, line = LINE) => {
  const layers = readLine(line);
  edit(layers, named(layers, word));
  return writeLine(layers);
};

test("a line is read with its blocks, whatever its spaces, and not where its brackets fail", () => {
  assert.equal(writeLine(readLine("A,res[b  c|none]d")), LINE);
  assert.deepEqual(readLine(""), []);
  for (const wrong of ["[a]", "a]", "res[a", "res[a|", "a | b", "res[a]]"]) assert.equal(readLine(wrong), null, wrong);
});

test("words are read and written as Python does", () => {
  assert.deepEqual(readWord("c16k3s2", KINDS).numbers, { out: "16", kernel: "3", stride: "2" });
  assert.equal(readWord("cat", KINDS).kind.kind, "concat");
  assert.equal(readWord("conv16k3", KINDS).kind.kind, "conv");
  const can = ["c16k3", "p2", "relu", "res[p2]", "cat[relu|none]"];
  const cannot = ["c16", "c16k100", "c1.5k3", "xyz", "res", "res[p2|p2|p2]", "relu[p2]", "res[|p2]"];
  for (const word of [...can, ...cannot]) assert.equal(isWhole(readLine(word)[0], KINDS), can.includes(word), word);
  for (const word of ["c16q3", "c16k3k3", "xyz", "16", "c16k"]) assert.equal(readWord(word, KINDS), null, word);
  assert.equal(writeWord(KINDS[0], { out: "16", kernel: "3", stride: "1" }), "c16k3");
  assert.equal(writeWord(KINDS[2], { kernel: "2", stride: "2" }), "p2");
  assert.equal(writeWord(KINDS[2], { kernel: "3", stride: "2" }), "p3s2");
});

test("layers are named as in the module", () => {
  const layers = readLine("c1k1 relu res[c1k1 c1k1 | c1k1] cat[c1k1 | relu] xyz c1k1");
  assert.deepEqual([...namesOf(layers, KINDS).values()], [
    "conv1", "relu1", "residual1", "residual1.body.conv1", "residual1.body.conv2", "residual1.shortcut.conv1",
    "concat1", "concat1.branch1.conv1", "concat1.branch2.relu1", "conv2",
  ]);
});

test("a layer moves down through blocks, and up again the same way", () => {
  const down = ["res[a b c | none] d", "res[b a c | none] d", "res[b c a | none] d", "res[b c | a] d", "res[b c | none] a d", "res[b c | none] d a"];
  const layers = readLine(LINE);
  const layer = named(layers, "a");
  for (const line of down) {
    assert(move(layers, layer, 1));
    assert.equal(writeLine(layers), line);
  }
  assert(!move(layers, layer, 1));
  assert.equal(writeLine(layers), down.at(-1));
  for (const line of [...down.slice(0, -1).reverse(), LINE]) {
    assert(move(layers, layer, -1));
    assert.equal(writeLine(layers), line);
  }
  assert(!move(layers, layer, -1));
});

test("a block moves with what is in it", () => {
  assert.equal(after("res", (layers, block) => move(layers, block, 1)), "a d res[b c | none]");
  assert.equal(after("res", (layers, block) => assert(!moveBeside(layers, block, named(layers, "b"), true))), LINE);
});

test("a part that loses its last layer lets its input pass, until one comes in", () => {
  const line = "res[b | c] d";
  assert.equal(after("b", remove, line), "res[none | c] d");
  assert.equal(after("b", (layers, layer) => moveBeside(layers, layer, named(layers, "d"), true), line), "res[none | c] d b");
  assert.equal(after("d", (layers, layer) => moveBeside(layers, layer, named(layers, "none"), true), "res[none | c] d"), "res[d | c]");
  assert.equal(after("a", remove, "a"), "");
});

test("layers are added, copied and dropped beside others", () => {
  assert.equal(after("b", (layers) => insert(layers, 1, { word: "x", parts: null })), "a x res[b c | none] d");
  assert.equal(after("res", (layers, block) => copy(layers, block).parts[0].pop()), "a res[b c | none] res[b | none] d");
  assert.equal(after("d", (layers, layer) => moveBeside(layers, layer, named(layers, "c"), false)), "a res[b d c | none]");
});
