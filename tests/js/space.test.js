// The layers of a network in space: what a camera sees, and what is under a pointer.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "../../cnnviz/components/kit/network/forward.js";
import {
  axesOf, backToFront, cornersOf, firstTurn, fitted, matrixOf, placesOf, project, squareSheet, turned, unproject,
} from "../../cnnviz/components/network/space.js";
import { extentOf, itemsOf, stagesOf } from "../../cnnviz/components/network/structure.js";

const conv = (out, kernel = 3) => ({ layer: "conv", out, kernel, padding: (kernel - 1) / 2 });
const ORIGIN = { scale: 1, x: 0, y: 0 };
const UNFOLDED = { layers: false, repeats: false, branches: false, turned: new Set() };

/** A network's sheets in space, by the names of its layers. */
function stood(spec, shape, down) {
  const network = new Network(spec, shape);
  const items = itemsOf(stagesOf(spec, network.layers), UNFOLDED);
  const found = placesOf(items, ({ shape: of }) => squareSheet(of), down);
  const named = Object.fromEntries([...found.places].map(([layer, place]) => [layer.name, place]));
  return { ...found, named, network };
}

function near(one, other, tolerance = 1e-6) {
  for (const key of Object.keys(other)) assert.ok(Math.abs(one[key] - other[key]) < tolerance, `${key}: ${one[key]} is not ${other[key]}`);
}

const TURNS = [...Array(24).keys()].flatMap((at) => [-80, -35, 0, 10, 60].map((pitch) => ({ yaw: at * 15 - 173, pitch })));

test("a point of a sheet leads to the screen and back, at all angles from which the sheet is seen", () => {
  let seen = 0;
  for (const down of [false, true]) {
    for (const turn of TURNS) {
      const matrix = matrixOf(axesOf(turn, down), { scale: 1.7, x: 31, y: -4 }, { along: 40, left: -12, top: 5, width: 20, height: 30, cell: 3 });
      const point = { x: 4.25, y: 9.5 };
      const back = unproject(matrix, project(matrix, point));
      if (!back) continue;
      seen += 1;
      near(back, point);
    }
  }
  assert.ok(seen > 0.8 * 2 * TURNS.length);
});

test("the camera turns what it sees and changes no length", () => {
  for (const turn of TURNS) {
    const { flow, across, below } = axesOf(turn, false);
    for (const [one, other, product] of [[flow, flow, 1], [across, across, 1], [below, below, 1], [flow, across, 0], [flow, below, 0], [across, below, 0]]) {
      near({ product: one.x * other.x + one.y * other.y + one.depth * other.depth }, { product });
    }
  }
});

test("from the side a sheet is a line, on which nothing can be pointed at", () => {
  const matrix = matrixOf(axesOf({ yaw: 0, pitch: 0 }, false), ORIGIN, { along: 10, left: 0, top: 0, width: 5, height: 5, cell: 1 });
  assert.equal(unproject(matrix, { x: 10, y: 2 }), null);
});

test("the picture is first seen as it is: its rows go down and its columns to the right, the flow too", () => {
  for (const down of [false, true]) {
    const { flow, across, below } = axesOf(firstTurn(down), down);
    assert.ok(across.x > 0.3 && below.y > 0.3);
    assert.ok(down ? flow.y > 0.3 : flow.x > 0.3);
  }
});

test("a view turns round and round, but not over its head", () => {
  near(turned({ yaw: 170, pitch: 80 }, 30, 30), { yaw: -160, pitch: 85 });
  near(turned({ yaw: -170, pitch: -80 }, -30, -30), { yaw: 160, pitch: -85 });
});

test("all maps of a layer lie on its sheet, nearly in a square; a few cells in a column", () => {
  const { across, down, count, more } = squareSheet([32, 14, 14]);
  assert.deepEqual([across, down, count, more], [6, 6, 32, 0]);
  assert.deepEqual([10, 128].map((length) => squareSheet([length])).map((sheet) => [sheet.across, sheet.down]), [[1, 10], [11, 12]]);
});

