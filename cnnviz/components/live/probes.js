// The probe images: what the network saw, where its evidence lies, and what it says.

import { clamp } from "../kit/arithmetic.js";
import { element, write } from "../kit/elements.js";
import { percent } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { Card, CardPanel, letterOf } from "./cards.js";
import { OWN, paintOverlay, paintPicture, peak, scaleTable, updateScale } from "./paint.js";

const BARS = 3;
const SHORT = 5; // letters of a name that fits on one line under a thumb

/** Classes to show bars of: the most likely ones, the true one always among them. */
export function barClasses(row, truth) {
  const order = row.map((_, index) => index).sort((a, b) => row[b] - row[a] || a - b);
  const shown = order.slice(0, BARS);
  if (truth !== null && !shown.includes(truth)) shown[shown.length - 1] = truth;
  return shown;
}

class ProbeCard extends Card {
  constructor(index, chosen) {
    super(index, chosen);
    this.thumbs = ["picture", "true", "said"].map((name) => {
      const thumb = this.addThumb(name);
      const overlay = element("canvas", "cam");
      thumb.frame.append(overlay);
      return { ...thumb, overlay };
    });
    this.bars = Array.from({ length: BARS }, () => {
      const line = element("span", "line");
      const [label, track, fill, share] = [element("span", "label"), element("span", "track"), element("span", "fill"), element("span", "share")];
      track.append(fill);
      line.append(label, track, share);
      return { line, label, fill, share };
    });
    this.root.append(...this.bars.map(({ line }) => line));
  }

  paintPicture(bytes, [, channels, height, width]) {
    for (const { frame, picture } of this.thumbs) {
      paintPicture(picture, bytes, channels, width, height);
      frame.style.aspectRatio = `${width} / ${height}`;
    }
  }

  /** Draw picture `index` of a frame; `stops` colour its evidence, null if there is none. */
  draw(frame, index, truth, classes, stops, limit) {
    const predicted = frame.predicted[index];
    const row = frame.probabilities[index];
    const named = (at) => classes[at] ?? `class ${at}`;
    const right = predicted === truth;
    const [picture, ofTrue, ofSaid] = this.thumbs;
    write(picture.caption, `picture ${letterOf(index)}`);
    write(ofTrue.caption, truth === null ? "" : `for ${named(truth)}`);
    write(ofSaid.caption, right ? "the same" : `for ${named(predicted)}`);
    ofTrue.figure.hidden = truth === null || !stops;
    ofSaid.figure.hidden = !stops;
    ofSaid.figure.classList.toggle("same", right);
    if (stops) {
      const [, , height, width] = frame.tensors.cams.shape;
      const { low, high } = frame.cams;
      const reach = limit === OWN ? peak(frame.slice("cams", index), frame.cams) : limit ?? high;
      const scale = { low, high, limit: reach };
      const table = scaleTable(stops, low, high, reach);
      paintOverlay(ofTrue.overlay, frame.slice("cams", index, 0), width, height, table, scale);
      paintOverlay(ofSaid.overlay, frame.slice("cams", index, 1), width, height, table, scale);
    }
    const verdict = truth === null
      ? `${named(predicted)}, ${percent(row[predicted], 0)}`
          : right ? `\u2713 ${named(predicted)}` : `\u2715 ${named(predicted)}, but it is ${named(truth)}`;
    write(this.verdict, verdict);
    this.root.dataset.right = truth === null ? "" : String(right);
    barClasses(row, truth).forEach((at, slot) => {
      const { line, label, fill, share } = this.bars[slot];
      write(label, named(at));
      label.title = named(at);
      write(share, row[at] > 0.995 && row[at] < 1 ? ">99%" : percent(row[at], 0));
      fill.style.transform = `scaleX(${clamp(row[at], 0, 1)})`;
      line.classList.toggle("truth", at === truth);
    });
    const words = truth === null ? "" : right ? ", correct" : `, wrong: it is ${named(truth)}`;
    this.root.setAttribute("aria-label", `Picture ${letterOf(index)}: ${named(predicted)}, ${percent(row[predicted], 0)}${words}`);
  }

  /** While the class votes on this picture, only the picture itself is shown. */
  hide(secret, index) {
    this.root.classList.toggle("secret", secret);
    if (!secret) return;
    write(this.verdict, "Voting is open");
    this.root.dataset.right = "";
    this.root.setAttribute("aria-label", `Picture ${letterOf(index)}: voting is open`);
  }
}

export class Probes extends CardPanel {
  constructor(palettes, chosen) {
    super("probes", chosen);
    this.palettes = palettes;
    write(this.title, "Predictions and where they come from");
    this.scale = new ScaleBar("Evidence: colours");
    this.root.append(this.scale.root);
    this.secret = null; // the picture whose answer the class votes on
  }

  /** Take the pictures: {shape: [P, C, H, W], images, labels or null}; null while unknown. */
  load(probes) {
    if (probes === this.pictures) return;
    this.pictures = probes;
    this.cards = [];
    if (!probes) return;
    const [amount, channels, height, width] = probes.shape;
    this.deal(Array.from({ length: amount }, (_, index) => new ProbeCard(index, this.chosen)));
    const size = channels * height * width;
    this.cards.forEach((card, index) => card.paintPicture(probes.images.subarray(index * size, (index + 1) * size), probes.shape));
    this.grid.classList.toggle("alone", amount === 1);
    this.painted = null;
    this.lit = undefined;
  }

  draw(frame, classes, chosen, limit) {
    this.root.hidden = !frame || !this.cards.length;
    if (this.root.hidden) return;
    this.grid.classList.toggle("long", classes.some((name) => name.length > SHORT));
    const cams = frame.has("cams");
    const painted = `${frame.serial} ${limit} ${classes.length} ${this.secret}`;
    if (painted !== this.painted) {
      this.painted = painted;
      const stops = cams ? this.palettes.activations : null;
      this.cards.forEach((card, index) => {
        if (index < frame.probabilities.length) card.draw(frame, index, this.pictures.labels?.[index] ?? null, classes, stops, limit);
        card.hide(index === this.secret, index);
      });
      this.scale.root.hidden = !cams;
      const top = limit > 0 ? limit : frame.cams?.high;
      if (cams) updateScale(this.scale, this.palettes.activations, -top, top, limit === OWN);
      const choose = this.cards.length > 1 ? " Choose a picture to see its feature maps." : "";
      write(this.hint, cams
        ? `Blue speaks for the class, orange against it (${frame.cams.method}, ${frame.tensors.cams.shape.slice(2).join("\u00d7")} cells); the stronger, the more opaque.${choose}`
        : `This network has no maps to show evidence on.${choose}`);
      const known = this.pictures.labels;
      const correct = known?.length > 1 && this.secret === null // else it would say of the secret one whether it is
        ? `: ${known.filter((label, at) => label === frame.predicted[at]).length} of ${known.length} correct` : "";
      write(this.title, `Predictions and where they come from${correct}`);
    }
    if (chosen === this.lit) return;
    this.lit = chosen;
    this.cards.forEach((card, index) => card.root.setAttribute("aria-pressed", String(index === chosen)));
  }
}
