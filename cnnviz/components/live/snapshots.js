// The weights of a run's kept steps, fetched when they are looked at, one step after the other.

import { readSafetensors } from "../kit/network/safetensors.js";

const KEPT = 16_000_000; // numbers that are at hand: 64 MB
const AGAIN = 2000; // milliseconds, when a line is lost
/** Numbers of a network whose weights the server sends. */
export const MOST = 2_000_000;

/**
 * @typedef {object} Snapshot
 * @property {number} step
 * @property {Record<string, import("../kit/network/safetensors.js").Tensor>} weights
 * @property {any} about the network that they are of
 */

export class Snapshots {
  /**
   * @param {import("./source.js").RunSource} source
   * @param {string} base where the app is on this server
   * @param {() => void} wake asks for another frame of the screen: it says which step is wanted then
   */
  constructor(source, base, wake) {
    this.source = source;
    this.base = base;
    this.wake = wake;
    /** @type {Map<object, Snapshot | null>} by the event that told of it: a resumed run makes a step anew */
    this.kept = new Map();
    this.fetching = false;
  }

  /**
   * The weights of a step; null if there are none, undefined if they are on their way or wait for
   * those of another step.
   * @param {number} step
   */
  at(step) {
    const event = this.source.state.snapshots.find((one) => one.step === step);
    if (!event) return null;
    if (!this.kept.has(event) && !this.fetching) this.fetch(event);
    return this.kept.get(event);
  }

  async fetch(event) {
    this.fetching = true;
    let snapshot = null;
    try {
      const answer = await fetch(`${this.base}/live/${encodeURIComponent(this.source.id)}/weights/${event.step}`);
      if (answer.ok) snapshot = read(new Uint8Array(await answer.arrayBuffer()), event.step);
      else if (answer.status !== 404) throw new Error(answer.statusText);
    } catch (error) {
      console.warn("cnnviz: weights could not be read", error);
      setTimeout(() => this.done(), AGAIN);
      return;
    }
    this.kept.set(event, snapshot);
    const each = this.source.run?.parameters || 1;
    if (this.kept.size * each > KEPT && this.kept.size > 1) this.kept.delete(this.kept.keys().next().value);
    this.done();
  }

  done() {
    this.fetching = false;
    this.wake();
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} step
 * @returns {Snapshot}
 */
function read(bytes, step) {
  const { tensors, metadata } = readSafetensors(bytes);
  return { step, weights: tensors, about: JSON.parse(metadata.network) };
}