test("sheets stand one after another, in the middle of the flow", () => {
  const { named } = stood([conv(4), { layer: "relu" }, { layer: "gap" }, { layer: "flatten" }, { layer: "linear", out: 3 }], [1, 8, 8], false);
  assert.deepEqual(Object.keys(named), ["input", "conv1", "relu1", "gap1", "linear1"]);
  const all = Object.values(named);
  assert.equal(all[0].along, 0);
  for (let at = 1; at < all.length; at += 1) assert.ok(all[at].along > all[at - 1].along);
  for (const { left, top, width, height } of all) near({ left, top }, { left: -width / 2, top: -height / 2 });
});

test("branches stand beside each other between what they read and what joins them", () => {
  const spec = [conv(4), { layer: "residual", body: [conv(4), conv(4)] }, { layer: "concat", branches: [[conv(2, 1)], [conv(2), conv(2)]] }];
  for (const [down, side, size] of [[false, "top", "height"], [true, "left", "width"]]) {
    const { named, passes } = stood(spec, [1, 6, 6], down);
    const [body, join] = [named["residual1.body.conv2"], named.residual1];
    assert.ok(named.conv1.along < named["residual1.body.conv1"].along && body.along < join.along);
    const [pass] = passes.values();
    assert.ok(pass[side] > body[side] + body[size], "the shortcut goes past the body");
    assert.ok(pass.along > named.conv1.along && pass.along < join.along);
    const [first, second] = [named["concat1.branch1.conv1"], named["concat1.branch2.conv1"]];
    assert.equal(first.along, second.along);
    assert.ok(first[side] + first[size] < second[side]);
    assert.ok(named.concat1.along > named["concat1.branch2.conv2"].along);
  }
});

test("at every angle all of the network is drawn inside the canvas", () => {
  const room = { left: 5, top: 7, right: 400, bottom: 300 };
  for (const down of [false, true]) {
    const { places } = stood([conv(6), { layer: "maxpool", kernel: 2 }, { layer: "gap" }, { layer: "flatten" }, { layer: "linear", out: 10 }], [1, 12, 12], down);
    for (const turn of TURNS) {
      const axes = axesOf(turn, down);
      const fit = fitted(axes, places.values(), room);
      for (const place of places.values()) {
        const box = { x: 0, y: 0, w: place.width / place.cell, h: place.height / place.cell };
        for (const { x, y } of cornersOf(matrixOf(axes, fit, place), box)) {
          assert.ok(x > room.left - 1e-6 && x < room.right + 1e-6 && y > room.top - 1e-6 && y < room.bottom + 1e-6);
        }
      }
    }
  }
});

test("of two sheets at one point the nearer is drawn last", () => {
  for (const down of [false, true]) {
    const { places } = stood([conv(4), conv(9), { layer: "maxpool", kernel: 2 }, conv(3)], [1, 8, 8], down);
    let overlaps = 0;
    for (const turn of TURNS) {
      const axes = axesOf(turn, down);
      const order = backToFront(places, axes);
      const matrices = new Map([...places].map(([layer, place]) => [layer, matrixOf(axes, ORIGIN, place)]));
      const depthAt = (layer, { x, y }) => {
        const { along, left, top, cell } = places.get(layer);
        return along * axes.flow.depth + (left + x * cell) * axes.across.depth + (top + y * cell) * axes.below.depth;
      };
      order.forEach((behind, at) => {
        const { width, height } = extentOf(squareSheet(behind.shape));
        const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => ({ x: x * width, y: y * height })));
        for (const [before, point] of order.slice(at + 1).flatMap((one) => points.map((each) => [one, each]))) {
          const hit = unproject(matrices.get(before), project(matrices.get(behind), point));
          const sheet = extentOf(squareSheet(before.shape));
          if (!hit || hit.x < 0 || hit.y < 0 || hit.x > sheet.width || hit.y > sheet.height) continue;
          overlaps += 1;
          assert.ok(depthAt(before, hit) < depthAt(behind, point) + 1e-9);
        }
      });
    }
    assert.ok(overlaps > 200);
  }
});
