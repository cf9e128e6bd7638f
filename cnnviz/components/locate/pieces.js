// From a map to a mask and a box; cnnviz/inspection/trust/boxes.py computes the same.

/** @typedef {[top: number, left: number, height: number, width: number]} Box in pixels */

/**
 * A map stretched bilinearly to the size of a picture, each cell staying at its own centre.
 * @param {ArrayLike<number>} values row by row
 * @param {number} rows
 * @param {number} height
 * @param {number} width
 */
export function stretched(values, rows, height, width) {
  const columns = values.length / rows;
  const found = new Float64Array(height * width);
  const [down, right] = [weights(rows, height), weights(columns, width)];
  for (let y = 0; y < height; y += 1) {
    const [above, below, dy] = down[y];
    for (let x = 0; x < width; x += 1) {
      const [before, after, dx] = right[x];
      const top = values[above * columns + before] * (1 - dx) + values[above * columns + after] * dx;
      const floor = values[below * columns + before] * (1 - dx) + values[below * columns + after] * dx;
      found[y * width + x] = top * (1 - dy) + floor * dy;
    }
  }
  return found;
}

/**
 * For each pixel: the two cells between whose centres it lies, and its share of the second.
 * @param {number} cells
 * @param {number} pixels
 * @returns {[number, number, number][]}
 */
function weights(cells, pixels) {
  return [...Array(pixels).keys()].map((pixel) => {
    const at = Math.max(0, ((pixel + 0.5) * cells) / pixels - 0.5);
    const first = Math.min(Math.floor(at), cells - 1);
    return [first, Math.min(first + 1, cells - 1), at - first];
  });
}

/**
 * The largest piece of what reaches a share of the maximum, 1 for its pixels and else 0; touching
 * corners connect. Nothing where no number is above 0.
 * @param {ArrayLike<number>} values of a picture, row by row
 * @param {number} width
 * @param {number} threshold
 */
export function largestPiece(values, width, threshold) {
  const height = values.length / width;
  let most = 0;
  for (let at = 0; at < values.length; at += 1) most = Math.max(most, values[at]);
  const best = new Uint8Array(values.length);
  if (most <= 0) return best;
  const seen = new Uint8Array(values.length);
  /** @type {number[]} */
  let largest = [];
  for (let start = 0; start < values.length; start += 1) {
    if (seen[start] || values[start] < threshold * most) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next += 1) {
      const [y, x] = [Math.floor(piece[next] / width), piece[next] % width];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
          const at = row * width + column;
          if (seen[at] || values[at] < threshold * most) continue;
          seen[at] = 1;
          piece.push(at);
        }
      }
    }
    if (piece.length > largest.length) largest = piece;
  }
  for (const at of largest) best[at] = 1;
  return best;
}

/**
 * The smallest box around the pixels of a mask; null if there is none.
 * @param {ArrayLike<number>} mask
 * @param {number} width
 * @returns {Box | null}
 */
export function boxOf(mask, width) {
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (let at = 0; at < mask.length; at += 1) {
    if (!mask[at]) continue;
    const [y, x] = [Math.floor(at / width), at % width];
    [top, left, bottom, right] = [Math.min(top, y), Math.min(left, x), Math.max(bottom, y), Math.max(right, x)];
  }
  return bottom < 0 ? null : [top, left, bottom - top + 1, right - left + 1];
}

/**
 * Intersection over union: 0 where there is no box, or the two do not meet.
 * @param {Box | null} one
 * @param {Box} other
 */
export function overlap(one, other) {
  if (!one) return 0;
  const shared = [0, 1].map((axis) => Math.max(0, Math.min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - Math.max(one[axis], other[axis])));
  const both = shared[0] * shared[1];
  return both / (one[2] * one[3] + other[2] * other[3] - both);
}
