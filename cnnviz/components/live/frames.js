// Frames: what is seen at a snapshot, as 8-bit tensors in safetensors files. Kept in memory, so
// that scrubbing asks nobody.

import { readSafetensors } from "../kit/network/safetensors.js";

const PARSED = 24; // frames whose tensors are at hand; the others are parsed in well under 1 ms

/** The parts of a message of several: each with its length as 4 little-endian bytes before it. */
function splitParts(buffer) {
  const view = new DataView(buffer);
  const parts = [];
  let at = 0;
  while (at + 4 <= buffer.byteLength) {
    const length = view.getUint32(at, true);
    if (at + 4 + length > buffer.byteLength) break; // torn: what follows is unknown
    parts.push(new Uint8Array(buffer, at + 4, length));
    at += 4 + length;
  }
  return parts;
}

export class Frame {
  static made = 0;

  /** @param {Uint8Array<ArrayBuffer>} bytes a safetensors file of Python's `make_frame` */
  constructor(bytes) {
    Frame.made += 1;
    this.serial = Frame.made; // tells it from another of the same step
    const { tensors, metadata } = readSafetensors(bytes);
    this.tensors = tensors;
    const { step, epoch, seconds, probabilities, filters, maps, cams, scores } = JSON.parse(metadata.frame);
    /** @type {number} */
    this.step = step;
    /** @type {number} */
    this.epoch = epoch;
    /** @type {number | undefined} */
    this.seconds = seconds;
    /** @type {number[][]} of each picture and class */
    this.probabilities = probabilities;
    // What is said of each tensor: the ends of its scale, its layer, and so on.
    this.filters = filters;
    this.maps = maps;
    this.cams = cams;
    /** @type {Record<string, number[]>} of the pictures that a network gave, by their measures */
    this.scores = scores ?? {};
  }

  /** One slice of a tensor: its codes, size and scale. */
  slice(name, ...index) {
    const { shape, values } = this.tensors[name];
    let [from, size] = [0, values.length];
    index.forEach((at, axis) => {
      size /= shape[axis];
      from += at * size;
    });
    return values.subarray(from, from + size);
  }

  has(name) {
    return Boolean(this[name] && this.tensors[name]);
  }

  get predicted() {
    return this.cams?.predicted ?? this.probabilities.map((row) => row.indexOf(Math.max(...row)));
  }
}

export class FrameStore {
  constructor() {
    this.bytes = new Map(); // step -> bytes
    this.parsed = new Map(); // the most recently seen ones
    this.limits = {}; // the largest scale of each tensor, over all frames
  }

  get steps() {
    return [...this.bytes.keys()].sort((a, b) => a - b);
  }

  /** Take a binary message; the steps of its frames. */
  take(buffer) {
    const steps = [];
    for (const part of splitParts(buffer)) {
      try {
        const frame = new Frame(part);
        this.bytes.set(frame.step, part);
        this.parsed.delete(frame.step);
        for (const name of ["filters", "maps", "cams"]) {
          if (frame[name]) this.limits[name] = Math.max(this.limits[name] ?? 0, frame[name].high, -frame[name].low);
        }
        steps.push(frame.step);
      } catch (error) {
        console.warn("cnnviz: a frame could not be read", error);
      }
    }
    return steps;
  }

  get(step) {
    if (!this.bytes.has(step)) return null;
    let frame = this.parsed.get(step);
    if (!frame) {
      frame = new Frame(this.bytes.get(step));
      if (this.parsed.size >= PARSED) this.parsed.delete(this.parsed.keys().next().value);
    } else {
      this.parsed.delete(step); // to the end of the line
    }
    this.parsed.set(step, frame);
    return frame;
  }

  /** Forget the frames of steps that `wanted` refuses. */
  keep(wanted) {
    for (const step of this.bytes.keys()) {
      if (wanted(step)) continue;
      this.bytes.delete(step);
      this.parsed.delete(step);
    }
  }
}
