// A picture that one component draws and others look at, in the same frame. Each component is a
// module of its own, so they meet on the window.

/**
 * @typedef {object} Picture
 * @property {ArrayLike<number>} values row by row, 0 (black) to 255 (white), in colour one plane after
 *   the other; overwritten later
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} painted whether anybody has changed it
 * @property {string} [how] how it was made from what was drawn, if it is as the network reads it
 * @property {string} [title] what it is, if not what was to be expected
 */

/**
 * Offer a picture under a name: call `tell` when it has changed, and `stop` at the end.
 * @param {string} name
 * @param {() => Picture} current
 */
export function offerPicture(name, current) {
  const tell = () => window.dispatchEvent(new CustomEvent(`cnnviz:picture:${name}`, { detail: current() }));
  window.addEventListener(`cnnviz:look:${name}`, tell);
  return { tell, stop: () => window.removeEventListener(`cnnviz:look:${name}`, tell) };
}

/**
 * Look at the picture of a name now, if it is there, and whenever it changes.
 * @param {string} name
 * @param {(picture: Picture) => void} look
 * @returns {() => void} stops looking
 */
export function watchPicture(name, look) {
  const hear = (/** @type {Event} */ event) => look(/** @type {CustomEvent<Picture>} */ (event).detail);
  window.addEventListener(`cnnviz:picture:${name}`, hear);
  window.dispatchEvent(new Event(`cnnviz:look:${name}`));
  return () => window.removeEventListener(`cnnviz:picture:${name}`, hear);
}

/**
 * A picture as a network reads it, normalised as its training pictures were; a grey one is the same
 * in each channel.
 * @param {ArrayLike<number>} levels H×W or C×H×W, 0 to 255
 * @param {number} area H·W
 * @param {number[]} mean of each channel, on the scale 0 to 1
 * @param {number[]} std likewise
 */
export function inputOf(levels, area, mean, std) {
  if (levels.length > area) return normalised(levels, mean, std);
  const input = new Float32Array(levels.length * mean.length);
  mean.forEach((_, channel) => input.set(levels, channel * levels.length));
  return normalised(input, mean, std);
}

/**
 * A picture as a network reads it, normalised as its training pictures were.
 * @param {ArrayLike<number>} levels C×H×W, 0 to 255
 * @param {number[]} mean of each channel, on the scale 0 to 1
 * @param {number[]} std likewise
 */
export function normalised(levels, mean, std) {
  const area = levels.length / mean.length;
  return new Float32Array(levels).map((level, at) => {
    const channel = Math.floor(at / area);
    return (level / 255 - mean[channel]) / std[channel];
  });
}
