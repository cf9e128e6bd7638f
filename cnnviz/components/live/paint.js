// Codes to colours. A tile is a canvas of one pixel a value; the style sheet enlarges it.

import { bytesOf } from "../kit/arrays.js";
import { colourTable } from "../kit/figure/colours.js";

/** The largest size of a number among codes on a scale. */
export function peak(codes, { low, high }) {
  let most = 0;
  for (const code of codes) most = Math.max(most, Math.abs(low + (code / 255) * (high - low)));
  return most;
}

export const OWN = "own"; // instead of the limit of a scale: each picture has its own

const TABLES = new Map();

/** The colours of codes on [low, high], on a scale that reaches from −limit to limit. */
export function scaleTable(stops, low, high, limit) {
  const reach = limit || Math.max(-low, high) || 1;
  const place = (value) => (value / reach + 1) / 2;
  const key = `${stops[0][1]} ${place(low).toFixed(4)} ${place(high).toFixed(4)}`;
  if (!TABLES.has(key)) {
    if (TABLES.size > 256) TABLES.clear();
    TABLES.set(key, colourTable(stops, place(low), place(high)));
  }
  return TABLES.get(key);
}

function paintPixels(canvas, width, height, colourAt) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let at = 0; at < width * height; at += 1) colourAt(at, image.data, at * 4);
  context.putImageData(image, 0, 0);
}

/** Codes through a table of 256 colours. */
export function paintCodes(canvas, codes, width, height, table) {
  paintPixels(canvas, width, height, (at, data, to) => {
    const from = codes[at] * 3;
    data[to] = table[from];
    data[to + 1] = table[from + 1];
    data[to + 2] = table[from + 2];
    data[to + 3] = 255;
  });
}

/** A picture of 1 or 3 planes of bytes; `gain` stretches its codes about the middle grey. */
export function paintPicture(canvas, bytes, channels, width, height, gain = 1) {
  const plane = width * height;
  paintPixels(canvas, width, height, (at, data, to) => {
    for (let c = 0; c < 3; c += 1) {
      const code = bytes[channels === 3 ? c * plane + at : at];
      data[to + c] = gain === 1 ? code : 127.5 + (code - 127.5) * gain;
    }
    data[to + 3] = 255;
  });
}

/** A signed map to lay over a picture: the nearer to 0, the more of the picture shows. */
export function paintOverlay(canvas, codes, width, height, table, scale) {
  paintPixels(canvas, width, height, (at, data, to) => {
    const from = codes[at] * 3;
    data[to] = table[from];
    data[to + 1] = table[from + 1];
    data[to + 2] = table[from + 2];
    const value = scale.low + (codes[at] / 255) * (scale.high - scale.low);
    data[to + 3] = 255 * overlayOpacity(Math.abs(value) / (scale.limit || 1));
  });
}

/** Half a code from 0 is 0: an even number of codes has none for it. */
function overlayOpacity(share) {
  return share < 0.004 ? 0 : 0.8 * Math.sqrt(Math.min(share, 1));
}

/** One filter, on a scale up to `limit` (0 for that of its frame): signed weights in colours, or, of three channels, a picture with 0 in mid-grey. */
export function paintFilter(canvas, frame, index, palettes, limit) {
  const [, channels, height, width] = frame.tensors.filters.shape;
  const { low, high } = frame.filters;
  const codes = frame.slice("filters", index);
  if (channels === 3) paintPicture(canvas, codes, 3, width, height, limit ? high / limit : 1);
  else paintCodes(canvas, codes, width, height, scaleTable(palettes.weights, low, high, limit));
}

/** A tile of a question: {shape, data, low, high, palette}. */
export function paintTile(canvas, tile, palettes) {
  const channels = tile.shape.length === 3 ? tile.shape[0] : 1;
  const [height, width] = tile.shape.slice(-2);
  const codes = bytesOf(tile.data);
  if (tile.palette === "pixels" || channels === 3) paintPicture(canvas, codes, channels, width, height);
  else paintCodes(canvas, codes, width, height, scaleTable(palettes[tile.palette], tile.low, tile.high));
}

/** The bar of a scale from `low` to `high`; `own` says that these differ from picture to picture. */
export function updateScale(bar, stops, low, high, own = false) {
  const key = `${low} ${high} ${own}`;
  if (key === bar.key) return;
  bar.key = key;
  const reach = Math.max(-low, high) || 1;
  const table = scaleTable(stops, low, high, reach);
  const colours = [0, 32, 64, 96, 127, 160, 191, 223, 255].map(
    (code) => `rgb(${table.slice(code * 3, code * 3 + 3).join(" ")}) ${(100 * code) / 255}%`,
  );
  bar.update({ low, high, own, gradient: `linear-gradient(90deg, ${colours.join(", ")})` });
}
