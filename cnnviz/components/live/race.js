// Several runs on one chart, and a table of how they do.

import { choice, element, isolated, reachable, write } from "../kit/elements.js";
import { count, short } from "../kit/numbers.js";
import { hintScroll } from "./confusion.js";
import { AXES, axisEnd, curvePoints, Curves } from "./curves.js";
import { ACTIVE, bestEvaluation } from "./fold.js";
import { Relay } from "./relay.js";
import { liveAddress, lostWords, Socket } from "./socket.js";
import { RunSource } from "./source.js";
import { differences, reached, strained, whereOf } from "./standings.js";
import { CLASSIFY, measured, nameOf, taskOf } from "./task.js";
import { DASHES, STYLES } from "./theme.js";
import { View } from "./view.js";

const MUCH = { share: 0.01, dB: 0.1, levels: 0.1, nats: 0.1, digits: 0.1 }; // how far the last evaluation may lie behind the best without a word
const NOTE = "Training seconds: between the last evaluation short of the mark and the first at it or better. Bold: the best of a column.";
const LOSSES = "These runs make different losses small, so their losses cannot be compared.";

/** The heads of the table, for the measure that counts. */
function columnsOf(measure) {
  const digits = measure.unit === "share" ? 0 : String(measure.goals[0]).split(".")[1]?.length ?? 0;
  const goals = measure.goals.map((goal) => `Seconds to ${measured(measure, goal, digits)}`);
  return ["Run", "Status", `Best test ${nameOf(measure)}`, ...goals, "Images per second", "Parameters", "MACs"];
}

class RaceCurves extends Curves {
  constructor() {
    super(null, { accuracy: "" });
    this.images = "test";
    this.quantity = "";
    this.settings.prepend(choice("Images", { test: "Test", training: "Training" }, "test", (images) => this.set({ images })));
    this.setTask(CLASSIFY);
    write(this.hint, "Point at a curve to read its values; point at a run below to highlight its curve. Each dot is an evaluation; nothing was measured in between.");
    this.lit = null;
  }

  /** Offer the measures of a task, and the loss; draw the first of them. */
  setTask(task) {
    if (task.id === this.task?.id) return;
    this.task = task;
    this.measures?.remove();
    const titles = Object.fromEntries(task.measures.map(({ name, title }) => [name, title]));
    this.measures = choice("Quantity", { ...titles, loss: "Loss" }, task.measures[0].name, (quantity) => this.set({ quantity }));
    this.settings.prepend(this.measures);
    this.set({ quantity: task.measures[0].name });
  }

  build(theme) {
    const [chart] = this.charts;
    const { quantity, images, axis, runs } = this;
    this.measure = this.task.measures.find(({ name }) => name === quantity);
    Object.assign(chart, { quantity, kind: this.measure?.unit ?? "" });
    const title = `${images === "test" ? "Test" : "Training"} ${this.measure ? nameOf(this.measure) : quantity}`;
    write(chart.root.querySelector("b"), title);
    chart.box.setAttribute("aria-label", `${title} of ${runs.length} runs over ${axis}. Arrow keys read the values.`);
    const curves = runs.map((run, at) => ({
      name: run.name,
      label: run.name,
      colour: theme.runs[at % theme.runs.length],
      dash: DASHES[at % DASHES.length],
      width: this.lit === run.id ? 3.2 : 2,
      faded: this.lit !== null && this.lit !== run.id,
      dots: images === "test",
      points: curvePoints(images === "test" ? run.state.evaluations : run.state.progress, axis, quantity),
    }));
    chart.set({ curves: curves.toReversed(), xMax: axisEnd(runs.map(({ state }) => state), axis), unit: AXES[axis].unit, log: this.log });
    /** @type {HTMLElement} */ (this.settings.querySelector(".tick")).hidden = quantity !== "loss";
  }
}

