// Trains a network beside the page, so that the page goes on answering.

import { Learner, logShare } from "../kit/network/learning.js";
import { normalised } from "../kit/picture/shared_pictures.js";

const SLICE = 25; // milliseconds of work without listening
const TELL = 120; // milliseconds from one report with weights to the next
const LAST = 5000; // after so many steps it pauses: nobody may be looking any more
const EARLY = 25; // the test pictures are asked after so many steps, later after twice as many
const RECENT = 0.9; // how slowly the steps a second follow the last one

/** @type {any} all about the network at hand */
let task = null;
/** @type {Learner} */
let learner;
let settings = { batch: 10, rule: "adam", rate: 0.001, momentum: 0.9 };
let going = false;
let pace = 0; // milliseconds from step to step
let wanted = 0; // steps that were asked for one by one
let timer = 0;

const ACTS = {
  load(data) {
    task = { ...data, at: 0, losses: [], asking: null, nextTest: 0, told: 0, milliseconds: 0 };
    learner = new Learner(data.spec, data.shape, data.tensors);
    going = false;
    wanted = 0;
    test();
  },
  settings(data) {
    settings = data.settings;
  },
  pace(data) {
    pace = data.milliseconds;
  },
  go(data) {
    going = data.going;
  },
  step() {
    going = false;
    wanted += 1;
  },
};

self.onmessage = ({ data }) => {
  ACTS[data.act](data);
  plan();
};

/** Have something done, if there is anything to do. */
function plan() {
  clearTimeout(timer);
  if (!task || task.diverged || !(task.asking || going || wanted)) {
    if (task) tell(true);
    return;
  }
  timer = setTimeout(work, task.asking || wanted || !pace ? 0 : Math.max(0, task.began + pace - performance.now()));
}

function work() {
  const until = performance.now() + SLICE;
  do {
    if (task.asking) ask();
    else if (!going && !wanted) break;
    else step();
  } while (!task.diverged && performance.now() < until && (task.asking || !pace));
  tell(false);
  plan();
}

/** @param {number} at of the training pictures */
function pictureAt(at) {
  const { pictures, size, mean, std } = task;
  return normalised(pictures.subarray(at * size, (at + 1) * size), mean, std);
}

function step() {
  const began = performance.now();
  const { labels } = task;
  const chosen = Array.from({ length: settings.batch }, (_, at) => (task.at + at) % labels.length);
  const loss = learner.step(chosen.map(pictureAt), chosen.map((at) => labels[at]), settings);
  task.at += settings.batch;
  wanted = Math.max(0, wanted - 1);
  task.losses.push(loss);
  if (!Number.isFinite(loss)) {
    Object.assign(task, { diverged: true });
    going = false;
  }
  if (learner.steps % LAST === 0) going = false;
  const took = performance.now() - began;
  task.milliseconds = task.milliseconds ? RECENT * task.milliseconds + (1 - RECENT) * took : took;
  task.began = began;
  if (learner.steps >= task.nextTest) test();
}

function test() {
  task.asking = { at: 0, right: 0, loss: 0 };
  task.nextTest = learner.steps + (learner.steps < 4 * EARLY ? EARLY : 2 * EARLY);
}

/** Ask the next test picture; after the last one it is known how good the network is. */
function ask() {
  const { asking, tests, testLabels, size, mean, std } = task;
  const logits = learner.logits(normalised(tests.subarray(asking.at * size, (asking.at + 1) * size), mean, std));
  const label = testLabels[asking.at];
  asking.right += Number(logits.indexOf(Math.max(...logits)) === label);
  asking.loss -= logShare(logits, label);
  asking.at += 1;
  if (asking.at < testLabels.length) return;
  task.asked = { step: learner.steps, accuracy: asking.right / asking.at, loss: asking.loss / asking.at };
  task.asking = null;
}

/** @param {boolean} all also what would come with the next report */
function tell(all) {
  const now = performance.now();
  const { id, losses, asked, milliseconds, diverged } = task;
  if (!all && now - task.told < TELL) return;
  const weights = Object.fromEntries(Object.entries(learner.tensors).map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
  self.postMessage({ id, steps: learner.steps, epochs: task.at / task.labels.length, losses, asked, milliseconds, diverged, going, weights });
  Object.assign(task, { told: now, losses: [], asked: null });
}
