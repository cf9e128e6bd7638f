// The state of a run: the fold of its events, as in cnnviz/runs/state.py.

export const ACTIVE = ["waiting", "starting", "running", "paused", "testing"];
const RATE_SECONDS = 10;

export class RunState {
  constructor() {
    this.recorded = "waiting";
    this.queued = false;
    this.alive = false;
    this.totalSteps = 0;
    this.trainImages = 0;
    this.testImages = 0;
    this.device = "";
    this.message = "";
    this.progress = [];
    this.evaluations = [];
    this.snapshots = []; // {step, epoch, seconds}
    this.health = [];
    this.diagnoses = [];
    this.changes = [];
    this.batches = [];
  }

  get status() {
    if (this.recorded === "waiting" && this.queued) return "waiting";
    if (ACTIVE.includes(this.recorded) && !this.alive) return "interrupted";
    return this.recorded;
  }

  get active() {
    return ACTIVE.includes(this.status);
  }

  get step() {
    const latest = [this.progress, this.evaluations, this.snapshots].map((points) => points.at(-1)?.step ?? 0);
    return Math.max(...latest);
  }

  get seconds() {
    return this.progress.at(-1)?.seconds ?? 0;
  }

  get findings() {
    return this.diagnoses.at(-1)?.findings ?? [];
  }

  /** Over the last ten seconds while active, else on average: a rate of the moment would jump. */
  get imagesPerSecond() {
    const last = this.progress.at(-1);
    if (!last) return 0;
    let [epoch, seconds] = [0, 0];
    if (this.active) {
      const before = this.progress.findLast((point) => point.seconds <= last.seconds - RATE_SECONDS);
      if (before) ({ epoch, seconds } = before);
    }
    const taken = last.seconds - seconds;
    return taken > 0 ? ((last.epoch - epoch) * this.trainImages) / taken : 0;
  }

  /** Seconds until the last step at this rate; `pace` is the most steps a second, 0 for no limit. */
  secondsLeft(pace) {
    const last = this.progress.at(-1);
    const rate = this.imagesPerSecond;
    if (!last?.step || !rate || !this.totalSteps) return NaN;
    const images = (this.trainImages * last.epoch) / last.step; // of one step
    const steps = pace > 0 ? Math.min(rate / images, pace) : rate / images;
    return (this.totalSteps - last.step) / steps;
  }

  apply(event) {
    const handler = HANDLERS[event.event];
    if (handler) handler(this, event); // an event of a later version says nothing to this one
  }
}

/** A process that resumes repeats the steps that the last one lost. */
function supersede(state, step) {
  for (const name of ["progress", "evaluations", "snapshots", "health", "diagnoses", "changes", "batches"]) {
    if (state[name].some((point) => point.step > step)) state[name] = state[name].filter((point) => point.step <= step);
  }
}

/** The same step again (the full test after the last partial one) replaces the old. */
function append(points, point) {
  while (points.length && points.at(-1).step >= point.step) points.pop();
  points.push(point);
}

const HANDLERS = {
  status(state, event) {
    state.recorded = event.status;
    state.queued = true;
    state.message = event.message ?? "";
    state.totalSteps = event.total_steps ?? state.totalSteps;
    state.trainImages = event.train_images ?? state.trainImages;
    state.testImages = event.test_images ?? state.testImages;
    state.device = event.device ?? state.device;
    if (event.step !== undefined) supersede(state, event.step);
  },
  step: (state, event) => append(state.progress, event),
  evaluation: (state, event) => append(state.evaluations, event),
  snapshot: (state, event) => append(state.snapshots, event),
  thinned(state, event) {
    state.snapshots = state.snapshots.filter(({ step }) => step !== event.step);
  },
  health: (state, event) => append(state.health, event),
  diagnosis: (state, event) => append(state.diagnoses, event),
  batch: (state, event) => append(state.batches, event),
  changed: (state, event) => state.changes.push(event),
};

const ACCURACY = { name: "accuracy", lower: false };

/** Whether a value of a measure is as good as another, or better. */
const asGood = ({ lower }, value, other) => (lower ? value <= other : value >= other);

/** Training seconds of the first evaluation as good as a value of a measure; null if none. */
export function secondsTo(evaluations, goal, measure = ACCURACY) {
  return evaluations.find((point) => asGood(measure, point[measure.name], goal))?.seconds ?? null;
}

/** The best evaluation: on all test images if there was one, else on a part of them. */
export function bestEvaluation(state, measure = ACCURACY) {
  const { name } = measure;
  const known = state.evaluations.filter((point) => Number.isFinite(point[name]));
  const whole = known.filter((point) => point.images === state.testImages);
  const among = whole.length ? whole : known;
  return among.reduce((best, point) => (!best || !asGood(measure, best[name], point[name]) ? point : best), null);
}
