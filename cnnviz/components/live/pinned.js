// A drawing of one's own, and what the run's network says of it at the step that is shown: now,
// and back through the time machine. It is computed here, and the drawing is sent nowhere.

import { centred, ruleOf } from "../kit/centring.js";
import { ClassBars } from "../kit/class_bars.js";
import { element, write } from "../kit/elements.js";
import { Network, softmax } from "../kit/forward.js";
import { count, percent } from "../kit/numbers.js";
import { Pad } from "../kit/pad.js";
import { inputOf } from "../kit/pictures.js";
import { readSafetensors } from "../kit/safetensors.js";
import { brushOf } from "../kit/screen.js";

const KEPT = 40; // steps whose weights are at hand
const MOST = 2_000_000; // numbers of a network that is fetched
const USUAL_PEN = 24;

export class Pinned {
  /** @param {() => void} wake asks for another frame of the screen */
  constructor(wake) {
    this.wake = wake;
    this.root = element("details", "pinned");
    this.root.append(element("summary", "", "A drawing of your own"));
    this.root.ontoggle = wake;
    this.hint = element("p", "hint", "Draw something, and see how the network’s answer to it changes as it learns. The drawing stays in your browser.");
    this.place = element("div", "pad");
    this.verdict = element("p", "verdict");
    this.bars = new ClassBars(element("div"));
    this.seen = element("canvas", "seen");
    this.seen.setAttribute("role", "img");
    this.seen.setAttribute("aria-label", "The drawing as the network sees it");
    this.how = element("p", "hint");
    const answer = element("div", "answer");
    answer.append(this.verdict, this.bars.root, this.seen, this.how);
    const pair = element("div", "pair");
    pair.append(this.place, answer);
    this.root.append(this.hint, pair);
    this.pad = null;
    this.forget();
  }

  forget() {
    this.run = null;
    this.kept = new Map(); // step -> weights, or null where there are none
    this.fetching = null;
    this.network = null;
    this.loaded = null;
    this.version = 0;
    this.drawn = "";
  }

  /**
   * Draw the answer at a step, and fetch its weights if they are not here.
   * @param {import("./source.js").RunSource} source
   * @param {string} base where the app is on this server
   * @param {number | null} step
   */
  draw(source, base, step) {
    const { run } = source;
    this.root.hidden = !run || step === null || run.parameters > MOST;
    if (this.root.hidden || !this.root.open) return;
    if (this.run !== source) {
      this.forget();
      this.run = source;
      this.bars.load(run.classes);
    }
    this.openPad(run);
    if (!this.kept.has(step)) {
      if (this.fetching === null) this.fetch(`${base}/live/${encodeURIComponent(source.id)}/weights/${step}`, step);
      if (this.loaded === null) return;
    } else if (this.loaded !== step) this.take(step);
    this.answer();
  }

  openPad(run) {
    if (this.pad) return;
    const changed = () => {
      this.version += 1;
      this.wake();
    };
    this.pad = new Pad(this.place, { onChange: changed, onEnd: () => {} });
    this.pad.setPen(ruleOf(run.dataset)?.pen ?? USUAL_PEN);
  }

  /** Fetch weights, one step at a time; the next frame of the screen says which one is wanted then. */
  async fetch(address, step) {
    const { run } = this;
    this.fetching = step;
    let weights = null;
    try {
      const answer = await fetch(address);
      if (answer.ok) weights = readSafetensors(new Uint8Array(await answer.arrayBuffer()));
      else if (answer.status !== 404) throw new Error(answer.statusText);
    } catch (error) {
      console.warn("cnnviz: weights could not be read", error);
      setTimeout(() => this.run === run && this.done(), 2000); // and then again
      return;
    }
    if (this.run !== run) return;
    this.kept.set(step, weights);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    this.done();
  }

  done() {
    this.fetching = null;
    this.wake();
  }

  /** Load the weights of a step, if there are any. */
  take(step) {
    const weights = this.kept.get(step);
    if (!weights) return; // thinned out: the answer of another step stays, with its number
    const about = JSON.parse(weights.metadata.network);
    if (!this.network) {
      this.network = new Network(about.spec, about.shape);
      this.about = about;
    }
    this.network.load(weights.tensors);
    this.loaded = step;
    this.version += 1;
  }

  answer() {
    const drawn = `${this.loaded} ${this.version}`;
    if (!this.network || drawn === this.drawn) return;
    this.drawn = drawn;
    const { dataset, shape: [, rows, columns], mean, std, classes } = this.about;
    const picture = this.pad.picture();
    const rule = ruleOf(dataset);
    const levels = centred(picture, [rows, columns], rule);
    this.network.run(inputOf(levels, mean, std));
    const shares = softmax(this.network.output.values);
    const best = this.bars.draw(shares);
    const verdict = picture.painted
      ? `After step ${count(this.loaded)} the network predicts ${classes[best]} (${percent(shares[best])}).`
      : `Nothing is drawn yet. After step ${count(this.loaded)} the network predicts ${classes[best]} (${percent(shares[best])}) for a black picture.`;
    write(this.verdict, verdict);
    this.showSeen(levels, rows, columns);
    write(this.how, `What the network sees: ${rows}×${columns} pixels, ${rule?.words ?? "the whole pad, scaled"}. Its weights come in half precision, so a share may differ in the third digit.`);
    Object.assign(this.root.dataset, { step: this.loaded, predicted: classes[best] });
  }

  showSeen(levels, rows, columns) {
    Object.assign(this.seen, { width: columns, height: rows });
    const brush = brushOf(this.seen);
    const image = brush.createImageData(columns, rows);
    levels.forEach((level, at) => image.data.set([level, level, level, 255], at * 4));
    brush.putImageData(image, 0, 0);
  }
}
