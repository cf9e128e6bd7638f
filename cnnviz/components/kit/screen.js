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

/**
 * Give a canvas a size in CSS pixels, and empty it: returns what draws on it, in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function sizedContext(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const sizes = [width, height].map((length) => Math.round(length * ratio));
  if (canvas.width !== sizes[0]) canvas.width = sizes[0];
  if (canvas.height !== sizes[1]) canvas.height = sizes[1];
  const context = brushOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function brushOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}
