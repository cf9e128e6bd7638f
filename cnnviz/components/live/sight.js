// Everything a frame shows, at one step: filters, maps of one picture, and all pictures.

import { clamp } from "../kit/arithmetic.js";
import { choice, element } from "../kit/elements.js";
import { OWN } from "./paint.js";
import { Pictures } from "./pictures.js";
import { Probes } from "./probes.js";
import { CLASSIFY } from "./task.js";
import { Filters, Maps } from "./tiles.js";

export class Sight {
  constructor(palettes, wake) {
    this.root = element("div", "sight");
    this.probe = 0;
    this.lit = null;
    this.scope = "step"; // of the colour scales
    const light = (index) => {
      this.lit = this.lit === index ? null : index;
      wake();
    };
    this.filters = new Filters(palettes, light);
    this.maps = new Maps(palettes, light);
    const choose = (index) => {
      this.probe = index;
      wake();
    };
    this.probes = new Probes(palettes, choose);
    this.given = new Pictures(choose);
    this.scales = choice("Colour scale", { step: "This step", all: "All steps", own: "Each tile" }, "step", (scope) => {
      this.scope = scope;
      wake();
    });
    const pair = element("div", "pair");
    pair.append(this.filters.root, this.maps.root);
    const foot = element("div", "foot");
    const scopes = element("div", "scopes");
    scopes.append(element("span", "hint", "One colour scale for"), this.scales);
    foot.append(this.probes.scale.root, scopes);
    this.probes.root.append(foot);
    this.root.append(pair, this.probes.root, this.given.root);
  }

  /** While a question is open, hide what would answer it: what is known of the picture it is about. */
  keep({ question, revealed }) {
    const secret = (kind) => (question?.kind === kind && !revealed ? question.picture : null);
    this.probes.secret = secret("class");
    this.maps.secret = secret("filter");
  }

  /** Draw a frame (or nothing): `pictures` are those of `Probes.load`. */
  draw(frame, { pictures, classes, limits, task = CLASSIFY }) {
    this.root.hidden = !frame;
    if (!frame) return;
    const limit = (name) => ({ step: null, all: limits[name] ?? null, own: OWN })[this.scope];
    const classifies = task.output === "class";
    this.given.draw(frame, { pictures, classes, task }, this.probe);
    if (classifies) this.probes.load(pictures);
    const amount = frame.tensors.maps?.shape[0] ?? 1;
    this.probe = clamp(this.probe, 0, amount - 1);
    const label = this.probe === this.probes.secret ? undefined : pictures?.labels?.[this.probe];
    this.filters.draw(frame, this.lit, limit("filters"));
    this.maps.draw(frame, this.probe, label === undefined ? "" : classes[label], this.lit, limit("maps"));
    if (classifies) this.probes.draw(frame, classes, this.probe, limit("cams"));
    else this.probes.root.hidden = true;
  }
}
