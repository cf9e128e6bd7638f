// What the cells of a panel look like: their colours, and which are padding or read by nothing.

import { limits } from "../kit/arithmetic.js";
import { FADE, hexToRgb, inkOn, mix, Scale, signedScale } from "../kit/figure/colours.js";

const GROUP_COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bb7733", "#999933"];

/**
 * The colour scale of a panel.
 * @param {{ palette: string, limits: [number, number] | null, stops: any, values: number[] }} panel
 */
export function scaleOf({ palette, limits: given, stops, values }) {
  const [low, high] = given ?? limits(values.filter((value) => !Number.isNaN(value)));
  if (palette === "pixels") return Scale.pixels("grey", low, high);
  if (palette === "counts") {
    return new Scale(0, high || 1, 0, high || 1, (share) => mix([247, 247, 247], [33, 102, 172], share));
  }
  return signedScale([low, high], stops);
}

/** Groups have no order: a hue each, and none for group 0. */
export class GroupScale {
  constructor(colours = GROUP_COLOURS.map(hexToRgb)) {
    this.colours = colours;
  }

  /** @param {number} value */
  colour(value) {
    return this.colours[(value - 1) % this.colours.length];
  }

  /** @param {number} value */
  css(value) {
    return value ? `rgb(${this.colour(value).join(" ")})` : "rgb(150 150 150 / 15%)";
  }

  /** @param {number} value */
  ink(value) {
    return value ? inkOn(this.colour(value)) : "transparent";
  }

  /** @param {any} paper */
  faded(paper) {
    return new GroupScale(this.colours.map((colour) => mix(colour, paper, FADE)));
  }
}

/**
 * Which cells of a panel are padding; null if none.
 * @param {{ pads: [[number, number], [number, number]] | null, shape: [number, number] }} panel
 * @returns {((at: number) => boolean) | null}
 */
export function paddingOf({ pads, shape: [rows, columns] }) {
  if (!pads?.flat().some(Boolean)) return null;
  const [[top, bottom], [left, right]] = pads;
  return (at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return row < top || row >= rows - bottom || column < left || column >= columns - right;
  };
}

/**
 * Which cells of a panel nothing reads; null if none.
 * @param {{ unread: number[] | null }} panel
 * @returns {((at: number) => boolean) | null}
 */
export function unreadOf({ unread }) {
  if (!unread?.length) return null;
  const cells = new Set(unread);
  return (at) => cells.has(at);
}
