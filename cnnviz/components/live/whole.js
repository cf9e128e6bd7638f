// The whole network of a run at the step that is shown, as a map: it moves while the run learns,
// and back through the time machine.

import { choice, element, write } from "../kit/elements.js";
import { count } from "../kit/numbers.js";
import { normalised } from "../kit/picture/shared_pictures.js";
import { NetworkMap } from "../network/map.js";
import { letterOf } from "./cards.js";
import { MOST } from "./snapshots.js";
import { taskOf } from "./task.js";

const PAUSE = 150; // milliseconds from one step to the next, so that all else goes on
const LEAST = 30;
const REST = 3; // or this many times what a step takes to compute and draw

export class WholeNetwork {
  /**
   * @param {HTMLTemplateElement} template the map's page and styles
   * @param {any} palettes
   * @param {{ picture: import("../kit/picture/own_picture.js").OwnPicture, opens: () => void }} own a viewer's
   *   own picture, and what brings it into view
   * @param {() => number} covered pixels at the lower edge of the screen that something else covers
   * @param {() => void} wake asks for another frame of the screen
   */
  constructor(template, palettes, { picture, opens }, covered, wake) {
    this.template = template;
    this.palettes = palettes;
    this.picture = picture;
    this.covered = covered;
    this.wake = wake;
    this.root = element("details", "whole-network");
    this.root.append(element("summary", "", "The whole network at this step"));
    this.root.ontoggle = wake;
    this.own = false; // whether it shows the viewer's own picture
    this.kinds = choice("Picture", { probe: "The test picture chosen above", own: "Your own picture" }, "probe", (kind) => {
      this.own = kind === "own";
      if (this.own && picture.empty) opens();
      wake();
    });
    this.words = element("p", "hint");
    this.place = element("div", "map");
    this.root.append(this.kinds, this.words, this.place);
    this.map = null;
    this.visible = false;
    this.watcher = new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      wake();
    });
    this.watcher.observe(this.root);
    this.forget();
  }

  destroy() {
    this.watcher.disconnect();
    this.map?.destroy();
    clearTimeout(this.later);
  }

  forget() {
    this.source = null;
    this.loaded = null;
    this.drawn = "";
    this.since = -Infinity;
  }

  /** Draw the map in other colours: the page's have changed. */
  redraw() {
    this.map?.redraw();
  }

  /**
   * Draw the network at a step.
   * @param {number} now
   * @param {import("./source.js").RunSource} source
   * @param {import("./snapshots.js").Snapshots} snapshots
   * @param {{ step: number | null, probe: number, secret: boolean }} chosen the step, the test
   *   picture, and whether what the network says of that must not be seen yet
   */
  draw(now, source, snapshots, { step, probe, secret }) {
    const { run } = source;
    this.root.hidden = !run || step === null;
    if (this.root.hidden || !this.root.open || !this.visible) return;
    if (this.source !== source) {
      this.forget();
      this.source = source;
    }
    const { drawable } = taskOf(run);
    this.kinds.hidden = !drawable;
    this.own &&= drawable;
    const large = run.parameters > MOST;
    const hidden = large || (secret && !this.own);
    this.place.hidden = hidden;
    if (hidden) {
      write(this.words, large
        ? `This network has ${count(run.parameters)} weights, too many to send them with each step. Look inside shows its maps.`
        : "The class votes on this picture: the network shows it again afterwards.");
      return;
    }
    const snapshot = snapshots.at(step) ?? this.loaded;
    if (!snapshot) return;
    const drawn = `${this.own ? this.picture.version : probe} ${this.own} ${Boolean(source.probes)}`;
    if (snapshot === this.loaded && drawn === this.drawn) return;
    // A picture of one's own follows the pen at once; steps wait for what was asked before.
    const due = this.since + (this.loaded === snapshot ? 0 : Math.max(PAUSE, REST * (this.map?.cost ?? 0)));
    if (this.map?.fresh || now < due) {
      clearTimeout(this.later);
      this.later = setTimeout(this.wake, Math.max(LEAST, due - now));
      return;
    }
    this.since = now;
    this.drawn = drawn;
    this.loaded = snapshot;
    this.show(source, snapshot, probe);
  }

  show(source, { step, weights, about }, probe) {
    if (this.own) this.picture.open(source.run);
    const { levels, name } = this.own ? { levels: this.picture.seen(about.dataset, about.shape).levels, name: "Your picture" } : probeOf(source, probe, about);
    this.map ??= this.made();
    this.map.show(this.aboutOf(source, about, name), weights, normalised(levels, about.mean, about.std));
    const nothing = this.own && this.picture.empty ? "There is no picture of yours yet, only black: draw one above, or choose one. " : "";
    write(this.words, `${nothing}After step ${count(step)}, on ${name[0].toLowerCase()}${name.slice(1)}. The weights come in half precision, so a number may differ in the third digit.`);
    this.root.dataset.step = String(step);
  }

  made() {
    const root = this.place.attachShadow({ mode: "open" });
    root.append(this.template.content.cloneNode(true));
    return new NetworkMap(root, this.covered);
  }

  aboutOf({ id, run }, { spec, shape, mean, std, classes }, name) {
    const layers = run.layers.map(({ name: layer, kind, output_shape: output, parameters, macs, receptive_field: field }) => ({ name: layer, kind, shape: output, parameters, macs, field }));
    const { activations, weights } = this.palettes;
    const network = { id, weighs: true, spec, shape, mean, std, classes: taskOf(run).output === "picture" ? [] : classes, layers, stops: activations, weight_stops: weights };
    return { id, network, name, picture: "", pytorch: "", note: "", layer: "" };
  }
}

function probeOf({ probes }, probe, { shape }) {
  const size = shape.reduce((product, side) => product * side, 1);
  if (!probes) return { levels: new Uint8Array(size), name: "A black picture" };
  return { levels: probes.images.subarray(probe * size, (probe + 1) * size), name: `Test picture ${letterOf(probe)}` };
}
