// A pinhole camera that looks down at a table, and boxes on that table.

/**
 * A box; x goes right, y away from the camera, z up from the table, all in centimetres.
 * @typedef {{ x: number, y: number, z: number, width: number, length: number, height: number, turn: number }} Box
 * its place is the middle of its bottom; `turn` is in degrees, about the vertical
 * @typedef {{ focal: number, centre: [number, number], pitch: number, distance: number }} Camera
 * focal length and centre in pixels, pitch in degrees below the horizon, and how far away it meets the table
 */

/** The corners' order: the bottom, going round, then the top. The edges join these. */
export const EDGES = [0, 1, 2, 3].flatMap((at) => [[at, (at + 1) % 4], [4 + at, 4 + ((at + 1) % 4)], [at, 4 + at]]);

const radians = (/** @type {number} */ degrees) => (degrees * Math.PI) / 180;

/**
 * The eight corners, on the table's axes.
 * @param {Box} box
 */
export function corners({ x, y, z, width, length, height, turn }) {
  const [cos, sin] = [Math.cos(radians(turn)), Math.sin(radians(turn))];
  return [0, height].flatMap((up) => [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([across, away]) => {
    const [p, q] = [(across * width) / 2, (away * length) / 2];
    return [x + p * cos - q * sin, y + p * sin + q * cos, z + up];
  }));
}

/**
 * A place as the camera has it: X right, Y down, Z along its axis.
 * @param {number[]} place on the table's axes
 * @param {Camera} camera
 */
export function toCamera([x, y, z], { pitch, distance }) {
  const [cos, sin] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))];
  return [x, -y * sin - z * cos, distance + y * cos - z * sin];
}

/**
 * The pixel that a place is seen at: u = cx + f·X/Z, v = cy + f·Y/Z.
 * @param {number[]} place on the table's axes
 * @param {Camera} camera
 */
export function project(place, camera) {
  const [X, Y, Z] = toCamera(place, camera);
  return [camera.centre[0] + (camera.focal * X) / Z, camera.centre[1] + (camera.focal * Y) / Z];
}

/**
 * Where the camera is, on the table's axes.
 * @param {Camera} camera
 */
export function cameraAt({ pitch, distance }) {
  return [0, -distance * Math.cos(radians(pitch)), distance * Math.sin(radians(pitch))];
}

/**
 * Where the ray through a pixel meets a height above the table; undefined above the horizon.
 * @param {number} u
 * @param {number} v
 * @param {number} height
 * @param {Camera} camera
 */
export function placeUnder(u, v, height, camera) {
  const { focal, centre, pitch } = camera;
  const [X, Y] = [(u - centre[0]) / focal, (v - centre[1]) / focal];
  const [cos, sin] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))];
  const ray = [X, cos - Y * sin, -Y * cos - sin];
  const at = cameraAt(camera);
  const far = (height - at[2]) / ray[2];
  return ray[2] < 0 && far > 0 ? [at[0] + far * ray[0], at[1] + far * ray[1]] : undefined;
}

/**
 * A box so many times as far from the camera and as large: it is seen at the same pixels.
 * @param {Box} box
 * @param {number} times
 * @param {Camera} camera
 * @returns {Box}
 */
export function scaled(box, times, camera) {
  const [x, y, z] = cameraAt(camera).map((at, axis) => at + times * ([box.x, box.y, box.z][axis] - at));
  return { ...box, x, y, z, width: times * box.width, length: times * box.length, height: times * box.height };
}

/**
 * The smallest upright rectangle around pixels: left, top, right, bottom.
 * @param {number[][]} pixels
 */
export function around(pixels) {
  const [us, vs] = [pixels.map(([u]) => u), pixels.map(([, v]) => v)];
  return [Math.min(...us), Math.min(...vs), Math.max(...us), Math.max(...vs)];
}
