// What a run is trained for, as `cnnviz/training/tasks` tells it: what it gives, and its measures.

import { fixed, percent } from "../kit/numbers.js";

/** @typedef {{ name: string, title: string, unit: "share" | "dB" | "levels" | "nats" | "digits", trained: boolean, goals: number[], lower: boolean }} Measure */
/** @typedef {{ centres: [number, number][], temperature: number }} Colours Cb and Cr of each class of colour, and how far their mean leans towards the likeliest */
/** @typedef {{ id: string, output: "class" | "labels" | "picture", shown: [string, string][], drawable: boolean, measures: Measure[], colours?: Colours }} Task */

/** @type {Task} of runs that say nothing of it */
export const CLASSIFY = { id: "classify", output: "class", shown: [], drawable: true, measures: [{ name: "accuracy", title: "Accuracy", unit: "share", trained: true, goals: [0.8, 0.85, 0.9], lower: false }] };

/** @returns {Task} */
export function taskOf(run) {
  return run?.task ?? CLASSIFY;
}

/**
 * A value of a measure, in words.
 * @param {Measure} measure
 * @param {number | undefined} value
 * @param {number} [digits]
 */
export function measured({ unit }, value, digits = 1) {
  if (!Number.isFinite(value)) return "\u2013";
  return unit === "share" ? percent(value, digits) : `${fixed(value, digits)} ${unit}`;
}

/** What a measure is called in the middle of a sentence. */
export function nameOf({ title }) {
  return title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()); // an abbreviation stays
}
