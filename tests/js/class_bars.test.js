// Bars of classes: all of a few, the most probable of many.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, ranked } from "../../cnnviz/components/kit/figure/class_bars.js";

test("few classes stay in their order", () => {
  assert.deepEqual(ranked([0.1, 0.7, 0.2]), { classes: [0, 1, 2], rest: null });
  assert.equal(ranked(Array(MOST).fill(1 / MOST)).rest, null);
});

test("of many, the most probable come first and the rest is one sum", () => {
  const shares = Array.from({ length: 40 }, (_, at) => (at === 30 ? 0.61 : 0.01));
  const { classes, rest } = ranked(shares);
  assert.deepEqual(classes, [30, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(rest.count, 40 - classes.length);
  const total = classes.reduce((sum, at) => sum + shares[at], 0) + rest.share;
  assert.ok(Math.abs(total - 1) < 1e-12);
});
