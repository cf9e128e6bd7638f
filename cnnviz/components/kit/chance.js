// Numbers that look like chance, the same for the same seed: `cnnviz/imaging/chance.py` gives them too.

/**
 * Numbers from 0 to below 1, equally likely: T. Ettinger's mulberry32.
 * @param {number} count
 * @param {number} seed
 */
export function uniforms(count, seed) {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/**
 * Numbers of a normal distribution, as Box and Muller make them.
 * @param {number} count
 * @param {number} seed
 */
export function normals(count, seed) {
  const draws = uniforms(2 * count, seed);
  return Float32Array.from({ length: count }, (_, at) => (
    Math.sqrt(-2 * Math.log(1 - draws[2 * at])) * Math.cos(2 * Math.PI * draws[2 * at + 1])));
}
