// A network that is trained here, in a worker: its curves, its filters, and what it says of pictures.

import { bytesOf } from "../kit/arrays.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { colourTable, gradient } from "../kit/figure/colours.js";
import { choice, element, write } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { Network, softmax } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { count, fixed, lossTick, numberText, percent, significant } from "../kit/numbers.js";
import { OwnPicture } from "../kit/picture/own_picture.js";
import { normalised } from "../kit/picture/shared_pictures.js";
import { Plot } from "../kit/figure/plot.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { brushOf, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { NetworkMap } from "../network/map.js";

const PROBES = 16;
const SMOOTH = 20; // batches of which the thick line is the mean
const PACES = { 1000: "1 step a second", 100: "10 a second", 0: "As fast as it can" };
const PAUSE = 250; // milliseconds from one drawing of the weights to the next
const SLICE = 8; // milliseconds of a frame for the held-out pictures
const REST = 3; // or this many times what drawing takes

class BrowserTraining extends Figure {
  constructor(parent) {
    super(parent);
    this.parent = parent;
    this.loss = new Plot(this.canvasAt(".loss"));
    this.accuracy = new Plot(this.canvasAt(".accuracy"));
    this.bars = new ClassBars(this.find(".bars"));
    this.find("[data-act=step]").onclick = () => this.step();
    this.find("[data-act=restart]").onclick = () => this.restart();
    this.find(".paces").append(choice("Speed", PACES, "0", (milliseconds) => this.post({ act: "pace", milliseconds: Number(milliseconds) })));
    this.own = new OwnPicture(() => this.probe === null && this.look());
    this.find(".pair").prepend(this.own.root);
    /** @type {HTMLDetailsElement} */ (this.find(".own")).ontoggle = () => this.turnTo(/** @type {HTMLDetailsElement} */ (this.find(".own")).open ? null : 0);
    this.hiding = () => document.hidden && this.go(false);
    document.addEventListener("visibilitychange", this.hiding);
    this.playing = false;
    this.probe = 0; // null: what is drawn
    this.asked = 0; // the held-out picture that is next to be judged
    this.scale = new ScaleBar("Colours of the weights");
    this.find(".scale").append(this.scale.root);
    /** @type {Uint8Array | null} all training pictures, and those that are held out */
    this.pictures = null;
    /** @type {Uint8Array | null} */
    this.tests = null;
  }

  destroy() {
    super.destroy();
    this.worker?.terminate();
    this.map?.destroy();
    document.removeEventListener("visibilitychange", this.hiding);
  }

  update(data, component) {
    super.update(data, component);
    this.data = data; // the settings may be others
    this.post({ act: "settings", settings: data.settings });
  }

  load(data) {
    this.data = data;
    const { network: { spec, shape, classes, layers } } = data;
    this.network = new Network(spec, shape);
    this.stop("judge");
    this.asked = 0;
    this.facts = layers;
    this.bars.load(classes);
    this.worker?.terminate();
    const script = /** @type {HTMLTemplateElement} */ (this.parent.querySelector("template.worker")).content.textContent;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.worker.onmessage = ({ data: news }) => this.hear(news);
    this.fetch(data);
  }

  /** Unpack the pictures, which takes a moment. */
  async fetch(data) {
    const [pictures, tests] = await Promise.all([inflated(data.pictures), inflated(data.test_pictures)]);
    if (data !== this.data && data.id !== this.data.id) return; // another network by now
    this.pictures = pictures;
    this.tests = tests;
    this.size = tests.length / data.test_labels.length;
    this.showProbes();
    this.restart();
    if (!this.calm) this.go(true);
  }

  /** Begin with the first weights. */
  restart() {
    const { pictures, tests, size, data } = this;
    if (!pictures) return;
    const { network: { spec, shape, mean: centre, std }, labels, test_labels: testLabels } = data;
    const { tensors } = readSafetensors(bytesOf(data.weights));
    this.course = { steps: 0, epochs: 0, losses: [], tests: [], milliseconds: 0, diverged: false };
    this.lesson = (this.lesson ?? 0) + 1;
    this.post({ act: "settings", settings: data.settings });
    this.post({ act: "load", id: this.lesson, spec, shape, mean: centre, std, tensors, pictures, labels, tests, testLabels, size });
    if (this.playing) this.post({ act: "go", going: true });
  }

