// Noise: `add_noise` of `cnnviz/imaging/noise.py`, of its first seed.

import { normals, uniforms } from "../chance.js";

/** @typedef {import("./recipe.js").Planes} Planes */

/** @type {WeakMap<Planes, { normals?: Float32Array, uniforms?: Float64Array }>} */
const draws = new WeakMap();

/**
 * Spoil a picture. What chance drew for it is kept: more noise is more of the same.
 * @param {Planes} picture whole numbers from 0 to 255
 * @param {"salt-and-pepper" | "impulse" | "gaussian"} kind
 * @param {number} amount the share of the pixels, or the standard deviation in grey levels
 * @returns {Planes}
 */
export function addNoise(picture, kind, amount) {
  const { height, width, planes } = picture;
  const drawn = draws.get(picture) ?? {};
  draws.set(picture, drawn);
  if (kind === "gaussian") {
    const noise = (drawn.normals ??= normals(height * width * planes.length, 0));
    return { height, width, planes: planes.map((plane, channel) => {
      const levels = new Uint8ClampedArray(plane.length); // rounds halves to the even number
      for (let at = 0; at < plane.length; at += 1) levels[at] = plane[at] + noise[at * planes.length + channel] * amount;
      return Float32Array.from(levels);
    }) };
  }
  const draw = (drawn.uniforms ??= uniforms(height * width, 0));
  const black = kind === "impulse" ? 0 : amount / 2;
  return { height, width, planes: planes.map((plane) => plane.map((value, at) => {
    if (draw[at] >= amount) return value;
    return draw[at] < black ? 0 : 255;
  })) };
}
