// Grey pictures made smaller or larger, as OpenCV does: by areas (INTER_AREA) where they shrink,
// bilinear where they grow.

/**
 * Grey levels, row by row, rounded to whole ones; OpenCV may round to the neighbour.
 * @param {ArrayLike<number>} values
 * @param {[number, number]} from rows and columns
 * @param {[number, number]} to rows and columns
 */
export function resized(values, [rows, columns], [newRows, newColumns]) {
  const [down, across] = [sharesOf(rows, newRows), sharesOf(columns, newColumns)];
  const narrowed = new Float64Array(rows * newColumns);
  for (let row = 0; row < rows; row += 1) {
    across.forEach(({ first, shares }, column) => {
      let total = 0;
      for (let at = 0; at < shares.length; at += 1) total += shares[at] * values[row * columns + first + at];
      narrowed[row * newColumns + column] = total;
    });
  }
  const levels = new Float64Array(newRows * newColumns);
  down.forEach(({ first, shares }, row) => {
    for (let column = 0; column < newColumns; column += 1) {
      let total = 0;
      for (let at = 0; at < shares.length; at += 1) total += shares[at] * narrowed[(first + at) * newColumns + column];
      levels[row * newColumns + column] = toWhole(total);
    }
  });
  return levels;
}

/**
 * How much of which old pixels of a line each new one takes: what it covers or, where there are
 * more new ones than old ones, what lies between two.
 * @param {number} from
 * @param {number} to
 * @returns {{ first: number, shares: number[] }[]}
 */
function sharesOf(from, to) {
  const step = from / to;
  return Array.from({ length: to }, (_, at) => {
    if (from < to) {
      const centre = Math.min(Math.max((at + 0.5) * step - 0.5, 0), from - 1);
      const first = Math.min(Math.floor(centre), Math.max(from - 2, 0));
      return { first, shares: from === 1 ? [1] : [1 - (centre - first), centre - first] };
    }
    const [begin, end] = [at * step, Math.min((at + 1) * step, from)];
    const first = Math.floor(begin);
    const count = Math.ceil(end) - first;
    return { first, shares: Array.from({ length: count }, (__, old) => (Math.min(first + old + 1, end) - Math.max(first + old, begin)) / step) };
  });
}

/**
 * Halves go to the even number, as NumPy and OpenCV round.
 * @param {number} value
 */
export function toWhole(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 ? near - 1 : near;
}
