// What the browser makes of a run. That its fold is Python's is tested in tests/unit/components.

import assert from "node:assert/strict";
import { test } from "node:test";

import { confusionWords, worstPairs } from "../../cnnviz/components/live/confusion.js";
import { bestEvaluation, RunState, secondsTo } from "../../cnnviz/components/live/fold.js";
import { Frame, FrameStore } from "../../cnnviz/components/live/frames.js";
import { barClasses } from "../../cnnviz/components/live/probes.js";
import { Snapshots } from "../../cnnviz/components/live/snapshots.js";
import { differences, reached, strained, whereOf } from "../../cnnviz/components/live/standings.js";

const step = (at, more = {}) => ({ event: "step", step: at, epoch: at / 10, seconds: at, loss: 1, accuracy: 0.5, ...more });

function state(...events) {
  const made = new RunState();
  for (const event of events) made.apply(event);
  return made;
}

test("a process that resumes repeats the steps that the last one lost", () => {
  const run = state(step(1), step(2), step(3), { event: "status", status: "running", step: 1 }, step(2));
  assert.deepEqual(run.progress.map((point) => point.step), [1, 2]);
  assert.equal(run.status, "interrupted");
  run.alive = true;
  assert.equal(run.status, "running");
  run.apply({ event: "something of a later version" });
});

test("the rate of an active run is that of its last ten seconds, of any other that of all", () => {
  const slow = [5, 10].map((at) => step(at, { seconds: 3 * at }));
  const fast = [20, 30, 40].map((at) => step(at, { seconds: 30 + (at - 10) / 2 }));
  const run = state({ event: "status", status: "running", step: 0, total_steps: 50, train_images: 80 }, ...slow, ...fast);
  assert.equal(run.imagesPerSecond, (80 * 4) / 45); // its process is gone
  run.alive = true;
  assert.equal(run.imagesPerSecond, (80 * 2) / 10); // from step 20 to step 40
});

test("the same step again replaces the old", () => {
  const run = state({ event: "evaluation", step: 5, accuracy: 0.1 }, { event: "evaluation", step: 5, accuracy: 0.9 });
  assert.deepEqual(run.evaluations.map(({ accuracy }) => accuracy), [0.9]);
});

test("the time left follows the rate and the pace", () => {
  const run = state({ event: "status", status: "running", total_steps: 100, train_images: 100 }, step(10), step(20));
  run.alive = true;
  assert.equal(run.imagesPerSecond, 10);
  assert.equal(run.secondsLeft(0), 80);
  assert.equal(run.secondsLeft(0.5), 160);
  assert(Number.isNaN(state().secondsLeft(0)));
});

test("the best evaluation is one on all pictures, if there was one", () => {
  const evaluations = [{ accuracy: 0.99, images: 50, seconds: 1 }, { accuracy: 0.8, images: 100, seconds: 2 }];
  assert.equal(bestEvaluation({ evaluations, testImages: 100 }).accuracy, 0.8);
  assert.equal(bestEvaluation({ evaluations, testImages: 10 }).accuracy, 0.99);
  assert.equal(bestEvaluation({ evaluations: [], testImages: 10 }), null);
});

test("where less is better, the best is the least, and a goal is reached from above", () => {
  const error = { name: "error", lower: true };
  const evaluations = [[30, 1], [12, 2], [14, 3], [NaN, 4]].map(([error, seconds]) => ({ error, seconds, images: 10 }));
  assert.equal(bestEvaluation({ evaluations, testImages: 10 }, error).seconds, 2);
  assert.deepEqual([40, 12, 11].map((goal) => secondsTo(evaluations, goal, error)), [1, 2, null]);
  assert.equal(reached(evaluations, 20, error).text, "1.0\u20132.0");
});

test("a share is reached between two evaluations", () => {
  const evaluations = [[0.5, 1], [0.8, 2], [0.7, 3], [0.85, 4]].map(([accuracy, seconds]) => ({ accuracy, seconds }));
  assert.deepEqual([0.8, 0.81, 0.86].map((goal) => secondsTo(evaluations, goal)), [2, 4, null]);
  assert.equal(reached(evaluations, 0.8).text, "1.0–2.0");
  assert.equal(reached(evaluations, 0.99).text, "–");
});

test("runs of a race are told apart by the settings in which they differ", () => {
  const run = (recipe, variant = {}) => ({ network: "gap", recipe: { epochs: 1, ...recipe }, variant });
  assert.deepEqual(differences([run({ learning_rate: 0.01 }), run({ learning_rate: 0.5 })]), ["peak rate 0.01", "peak rate 0.5"]);
  assert.deepEqual(differences([run({}, { batch_norm: true }), run({}, { batch_norm: false })]), ["with batch norm", "without batch norm"]);
  assert.deepEqual(differences([run({}), run({})]), ["", ""]);
});

