// A picture of one's own, and what the run's network says of it at the step that is shown: now,
// and back through the time machine. It is computed here, and the picture is sent nowhere.

import { ClassBars } from "../kit/figure/class_bars.js";
import { element, write } from "../kit/elements.js";
import { Network, softmax } from "../kit/network/forward.js";
import { count, percent } from "../kit/numbers.js";
import { normalised } from "../kit/picture/shared_pictures.js";
import { paintPicture } from "./paint.js";
import { paintAnswer } from "./pictures.js";
import { MOST } from "./snapshots.js";
import { taskOf } from "./task.js";

export class Pinned {
  /**
   * @param {import("../kit/picture/own_picture.js").OwnPicture} picture
   * @param {() => void} wake asks for another frame of the screen
   */
  constructor(picture, wake) {
    this.picture = picture;
    this.root = element("details", "pinned");
    this.root.append(element("summary", "", "A drawing or picture of your own"));
    this.root.ontoggle = wake;
    const hint = element("p", "hint", "Draw something or choose a picture, and see how the network’s answer to it changes as it learns. It stays in your browser.");
    this.verdict = element("p", "verdict");
    this.bars = new ClassBars(element("div"));
    this.seen = element("canvas", "seen");
    this.seen.setAttribute("role", "img");
    this.seen.setAttribute("aria-label", "Your picture as the network sees it");
    this.given = element("canvas", "given");
    this.given.setAttribute("role", "img");
    this.how = element("p", "hint");
    const answer = element("div", "answer");
    answer.append(this.verdict, this.bars.root, this.seen, this.given, this.how);
    const pair = element("div", "pair");
    pair.append(picture.root, answer);
    this.root.append(hint, pair);
    this.forget();
  }

  forget() {
    this.source = null;
    this.network = null;
    this.loaded = null;
    this.drawn = "";
  }

  /**
   * Draw the answer at a step.
   * @param {import("./source.js").RunSource} source
   * @param {import("./snapshots.js").Snapshots} snapshots
   * @param {number | null} step
   */
  draw(source, snapshots, step) {
    const { run } = source;
    this.root.hidden = !run || step === null || run.parameters > MOST || !taskOf(run).drawable;
    if (this.root.hidden || !this.root.open) return;
    if (this.source !== source) {
      this.forget();
      this.source = source;
      this.task = taskOf(run);
      this.bars.root.hidden = this.task.output === "picture";
      this.given.hidden = this.task.output === "class";
      this.bars.load(run.classes);
    }
    this.picture.open(run);
    const snapshot = snapshots.at(step);
    // Where it was thinned out, the answer of another step stays, with its number.
    if (snapshot && snapshot !== this.loaded) {
      this.network ??= new Network(snapshot.about.spec, snapshot.about.shape);
      this.network.load(snapshot.weights);
      this.loaded = snapshot;
      this.drawn = "";
    }
    if (this.loaded) this.answer();
  }

  answer() {
    const drawn = `${this.picture.version}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const { picture, loaded: { step, about: { dataset, shape, mean, std, classes } } } = this;
    const { levels, how } = picture.seen(dataset, shape);
    this.network.run(normalised(levels, mean, std));
    const answer = this.task.output === "class" ? this.predicted(classes) : this.pictured(classes, shape, levels);
    const verdict = `After step ${count(step)} the network ${answer}`;
    const nothing = picture.drawn ? "Nothing is drawn yet. " : "No picture is chosen yet. ";
    write(this.verdict, picture.empty ? `${nothing}${verdict} for a black picture.` : `${verdict}.`);
    const [channels, rows, columns] = shape;
    paintPicture(this.seen, levels, channels, columns, rows);
    write(this.how, `What the network sees: ${rows}×${columns} pixels, ${how}. Its weights come in half precision, so a share may differ in the third digit.`);
    Object.assign(this.root.dataset, { step });
  }

  /** The class that it predicts, in words. */
  predicted(classes) {
    const shares = softmax(this.network.output.values);
    const best = this.bars.draw(shares);
    this.root.dataset.predicted = classes[best];
    return `predicts ${classes[best]} (${percent(shares[best])})`;
  }

  /** Paint the picture that it gives; what that is, in words. */
  pictured(classes, [, rows, columns], levels) {
    const { values } = this.network.output;
    const area = rows * columns;
    const words = paintAnswer(this.given, values, [rows, columns], this.task, levels);
    this.given.setAttribute("aria-label", "What the network gives for your picture");
    if (this.task.output === "picture") return "gives the picture on the right";
    const shares = classes.map((_, at) => words.reduce((sum, one) => sum + Number(one === at), 0) / area);
    this.bars.draw(shares);
    return "gives the classes on the right; the bars count their pixels";
  }
}
