// What part of the picture is seen. Instances of one group share it: zoom, place and pointer.

import { clamp } from "../kit/arithmetic.js";

const MOST_ZOOM = 64; // screen pixels for one pixel of the picture
export const THINNEST = 12; // screen pixels: a picture of a few rows, but thousands of columns, is drawn thicker

/** The groups by name: on the window, because each picture has a module of its own. */
function groups() {
  return (window.cnnvizCompare ??= new Map());
}

/** The shared view of a group; a picture of another size starts anew. */
export function joinGroup(name, height, width) {
  let group = groups().get(name);
  if (!group) {
    group = { members: new Set() };
    groups().set(name, group);
  }
  if (group.height !== height || group.width !== width) {
    Object.assign(group, { height, width, zoom: 1, row: height / 2, column: width / 2, hover: null, cursor: null });
  }
  return group;
}

export function leaveGroup(name, member) {
  const group = groups().get(name);
  group?.members.delete(member);
  if (group?.members.size === 0) groups().delete(name);
}

/**
 * Where the picture lies on a canvas of this size: `scale` screen pixels per pixel, from left and top; one
 * that would be too thin to be seen has more of them `across` or `down`.
 */
export function layOut(group, canvasWidth, canvasHeight) {
  const fit = Math.min(canvasWidth / group.width, canvasHeight / group.height);
  const scale = fit * group.zoom;
  const [across, down] = [group.width, group.height].map((length) => Math.max(scale, THINNEST / length));
  return {
    fit,
    scale,
    across,
    down,
    left: canvasWidth / 2 - group.column * scale - ((across - scale) * group.width) / 2,
    top: canvasHeight / 2 - group.row * scale - ((down - scale) * group.height) / 2,
  };
}

/** Keep the picture over the middle of the canvas, and at rest in it where it fits. */
export function settle(group, canvasWidth, canvasHeight) {
  const { fit } = layOut(group, canvasWidth, canvasHeight);
  group.zoom = clamp(group.zoom, 1, Math.max(1, MOST_ZOOM / fit));
  for (const [centre, length, room] of [["row", "height", canvasHeight], ["column", "width", canvasWidth]]) {
    const seen = room / (fit * group.zoom); // pixels of the picture that the canvas has room for
    const half = Math.min(seen, group[length]) / 2;
    group[centre] = clamp(group[centre], half, group[length] - half);
  }
}

/** Zoom by `factor`, keeping the point (x, y) of the canvas where it is. */
export function zoomAt(group, factor, x, y, canvasWidth, canvasHeight) {
  const before = layOut(group, canvasWidth, canvasHeight);
  const row = (y - before.top) / before.scale;
  const column = (x - before.left) / before.scale;
  group.zoom = clamp(group.zoom * factor, 1, Math.max(1, MOST_ZOOM / before.fit));
  const scale = before.fit * group.zoom;
  group.row = row + (canvasHeight / 2 - y) / scale;
  group.column = column + (canvasWidth / 2 - x) / scale;
  settle(group, canvasWidth, canvasHeight);
}

/** The pixel of the picture at (x, y) of the canvas, or null beside it. */
export function pixelAt(group, x, y, canvasWidth, canvasHeight) {
  const { left, top, across, down } = layOut(group, canvasWidth, canvasHeight);
  const row = Math.floor((y - top) / down);
  const column = Math.floor((x - left) / across);
  const inside = row >= 0 && column >= 0 && row < group.height && column < group.width;
  return inside ? [row, column] : null;
}
