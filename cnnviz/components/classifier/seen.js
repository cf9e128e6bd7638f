// What a network sees of a grey picture: the middle square, shrunk or enlarged, as
// `cnnviz.datasets.preprocess` makes it, but for one grey level where OpenCV rounds otherwise.

/**
 * Grey levels 0 to 255, row by row, `side` × `side`.
 * @param {import("../kit/pictures.js").Picture} picture
 * @param {number} side
 * @param {boolean} invert whether dark and light are swapped
 */
export function seenOf({ values, rows, columns }, side, invert) {
  const square = Math.min(rows, columns);
  const [top, left] = [Math.floor((rows - square) / 2), Math.floor((columns - square) / 2)];
  const shares = sharesOf(square, side);
  const cropped = [...Array(square).keys()].map((row) =>
    Array.from({ length: square }, (_, column) => toWhole(values[(top + row) * columns + left + column])));
  const narrowed = cropped.map((line) => shares.map((share) => dot(share, line)));
  return shares.flatMap((share) => shares.map((_, column) => {
    const level = toWhole(dot(share, narrowed.map((line) => line[column])));
    return invert ? 255 - level : level;
  }));
}

/**
 * How much of each old pixel of a line each new one takes: what it covers or, where there are
 * more new ones than old ones, what lies between two.
 * @param {number} from
 * @param {number} to
 */
function sharesOf(from, to) {
  const step = from / to;
  return [...Array(to).keys()].map((at) => Array.from({ length: from }, (_, old) => {
    if (from >= to) return Math.max(0, Math.min(old + 1, (at + 1) * step) - Math.max(old, at * step)) / step;
    const centre = Math.min(Math.max((at + 0.5) * step - 0.5, 0), from - 1);
    return Math.max(0, 1 - Math.abs(centre - old));
  }));
}

/** Halves go to the even number, as NumPy and OpenCV round. */
function toWhole(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 ? near - 1 : near;
}

function dot(a, b) {
  return a.reduce((total, value, at) => total + value * b[at], 0);
}
