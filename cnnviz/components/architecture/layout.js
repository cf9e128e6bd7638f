// Where the blocks of a network stand: as high as its maps, the wider the more maps there are.

const TALLEST = 170; // pixels, of the largest maps
const [NARROWEST, WIDEST] = [0.35, 2.6]; // times the usual width
export const GAP = 9;
const SLANT = 0.28; // of a map's side, seen from the edge
const LEAST = 3;

/**
 * @typedef {{ name: string, look: string, shape: number[], parameters: number, macs: number, text: string }} Step
 * @typedef {{ x: number, y: number, width: number, height: number, slant: number }} Box its front; it goes back to the right
 */

/**
 * How wide a block of some maps is, and how high one of flat features.
 * @param {number} count
 */
function extent(count) {
  return 4 + 4.2 * Math.log2(1 + count);
}

/**
 * Places the blocks from left to right.
 * @param {Step[]} steps the picture first
 * @param {number} room pixels
 * @returns {{ boxes: Box[], width: number }}
 */
export function placed(steps, room) {
  const side = Math.max(...steps.map(({ shape: [, height = 1, width = 1] }) => Math.max(height, width)));
  const sizes = steps.map(({ shape: [channels, height] }) => {
    // A single cell for each feature: drawn as a row of them, upright.
    if (!height || height === 1) return { height: 2.4 * extent(channels), wide: 7, slant: 0 };
    const tall = Math.max(LEAST, (height / side) * TALLEST);
    return { height: tall, wide: extent(channels), slant: Math.min(26, tall * SLANT) };
  });
  const fixed = sizes.reduce((total, { slant }) => total + slant + GAP, 0);
  const wide = sizes.reduce((total, one) => total + one.wide, 0);
  const factor = Math.min(WIDEST, Math.max(NARROWEST, (room - fixed) / wide));
  const tallest = Math.max(...sizes.map(({ height, slant }) => height + slant));
  const middle = tallest / 2 + 4;
  let x = GAP / 2;
  const boxes = sizes.map(({ height, wide: width, slant }) => {
    const box = { x, y: middle - (height - slant) / 2, width: Math.max(LEAST, width * factor), height, slant };
    x += box.width + slant + GAP;
    return box;
  });
  return { boxes, width: x };
}