  post(message) {
    this.worker?.postMessage(message);
  }

  // --- what people do ---------------------------------------------------------------------------

  go(going) {
    if (going && this.course?.diverged) this.restart();
    this.playing = going;
    this.post({ act: "go", going });
    this.settle();
  }

  toggle() {
    this.go(!this.playing);
  }

  step() {
    this.playing = false;
    this.post({ act: "step" });
    this.settle();
  }

  keys(event) {
    if (event.target !== this.figure) return {};
    return { " ": () => this.toggle(), ArrowRight: () => this.step(), Home: () => this.restart() };
  }

  /** Look at a held-out picture, or, for null, at what is drawn. */
  turnTo(probe) {
    this.probe = probe;
    const own = /** @type {HTMLDetailsElement} */ (this.find(".own"));
    if (probe === null) {
      this.own.open(this.data);
    } else if (own.open) own.open = false;
    this.look();
  }

  // --- what the worker says -----------------------------------------------------------------------

  hear({ id, losses, asked, going, weights, ...news }) {
    if (id !== this.lesson) return;
    Object.assign(this.course, news);
    this.course.losses.push(...losses);
    if (asked) this.course.tests.push(asked);
    if (this.playing && !going) this.playing = news.steps === 0; // it has ended by itself; at 0 it has yet to begin
    this.weights = weights;
    this.fresh = true;
    this.settle();
  }

  settle() {
    this.say();
    this.after(400, "texts", () => {
      this.fillTables();
      write(this.find(".code code"), this.data.pytorch.replaceAll("STEPS", String(Math.max(this.course?.steps ?? 1, 1))));
    });
    this.wake();
  }

  // --- drawing ----------------------------------------------------------------------------------

  redraw() {
    this.map?.redraw();
    this.wake();
  }

  resize() {
    this.wake();
  }

  ready() {
    return Boolean(this.course);
  }

  running() {
    return false;
  }

  paint(now) {
    const theme = readTheme(this.root);
    this.markPlaying(this.playing, "Train", " (space)");
    const { course } = this;
    write(this.told, this.sentence());
    this.drawLoss(theme);
    this.drawAccuracy(theme);
    const last = course.tests.at(-1);
    Object.assign(this.root.dataset, { step: course.steps, loss: course.losses.at(-1) ?? "", accuracy: last?.accuracy ?? "" });
    this.figure.setAttribute("aria-label", `The training of ${this.facts.length} layers, step ${course.steps}`);
    if (!this.fresh) return;
    const due = (this.drawnAt ?? -Infinity) + (this.playing ? Math.max(PAUSE, REST * (this.cost ?? 0)) : 0);
    if (now < due || this.map?.fresh) {
      this.after(Math.max(30, due - now), "weights", () => this.wake());
      return;
    }
    this.fresh = false;
    this.drawnAt = now;
    const began = performance.now();
    this.network.load(this.weights);
    this.drawFilters();
    this.look();
    this.cost = performance.now() - began + (this.map?.cost ?? 0);
    this.judge(this.probes.length);
  }

  sentence() {
    const { steps, epochs, losses, tests, milliseconds, diverged } = this.course;
    if (diverged) return `Step ${count(steps)}: the loss is no longer a number, because the steps were too large. Lower the learning rate and start again.`;
    const last = tests.at(-1);
    const right = last ? ` ${percent(last.accuracy)} of ${count(this.data.test_labels.length)} held-out pictures were right after step ${count(last.step)}, with a loss of ${fixed(last.loss, 3)}.` : "";
    if (!steps) return `Before the first step.${right}`;
    const speed = milliseconds ? ` A step takes ${significant(milliseconds, 2)} ms.` : "";
    return `Step ${count(steps)}, ${fixed(epochs, 2)} times through the training pictures: loss ${fixed(mean(losses.slice(-SMOOTH)), 3)} on the last batches.${right}${speed}`;
  }

