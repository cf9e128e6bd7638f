// A plane of an autoencoder with two numbers: where pictures lie on it, and what comes back.

/** @typedef {{ encode: (picture: ArrayLike<number>) => ArrayLike<number>, decode: (code: ArrayLike<number>) => ArrayLike<number> }} Halves */

/**
 * How far from a place its picture lands, when it is encoded again.
 * @param {Halves} halves
 * @param {number[]} place
 * @param {ArrayLike<number>} [picture] that the place decodes to
 */
export function astray(halves, place, picture = halves.decode(place)) {
  const code = halves.encode(picture);
  return Math.hypot(code[0] - place[0], code[1] - place[1]);
}

/**
 * KL divergence of a picture's cloud from the standard normal distribution: ½ Σ (μ² + σ² − ln σ² − 1).
 * @param {ArrayLike<number>} code two means and two logarithms of variances
 */
export function divergence(code) {
  let total = 0;
  for (const at of [0, 1]) total += code[at] ** 2 + Math.exp(code[2 + at]) - code[2 + at] - 1;
  return total / 2;
}

/**
 * Where pictures lie, and how well they come back from there.
 * @param {Halves} halves
 * @param {Float32Array[]} pictures 0 to 1
 * @param {boolean} variational
 * @returns {{ places: number[][], error: number, divergence: number }} the means of their clouds, the
 *   mean squared error where white is 1, and the mean divergence, NaN of a plain one
 */
export function through(halves, pictures, variational) {
  let [squares, apart, count] = [0, 0, 0];
  const places = pictures.map((picture) => {
    const code = Array.from(halves.encode(picture));
    if (variational) apart += divergence(code);
    const again = halves.decode(code.slice(0, 2));
    picture.forEach((value, at) => { squares += (again[at] - value) ** 2; });
    count += picture.length;
    return code.slice(0, 2);
  });
  return { places, error: squares / count, divergence: variational ? apart / pictures.length : NaN };
}
