// Planes of numbers whose memory is used again: to be given fresh memory takes about as long as to filter.

const MOST = 6; // of a picture in colour, and of another one

/** @type {Float32Array[]} */
const free = [];

/**
 * A plane to be written over from its first number to its last.
 * @param {number} length
 * @returns {Float32Array}
 */
export function planeOf(length) {
  const at = free.findIndex((plane) => plane.length === length);
  return at < 0 ? new Float32Array(length) : free.splice(at, 1)[0];
}

/**
 * Give back results that nobody reads any more. They must never have been filtered themselves: what is
 * known of a picture's numbers is kept with it.
 * @param {Float32Array[]} planes
 */
export function giveBack(planes) {
  free.push(...planes);
  free.splice(0, free.length - MOST);
}