export class RaceView extends View {
  constructor(root) {
    super(root);
    this.sources = new Map();
    this.base = "";
    /** @type {string | null} why times cannot be compared; null while that is not known */
    this.uneven = null;
    this.relay = new Relay(this, () => [...this.sources.values()]);
    this.curves = new RaceCurves();
    this.curves.wake = this.wake;
    const scroll = element("div", "scroll");
    this.table = element("table", "standings");
    this.top = element("tr");
    this.head = element("thead");
    this.head.append(this.top);
    this.body = element("tbody");
    this.rows = [];
    this.setTask(CLASSIFY);
    this.table.append(this.head, this.body);
    scroll.append(this.table);
    this.note = element("p", "hint");
    this.line = element("p", "hint in-line");
    this.lost = element("p", "link");
    root.append(this.lost, this.line, this.curves.root, scroll, this.note);
    hintScroll(scroll);
    reachable(scroll, "Standings");
  }

  take({ runs, base, uneven, relay }) {
    Object.assign(this, { base, uneven });
    for (const [id, source] of this.sources) {
      if (runs.includes(id)) continue;
      source.close();
      this.sources.delete(id);
    }
    for (const id of runs) {
      if (!this.sources.has(id)) this.sources.set(id, new RunSource(id, { base, frames: false, changed: () => this.changed() }));
    }
    this.order = runs;
    this.drawn = "";
    this.relay.take(relay);
  }

  /** Compare the runs by the measures of a task. */
  setTask(task) {
    if (task.id === this.task?.id) return;
    this.task = task;
    this.curves.setTask(task);
    this.columns = columnsOf(task.measures[0]);
    this.top.replaceChildren(...this.columns.map((title) => {
      const cell = element("th", "", title);
      cell.scope = "col";
      return cell;
    }));
    this.rows = [];
    this.drawn = "";
  }

  changed() {
    this.tell();
    this.wake();
  }

  /** One status for the race: that of all runs, told when one of them changes. */
  tell() {
    const sources = [...this.sources.values()];
    if (!sources.length || sources.some(({ run, offset }) => !run || !offset)) return;
    const status = sources.some(({ state }) => state.active) ? "running" : "finished";
    const shown = { run: null, status };
    const text = JSON.stringify(shown);
    if (text === JSON.stringify(this.component.data.shown)) this.told = text; // the page was drawn like this
    if (text === this.told) return;
    this.told = text;
    this.component.setStateValue("shown", shown);
  }

  /** Why there is nothing of some runs yet: those at work and in line, as the lobby tells them. */
  tellLine(runs) {
    const waiting = runs.filter(({ state, run }) => run && state.status === "waiting");
    this.line.hidden = !waiting.length;
    if (!waiting.length) {
      this.lobby?.close();
      this.lobby = null;
      return;
    }
    this.lobby ??= new Socket(() => liveAddress(this.base, ""), {
      message: ({ type, runs: all }) => {
        if (type !== "lobby") return;
        this.all = all;
        this.wake();
      },
      binary: () => {},
      connected: () => {},
    });
    const all = (this.all ?? []).filter(({ status }) => ACTIVE.includes(status));
    const busy = all.filter(({ status }) => status !== "waiting");
    const others = all.length - busy.length - waiting.length;
    const who = waiting.length === runs.length ? "All wait" : `${waiting.length} of ${runs.length} wait${waiting.length === 1 ? "s" : ""}`;
    const parts = [`${who} in line and will begin when a place to train is free.`];
    if (busy.length) parts.push(`At work now: ${busy.map(({ name, status }) => `\u201c${isolated(name)}\u201d${status === "paused" ? ", paused" : ""}`).join("; ")}.`);
    if (others > 0) parts.push(`In line besides: ${others}.`);
    write(this.line, parts.join(" "));
  }

  tellLost(runs) {
    const lost = runs.filter(({ connected, gone, error }) => !connected && !gone && !error);
    this.lost.hidden = !lost.length;
    if (lost.length) write(this.lost, lostWords(lost[0].socket));
  }

