// Where a run stands, in words: name, status, progress, what goes wrong.

import { element, isolated, write } from "../kit/elements.js";
import { count, duration, fixed, plain, significant } from "../kit/numbers.js";
import { lostWords } from "./socket.js";
import { measured, nameOf, taskOf } from "./task.js";

export const STATUS = {
  waiting: ["\u25cb", "Waiting in line"],
  starting: ["\u25cb", "Starting"],
  running: ["\u25cf", "Running"],
  paused: ["\u2016", "Paused"],
  testing: ["\u25cf", "Testing on all test images"],
  finished: ["\u2713", "Finished"],
  stopped: ["\u25a0", "Stopped"],
  failed: ["\u2715", "Failed"],
  interrupted: ["!", "Interrupted"],
};

export class Head {
  constructor() {
    this.root = element("header", "head");
    const title = element("div", "title");
    this.name = element("h2", "name");
    this.status = element("span", "status");
    this.link = element("span", "link");
    title.append(this.name, this.status, this.link);
    this.bar = element("div", "progress");
    this.fill = element("div", "fill");
    this.bar.append(this.fill);
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", "Training");
    this.bar.setAttribute("aria-valuemin", "0");
    this.bar.setAttribute("aria-valuemax", "100");
    this.facts = element("dl", "facts");
    this.values = {};
    for (const [key, label] of [["step", "Step"], ["epoch", "Epoch"], ["accuracy", "Test accuracy"], ["rate", "Images per second"], ["learning", "Learning rate now"], ["time", "Training time"], ["left", "Time left"]]) {
      const pair = element("div");
      this.values[key] = element("dd");
      pair.append(element("dt", "", label), this.values[key]);
      this.facts.append(pair);
    }
    this.message = element("p", "message");
    this.findings = element("ul", "findings");
    this.root.append(title, this.bar, this.facts, this.message, this.findings);
  }

  draw(source) {
    const { state, run } = source;
    const [symbol, words] = STATUS[state.status] ?? ["", state.status];
    write(this.name, run ? source.name : source.error ? source.id : "Connecting\u2026");
    write(this.status, run ? `${symbol} ${words}` : "");
    this.status.dataset.status = state.status;
    const lost = !source.connected && !source.gone && !source.error;
    write(this.link, lost ? lostWords(source.socket) : "");
    this.facts.hidden = this.bar.hidden = !run;
    const share = state.totalSteps ? Math.min(1, state.step / state.totalSteps) : 0;
    this.fill.style.transform = `scaleX(${share})`;
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    this.bar.dataset.status = state.status;
    const last = state.progress.at(-1);
    const test = state.evaluations.at(-1);
    const left = state.active && state.step < state.totalSteps ? state.secondsLeft(source.pace) : NaN;
    const epochs = run?.recipe?.epochs;
    write(this.values.step, state.totalSteps ? `${count(state.step)} of ${count(state.totalSteps)}` : count(state.step));
    // As many digits as the goal has: 0.65 of 0.65, not 0.6.
    const digits = Math.max(1, `${epochs ?? ""}`.split(".")[1]?.length ?? 0);
    write(this.values.epoch, last ? `${fixed(last.epoch, Math.min(digits, 3))}${epochs ? ` of ${plain(epochs)}` : ""}` : "\u2013");
    const { measures: [main], output } = taskOf(run);
    write(this.values.accuracy.previousSibling, `Test ${nameOf(main)}`);
    write(this.values.accuracy, test ? `${measured(main, test[main.name])} ${output === "class" ? "of" : "on"} ${count(test.images)}` : "\u2013");
    const held = source.pace > 0; // then the clock of training stands still between steps
    write(this.values.rate.previousSibling, held ? "Images per second, computing" : "Images per second");
    write(this.values.time.previousSibling, held ? "Computing time" : "Training time");
    write(this.values.rate, last ? count(state.imagesPerSecond) : "\u2013");
    write(this.values.learning, last ? `${significant(last.learning_rate)}, peak ${plain(source.peak)}` : "\u2013");
    this.values.learning.parentElement.hidden = !state.active;
    write(this.values.time, last ? duration(state.seconds) : "\u2013");
    write(this.values.left, state.active ? duration(left) : "\u2013");
    this.values.left.parentElement.hidden = !state.active;
    const message = source.gone ? "This run was deleted." : source.error || state.message;
    write(this.message, message ?? "");
    this.message.hidden = !message;
    this.drawFindings(state.findings);
  }

  drawFindings(findings) {
    const key = JSON.stringify(findings);
    if (key === this.found) return;
    this.found = key;
    this.findings.hidden = !findings.length;
    this.findings.replaceChildren(...findings.map(({ text, advice }) => {
      const item = element("li");
      item.append(element("b", "", text), " ", element("span", "", advice));
      return item;
    }));
  }

  /** What a screen reader is told now and then. */
  summary(source) {
    const { state } = source;
    const parts = [`${isolated(source.name)}: ${STATUS[state.status]?.[1] ?? state.status}`];
    if (state.totalSteps) parts.push(`step ${count(state.step)} of ${count(state.totalSteps)}`);
    const test = state.evaluations.at(-1);
    const { measures: [main] } = taskOf(source.run);
    if (test) parts.push(`test ${nameOf(main)} ${measured(main, test[main.name])}`);
    for (const { text } of state.findings) parts.push(text);
    return `${parts.join(". ")}.`;
  }
}