test("runs of equal cost and unequal speed tell that the computer was busy", () => {
  const run = (imagesPerSecond, macs = 10) => ({ run: { macs, parameters: 5, recipe: { batch_size: 64 } }, state: { imagesPerSecond } });
  assert.match(strained([run(1000), run(2000)]), /1,000 to 2,000/);
  assert.equal(strained([run(1000), run(1400)]), "");
  assert.equal(strained([run(1000), run(9000, 20)]), "");
});

test("where a run is, in words", () => {
  const running = { status: "running", active: true, step: 30, totalSteps: 120 };
  assert.equal(whereOf({ state: running, gone: false, connected: true }), "● Running, 25%");
  assert.equal(whereOf({ state: running, gone: false, connected: false }), "● Running, 25% (reconnecting…)");
  assert.equal(whereOf({ state: running, gone: true, connected: true }), "Deleted");
});

test("the worst mistakes come first, and are told in words", () => {
  const confusion = [[8, 2, 0], [0, 9, 1], [5, 0, 0]];
  assert.deepEqual(worstPairs(confusion, 2), [{ truth: 2, predicted: 0, count: 5 }, { truth: 0, predicted: 1, count: 2 }]);
  assert.equal(confusionWords(confusion, ["cat", "dog"], 0, 1), "2 of 10 pictures of cat mistaken for dog");
  assert.equal(confusionWords(confusion, ["cat", "dog"], 1, 1), "9 of 10 pictures of dog correct");
  assert.equal(confusionWords([[1]], ["cat"], 0, 0), "1 of 1 picture of cat correct");
});

test("the true class is always among the bars", () => {
  const row = [0.1, 0.5, 0.3, 0.05, 0.05];
  assert.deepEqual(barClasses(row, null), [1, 2, 0]);
  assert.deepEqual(barClasses(row, 4), [1, 2, 4]);
});

/** A frame as the trainer writes it: a safetensors file of one 1×2 tensor. */
function frameFile(at, high = 1) {
  const frame = { step: at, epoch: 0, seconds: 1, probabilities: [[0.2, 0.8]], filters: { low: -2, high }, maps: null, cams: null };
  const header = JSON.stringify({ __metadata__: { frame: JSON.stringify(frame) }, filters: { dtype: "U8", shape: [1, 2], data_offsets: [0, 2] } });
  const bytes = new Uint8Array(8 + header.length + 2);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set([7, at], 8 + header.length);
  return bytes;
}

function message(...files) {
  const parts = files.flatMap((file) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, file.length, true);
    return [...length, ...file];
  });
  return Uint8Array.from(parts).buffer;
}

test("a frame is read", () => {
  const frame = new Frame(frameFile(9));
  assert.equal(frame.step, 9);
  assert.deepEqual([...frame.slice("filters", 0)], [7, 9]);
  assert.deepEqual([...frame.slice("filters", 0, 1)], [9]);
  assert.deepEqual(frame.predicted, [1]);
  assert(frame.has("filters") && !frame.has("maps"));
});

test("frames are kept by step, a torn one is left out, and scales are those of all", (context) => {
  const store = new FrameStore();
  assert.deepEqual(store.take(message(frameFile(4), frameFile(2, 5))), [4, 2]);
  assert.deepEqual(store.steps, [2, 4]);
  assert.equal(store.limits.filters, 5);
  assert.deepEqual(store.take(message(frameFile(8)).slice(0, -3)), []);
  context.mock.method(console, "warn", () => {});
  assert.deepEqual(store.take(message(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))), []);
  store.keep((at) => at === 4);
  assert.deepEqual(store.steps, [4]);
  assert.equal(store.get(2), null);
  assert.equal(store.get(4), store.get(4));
});

test("the weights of a step are fetched once, and again when a resumed run makes the step anew", async (context) => {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { network: JSON.stringify({ classes: ["a"] }) } }));
  const file = new Uint8Array([...new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer), ...header]);
  /** @type {string[]} */
  const asked = [];
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ address) => {
    asked.push(address);
    return new Response(file, { status: address.endsWith("/8") ? 404 : 200 });
  });
  const snapshot = (/** @type {number} */ at) => ({ event: "snapshot", step: at });
  const source = { id: "a run", run: { parameters: 10 }, state: state(snapshot(4), snapshot(8)) };
  let woken = () => {};
  const snapshots = new Snapshots(/** @type {any} */ (source), "/app", () => woken());
  const fetched = (/** @type {number} */ at) => new Promise((done) => {
    woken = () => done(snapshots.at(at));
    snapshots.at(at);
  });
  assert.equal(snapshots.at(5), null); // there is no such step
  const weights = /** @type {any} */ (await fetched(4));
  assert.deepEqual([weights.step, weights.about], [4, { classes: ["a"] }]);
  assert.equal(await fetched(8), null);
  assert.equal(snapshots.at(4), weights);
  assert.deepEqual(asked, ["/app/live/a%20run/weights/4", "/app/live/a%20run/weights/8"]);
  source.state.apply({ event: "status", status: "running", step: 3 });
  source.state.apply(snapshot(4));
  assert.notEqual(await fetched(4), weights);
  assert.equal(asked.length, 3);
});
