// One scene and all that can be asked of it: the truth, and what two networks say while a hand moves.

import { keepInAddress } from "../kit/address.js";
import { bytesOf } from "../kit/arrays.js";
import { ClassBars } from "../kit/figure/class_bars.js";
import { choice, element, write } from "../kit/elements.js";
import { prepare, softmax } from "../kit/network/forward.js";
import { mounting } from "../kit/mounting.js";
import { fixed, percent } from "../kit/numbers.js";
import { greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { readSafetensors } from "../kit/network/safetensors.js";
import { brushOf } from "../kit/screen.js";
import { MovingDigits } from "../segmenter/moving_digits.js";
import { classesOf, COLOURS, compose, overlap, sideOf, unpackScene } from "../segmenter/scene.js";
import { boxOverlap, centreFrom, find, instancesOf, mapsOf, match, middle, pixelOverlap, sentence } from "./answers.js";

const GREY = [150, 150, 150];
const [TRUE, SAID] = ["#56b4e9", "#f0e442"];
const SPOT = 1.6; // pixels: the radius of a dot on a digit that was counted

/** @import { Sprite } from "../segmenter/scene.js" */
/** @import { Box } from "./answers.js" */

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} alt
 * @property {string} pytorch
 * @property {string[]} classes the first is the background
 * @property {number} side of a scene, in pixels
 * @property {Task[]} tasks
 * @property {{ spec: any, weights: string }[]} networks for the main digit, and for every pixel
 * @property {any[]} scenes
 * @property {string} parameter of the address, for the task
 * @property {number} sure from which probability on a peak is a digit
 * @property {number} matched from which overlap on a digit is matched
 * @property {number} unit pixels of a distance of 1
 * @property {number} crowd what the map of the count is divided by
 *
 * @typedef {object} Task
 * @property {"label" | "box" | "boxes" | "instances" | "mask" | "count" | "sentence"} id
 * @property {string} title
 * @property {string} about what is asked
 * @property {string} measure how right the networks are, over many scenes
 *
 * @typedef {ReturnType<VisionTasks["look"]>} Found the truth, and what the networks say
 */

