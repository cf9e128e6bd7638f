// Loss and accuracy side by side: one x axis, one pointer, and what the curves say there.

import { clamp, lastUpTo } from "../kit/arithmetic.js";
import { nearest } from "../kit/figure/axes.js";
import { choice, element, isolated, tick, write } from "../kit/elements.js";
import { count, plain, significant } from "../kit/numbers.js";
import { Chart } from "./chart.js";
import { CLASSIFY, measured } from "./task.js";
import { DASHES, STYLES } from "./theme.js";

export const AXES = {
  steps: { unit: "steps", of: (point) => point.step },
  seconds: { unit: "s", of: (point) => point.seconds },
  epochs: { unit: "epochs", of: (point) => point.epoch },
};

export function curvePoints(points, axis, quantity) {
  return points
    .map((point) => ({ x: AXES[axis].of(point), y: point[quantity], point }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

function rounded(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) * power;
}

/** The right end of an axis: all steps that are to come, but only the seconds that were. */
export function axisEnd(states, axis) {
  const ends = states.map((state) => {
    const last = state.progress.at(-1) ?? state.evaluations.at(-1);
    if (axis === "steps") return Math.max(state.totalSteps, state.step);
    if (!last) return 0;
    if (axis === "epochs" && last.step) return Math.max(last.epoch, (last.epoch * state.totalSteps) / last.step);
    return AXES[axis].of(last) ?? 0;
  });
  const end = Math.max(0, ...ends);
  const going = states.some((state) => state.active);
  return axis === "seconds" && going ? rounded(end || 1) : end || 1;
}

/** Where a step lies on an axis. */
function placeOf(state, axis, step) {
  if (axis === "steps") return step;
  const among = state.progress;
  const snapshot = state.snapshots.find((one) => one.step === step);
  const direct = snapshot && AXES[axis].of(snapshot);
  if (Number.isFinite(direct)) return direct;
  const at = lastUpTo(among, step);
  if (at < 0 || step === 0) return 0;
  return AXES[axis].of(among[at]) ?? 0;
}

export class Curves {
  /**
   * @param {((step: number) => void) | null} pick is told the kept step next to a click
   * @param {Record<string, string>} [quantities] what is drawn, each with its title
   */
  constructor(pick, quantities = { loss: "Loss", accuracy: "Accuracy" }) {
    this.axis = "steps";
    this.log = false;
    this.hover = null;
    this.pick = pick;
    this.root = element("section", "curves-section");
    const act = { point: (x) => this.point(x), pick: (x) => this.click(x), key: (event) => this.key(event) };
    this.charts = Object.entries(quantities).map(([quantity, title]) => new Chart(quantity, title, act));
    this.settings = element("div", "settings");
    this.settings.append(
      choice("Horizontal axis", { steps: "Steps", seconds: "Seconds", epochs: "Epochs" }, "steps", (axis) => this.set({ axis })),
      tick("Logarithmic loss", false, (log) => this.set({ log })),
    );
    this.legend = element("div", "legend");
    this.settings.append(this.legend);
    const pair = element("div", "pair");
    pair.append(...this.charts.map((chart) => chart.root));
    this.hint = element("p", "hint", "Point at a curve to read its values; click to go to that step.");
    this.root.append(pair, this.settings, this.hint);
    this.wake = () => {};
  }

  set(values) {
    Object.assign(this, values);
    this.hover = null;
    this.stale = true;
    this.wake();
  }

  /** Draw the measures of a task, the first of them until another is chosen. */
  setTask(task) {
    if (task.id === (this.task?.id ?? "classify")) return;
    this.task = task;
    this.measures?.remove();
    const { measures } = task;
    const titles = Object.fromEntries(measures.map(({ name, title }) => [name, title]));
    this.measures = measures.length > 1 ? choice("Measure", titles, measures[0].name, (name) => this.draws(measures.find((one) => one.name === name))) : null;
    if (this.measures) this.settings.prepend(this.measures);
    this.draws(measures[0]);
  }

  draws(measure) {
    const chart = this.charts.at(-1);
    Object.assign(chart, { quantity: measure.name, kind: measure.unit });
    this.measure = measure;
    write(chart.root.querySelector("b"), measure.unit === "share" ? measure.title : `${measure.title}, ${measure.unit}`);
    this.set({});
  }

  /** A value of a chart in words. */
  value(chart, y) {
    if (chart.quantity === "loss") return significant(y);
    return measured(this.measure ?? CLASSIFY.measures[0], y);
  }

  /** Take the runs to draw, the first one in full: [{name, state}]. */
  update(runs) {
    this.runs = runs;
    this.stale = true;
  }

  build(theme) {
    const { axis, runs, log } = this;
    const [{ state }] = runs;
    const xMax = axisEnd(runs.map((run) => run.state), axis);
    const several = runs.length > 1;
    for (const chart of this.charts) {
      const curves = [];
      runs.forEach((run, at) => {
        const main = at === 0;
        const training = curvePoints(run.state.progress, axis, chart.quantity);
        const test = curvePoints(run.state.evaluations, axis, chart.quantity);
        const colour = theme.runs[at % theme.runs.length];
        if (main) curves.push({ name: "training", colour: theme.training, width: 1.2, points: training, label: "training", ink: theme.muted });
        curves.push({ name: several ? `${isolated(run.name)}, test` : "test", colour, width: main ? 2.2 : 1.3, dash: DASHES[main ? 0 : at % DASHES.length], dots: main, points: test, label: main ? "test" : run.name });
      });
      chart.set({ curves: curves.toReversed(), xMax, unit: AXES[axis].unit, log, marks: this.marks(state) });
      const [train, tests] = [state.progress.at(-1), state.evaluations.at(-1)];
      const told = (point) => this.value(chart, point[chart.quantity]);
      chart.box.setAttribute("aria-label",
        `${chart.quantity} over ${axis}: training ${train ? told(train) : "not known yet"}, test ${tests ? told(tests) : "not known yet"}. Use the arrow keys to read the values.`);
    }
    this.legend.replaceChildren(...(several ? runs : []).map((run, at) => {
      const item = element("span", "swatch");
      const line = element("i");
      line.style.borderTop = `${at ? 2 : 3}px ${STYLES[at % 3]} ${theme.runs[at % theme.runs.length]}`;
      item.append(line, run.name);
      return item;
    }));
  }

  marks(state) {
    return state.changes.map((change) => {
      const words = [];
      if (change.learning_rate !== undefined) words.push(`peak rate ${plain(change.learning_rate)}`);
      if (change.pace !== undefined) words.push(change.pace > 0 ? `${plain(change.pace)} steps/s` : "full speed");
      return { x: placeOf(state, this.axis, change.step), text: words.join(", ") };
    });
  }

  /** Draw what changed: `step` is that of the time slider, or null. */
  draw(theme, step) {
    if (!this.runs) return;
    const fresh = this.stale || theme !== this.theme;
    if (fresh) {
      this.stale = false;
      this.theme = theme;
      this.build(theme);
    }
    const resized = this.charts.some((chart) => chart.outgrown);
    if (fresh || resized) this.charts.forEach((chart) => chart.draw(theme));
    const now = step === null ? null : placeOf(this.runs[0].state, this.axis, step);
    const key = `${now} ${this.hover} ${fresh || resized ? performance.now() : ""}`;
    if (key === this.overlaid) return;
    this.overlaid = key;
    for (const chart of this.charts) {
      chart.drawOverlay(now, this.hover);
      write(chart.readout, this.hover === null ? "" : this.words(chart));
    }
    this.root.dataset.hover = this.hover ?? "";
  }

  /** Everything the curves say at the pointer, each with its own place where that differs. */
  words(chart) {
    const told = (y) => this.value(chart, y);
    const place = (x) => (this.axis === "seconds" ? `${significant(x)} s` : this.axis === "epochs" ? `epoch ${significant(x)}` : `step ${count(x)}`);
    const said = chart.sets.toReversed().flatMap((curve) => {
      const point = nearest(curve.points, this.hover);
      if (!point) return [];
      const where = Math.abs(point.x - this.hover) > 1e-9 ? ` (${place(point.x)})` : "";
      return [`${curve.name} ${told(point.y)}${where}`];
    });
    return `${place(this.hover)}: ${said.join(" \u00b7 ")}`;
  }

  /** All places at which some curve has a value, in order. */
  places() {
    const xs = new Set(this.charts[0].sets.flatMap((curve) => curve.points.map(({ x }) => x)));
    return [...xs].sort((a, b) => a - b);
  }

  point(x) {
    const places = x === null ? [] : this.places().map((at) => ({ x: at }));
    this.hover = places.length ? nearest(places, x).x : null;
    this.wake();
  }

  click(x) {
    if (!this.pick) return;
    const { state } = this.runs[0];
    const kept = state.snapshots.map(({ step }) => ({ step, x: placeOf(state, this.axis, step) }));
    if (kept.length) this.pick(nearest(kept, x).step);
  }

  key(event) {
    const places = this.places();
    if (event.key === "Escape" && this.hover !== null) this.hover = null;
    else if (event.key === "Enter" && this.hover !== null) this.click(this.hover);
    else {
      const at = this.hover === null ? places.length : places.indexOf(this.hover);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (places.length) this.hover = places[clamp(to, 0, places.length - 1)];
    }
    event.preventDefault();
    event.stopPropagation();
    this.wake();
  }
}
