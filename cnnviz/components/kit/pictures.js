// A picture that one component draws and others look at, in the same frame. Each component is a
// module of its own, so they meet on the window.

/**
 * @typedef {object} Picture
 * @property {ArrayLike<number>} values row by row, 0 (black) to 255 (white); overwritten later
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} painted whether anybody has changed it
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
