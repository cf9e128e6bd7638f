// The probe images of a network that gives pictures: what went in, what it gave, what was asked for.

import { clamp } from "../kit/arithmetic.js";
import { hexToRgb } from "../kit/figure/colours.js";
import { annealed, sharesOf, toRgb } from "../colouriser/colour.js";
import { element, write } from "../kit/elements.js";
import { Card, CardPanel, letterOf } from "./cards.js";
import { paintCodes, paintPicture } from "./paint.js";
import { measured } from "./task.js";

// Okabe and Ito's colours, which the colour-blind tell apart; the background is dark.
const COLOURS = ["#1b1b1b", "#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#ffffff"].map(hexToRgb);
const LABELS = Uint8Array.from({ length: 768 }, (_, at) => COLOURS[Math.floor(at / 3) % COLOURS.length][at % 3]);

const PICTURE = { output: "picture" };

class PictureCard extends Card {
  /** @param {string[]} titles of its pictures */
  constructor(index, titles, chosen) {
    super(index, chosen);
    this.canvases = titles.map((words) => {
      const { picture, caption } = this.addThumb();
      write(caption, words);
      return picture;
    });
  }
}

export class Pictures extends CardPanel {
  constructor(chosen) {
    super("pictures", chosen);
    this.legend = element("p", "hint");
    this.root.append(this.legend);
  }

  /** Take the pictures: {shape: [P, C, H, W], images, targets}; null while unknown. */
  load(probes, task) {
    if (probes === this.probes) return;
    this.probes = probes;
    this.painted = "";
    const titles = task.shown.map(([words]) => words);
    write(this.title, `Test pictures: ${titles.join(", ")}`);
    this.deal(Array.from({ length: probes?.shape[0] ?? 0 }, (_, index) => new PictureCard(index, titles, this.chosen)));
    if (!probes) return;
    const { shape, images, targets, targetsShape } = probes;
    this.paint(task, { images: { values: images, shape }, ...(targets ? { targets: { values: targets, shape: targetsShape } } : {}) });
  }

  /** Paint those of each card's pictures whose tensors are here, by their names. */
  paint(task, tensors) {
    task.shown.forEach(([, name], at) => {
      const tensor = tensors[name];
      if (!tensor) return;
      const [height, width] = tensor.shape.slice(-2);
      this.cards.slice(0, tensor.shape[0]).forEach(({ canvases }, index) => {
        canvases[at].parentElement.style.aspectRatio = `${width} / ${height}`;
        paint(canvases[at], tensor, index, name === "images" ? PICTURE : task);
      });
    });
  }

  draw(frame, { pictures, classes, task }, chosen) {
    const outputs = frame?.tensors.outputs;
    this.root.hidden = !outputs || !pictures;
    if (this.root.hidden) return;
    this.load(pictures, task);
    const painted = `${frame.serial} ${chosen}`;
    if (painted === this.painted) return;
    this.painted = painted;
    const [main, ...others] = task.measures.filter(({ name }) => frame.scores[name]);
    this.paint(task, frame.tensors);
    this.cards.forEach(({ root, verdict }, index) => {
      if (index >= outputs.shape[0]) return;
      const words = `${main.title} ${measured(main, frame.scores[main.name]?.[index])}`;
      write(verdict, words);
      root.title = others.map((one) => `${one.title} ${measured(one, frame.scores[one.name]?.[index])}`).join(", ");
      root.setAttribute("aria-label", `Picture ${letterOf(index)}: ${words}`);
      root.setAttribute("aria-pressed", String(index === chosen));
    });
    write(this.hint, `After step ${frame.step}. Choose a picture to see its feature maps.`);
    this.legend.hidden = task.output !== "labels";
    if (this.named === classes || this.legend.hidden) return;
    this.named = classes;
    this.legend.replaceChildren(...classes.flatMap((name, at) => {
      const mark = element("i", "label-colour");
      mark.style.background = `rgb(${COLOURS[at % COLOURS.length].join(" ")})`;
      return [mark, `${name}  `];
    }));
  }
}

/** Picture `index` of many: the classes of its pixels, or their levels. */
function paint(canvas, { values, shape }, index, { output }) {
  const [height, width] = shape.slice(-2);
  const size = values.length / shape[0];
  const codes = values.subarray(index * size, (index + 1) * size);
  if (output === "labels") paintCodes(canvas, codes, width, height, LABELS);
  else paintPicture(canvas, codes, size / (height * width), width, height);
}

/**
 * What a network gives, C×H×W numbers as they come: the best class of each pixel, levels from 0 to
 * 1, or scores of the classes of colour of a grey picture.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {[number, number]} size rows and columns
 * @param {import("./task.js").Task} task
 * @param {Uint8Array} levels of the picture that it was given
 * @returns {Uint8Array} what is painted: classes, or levels of 255
 */
export function paintAnswer(canvas, values, [rows, columns], { output, colours }, levels) {
  const area = rows * columns;
  const channels = values.length / area;
  if (output === "labels") {
    const codes = bestOf(values, channels, area);
    paintCodes(canvas, codes, columns, rows, LABELS);
    return codes;
  }
  const codes = colours ? coloured(values, levels, colours) : new Uint8Array(values.map((value) => Math.round(255 * clamp(value, 0, 1))));
  paintPicture(canvas, codes, codes.length / area, columns, rows);
  return codes;
}

/**
 * Grey levels in the colours that a network says.
 * @param {Float32Array} scores of the classes of colour, one map each
 * @param {Uint8Array} grey
 * @param {import("./task.js").Colours} colours
 */
function coloured(scores, grey, { centres, temperature }) {
  const area = grey.length;
  const shares = sharesOf(scores, centres.length);
  const places = centres.flat();
  const codes = new Uint8Array(3 * area);
  for (let at = 0; at < area; at += 1) {
    const here = centres.map((_, one) => shares[one * area + at]);
    const rgb = toRgb(grey[at] / 255, ...annealed(here, places, temperature));
    for (let channel = 0; channel < 3; channel += 1) codes[channel * area + at] = Math.round(rgb[channel]);
  }
  return codes;
}

function bestOf(values, channels, area) {
  return Uint8Array.from({ length: area }, (_, at) => {
    let best = 0;
    for (let one = 1; one < channels; one += 1) if (values[one * area + at] > values[best * area + at]) best = one;
    return best;
  });
}