  draw() {
    const runs = this.order.map((id) => this.sources.get(id));
    if (!runs.length) return;
    const [known] = runs.filter(({ run }) => run);
    if (known) this.setTask(taskOf(known.run));
    this.tellLine(runs);
    this.curves.root.hidden = !runs.some(({ state }) => state.progress.length + state.evaluations.length);
    const drawn = runs.map(({ id, name, version, connected, gone }) => `${id} ${name} ${version} ${connected} ${gone}`).join();
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.curves.update(runs);
      this.fill(runs);
    }
    this.tellLost(runs);
    this.curves.draw(this.theme, null);
    this.root.dataset.connected = runs.every(({ connected }) => connected);
  }

  /** Rows are kept while their runs are, so that one can point at them, or tab to them, as they change. */
  fill(runs) {
    if (String(this.rows.map(({ id }) => id)) !== String(this.order)) {
      this.rows = this.order.map((id) => this.row(id));
      this.body.replaceChildren(...this.rows.map(({ root }) => root));
    }
    const changed = differences(runs.map(({ run }) => run));
    const columns = runs.map((source) => this.figures(source));
    const uneven = this.uneven === "" ? strained(runs) : this.uneven;
    const best = columns[0].map((cell, at) => {
      const cells = columns.map((row) => row[at]).filter(({ value }) => Number.isFinite(value));
      const values = cells.map(({ value }) => value);
      if (!cell.better || new Set(values).size < 2 || (cell.timed && uneven !== "")) return null;
      if (cell.better === "high") return Math.max(...values);
      const least = Math.min(...values);
      // Another that may have been there as soon makes it nobody's.
      return cells.some(({ value, from }) => value > least && from < least) ? null : least;
    });
    const losses = new Set(runs.map(({ run }) => run?.loss)).size > 1 ? LOSSES : "";
    write(this.note, [NOTE, uneven ?? "Seconds and images per second are compared once all runs have ended.", losses].filter(Boolean).join(" "));
    runs.forEach((source, at) => {
      const row = this.rows[at];
      row.line.style.borderTop = `3px ${STYLES[at % 3]} ${this.theme.runs[at % this.theme.runs.length]}`;
      write(row.name, source.name);
      write(row.changed, changed[at]);
      write(row.where, whereOf(source));
      columns[at].forEach(({ text, value }, column) => {
        write(row.cells[column], text);
        row.cells[column].classList.toggle("best", value !== undefined && value === best[column]);
      });
    });
  }

  /** The numbers of one run: {text, value, better}. */
  figures({ run, state }) {
    const [main] = this.task.measures;
    const of = (point) => point?.[main.name] ?? NaN;
    const top = bestEvaluation(state, main);
    const part = top && top.images !== state.testImages ? ` of ${count(top.images)}` : "";
    const last = state.evaluations.at(-1);
    const fell = top && Math.abs(of(top) - of(last)) > MUCH[main.unit] ? `\nlast ${measured(main, of(last))}` : "";
    return [
      { text: top ? `${measured(main, of(top))}${part}${fell}` : "\u2013", value: of(top), better: main.lower ? "low" : "high" },
      ...main.goals.map((goal) => ({ ...reached(state.evaluations, goal, main), better: "low", timed: true })),
      { text: state.imagesPerSecond ? count(state.imagesPerSecond) : "\u2013", value: state.imagesPerSecond || NaN, better: "high", timed: true },
      { text: run ? count(run.parameters) : "\u2013" },
      { text: run ? short(run.macs) : "\u2013" },
    ];
  }

  row(id) {
    const [root, head, button] = [element("tr"), element("th"), element("button", "runner")];
    const [line, name, changed, where] = [element("i"), element("span"), element("span", "changed"), element("td", "where")];
    const cells = this.columns.slice(2).map(() => element("td"));
    head.scope = "row";
    button.type = "button";
    button.dataset.run = id;
    button.append(line, name);
    head.append(button, changed);
    root.append(head, where, ...cells);
    const light = (lit) => () => {
      if (this.curves.lit !== lit) this.curves.set({ lit });
    };
    root.onpointerenter = light(id);
    root.onpointerleave = light(null);
    button.onfocus = light(id);
    button.onblur = light(null);
    return { id, root, line, name, changed, where, cells };
  }

  destroy() {
    super.destroy();
    this.relay.close();
    this.lobby?.close();
    for (const source of this.sources.values()) source.close();
  }
}
