// What is drawn on the canvas of a picture: the picture, the one before it, and outlines.

import { textScale } from "../kit/screen.js";

export const PINNED = "#ffd400";
export const POINTED = "#fff";
/** @type {[string, number][]} */
const OUTLINED = [["#000", 4], ["#fff", 2]]; // colours and widths that show on any picture
const LEAST_OUTLINE = 7; // pixels: a smaller one could not be seen

export function paintImage(brush, image, group, { left, top, scale, across, down }, smoothing = "high") {
  if (!image) return;
  const step = (scale * group.width * devicePixelRatio) / image.width;
  brush.imageSmoothingEnabled = step < 2; // crisp pixels once each is two on the screen
  brush.imageSmoothingQuality = smoothing;
  brush.drawImage(image, left, top, group.width * across, group.height * down);
}

/** The picture before, left of the divider, and the divider. */
export function paintBefore(brush, picture, place) {
  const { group, height } = picture;
  const x = picture.dividerX();
  brush.save();
  brush.beginPath();
  brush.rect(0, 0, x, height);
  brush.clip();
  brush.clearRect(0, 0, x, height);
  paintImage(brush, picture.images.before, group, place);
  brush.restore();
  const middle = height / 2;
  for (const [style, thick] of OUTLINED) {
    brush.strokeStyle = style;
    brush.fillStyle = style;
    brush.lineWidth = thick;
    brush.beginPath();
    brush.moveTo(x, 0);
    brush.lineTo(x, height);
    brush.stroke();
    brush.beginPath();
    brush.arc(x, middle, 7 + thick, 0, 7);
    brush.fill();
  }
  brush.fillStyle = "#000";
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.font = `bold ${11 * textScale()}px sans-serif`;
  brush.fillText("\u2194", x, middle);
}

/** Outline what a pixel of the result reads (on an input) or the pixel itself (on a result). */
export function outlineWindow(brush, { window: [above, before, high, wide] }, { left, top, across, down }, [row, column], colour) {
  let box = [left + (column - before) * across, top + (row - above) * down, wide * across, high * down];
  if (Math.max(box[2], box[3]) < LEAST_OUTLINE) {
    const corner = [left + (column + 0.5) * across, top + (row + 0.5) * down].map((middle) => middle - LEAST_OUTLINE / 2);
    box = [...corner, LEAST_OUTLINE, LEAST_OUTLINE];
  }
  for (const [style, thick] of [["#000", 4], [colour, 2]]) {
    brush.strokeStyle = style;
    brush.lineWidth = thick;
    brush.strokeRect(...box);
  }
}
