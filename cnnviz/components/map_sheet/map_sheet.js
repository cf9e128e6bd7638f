// Sheets of small maps: point for a number, choose one to enlarge it.

import { clamp } from "../kit/arithmetic.js";
import { colourAt } from "../kit/figure/colours.js";
import { element, finder } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { sizeText } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { cellScale } from "../kit/screen.js";
import { Enlarged, placeMark } from "./enlarged.js";
import { LEVELS_OF_MAP, MapGroup } from "./group.js";

class MapSheet {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".map-sheet"));
    this.find = finder(this.root);
    /** @type {any} what Python sent; null before the first time */
    this.data = null;
    /** @type {MapGroup[]} */
    this.groups = [];
    this.tip = this.find(".tip");
    this.enlarged = new Enlarged(/** @type {HTMLDialogElement} */ (this.find("dialog")));
    this.width = 0;
    this.observer = new ResizeObserver(() => {
      if (this.root.clientWidth !== this.width) this.draw();
    });
    this.observer.observe(this.root);
  }

  destroy() {
    this.observer.disconnect();
  }

  /** @param {any} data */
  update(data) {
    this.data = data;
    const last = LEVELS_OF_MAP - 1;
    const colours = Array.from({ length: LEVELS_OF_MAP }, (_, level) => Uint8ClampedArray.of(...colourAt(data.stops, level / last), 255));
    this.groups = data.groups.map((/** @type {any} */ group) => new MapGroup(group, colours, data.scale === "map"));
    this.draw();
    this.enlarged.update(this.groups, data.stops);
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.data || !this.width) return;
    const within = /** @type {ShadowRoot} */ (this.root.getRootNode());
    const focused = /** @type {HTMLElement | null} */ (within.activeElement)?.dataset.group;
    this.tip.hidden = true;
    this.find(".groups").replaceChildren(...this.groups.map((group, at) => this.section(group, at)));
    if (focused !== undefined) this.find(`canvas[data-group="${focused}"]`)?.focus();
  }

  /**
   * @param {MapGroup} group
   * @param {number} index
   */
  section(group, index) {
    const words = element("span");
    words.append(element("strong", "", group.title), element("span", "note", group.note));
    const scale = new ScaleBar("Scale").update({ ...group.scale(group.limit, this.data.stops), own: this.data.scale === "map" });
    const heading = element("div", "heading");
    heading.append(words, scale.root);

    const canvas = element("canvas");
    canvas.tabIndex = 0;
    canvas.dataset.group = String(index);
    canvas.setAttribute("role", "img");
    canvas.setAttribute(
      "aria-label",
      `${this.data.alt} ${group.title}, ${group.count} of ${sizeText(group.rows, group.cells)}. ` +
        "Arrow keys choose one, Enter enlarges it.",
    );
    group.fit(this.data.side * cellScale(), this.width);
    group.drawSheet(canvas, getComputedStyle(this.root).getPropertyValue("--st-border-color"));
    const marks = group.marks = { tile: element("div", "tile"), cell: element("div", "cell") };
    this.leave(group);
    canvas.onpointermove = (event) => this.point(event, group, canvas);
    canvas.onpointerleave = () => this.leave(group);
    canvas.onclick = (event) => {
      const hit = group.hit(event);
      if (hit) this.enlarge(index, hit.tile);
    };
    canvas.onkeydown = (event) => this.key(event, group, index);
    canvas.onblur = () => this.leave(group);
    const stack = element("div", "stack");
    stack.append(canvas, marks.tile, marks.cell);
    const sheet = element("div", "sheet");
    sheet.append(stack);
    const section = element("section");
    section.append(heading, sheet);
    return section;
  }

  /**
   * Mark a map of a group and, where it is given, a cell of it.
   * @param {MapGroup} group
   * @param {number} tile
   * @param {import("./group.js").Place | null} cell
   */
  mark(group, tile, cell) {
    if (!group.marks) return;
    const at = group.corner(tile);
    placeMark(group.marks.tile, at.x, at.y, group.wide, group.high);
    if (!cell) group.marks.cell.hidden = true;
    else placeMark(group.marks.cell, at.x + cell.x * group.unit, at.y + cell.y * group.unit, group.unit, group.unit);
  }

  /**
   * @param {PointerEvent} event
   * @param {MapGroup} group
   * @param {HTMLCanvasElement} canvas
   */
  point(event, group, canvas) {
    const hit = group.hit(event);
    if (!hit) {
      this.leave(group);
      return;
    }
    this.mark(group, hit.tile, hit);
    this.tip.textContent = group.words(hit);
    this.tip.hidden = false;
    const frame = this.root.getBoundingClientRect();
    const left = event.clientX - frame.left + 14;
    const top = canvas.getBoundingClientRect().top - frame.top + event.offsetY + 18;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${top}px`;
  }

  /** @param {MapGroup} group */
  leave(group) {
    if (group.marks) group.marks.tile.hidden = group.marks.cell.hidden = true;
    group.chosen = null;
    this.tip.hidden = true;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {MapGroup} group
   * @param {number} index
   */
  key(event, group, index) {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -group.across, ArrowDown: group.across };
    const by = steps[event.key];
    if (by) {
      group.chosen = group.chosen === null ? 0 : clamp(group.chosen + by, 0, group.count - 1);
      this.mark(group, group.chosen, null);
      this.find(".spoken").textContent = group.summary(group.chosen);
    } else if (event.key === "Enter" || event.key === " ") {
      this.enlarge(index, group.chosen ?? 0);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {number} index
   * @param {number} tile
   */
  enlarge(index, tile) {
    this.tip.hidden = true;
    this.enlarged.show(index, tile);
  }
}

export default mounting(MapSheet);
