// From a picture in a file to what a network sees, as `cnnviz.datasets.preprocess` does it.

import { resized } from "./resizing.js";
import { brushOf } from "../screen.js";

const LONGEST = 640; // pixels of an edge: networks see less
const LUMA = [0.299, 0.587, 0.114]; // ITU-R 601

/**
 * The pixels of a file, upright, on white where it is transparent; the file goes nowhere.
 * @param {Blob} file
 * @returns {Promise<ImageData>}
 * @throws {DOMException} The browser cannot read it.
 */
export async function pixelsOf(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const brush = brushOf(canvas);
  brush.fillStyle = "white";
  brush.fillRect(0, 0, width, height);
  brush.imageSmoothingQuality = "high";
  brush.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return brush.getImageData(0, 0, width, height);
}

/**
 * The largest middle part of a picture that has a network's proportions, in the network's size.
 * @param {{ data: ArrayLike<number>, width: number, height: number }} picture its pixels, RGBA
 * @param {number[]} shape C, H, W; C is 1 (grey) or 3
 * @param {boolean} invert whether dark and light are swapped
 * @returns {Uint8Array} C×H×W
 */
export function preprocessed({ data, width, height }, [channels, rows, columns], invert) {
  const high = Math.max(1, Math.min(height, Math.round(width * rows / columns)));
  const wide = Math.max(1, Math.min(width, Math.round(height * columns / rows)));
  const [top, left] = [(height - high) >> 1, (width - wide) >> 1];
  const area = rows * columns;
  const planes = LUMA.map((_, channel) => {
    const cropped = new Float64Array(high * wide);
    for (let at = 0; at < cropped.length; at += 1) {
      cropped[at] = data[4 * ((top + Math.floor(at / wide)) * width + left + (at % wide)) + channel];
    }
    return resized(cropped, [high, wide], [rows, columns]);
  });
  const seen = new Uint8Array(channels * area);
  for (let at = 0; at < area; at += 1) {
    if (channels === 1) seen[at] = Math.round(LUMA.reduce((sum, share, channel) => sum + share * planes[channel][at], 0));
    else planes.forEach((plane, channel) => { seen[channel * area + at] = plane[at]; });
  }
  return invert ? seen.map((level) => 255 - level) : seen;
}
