// Drawings as strokes, and the last few of them, kept in the browser alone.

/**
 * @typedef {object} Stroke
 * @property {number} width of the pen
 * @property {boolean} erases
 * @property {number[]} points x, y, x, y, …, whole numbers on a pad of `PAD_SIDE`
 *
 * @typedef {Stroke[]} Drawing
 */

export const PAD_SIDE = 280;
const KEY = "cnnviz:drawings";
const MOST = 6; // drawings that are kept
const LONGEST = 4000; // numbers of a drawing that is kept

/** The drawing at hand and the last ones before it, the latest first. */
export class Drawings {
  /** @param {Pick<Storage, "getItem" | "setItem">} storage the browser's; it may refuse */
  constructor(storage) {
    this.storage = storage;
    const { current, last } = this.read();
    this.current = drawingOf(current) ?? [];
    this.last = (Array.isArray(last) ? last : []).map(drawingOf).filter((drawing) => drawing !== null).slice(0, MOST);
  }

  /** Whatever is there, also what another version or person has written. */
  read() {
    try {
      return JSON.parse(this.storage.getItem(KEY) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }

  /**
   * Remember the drawing at hand.
   * @param {Drawing} drawing
   */
  hold(drawing) {
    this.current = drawing;
    this.write();
  }

  /** Put the drawing at hand among the last ones. */
  keep() {
    if (this.current.some(({ erases }) => !erases)) {
      const text = JSON.stringify(this.current);
      this.last = [this.current, ...this.last.filter((one) => JSON.stringify(one) !== text)].slice(0, MOST);
    }
    this.write();
  }

  write() {
    const small = (/** @type {Drawing} */ drawing) => drawing.reduce((count, { points }) => count + points.length, 0) <= LONGEST;
    const kept = { current: small(this.current) ? this.current : [], last: this.last.filter(small) };
    try {
      this.storage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // It is full or forbidden: the drawings last as long as the page.
    }
  }
}

/**
 * A drawing out of what was stored; null if it is none.
 * @param {unknown} stored
 * @returns {Drawing | null}
 */
function drawingOf(stored) {
  if (!Array.isArray(stored) || !stored.length) return null;
  const strokes = stored.filter(isStroke).map(({ width, erases, points }) => ({ width, erases, points }));
  return strokes.length === stored.length ? strokes : null;
}

/**
 * @param {any} stored
 * @returns {stored is Stroke}
 */
function isStroke(stored) {
  const { width, erases, points } = stored ?? {};
  const onPad = (/** @type {unknown} */ number) => typeof number === "number" && number >= 0 && number <= PAD_SIDE;
  return onPad(width) && typeof erases === "boolean" && Array.isArray(points) && points.length > 1 && points.length % 2 === 0 && points.every(onPad);
}
