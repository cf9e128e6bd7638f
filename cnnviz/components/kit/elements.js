// Pieces of the document that every figure of number grids has.

import { numberText } from "./numbers.js";

const APART = 6; // pixels between two texts of a line

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function sizeText(rows, columns) {
  return `${rows}\u00d7${columns}`;
}

/** Text of a number inside a cell: whole numbers whole, others to three digits. */
export function cellText(value) {
  if (Number.isInteger(value)) return numberText(value, 15);
  return Math.abs(value) >= 100 ? numberText(Math.round(value), 15) : numberText(value, 3);
}

export function limits(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Give a canvas a size in CSS pixels, and empty it: returns what draws on it, in CSS pixels. */
export function sizedContext(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const sizes = [width, height].map((length) => Math.round(length * ratio));
  if (canvas.width !== sizes[0]) canvas.width = sizes[0];
  if (canvas.height !== sizes[1]) canvas.height = sizes[1];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** The colour scale with its smallest number, 0 and its largest, written as the cells are. */
export function legend(scale, text = cellText) {
  const made = element("div", "legend");
  const bar = element("div", "bar");
  bar.style.background = `linear-gradient(to right, ${scale.gradient()})`;
  const ends = element("div", "ends");
  const [low, high] = [text(scale.low), text(scale.high)];
  ends.append(element("span", "", low));
  if (scale.low < 0 && scale.high > 0) {
    const zero = element("span", "zero", "0");
    zero.style.left = `${(-scale.low / (scale.high - scale.low)) * 100}%`;
    new ResizeObserver(() => keepApart(zero)).observe(ends);
    ends.append(zero);
  }
  if (scale.high > scale.low) ends.append(element("span", "", high));
  made.append(bar, ends);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", `Colour scale from ${low} to ${high}`);
  return made;
}

/** Hide a text that would touch the one before or after it. */
function keepApart(text) {
  const [before, here, after] = [text.previousSibling, text, text.nextSibling].map((one) => one.getBoundingClientRect());
  const near = before.right + APART > here.left || here.right + APART > after.left;
  text.style.visibility = near ? "hidden" : "";
}

export function readTheme(root) {
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    paper: colour("--st-background-color") || "#fff",
    ink: colour("--st-text-color") || "#111",
    line: colour("--line"),
    muted: colour("--muted"),
    accent: colour("--st-primary-color"),
    window: colour("--window"),
    padding: colour("--padding"),
    font: style.fontFamily,
  };
}