  axes(plot, theme, y, logarithmic, marks, format) {
    if (!plot.canvas.clientWidth) return false;
    const steps = Math.max(this.course.steps, 20);
    const room = { left: 44 * textScale(), right: 10, top: 10, bottom: 18 * textScale() };
    plot.begin(theme, { x: [0, steps], y, logarithmic, room });
    for (const mark of marks) {
      plot.across(mark, theme.line, 0.5);
      plot.text(format(mark), plot.left - 6, plot.y(mark), { align: "right" });
    }
    plot.text("Step 0", plot.left, plot.height - 6 * textScale());
    plot.text(count(steps), plot.right, plot.height - 6 * textScale(), { align: "right" });
    return true;
  }

  drawLoss(theme) {
    const { losses, tests } = this.course;
    const every = [...losses, ...tests.map(({ loss }) => loss)].filter((loss) => loss > 0 && Number.isFinite(loss));
    const [low, high] = [Math.max(Math.min(...every, 1), 1e-3), Math.max(...every, 3)];
    const marks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100].filter((mark) => mark >= low && mark <= high);
    if (!this.axes(this.loss, theme, [low, high], true, marks, lossTick)) return;
    const clipped = (loss) => Math.max(loss, low);
    const points = thinned(losses.map((loss, at) => /** @type {[number, number]} */ ([at + 1, clipped(loss)])));
    this.loss.context.globalAlpha = 0.35;
    this.loss.line(points, theme.accent, 1);
    this.loss.context.globalAlpha = 1;
    this.loss.line(thinned(smoothed(losses).map((loss, at) => [at + 1, clipped(loss)])), theme.accent, 2.5);
    for (const { step, loss } of tests) this.loss.dot(step, clipped(loss), 3, theme.ink, theme.paper);
  }

  drawAccuracy(theme) {
    if (!this.axes(this.accuracy, theme, [0, 1], false, [0, 0.25, 0.5, 0.75, 1], (share) => percent(share, 0))) return;
    const { tests } = this.course;
    this.accuracy.line(tests.map(({ step, accuracy }) => [step, accuracy]), theme.accent, 2.5);
    for (const { step, accuracy } of tests) this.accuracy.dot(step, accuracy, 3.5, theme.accent, theme.paper);
  }

  /** The weights of the first layer that has any, each unit as a picture of what it reads. */
  drawFilters() {
    const { network: { shape, weight_stops: stops } } = this.data;
    const layer = this.network.layers.find(({ tensors: { weight } }) => weight);
    const units = layer ? layer.shape[0] : 0;
    const place = this.find(".filters");
    if (place.children.length !== units) place.replaceChildren(...Array.from({ length: units }, (_, unit) => named(element("canvas"), `Filter ${unit}`)));
    if (!layer) return;
    const { weight } = layer.tensors;
    const size = weight.length / units;
    const [rows, columns] = layer.settings.kernel ? [layer.settings.kernel, layer.settings.kernel] : [shape[1], shape[2]];
    let limit = 0;
    for (const value of weight) limit = Math.max(limit, Math.abs(value));
    this.limit = limit || 1;
    this.colours = colourTable(stops);
    [...place.children].forEach((canvas, unit) => paint(canvas, rows, columns, (at) => {
      const code = Math.round(127.5 * (1 + weight[unit * size + at] / this.limit));
      return this.colours.subarray(3 * code, 3 * code + 3);
    }));
    this.scale.update({ low: -this.limit, high: this.limit, gradient: gradient(stops), text: (value) => numberText(value, 3) });
    write(this.find(".of"), `${layer.name}: ${units} units, each with ${rows}×${columns} weights.`);
  }

  showProbes() {
    const { data: { network: { shape: [, rows, columns] }, test_labels: labels }, tests, size } = this;
    this.probes = Array.from({ length: Math.min(PROBES, labels.length) }, (_, at) => {
      const made = element("button");
      const canvas = element("canvas");
      const said = element("span", "", "–");
      Object.assign(made, { type: "button", onclick: () => this.turnTo(at) });
      made.append(canvas, said);
      paint(canvas, rows, columns, (pixel) => Array(3).fill(tests[at * size + pixel]));
      return { made, said };
    });
    this.find(".probes").replaceChildren(...this.probes.map(({ made }) => made));
  }

  /**
   * What the network says of held-out pictures, a few at a time, so that the page goes on answering.
   * @param {number} left how many are still to be asked
   */
  judge(left) {
    const { data: { network: { mean: centre, std, classes }, test_labels: labels }, tests, size, network } = this;
    const began = performance.now();
    network.load(this.weights);
    for (; left && performance.now() < began + SLICE; left -= 1) {
      const at = this.asked;
      const { made, said } = this.probes[at];
      this.asked = (at + 1) % this.probes.length;
      network.run(normalised(tests.subarray(at * size, (at + 1) * size), centre, std));
      const values = network.output.values;
      const best = values.indexOf(Math.max(...values));
      const right = best === labels[at];
      write(said, classes[best] ?? "–");
      said.className = right ? "right" : "wrong";
      made.setAttribute("aria-label", `A ${classes[labels[at]]}: the network predicts ${classes[best] ?? "nothing"}`);
    }
    this.cost += performance.now() - began;
    if (left) this.after(0, "judge", () => this.judge(left));
  }

  /** Show what becomes of the picture that is looked at. */
  look() {
    if (!this.weights || !this.tests) return;
    const { data, tests, size, probe } = this;
    const { network: about, dataset } = data;
    const [, rows, columns] = about.shape;
    this.probes.forEach(({ made }, at) => made.setAttribute("aria-pressed", String(at === probe)));
    this.network.load(this.weights);
    let input, name;
    if (probe === null) {
      const { levels, how } = this.own.seen(dataset, about.shape);
      paint(this.find(".seen"), rows, columns, (at) => Array(3).fill(levels[at]));
      write(this.find(".how"), `What the network sees: ${rows}×${columns} pixels, ${how}.`);
      [input, name] = [normalised(levels, about.mean, about.std), "Your picture"];
    } else [input, name] = [normalised(tests.subarray(probe * size, (probe + 1) * size), about.mean, about.std), `Held-out picture ${probe}`];
    this.network.run(input);
    this.root.dataset.predicted = about.classes[this.bars.draw(softmax(this.network.output.values))];
    if (!this.map) {
      const root = this.find(".map").attachShadow({ mode: "open" });
      root.append(/** @type {HTMLTemplateElement} */ (this.parent.querySelector("template.network")).content.cloneNode(true));
      write(/** @type {Element} */ (root.querySelector(".table summary")), "The network\u2019s numbers as tables");
      this.map = new NetworkMap(root);
    }
    this.map.show({ network: about, name, picture: "", pytorch: "", note: "", layer: "" }, this.weights, input);
  }

  tables() {
    if (!this.course) return [];
    const { losses, tests } = this.course;
    const from = Math.max(0, losses.length - 30);
    return [
      { caption: "Held-out pictures", heads: ["Step", "Accuracy", "Loss"], lines: tests.map(({ step, accuracy, loss }) => [count(step), percent(accuracy), numberText(loss)]) },
      { caption: "The last batches", heads: ["Step", "Loss"], lines: losses.slice(from).map((loss, at) => [count(from + at + 1), numberText(loss, 6)]) },
    ];
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of each number and those before it. */
function smoothed(values) {
  let sum = 0;
  return values.map((value, at) => {
    sum += value - (at >= SMOOTH ? values[at - SMOOTH] : 0);
    return sum / Math.min(at + 1, SMOOTH);
  });
}

/** At most about a thousand points: a canvas has no more columns. */
function thinned(points) {
  const each = Math.ceil(points.length / 1000);
  return points.filter((_, at) => at % each === 0 || at === points.length - 1);
}

function named(canvas, name) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return canvas;
}

function paint(canvas, rows, columns, colourOf) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  for (let at = 0; at < rows * columns; at += 1) {
    image.data.set(colourOf(at), 4 * at);
    image.data[4 * at + 3] = 255;
  }
  brushOf(canvas).putImageData(image, 0, 0);
}

/** Bytes that Python has deflated. */
async function inflated(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export default mounting(BrowserTraining);
