// How the runs of a race stand to each other, in words and numbers.

import { count, fixed, percent, plain } from "../kit/numbers.js";
import { secondsTo } from "./fold.js";
import { STATUS } from "./head.js";
import { networkTitle } from "./source.js";

const UNALIKE = 1.5; // times as fast, of networks that cost the same: the computer was not
const SETTINGS = {
  learning_rate: "peak rate", batch_size: "batch", weight_decay: "weight decay", label_smoothing: "label smoothing", batch_norm: "batch norm",
};

/** For each run the settings in which they are not all alike, in words. */
export function differences(runs) {
  const settings = runs.map((run) => ({ network: run ? networkTitle(run) : undefined, loss: run?.loss, ...run?.recipe, ...run?.variant }));
  const names = [...new Set(settings.flatMap((one) => Object.keys(one)))];
  const differing = names.filter((name) => new Set(settings.map((one) => JSON.stringify(one[name]))).size > 1);
  return settings.map((one) => differing.filter((name) => one[name] !== undefined).map((name) => {
    const word = SETTINGS[name] ?? name.replaceAll("_", " ");
    const value = one[name];
    if (typeof value === "boolean") return `${value ? "with" : "without"} ${word}`;
    return `${word} ${typeof value === "number" ? plain(value) : value}`;
  }).join(", "));
}

/** When a value of a measure was reached on the test images: between two evaluations. */
export function reached(evaluations, goal, measure) {
  const value = secondsTo(evaluations, goal, measure);
  if (value === null) return { text: "\u2013", value: NaN };
  const from = evaluations.findLast(({ seconds }) => seconds < value)?.seconds ?? 0;
  const [low, high] = [fixed(from, 1), fixed(value, 1)];
  return { text: low === high ? high : `${low}\u2013${high}`, from, value };
}

/** What speeds tell of the computer rather than of the networks; empty if nothing. */
export function strained(runs) {
  const rates = {};
  for (const { run, state } of runs) {
    if (run && state.imagesPerSecond) (rates[[run.macs, run.parameters, run.recipe?.batch_size]] ??= []).push(state.imagesPerSecond);
  }
  const found = Object.values(rates).find((alike) => Math.max(...alike) > UNALIKE * Math.min(...alike));
  if (!found) return "";
  const [slowest, fastest] = [Math.min(...found), Math.max(...found)].map(count);
  return `Seconds and images per second cannot be compared here: networks of equal cost processed ${slowest} to ${fastest} images per second, so the computer was busy with other work.`;
}

/** Where a run is, in words: how far it has come, or how it ended. */
export function whereOf({ state, gone, connected }) {
  if (gone) return "Deleted";
  const [symbol, words] = STATUS[state.status] ?? ["", state.status];
  const share = state.active && state.totalSteps ? `, ${percent(state.step / state.totalSteps, 0)}` : "";
  return `${symbol} ${words}${share}${connected ? "" : " (reconnecting\u2026)"}`;
}