class VisionTasks extends MovingDigits {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {import("../kit/network/forward.js").Network[]} for the main digit, and for every pixel */
    this.networks = [];
    /** @type {PixelPanel[]} the scene, the truth and the answer */
    this.panels = [];
    /** @type {Task} */
    this.task = { id: "label", title: "", about: "", measure: "" };
    this.bars = new ClassBars(element("div"));
    /** @type {Found | null} */
    this.found = null;
    this.keyed = ""; // the task that the key is of
  }

  /** @param {Data} data */
  load(data) {
    const { classes, side, tasks } = data;
    this.data = data;
    this.describe(data);
    this.networks = data.networks.map(({ spec, weights }) => prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors));
    this.scenes = data.scenes.map(unpackScene);
    if (!this.panels.length) {
      const kept = new URL(window.location.href).searchParams.get(data.parameter);
      this.task = tasks.find(({ id }) => id === kept) ?? tasks[0];
      this.panels = ["Scene", "Truth", "Network"].map((title, at) => {
        const panel = new PixelPanel(title, side, at ? "" : "movable");
        this.follow(panel, at === 0);
        return panel;
      });
      this.figure.replaceChildren(...this.panels.map(({ root }) => root));
      const titles = Object.fromEntries(tasks.map(({ id, title }) => [id, title]));
      this.find(".views").replaceChildren(choice("What is asked", titles, this.task.id, (id) => {
        this.task = tasks.find((one) => one.id === id) ?? tasks[0];
        keepInAddress(data.parameter, id === tasks[0].id ? null : id);
        this.change();
      }));
      this.bars.load(classes.slice(1));
      this.find(".shares").replaceChildren(this.bars.root);
    } else this.task = tasks.find(({ id }) => id === this.task.id) ?? tasks[0];
    this.choose(0, this.moving);
  }

  /** Ask the networks about the scene as it is. */
  look() {
    const { classes, side, sure, matched, unit, crowd } = /** @type {Data} */ (this.data);
    const kinds = classes.length - 1;
    const scene = compose(this.scene, side);
    const input = Float32Array.from(scene.picture, (level) => level / 255);
    const [main, dense] = this.networks;
    main.run(input);
    dense.run(input);
    const numbers = [...main.output.values];
    const maps = mapsOf(dense.output.values, side * side, { classes: classes.length, unit, crowd });
    const shares = softmax(numbers.slice(0, kinds));
    const mask = classesOf(maps.classes, classes.length).best;
    const things = find(maps, side, sure);
    const owners = instancesOf(things, mask, maps.sides, side);
    const truth = this.scene.sprites.map((sprite) => ({ label: sprite.label, box: boxOf(sprite) }));
    const [found, there] = [things, truth].map((all) => all.map(({ label }) => label));
    this.stale = false;
    return {
      ...scene, maps, shares, mask, things, truth,
      area: side * side,
      instances: owners,
      main: { label: 1 + shares.indexOf(Math.max(...shares)), box: /** @type {Box} */ (numbers.slice(kinds).map((share) => share * side)) },
      count: maps.crowd.reduce((total, share) => total + share, 0),
      matched: match(found, there, (at, other) => boxOverlap(things[at].box, truth[other].box), matched),
      joined: match(found, there, (at, other) => pixelOverlap(owners, at + 1, scene.owners, other + 1), matched),
      overlap: overlap(mask, scene.labels, classes.length),
    };
  }

  paint() {
    if (!this.panels.length) return;
    if (this.stale || !this.found) this.found = this.look();
    const { found } = this;
    const { picture } = found;
    const { row, column } = this.state;
    const [scene, truth, network] = this.panels;
    const pointed = ["instances", "mask"].includes(this.task.id) ? { row, column } : null;
    scene.draw(greys(picture, 255), pointed);
    for (const panel of [truth, network]) panel.draw(greys(picture, 255));
    write(scene.note, "light: 0 (black) to 255 (white)");
    this.find(".shares").hidden = this.task.id !== "label";
    const [known, said, told] = this[this.task.id](found);
    write(truth.note, known);
    write(network.note, said);
    write(this.find(".about"), this.task.about);
    write(this.find(".measure"), this.task.measure);
    write(this.told, told);
    this.drawKey();
    this.markPlaying(this.moving, "Let a digit move");
  }

  // --- each task: draws, and gives what stands below the truth, below the answer and the figure ----

  /** @param {Found} found */
  label(found) {
    const { main, truth: [first], shares } = found;
    const { classes } = this.data;
    this.bars.draw(shares);
    this.tag(this.panels[1], 2, 2, classes[first.label], TRUE, 2);
    this.tag(this.panels[2], 2, 2, classes[main.label], SAID, 2);
    const right = main.label === first.label;
    return [
      `the largest digit: ${classes[first.label]}`, `${classes[main.label]} with ${percent(shares[main.label - 1])}`,
      `The network says ${classes[main.label]}: ${right ? "right" : `wrong, it is ${classes[first.label]}`}. It gives ${shares.length} probabilities, and no place.`,
    ];
  }

  /** @param {Found} found */
  box(found) {
    const { main, truth: [first] } = found;
    const { classes } = this.data;
    this.outline(this.panels[1], first.box, classes[first.label], TRUE);
    this.outline(this.panels[2], first.box, "", TRUE, true);
    this.outline(this.panels[2], main.box, classes[main.label], SAID);
    const share = boxOverlap(main.box, first.box);
    return [
      `${classes[first.label]}, ${inWords(first.box)}`, `${classes[main.label]}, ${inWords(main.box)}`,
      `The two boxes share ${percent(share)} of what they cover: IoU ${fixed(share, 2)}. Eight numbers are the answer: ${classes.length - 1} scores and ${main.box.length} sides.`,
    ];
  }

  /** @param {Found} found */
  boxes(found) {
    const { things, truth, matched } = found;
    const { classes } = this.data;
    for (const { label, box } of truth) this.outline(this.panels[1], box, classes[label], TRUE);
    things.forEach(({ label, score, box }, at) => this.outline(this.panels[2], box, `${classes[label]} ${fixed(100 * score, 0)}%`, matched[at] < 0 ? "#d55e00" : SAID));
    const hits = matched.filter((other) => other >= 0);
    const mean = hits.length ? matched.reduce((total, other, at) => total + (other < 0 ? 0 : boxOverlap(things[at].box, truth[other].box)), 0) / hits.length : 0;
    return [
      many(truth.length, "digit"), `${many(things.length, "box", "es")}, ${hits.length} matched`,
      `${hits.length} of ${many(truth.length, "digit")} found, ${many(things.length - hits.length, "box", "es")} too many. A box is matched if its class is right and its IoU is at least ${fixed(this.data.matched, 1)}${hits.length ? `; the mean IoU of the matched is ${fixed(mean, 2)}` : ""}.`,
    ];
  }

  /** @param {Found} found */
  instances(found) {
    const { things, truth, joined, instances, owners, maps, picture } = found;
    const { classes, side } = this.data;
    const { row, column } = this.state;
    const mine = joined.map((other) => (other < 0 ? GREY : COLOURS[1 + (other % 6)]));
    this.panels[1].draw(over(picture, owners, (number) => COLOURS[1 + ((number - 1) % 6)]));
    this.panels[2].draw(over(picture, instances, (number) => mine[number - 1]), { row, column });
    for (const { label, box } of truth) this.tag(this.panels[1], box[0], box[1], classes[label], "#fff");
    for (const { label, box } of things) this.tag(this.panels[2], box[0], box[1], classes[label], "#fff");
    const at = row * side + column;
    const to = instances[at] ? centreFrom(maps.sides, side, at) : null;
    if (to) this.arrow(this.panels[2], [row + 0.5, column + 0.5], to);
    const hits = joined.filter((other) => other >= 0).length;
    const shares = joined.map((other, one) => (other < 0 ? null : fixed(pixelOverlap(instances, one + 1, owners, other + 1), 2))).filter(Boolean);
    return [
      many(truth.length, "digit"), `${many(things.length, "instance")}, ${hits} matched`,
      `IoU of the matched masks: ${shares.join(", ") || "none"}. The pixel in row ${row} and column ${column} ${to ? `points at a centre in row ${fixed(to[0], 1)} and column ${fixed(to[1], 1)}, and belongs to the ${classes[things[instances[at] - 1].label]} found nearest to it` : "is of no digit"}.`,
    ];
  }

  /** @param {Found} found */
  mask(found) {
    const { labels, mask, overlap: { each, foreground } } = found;
    const { classes, side } = this.data;
    const { row, column } = this.state;
    this.panels[1].draw((at) => COLOURS[labels[at]], { row, column });
    this.panels[2].draw((at) => COLOURS[mask[at]], { row, column });
    const known = each.slice(1).filter((share) => !Number.isNaN(share));
    const at = row * side + column;
    return [
      "exact: it was made here", `IoU of the digits' pixels ${fixed(foreground, 2)}`,
      `Mean IoU of the digits' classes here: ${fixed(known.reduce((total, share) => total + share, 0) / known.length, 2)}. The pixel in row ${row} and column ${column} is ${classes[labels[at]]}; the network says ${classes[mask[at]]}. Two digits of a class that touch are one patch: there are no objects, only pixels.`,
    ];
  }

  /** @param {Found} found */
  count(found) {
    const { truth, count, maps: { crowd }, things } = found;
    for (const { box } of truth) this.dot(this.panels[1], middle(box));
    const most = Math.max(...crowd);
    this.panels[2].draw(greys(crowd.map((share) => Math.max(0, share)), most));
    this.tag(this.panels[1], 2, 2, String(truth.length), TRUE, 2);
    this.tag(this.panels[2], 2, 2, fixed(count, 1), SAID, 2);
    return [
      "a dot for each digit", `white: ${fixed(most, 3)} digits a pixel`,
      `The map adds up to ${fixed(count, 2)} digits, off by ${fixed(Math.abs(count - truth.length), 2)}. Counting the boxes found gives ${things.length}. No number of the map is a digit: only its sum counts.`,
    ];
  }

  /** @param {Found} found */
  sentence(found) {
    const { things, truth } = found;
    const { classes, side } = this.data;
    for (const { label, box } of truth) this.outline(this.panels[1], box, classes[label], TRUE);
    for (const { label, box } of things) this.outline(this.panels[2], box, classes[label], SAID);
    const [known, said] = [truth, things].map((all) => sentence(all, classes, side));
    return [known, said, `${known === said ? "The same sentence." : "Another sentence."} It is made of the boxes by a rule: the largest first, and the ninth of the scene that each lies in. A captioning network learns to write word by word instead.`];
  }

  // --- drawing --------------------------------------------------------------------------------

  /**
   * The brush of a panel, and how long a pixel is there.
   * @param {PixelPanel} panel
   */
  on({ canvas }) {
    return { brush: brushOf(canvas), cell: canvas.width / this.data.side };
  }

  /**
   * @param {PixelPanel} panel
   * @param {Box} box
   * @param {string} text at its corner
   * @param {string} colour
   * @param {boolean} [dashed]
   */
  outline(panel, [top, left, bottom, right], text, colour, dashed = false) {
    const { brush, cell } = this.on(panel);
    for (const [width, ink] of new Map([[cell, "#000"], [cell / 2, colour]])) { // seen on any grey
      brush.setLineDash(dashed ? [2 * cell, cell] : []);
      brush.lineWidth = width;
      brush.strokeStyle = ink;
      brush.strokeRect(left * cell, top * cell, (right - left) * cell, (bottom - top) * cell);
    }
    brush.setLineDash([]);
    if (text) this.tag(panel, top, left, text, colour);
  }

  /**
   * Text with its top left corner at a place; inside the panel in any case.
   * @param {PixelPanel} panel
   * @param {number} top
   * @param {number} left
   * @param {string} text
   * @param {string} colour
   * @param {number} [size] of its letters; 1 is usual, and such text stands above the place
   */
  tag(panel, top, left, text, colour, size = 1) {
    const { brush, cell } = this.on(panel);
    const letter = Math.max(11 * (window.devicePixelRatio || 1), 2.6 * cell) * size;
    brush.font = `bold ${letter}px sans-serif`;
    const [width, height] = [brush.measureText(text).width + letter / 2, 1.2 * letter];
    const x = Math.max(0, Math.min(left * cell, panel.canvas.width - width));
    const y = Math.max(0, top * cell - (size === 1 ? height : 0));
    brush.fillStyle = "#000";
    brush.fillRect(x, y, width, height);
    brush.fillStyle = colour;
    brush.textBaseline = "middle";
    brush.fillText(text, x + letter / 4, y + height / 2);
  }

  /**
   * @param {PixelPanel} panel
   * @param {number[]} place row and column
   */
  dot(panel, [row, column]) {
    const { brush, cell } = this.on(panel);
    for (const [radius, ink] of new Map([[SPOT + 0.5, "#000"], [SPOT, TRUE]])) {
      brush.fillStyle = ink;
      brush.beginPath();
      brush.arc(column * cell, row * cell, radius * cell, 0, 2 * Math.PI);
      brush.fill();
    }
  }

  /**
   * @param {PixelPanel} panel
   * @param {number[]} from row and column
   * @param {number[]} to
   */
  arrow(panel, from, to) {
    const { brush, cell } = this.on(panel);
    for (const [width, ink] of new Map([[0.9, "#000"], [0.4, "#fff"]])) {
      brush.strokeStyle = ink;
      brush.fillStyle = ink;
      brush.lineWidth = width * cell;
      brush.beginPath();
      brush.moveTo(from[1] * cell, from[0] * cell);
      brush.lineTo(to[1] * cell, to[0] * cell);
      brush.stroke();
      brush.beginPath();
      brush.arc(to[1] * cell, to[0] * cell, (0.5 + width / 2) * cell, 0, 2 * Math.PI);
      brush.fill();
    }
  }

  /** What the colours mean. */
  drawKey() {
    const { id } = this.task;
    if (this.keyed === id) return;
    this.keyed = id;
    const swatch = (/** @type {string[]} */ [colour, text]) => {
      const item = element("span");
      const mark = element("i");
      mark.style.background = colour;
      item.append(mark, text);
      return item;
    };
    const boxes = [[TRUE, "truth"], [SAID, "network"]];
    /** @type {Record<string, string[][]>} */
    const keys = {
      box: boxes,
      boxes: [...boxes, ["#d55e00", "network, not matched"]],
      sentence: boxes,
      instances: [["#999", "not matched; each other digit has a colour, the same as in the truth"]],
      mask: this.data.classes.map((/** @type {string} */ name, /** @type {number} */ at) => [`rgb(${COLOURS[at].join(" ")})`, name]),
    };
    this.find(".key").replaceChildren(...(keys[id] ?? []).map(swatch));
  }

  tables() {
    const { found } = this;
    if (!found) return [];
    const { classes } = /** @type {Data} */ (this.data);
    const { main, things, truth, matched, joined, instances, owners, count, overlap: { each }, shares } = found;
    const share = (/** @type {number} */ value) => (Number.isNaN(value) ? "in neither" : fixed(value, 4));
    const digits = (/** @type {Box} */ box) => box.map((at) => fixed(at, 1));
    return [
      { caption: "The largest digit", heads: ["", "Class", "Top", "Left", "Bottom", "Right"], lines: [["truth", classes[truth[0].label], ...digits(truth[0].box)], ["network", classes[main.label], ...digits(main.box)]] },
      { caption: "Its class", heads: ["Class", "Probability"], lines: shares.map((value, at) => [classes[at + 1], fixed(value, 4)]) },
      {
        caption: "The boxes found",
        heads: ["Class", "Probability", "Top", "Left", "Bottom", "Right", "IoU of the box", "IoU of the mask"],
        lines: things.map(({ label, score, box }, at) => [
          classes[label], fixed(score, 4), ...digits(box),
          matched[at] < 0 ? "not matched" : fixed(boxOverlap(box, truth[matched[at]].box), 4),
          joined[at] < 0 ? "not matched" : fixed(pixelOverlap(instances, at + 1, owners, joined[at] + 1), 4),
        ]),
      },
      { caption: "The digits that are there", heads: ["Class", "Top", "Left", "Bottom", "Right"], lines: truth.map(({ label, box }) => [classes[label], ...digits(box)]) },
      { caption: "Intersection over union of the pixels", heads: ["Class", "IoU"], lines: classes.map((name, label) => [name, share(each[label])]) },
      { caption: "The count", heads: ["", "Digits"], lines: [["truth", String(truth.length)], ["sum of the map", fixed(count, 4)], ["boxes found", String(things.length)]] },
    ];
  }
}

