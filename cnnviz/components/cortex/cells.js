// Simple and complex cells as Gabor filters; cnnviz/imaging/simple_and_complex_cells.py computes the same.

/**
 * @typedef {{ side: number, wavelength: number, sigma: number, width: number, length: number }} Retina
 */

/** @param {number} degrees */
const radians = (degrees) => (degrees * Math.PI) / 180;
/** @param {number} value */
const within = (value) => Math.min(1, Math.max(0, value));

/**
 * A function of the place across and along a direction, on the whole field.
 * @param {number} side
 * @param {number} angle degrees, against the clock from horizontal
 * @param {(across: number, along: number) => number} of
 */
function field(side, angle, of) {
  const [sine, cosine] = [Math.sin(radians(angle)), Math.cos(radians(angle))];
  const values = new Float64Array(side * side);
  const middle = (side - 1) / 2;
  for (let row = 0, at = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1, at += 1) {
      const [x, y] = [column - middle, row - middle];
      values[at] = of(x * sine + y * cosine, x * cosine - y * sine);
    }
  }
  return values;
}

/**
 * A wave under a bell, which even light leaves at 0.
 * @param {Retina} retina
 * @param {number} angle of the bars that it prefers
 * @param {number} phase degrees
 */
export function gabor({ side, wavelength, sigma }, angle, phase) {
  const bell = field(side, angle, (across, along) => Math.exp(-(across * across + along * along) / (2 * sigma * sigma)));
  const wave = field(side, angle, (across) => Math.cos((2 * Math.PI * across) / wavelength + radians(phase))).map((value, at) => value * bell[at]);
  const sum = (/** @type {Float64Array} */ values) => values.reduce((total, value) => total + value, 0);
  const mean = sum(wave) / sum(bell);
  const even = wave.map((value, at) => value - mean * bell[at]);
  const size = even.reduce((total, value) => total + Math.abs(value), 0);
  return even.map((value) => value / size);
}

/**
 * A bar of light.
 * @param {Retina} retina
 * @param {number} angle
 * @param {number} shift across it
 */
export function bar({ side, width, length }, angle, shift) {
  return field(side, angle, (across, along) => within(0.5 + width / 2 - Math.abs(across - shift)) * within(0.5 + length / 2 - Math.abs(along)));
}

/**
 * What both cells answer.
 * @param {Float64Array} light
 * @param {Float64Array[]} pair of filters, a quarter of a wave apart
 * @returns {number[]} the simple cell's and the complex cell's
 */
export function responses(light, pair) {
  const [a, b] = pair.map((filter) => filter.reduce((total, weight, at) => total + weight * light[at], 0));
  return [Math.max(0, a), Math.hypot(a, b)];
}
