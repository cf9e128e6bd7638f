// One map in a dialog, with its numbers where they fit, and the maps before and after it.

import { finder } from "../kit/elements.js";
import { inkOn } from "../kit/figure/colours.js";
import { mapText } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { cellScale, textScale } from "../kit/screen.js";
import { drawMaps } from "./group.js";

const PRINT_FROM = 44; // pixels of a cell
/** @type {Record<string, number>} */
const TURNS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * @param {HTMLElement} mark
 * @param {number} left CSS pixels, as all of these
 * @param {number} top
 * @param {number} width
 * @param {number} height
 */
export function placeMark(mark, left, top, width, height) {
  Object.assign(mark.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  mark.hidden = false;
}

export class Enlarged {
  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.find = finder(dialog);
    /** @type {import("./group.js").MapGroup[]} */
    this.groups = [];
    /** @type {import("./group.js").MapGroup | null} the one of what is open */
    this.group = null;
    /** @type {import("../kit/figure/colours.js").Stops} */
    this.stops = [];
    this.unit = 1; // pixels of a cell
    /** @type {{ group: number, tile: number } | null} indices of what is open */
    this.place = null;
    this.find(".close").onclick = () => dialog.close();
    this.find(".previous").onclick = () => this.turn(-1);
    this.find(".next").onclick = () => this.turn(1);
    dialog.onclose = () => { this.place = null; };
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    dialog.onkeydown = (event) => {
      if (event.key in TURNS) this.turn(TURNS[event.key]);
      event.stopPropagation();
    };
    this.scale = new ScaleBar("Scale");
    this.find(".scale").replaceWith(this.scale.root);
    this.canvas = /** @type {HTMLCanvasElement} */ (this.find("canvas"));
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.describe(null);
  }

  /**
   * Other maps have come: show the same one of them.
   * @param {import("./group.js").MapGroup[]} groups
   * @param {import("../kit/figure/colours.js").Stops} stops
   */
  update(groups, stops) {
    Object.assign(this, { groups, stops });
    if (!this.place) return;
    const { group, tile } = this.place;
    if (tile < groups[group]?.count) this.show(group, tile);
    else this.dialog.close();
  }

  /** @param {number} by */
  turn(by) {
    if (!this.place) return;
    const { group, tile } = this.place;
    const { count } = this.groups[group];
    this.show(group, (tile + by + count) % count);
  }

  /**
   * @param {number} index of a group
   * @param {number} tile
   */
  show(index, tile) {
    const group = this.groups[index];
    Object.assign(this, { group, place: { group: index, tile } });
    const room = Math.min(window.innerWidth - 64, window.innerHeight - 220 * textScale(), 480 * cellScale());
    const unit = Math.max(1, Math.floor(room / Math.max(group.rows, group.cells)));
    this.unit = unit;
    const [w, h] = [group.cells * unit, group.rows * unit];
    const context = drawMaps(this.canvas, group.image, [{ from: tile * group.rows, rows: group.rows, x: 0, y: 0, w, h }], w, h);
    if (unit >= PRINT_FROM) this.print(context, group, tile);
    this.find(".name").textContent = `${group.title}, ${group.name(tile)}`;
    this.canvas.setAttribute("aria-label", group.summary(tile));
    this.scale.update(group.scale(group.limits[tile], this.stops));
    this.describe(null);
    if (!this.dialog.open) this.dialog.showModal();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./group.js").MapGroup} group
   * @param {number} tile
   */
  print(context, group, tile) {
    const { unit } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${Math.min(14, unit / 4)}px ${getComputedStyle(this.dialog).fontFamily}`;
    const size = group.rows * group.cells;
    for (let i = 0; i < size; i += 1) {
      const at = tile * size + i;
      context.fillStyle = inkOn(group.colour(at));
      const [x, y] = [i % group.cells, Math.floor(i / group.cells)];
      context.fillText(mapText(group.values[at]), (x + 0.5) * unit, (y + 0.5) * unit);
    }
  }

  /** @param {PointerEvent} event */
  point(event) {
    const [x, y] = [event.offsetX, event.offsetY].map((offset) => Math.floor(offset / this.unit));
    const { cells = 0, rows = 0 } = this.group ?? {};
    this.describe(x >= 0 && y >= 0 && x < cells && y < rows ? { x, y } : null);
  }

  /** @param {{ x: number, y: number } | null} at */
  describe(at) {
    const { group, unit } = this;
    if (!this.place || !group) return; // the pointer leaves what is closed already
    const { tile } = this.place;
    const cell = this.find(".cell");
    cell.hidden = !at;
    this.find(".value").textContent = at ? group.words({ tile, ...at }) : group.summary(tile);
    if (at) placeMark(cell, at.x * unit, at.y * unit, unit, unit);
  }
}
