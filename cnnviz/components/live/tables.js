// The numbers behind the curves and the bars, for those who read rather than look.

import { reachable } from "../kit/reach.js";
import { count, element, lastUpTo, number, percent } from "./words.js";

const MOST_ROWS = 300;

function tableOf(caption, heads, rows) {
  const table = element("table", "numbers");
  table.append(element("caption", "", caption));
  const line = (cells, tag) => {
    const row = element("tr");
    row.append(...cells.map((text) => element(tag, "", text)));
    return row;
  };
  table.append(line(heads, "th"), ...rows.map((cells) => line(cells, "td")));
  return table;
}

export function progressTable(state) {
  const rows = state.evaluations.slice(-MOST_ROWS).map((test) => {
    const training = state.progress[lastUpTo(state.progress, test.step)];
    return [
      count(test.step), test.epoch.toFixed(2), test.seconds.toFixed(1),
      training ? number(training.loss) : "\u2013", number(test.loss),
      training ? percent(training.accuracy) : "\u2013", percent(test.accuracy), count(test.images),
    ];
  });
  return tableOf("Evaluations", ["Step", "Epoch", "Seconds", "Training loss", "Test loss", "Training accuracy", "Test accuracy", "Test pictures"], rows);
}

/** What each picture is and what the network says of it, but for the `secret` one that the class votes on. */
export function probabilityTable(frame, labels, classes, secret = null) {
  const rows = frame.probabilities.map((row, at) => [
    String(at + 1), ...[labels ? classes[labels[at]] : "", ...row.map((share) => percent(share))].map((text) => (at === secret ? "?" : text)),
  ]);
  return tableOf(`Probabilities at step ${count(frame.step)}`, ["Picture", "True class", ...frame.probabilities[0].map((_, at) => classes[at] ?? String(at))], rows);
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
