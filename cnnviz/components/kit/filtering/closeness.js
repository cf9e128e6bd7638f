// How close two pictures are: `psnr` and `ssim` of `cnnviz/imaging/noise.py`.

/** @typedef {import("./recipe.js").Planes} Planes */

/**
 * @typedef {object} Closeness
 * @property {number | null} psnr decibels; null of equal pictures
 * @property {number | null} ssim null of pictures smaller than its windows
 * @property {number} mean of the differences of the signed numbers
 * @property {number} largest
 */

const WINDOW = 7;
const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/**
 * Numbers as whole grey levels, halves to the even one.
 * @param {Float32Array} plane
 */
function levelsOf(plane) {
  const levels = new Uint8ClampedArray(plane.length); // rounds in that way, and clips
  levels.set(plane);
  return levels;
}

/**
 * The sum of SSIM over all 7×7 windows of one channel: sums over the windows move along columns, then
 * along rows.
 * @param {Uint8ClampedArray} one
 * @param {Uint8ClampedArray} other
 * @param {number} height
 * @param {number} width
 */
function sumOfSsim(one, other, height, width) {
  const [size, unbiased] = [WINDOW ** 2, WINDOW ** 2 / (WINDOW ** 2 - 1)];
  const [x, y, xx, yy, xy] = Array.from({ length: 5 }, () => new Int32Array(width)); // sums of each column
  const add = (/** @type {number} */ row, /** @type {number} */ sign) => {
    for (let column = 0, at = row * width; column < width; column += 1, at += 1) {
      const [a, b] = [one[at], other[at]];
      x[column] += sign * a;
      y[column] += sign * b;
      xx[column] += sign * a * a;
      yy[column] += sign * b * b;
      xy[column] += sign * a * b;
    }
  };
  let total = 0;
  for (let row = 0; row < height; row += 1) {
    add(row, 1);
    if (row < WINDOW - 1) continue;
    let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
    for (let column = 0; column < width; column += 1) {
      sx += x[column];
      sy += y[column];
      sxx += xx[column];
      syy += yy[column];
      sxy += xy[column];
      const gone = column - WINDOW + 1;
      if (gone < 0) continue;
      const [a, b] = [sx / size, sy / size];
      const variances = unbiased * ((sxx + syy) / size - a * a - b * b);
      const covariance = unbiased * (sxy / size - a * b);
      total += ((2 * a * b + C1) * (2 * covariance + C2)) / ((a * a + b * b + C1) * (variances + C2));
      sx -= x[gone];
      sy -= y[gone];
      sxx -= xx[gone];
      syy -= yy[gone];
      sxy -= xy[gone];
    }
    add(row - WINDOW + 1, -1);
  }
  return total;
}

/**
 * PSNR and SSIM of the pictures rounded and clipped to 0 to 255, and how far the signed numbers are
 * apart.
 * @param {Planes} first
 * @param {Planes} second of the same size
 * @returns {Closeness}
 */
export function closenessOf({ height, width, planes }, second) {
  const windows = (height - WINDOW + 1) * (width - WINDOW + 1) * planes.length;
  const large = Math.min(height, width) >= WINDOW;
  let [squares, apart, largest, likeness] = [0, 0, 0, 0];
  planes.forEach((plane, channel) => {
    const facing = second.planes[channel];
    const [one, other] = [levelsOf(plane), levelsOf(facing)];
    for (let at = 0; at < plane.length; at += 1) {
      squares += (one[at] - other[at]) ** 2;
      const gap = Math.abs(plane[at] - facing[at]);
      apart += gap;
      if (gap > largest) largest = gap;
    }
    if (large) likeness += sumOfSsim(one, other, height, width);
  });
  const numbers = height * width * planes.length;
  return {
    psnr: squares ? 10 * Math.log10((255 ** 2 * numbers) / squares) : null,
    ssim: large ? likeness / windows : null,
    mean: apart / numbers,
    largest,
  };
}
