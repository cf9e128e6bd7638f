// What one step of a filter through a volume adds up.

/**
 * @typedef {object} Volume
 * @property {ArrayLike<number>} pixels C×H×W
 * @property {[number, number]} sides H and W
 * @property {ArrayLike<number>} bank F×C×k×k
 * @property {number} kernel k
 * @property {number[]} biases F
 */

/**
 * The sums of products of each channel, and all of them with the bias.
 * @param {Volume} volume
 * @param {number} filter
 * @param {number} row
 * @param {number} column of the output
 */
export function stepSums({ pixels, sides: [high, wide], bank, kernel, biases }, filter, row, column) {
  const area = kernel * kernel;
  const depth = pixels.length / (high * wide);
  const channels = [...Array(depth).keys()].map((channel) => {
    let sum = 0;
    for (let at = 0; at < area; at += 1) {
      const [down, right] = [Math.floor(at / kernel), at % kernel];
      sum += pixels[(channel * high + row + down) * wide + column + right] * bank[(filter * depth + channel) * area + at];
    }
    return sum;
  });
  return { channels, total: channels.reduce((all, sum) => all + sum, biases[filter]), products: depth * area };
}

/**
 * A colour for each filter, as far from its neighbours' as can be; dark enough for white words.
 * @param {number} filter
 */
export function hueOf(filter) {
  return `hsl(${Math.round((filter * 137.508 + 215) % 360)} 62% 36%)`;
}
