import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, lastUpTo, limits } from "../../cnnviz/components/kit/arithmetic.js";
import { bytesOf, unpackArray } from "../../cnnviz/components/kit/arrays.js";
import { decades, lossTop, nearest, niceTicks, thin } from "../../cnnviz/components/kit/figure/axes.js";
import { packed } from "./packing.js";

const curve = (...ys) => ys.map((y, x) => ({ x, y }));

test("clamp and limits", () => {
  assert.deepEqual([clamp(-1, 0, 2), clamp(1, 0, 2), clamp(3, 0, 2)], [0, 1, 2]);
  assert.deepEqual(limits([3, -1, 2]), [-1, 3]);
});

test("the last item up to a step is that of a search from the front", () => {
  const items = [1, 2, 2, 5, 9].map((step) => ({ step }));
  for (let step = 0; step < 11; step += 1) {
    assert.equal(lastUpTo(items, step), items.filter((item) => item.step <= step).length - 1);
  }
  assert.equal(lastUpTo([], 3), -1);
  assert.equal(lastUpTo([4, 6], 5, (one) => one), 0);
});

test("arrays come out as they were packed", () => {
  for (const values of [Float64Array.of(1.5, NaN, -2), Float32Array.of(0.5), Int32Array.of(-1, 70000), Int16Array.of(-1, 3)]) {
    assert.deepEqual(unpackArray(packed(values)), values);
  }
  assert.deepEqual([...bytesOf("AAH/")], [0, 1, 255]);
});

test("ticks are round, evenly spaced and within the axis", () => {
  assert.deepEqual(niceTicks(0, 1, 6), [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  assert.deepEqual(niceTicks(0, 400, 4), [0, 100, 200, 300, 400]);
  assert.deepEqual(niceTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.30000000000000004]);
  for (const high of [0.07, 1, 13, 999, 12345]) {
    const ticks = niceTicks(0, high, 5);
    assert(ticks.length >= 2 && ticks.length <= 7 && ticks.at(-1) <= high * (1 + 1e-9));
  }
  assert.deepEqual(decades(0.1, 100), [0.1, 1, 10, 100]);
  assert.deepEqual(decades(1, 10), [1, 2, 5, 10]);
});

test("a thinned curve keeps its extremes and its end", () => {
  const points = curve(...Array.from({ length: 5000 }, (_, at) => Math.sin(at / 40)));
  points[1234].y = 7;
  points[4321].y = -7;
  const few = thin(points, 200);
  assert(few.length <= 202);
  for (const kept of [points[1234], points[4321], points.at(-1)]) assert(few.includes(kept));
  assert(few.every(({ x }, at) => at === 0 || x > few[at - 1].x));
  assert.equal(thin(points.slice(0, 9), 10).length, 9);
});

test("the nearest point lies on either side", () => {
  const points = [{ x: 0 }, { x: 10 }, { x: 11 }];
  assert.deepEqual([-5, 4, 6, 99].map((x) => nearest(points, x).x), [0, 0, 10, 11]);
  assert.equal(nearest([], 1), undefined);
});

test("a few huge losses do not press the rest flat, but the start is shown", () => {
  assert(Math.abs(lossTop([{ points: curve(2, 1, 0.5, 0.4) }]) - 2.12) < 1e-9);
  const top = lossTop([{ points: curve(2, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 90) }]);
  assert(top > 2 && top < 4);
  assert.equal(lossTop([{ points: [] }]), 1);
});
