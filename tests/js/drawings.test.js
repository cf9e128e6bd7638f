// The last drawings, as the browser keeps them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawings } from "../../cnnviz/components/kit/picture/drawings.js";

const storage = (content = null) => ({
  content,
  getItem() { return this.content; },
  setItem(_, text) { this.content = text; },
});
const drawing = (x) => [{ width: 20, erases: false, points: [x, 1, x, 2] }];

test("what was drawn is there again, the last drawings first, each once", () => {
  const kept = storage();
  const drawings = new Drawings(kept);
  for (const x of [1, 2, 1]) {
    drawings.hold(drawing(x));
    drawings.keep();
  }
  drawings.hold(drawing(9));
  const again = new Drawings(kept);
  assert.deepEqual(again.current, drawing(9));
  assert.deepEqual(again.last, [drawing(1), drawing(2)]);
});

test("few and small ones are kept", () => {
  const kept = storage();
  const drawings = new Drawings(kept);
  for (let x = 0; x < 20; x += 1) {
    drawings.hold(drawing(x));
    drawings.keep();
  }
  drawings.hold([{ width: 20, erases: true, points: Array(100_000).fill(0) }]);
  assert.equal(drawings.current[0].points.length, 100_000); // as long as the page is open
  const again = new Drawings(kept);
  assert.deepEqual(again.current, []);
  assert.deepEqual(again.last.map(([{ points }]) => points[0]), [19, 18, 17, 16, 15, 14]);
  assert.ok(kept.content.length < 2000);
});

test("what was only erased is no drawing to keep", () => {
  const drawings = new Drawings(storage());
  drawings.hold([{ width: 20, erases: true, points: [1, 1, 2, 2] }]);
  drawings.keep();
  assert.deepEqual(drawings.last, []);
});

test("what is no drawing is left out", () => {
  const bad = [null, 5, [], [null], [{}], [{ ...drawing(1)[0], width: "20" }], [{ ...drawing(1)[0], points: [1] }], [{ ...drawing(1)[0], points: [1, 900] }]];
  for (const text of ["{", "null", "7", "[]", JSON.stringify({ current: 3, last: "x" })]) {
    const drawings = new Drawings(storage(text));
    assert.deepEqual([drawings.current, drawings.last], [[], []]);
  }
  const drawings = new Drawings(storage(JSON.stringify({ current: bad[5], last: [...bad, drawing(4)] })));
  assert.deepEqual([drawings.current, drawings.last], [[], [drawing(4)]]);
});

test("a browser that stores nothing is no obstacle", () => {
  const refuse = () => { throw new Error("no"); };
  const drawings = new Drawings({ getItem: refuse, setItem: refuse });
  drawings.hold(drawing(1));
  drawings.keep();
  assert.deepEqual(drawings.last, [drawing(1)]);
});
