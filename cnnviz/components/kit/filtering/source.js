// The picture that is filtered, for the components of a page. Each is a module of its own, so they
// meet on the window.

import { bytesOf } from "../arrays.js";
import { element } from "../elements.js";
import { planesOf } from "./recipe.js";

/** @typedef {import("./recipe.js").Planes} Planes */

/**
 * Pictures by name; each is read once it is asked for.
 * @returns {Map<string, () => Promise<Planes>>}
 */
function sources() {
  return (window.cnnvizSources ??= new Map());
}

/**
 * Offer a PNG under a name.
 * @param {string} name
 * @param {string} url a data address
 * @param {boolean} colour
 */
export function offerSource(name, url, colour) {
  /** @type {Promise<Planes> | undefined} */
  let planes;
  sources().set(name, () => (planes ??= read(url, colour)));
}

/**
 * Offer the next frame of a camera under a name, and tell those who watch it.
 * @param {string} name
 * @param {Planes} planes
 */
export function offerFrame(name, planes) {
  sources().set(name, () => Promise.resolve(planes));
  window.dispatchEvent(new CustomEvent("cnnviz:frame", { detail: name }));
}

/**
 * @param {(name: string) => void} hear
 * @returns {() => void} stops watching
 */
export function watchFrames(hear) {
  const listen = (/** @type {Event} */ event) => hear(/** @type {CustomEvent<string>} */ (event).detail);
  window.addEventListener("cnnviz:frame", listen);
  return () => window.removeEventListener("cnnviz:frame", listen);
}

/** @param {string} name */
export function withdrawSource(name) {
  sources().delete(name);
}

/**
 * The picture of a name; nothing where there is none.
 * @param {string} name
 */
export function sourceOf(name) {
  return sources().get(name)?.();
}

/**
 * @param {string} url
 * @param {boolean} colour
 */
async function read(url, colour) {
  const file = new Blob([bytesOf(url.slice(url.indexOf(",") + 1))], { type: "image/png" });
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const canvas = element("canvas");
  Object.assign(canvas, { width, height });
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  brush.drawImage(bitmap, 0, 0);
  bitmap.close();
  return planesOf(brush.getImageData(0, 0, width, height).data, height, width, colour ? "colour" : "grey");
}