/**
 * The picture, and over it a colour wherever there is a number.
 * @param {ArrayLike<number>} picture grey levels
 * @param {ArrayLike<number>} numbers
 * @param {(number: number) => number[]} colourOf
 */
function over(picture, numbers, colourOf) {
  return (/** @type {number} */ at) => {
    const level = picture[at];
    return numbers[at] ? colourOf(numbers[at]) : [level / 2, level / 2, level / 2];
  };
}

/**
 * The box around a digit's ink.
 * @param {Sprite} sprite
 * @returns {Box}
 */
function boxOf(sprite) {
  const { top, left, ink } = sprite;
  const size = sideOf(sprite);
  const places = [...Array(ink.length).keys()].filter((at) => ink[at]);
  const [rows, columns] = [places.map((at) => Math.floor(at / size)), places.map((at) => at % size)];
  return [top + Math.min(...rows), left + Math.min(...columns), top + Math.max(...rows) + 1, left + Math.max(...columns) + 1];
}

/** @param {number[]} box */
function inWords([top, left, bottom, right]) {
  return `rows ${fixed(top, 0)} to ${fixed(bottom, 0)}, columns ${fixed(left, 0)} to ${fixed(right, 0)}`;
}

/**
 * @param {number} count
 * @param {string} noun
 * @param {string} [plural]
 */
function many(count, noun, plural = "s") {
  return `${count} ${noun}${count === 1 ? "" : plural}`;
}

export default mounting(VisionTasks);
