// How large things are drawn on a canvas: text as on the page around it, figures as the window allows.

const USUAL = { text: 16, below: 480, spare: 520, each: 280 }; // CSS pixels, at 1280 × 800

/** How many times larger than usual text is on this page: 1, or more for a projector. */
export function textScale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL.text;
}

/** The height that a figure may have, in CSS pixels: more on a tall screen. */
export function figureHeight() {
  return Math.max(260, Math.min(430, window.innerHeight * 0.45), window.innerHeight - USUAL.below);
}

/** How many times larger than usual the cells of a figure may be: more on a tall screen. */
export function cellScale() {
  return textScale() * Math.max(1, (window.innerHeight - USUAL.spare) / USUAL.each);
}
