// Maps that change from step to step, and a number that falls meanwhile.

import { limits } from "../kit/arithmetic.js";
import { unpackArray } from "../kit/arrays.js";
import { colourAt } from "../kit/figure/colours.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { count, mapText, significant } from "../kit/numbers.js";
import { Player } from "../kit/figure/player.js";
import { Plot } from "../kit/figure/plot.js";
import { followPointer } from "../kit/pointer.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { cellScale, textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { LEVELS_OF_MAP, MapGroup } from "../map_sheet/group.js";

const SIDE = 64; // of a map, in CSS pixels
const PACE = 4; // steps a second, while it plays

class Film extends Figure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.player = new Player(this, { pace: () => PACE });
    this.sheet = this.canvasAt(".sheet");
    this.plot = new Plot(this.canvasAt(".curve"));
    /** @type {MapGroup | null} */
    this.group = null;
    /** @type {import("../map_sheet/group.js").Place | null} what the pointer is on */
    this.hit = null;
    /** @type {number | undefined} the step that is drawn */
    this.drawn = undefined;
    this.counts = new Float64Array(); // of every map at every step
    this.player.dragAlong(this.plot.canvas, (event) => this.plot.under(event));
    followPointer(this.sheet, (event) => this.group?.hit(event) ?? null, (hit) => {
      this.hit = hit;
      this.redraw();
    });
  }

  /** @param {any} data */
  load(data) {
    this.data = data;
    const last = LEVELS_OF_MAP - 1;
    const colours = Array.from({ length: LEVELS_OF_MAP }, (_, level) => Uint8ClampedArray.of(...colourAt(data.stops, level / last), 255));
    this.group = new MapGroup(data.group, colours, false);
    this.counts = Float64Array.from(unpackArray(data.counts));
    this.player.begin(data.values.length - 1);
    this.hit = null;
    const scale = new ScaleBar("Scale").update(this.group.scale(this.group.limit, data.stops));
    this.find(".scale").replaceChildren(scale.root);
    this.describe(data);
    this.resize();
    this.fillTables();
  }

  resize() {
    if (!this.group || !this.figure.clientWidth) return;
    const width = this.figure.clientWidth;
    this.group.fit(Math.min(SIDE * cellScale(), width / 7), width);
    this.redraw();
  }

  redraw() {
    this.drawn = undefined;
    this.wake();
  }

  /** @param {number} tile */
  countOf(tile) {
    return this.counts[this.player.step * (this.group?.count ?? 0) + tile];
  }

  paint() {
    const { group, hit } = this;
    const { step, last } = this.player;
    this.player.show(`Step ${step} of ${last}`);
    if (this.drawn === step || !group?.across) return;
    this.drawn = step;
    const { value, values, counted, alt } = this.data;
    group.turnTo(step);
    group.drawSheet(this.sheet, getComputedStyle(this.root).getPropertyValue("--st-border-color"));
    this.curve(readTheme(this.root));
    const now = significant(values[step], 4);
    const pointed = hit && ` ${group.words(hit)}; ${count(this.countOf(hit.tile))} ${counted}.`;
    this.told.textContent = `Step ${step}: ${value.toLowerCase()} ${now}.${pointed ?? ""}`;
    this.figure.setAttribute("aria-label", alt);
    this.root.dataset.value = String(values[step]);
  }

  /** @param {import("../kit/theme.js").Theme} theme */
  curve(theme) {
    const { plot } = this;
    const { last, step } = this.player;
    if (!plot.canvas.clientWidth) return;
    const { value, values } = this.data;
    const [, high] = limits(Float64Array.from(values));
    const room = { left: 52 * textScale(), right: 12, top: 10, bottom: 24 * textScale() };
    plot.begin(theme, { x: [0, Math.max(last, 1)], y: [0, high * 1.05], room });
    for (const at of [0, high / 2, high]) {
      plot.across(at, theme.line, 0.5);
      plot.text(significant(at, 3), plot.left - 6, plot.y(at), { align: "right" });
    }
    plot.text(value, plot.left + 6, plot.height - 6, { baseline: "alphabetic" });
    plot.text(`Step ${last}`, plot.right, plot.height - 6, { baseline: "alphabetic", align: "right" });
    /** @type {import("../kit/figure/plot.js").Pair[]} */
    const points = values.map((/** @type {number} */ one, /** @type {number} */ at) => [at, one]);
    plot.line(points, theme.line, 1.5);
    plot.line(points.slice(0, step + 1), theme.accent, 2.5);
    plot.dot(step, values[step], 5, theme.accent);
    plot.canvas.setAttribute("aria-label", `${value} from ${significant(values[0], 4)} at step 0 to ${significant(values[last], 4)} at step ${last}`);
  }

  tables() {
    const { group } = this;
    if (!group) return [];
    const { value, values, counted } = this.data;
    const tiles = Array.from({ length: group.count }, (_, tile) => tile);
    return [
      { caption: value, heads: ["Step", value], lines: values.map((/** @type {number} */ one, /** @type {number} */ at) => [String(at), significant(one, 5)]) },
      {
        caption: `Step ${this.player.step}`, heads: ["Number", "From", "To", counted],
        lines: tiles.map((tile) => [String(tile), ...group.ends(tile).map(mapText), count(this.countOf(tile))]),
      },
    ];
  }
}

export default mounting(Film);
