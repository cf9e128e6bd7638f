// The numbers behind the curves and the bars, for those who read rather than look.

import { lastUpTo } from "../kit/arithmetic.js";
import { element, reachable } from "../kit/elements.js";
import { count, fixed, percent, significant } from "../kit/numbers.js";
import { tableOf } from "../kit/tables.js";
import { letterOf } from "./cards.js";
import { CLASSIFY, measured, nameOf } from "./task.js";

const MOST_ROWS = 300;

export function progressTable(state, { measures } = CLASSIFY) {
  const rows = state.evaluations.slice(-MOST_ROWS).map((test) => {
    const training = state.progress[lastUpTo(state.progress, test.step)];
    return [
      count(test.step), fixed(test.epoch, 2), fixed(test.seconds, 1),
      training ? significant(training.loss) : "\u2013", significant(test.loss),
      ...measures.flatMap((one) => [
        ...(one.trained ? [measured(one, training?.[one.name])] : []), measured(one, test[one.name]),
      ]),
      count(test.images),
    ];
  });
  const heads = ["Step", "Epoch", "Seconds", "Training loss", "Test loss", ...measures.flatMap(headsOf), "Test pictures"];
  return tableOf({ caption: "Evaluations", heads, lines: rows }, "numbers");
}

function headsOf(measure) {
  const word = nameOf(measure);
  return measure.trained ? [`Training ${word}`, `Test ${word}`] : [`Test ${word}`];
}

/** How good each picture is that a network gave. */
export function scoreTable(frame, task) {
  const measures = task.measures.filter(({ name }) => frame.scores[name]);
  const lines = frame.scores[measures[0].name].map((_, at) => [letterOf(at), ...measures.map((one) => measured(one, frame.scores[one.name]?.[at]))]);
  return tableOf({ caption: `Pictures at step ${count(frame.step)}`, heads: ["Picture", ...measures.map(({ title }) => title)], lines }, "numbers");
}

/** What each picture is and what the network says of it, but for the `secret` one that the class votes on. */
export function probabilityTable(frame, labels, classes, secret = null) {
  const rows = frame.probabilities.map((row, at) => [
    letterOf(at), ...[labels ? classes[labels[at]] : "", ...row.map((share) => percent(share))].map((text) => (at === secret ? "?" : text)),
  ]);
  const heads = ["Picture", "True class", ...frame.probabilities[0].map((_, at) => classes[at] ?? String(at))];
  return tableOf({ caption: `Probabilities at step ${count(frame.step)}`, heads, lines: rows }, "numbers");
}

/** A closed list of tables that are only filled while it is open. */
export class Numbers {
  constructor() {
    this.root = element("details", "more");
    this.box = element("div", "scroll");
    reachable(this.box, "The numbers");
    this.root.append(element("summary", "", "The numbers as tables"), this.box);
  }

  draw(key, tables) {
    if (!this.root.open || key === this.filled) return;
    this.filled = key;
    this.box.replaceChildren(...tables());
  }
}
