// The last two steps of Canny's edges, as `cnnviz/imaging/canny.py` has them.

const { fround } = Math;
const EIGHTH = fround(Math.SQRT2 - 1); // tan 22.5°; tan 67.5° is larger by 2
const STEEP = fround(Math.SQRT2 + 1);

/**
 * The length of a gradient where it is largest across the edge; else 0. In float32 step by step: of
 * two that are equal there, one stays.
 * @param {Float32Array} x height × width
 * @param {Float32Array} y
 * @param {number} height
 * @param {number} width
 */
export function thin(x, y, height, width) {
  const stride = width + 2; // outside the picture the length counts as 0
  const lengths = new Float32Array((height + 2) * stride);
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let place = (row + 1) * stride + 1; place <= (row + 1) * stride + width; place += 1, at += 1) {
      lengths[place] = Math.sqrt(fround(fround(x[at] * x[at]) + fround(y[at] * y[at])));
    }
  }
  const result = new Float32Array(height * width);
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let place = (row + 1) * stride + 1; place <= (row + 1) * stride + width; place += 1, at += 1) {
      const length = lengths[place];
      const [across, down] = [Math.abs(x[at]), Math.abs(y[at])];
      let largest;
      if (down < fround(EIGHTH * across)) largest = length > lengths[place - 1] && length >= lengths[place + 1];
      else if (down > fround(STEEP * across)) largest = length > lengths[place - stride] && length >= lengths[place + stride];
      else {
        const beside = (x[at] < 0) === (y[at] < 0) ? stride + 1 : stride - 1; // along the gradient
        largest = length > lengths[place - beside] && length > lengths[place + beside];
      }
      if (largest) result[at] = length;
    }
  }
  return result;
}

/**
 * 255 where a number is above the low threshold and hangs together, also diagonally, with one above
 * the high one; else 0.
 * @param {Float32Array} values height × width
 * @param {number} height
 * @param {number} width
 * @param {number} one
 * @param {number} other the larger of the two is the high one
 */
export function hysteresis(values, height, width, one, other) {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  const result = new Float32Array(values.length);
  /** @type {number[]} */
  const found = [];
  const mark = (/** @type {number} */ at) => {
    result[at] = 255;
    found.push(at);
  };
  for (let first = 0; first < values.length; first += 1) {
    if (values[first] > high && !result[first]) mark(first);
    for (let at = found.pop(); at !== undefined; at = found.pop()) {
      const [row, column] = [Math.floor(at / width), at % width];
      for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x += 1) {
          const near = y * width + x;
          if (values[near] > low && !result[near]) mark(near);
        }
      }
    }
  }
  return result;
}
