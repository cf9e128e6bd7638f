// What charts of runs are drawn with, beside the colours of the page.

import { element } from "../kit/elements.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";

// Apart for the colour-blind, and readable on white and on black.
const RUN_COLOURS = {
  light: ["#1f6fb5", "#c4570c", "#0f8a6c", "#8250b8", "#8a6d00", "#b83a7a"],
  dark: ["#5aa9e6", "#f0914a", "#3fc7a0", "#b491e8", "#d6b53c", "#ec7fb0"],
};
export const STYLES = ["solid", "dashed", "dotted"]; // of borders, where there is no canvas
export const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4]];

/** @type {HTMLCanvasElement | undefined} */
let probe; // a canvas that says what a colour is, however it is written

/** @param {string} colour */
function luminance(colour) {
  const context = brushOf((probe ??= element("canvas")), { willReadFrequently: true });
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

/**
 * The theme of the page, with what curves need: `runs` are the colours of runs.
 * @param {HTMLElement} root
 */
export function chartTheme(root) {
  const theme = readTheme(root);
  const dark = luminance(theme.paper) < 0.5;
  const mix = (/** @type {number} */ share) => `color-mix(in srgb, ${theme.ink} ${share}%, ${theme.paper})`;
  return { ...theme, dark, faint: mix(14), training: mix(48), runs: dark ? RUN_COLOURS.dark : RUN_COLOURS.light };
}
