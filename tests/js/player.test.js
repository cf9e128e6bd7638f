// A figure's steps: where it begins and ends, and what keys and a slider do.

import assert from "node:assert/strict";
import { test } from "node:test";

class Piece {
  dataset = {};
  append() {}
  setAttribute() {}
}

globalThis.document = { createElement: () => new Piece() };
const { Player } = await import("../../cnnviz/components/kit/figure/player.js");

/** A figure without a screen: what it is asked to do after a pause is done at once. */
function figure(calm = false) {
  return {
    calm, root: new Piece(), said: 0, milliseconds: 0,
    find: () => new Piece(), playButton: () => new Piece(),
    after: (_pause, _name, act) => act(),
    say() { this.said += 1; },
    running() { return this.mover.playing; },
    passed() { return this.milliseconds; },
    wake() {}, fillTables() {}, markPlaying() {},
  };
}

function played(player, milliseconds) {
  player.figure.milliseconds = milliseconds;
  player.advance(0);
}

test("it plays from the first step to the last, and rests there", () => {
  const player = new Player(figure(), { pace: () => 4 });
  player.begin(3);
  assert.deepEqual([player.step, player.playing], [0, true]);
  played(player, 200);
  assert.equal(player.step, 0);
  played(player, 200);
  assert.equal(player.step, 1);
  played(player, 9000); // the page was hidden for a while: at most half a second counts
  assert.equal(player.step, 3);
  assert.deepEqual([player.playing, player.figure.said], [false, 1]);
  played(player, 400);
  assert.equal(player.step, 3);
  player.toggle();
  assert.deepEqual([player.step, player.playing], [0, true]);
});

test("with less motion it stands where it would have come to rest", () => {
  const player = new Player(figure(true), { pace: () => 4, first: 5 });
  player.begin(95, { rest: 20 });
  assert.deepEqual([player.step, player.playing], [20, false]);
});

test("the pace may grow with the steps", () => {
  const player = new Player(figure(), { pace: (step) => 10 + step });
  player.begin(100);
  for (let frame = 0; frame < 4; frame += 1) played(player, 100);
  assert.equal(player.step, 4); // 1.1 to the power of the frames, less 1, times 10: 4.6
});

test("a slider and keys go to any step within the ends, stop it, and are kept", () => {
  const kept = [];
  const player = new Player(figure(), { pace: () => 1, keep: (step) => kept.push(step) });
  player.begin(30, { at: 99 });
  assert.deepEqual([player.step, player.playing], [30, false]);
  player.slider.valueAsNumber = 12;
  player.slider.oninput();
  const keys = player.keys();
  for (const key of ["ArrowRight", "PageUp", "PageUp", "PageDown", "End", "ArrowDown", "Home"]) keys[key]();
  keys[" "]();
  assert.deepEqual(kept, [12, 13, 3, 0, 10, 30, 29, 0, null]);
  assert.equal(player.playing, true);
});

test("what is dragged along goes to the nearest step", () => {
  const player = new Player(figure(), { pace: () => 1 });
  player.begin(30);
  const canvas = { setPointerCapture() {} };
  player.dragAlong(canvas, ({ x }) => x);
  canvas.onpointerdown({ button: 0, x: 6.7 });
  assert.equal(player.step, 7);
  canvas.onpointermove({ x: -3 });
  assert.deepEqual([player.step, player.playing], [0, false]);
});
