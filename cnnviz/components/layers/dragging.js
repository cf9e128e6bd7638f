// Moving a layer with the pointer, by its handle, in front of another one or behind it.

import { everyLayer, moveBeside } from "./line.js";

/** @typedef {import("./line.js").Node} Node */

/**
 * Begin to move a layer.
 * @param {import("./layers.js").Layers} list
 * @param {Node} layer
 * @param {PointerEvent} event on its handle
 */
export function drag(list, layer, event) {
  if (event.button) return;
  event.preventDefault();
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  handle.setPointerCapture(event.pointerId);
  const row = list.rows.get(layer)?.row;
  row?.classList.add("dragged");
  /** @type {Node | null} */
  let target = null;
  let behind = false;
  const mark = (/** @type {boolean} */ on) => target && list.rows.get(target)?.row.classList.toggle(behind ? "behind" : "before", on);
  handle.onpointermove = ({ clientX, clientY }) => {
    mark(false);
    const under = list.parent.elementFromPoint(clientX, clientY)?.closest(".row");
    target = [...list.rows].find(([, one]) => one.row === under)?.[0] ?? null;
    if (target && everyLayer([layer]).includes(target)) target = null;
    if (!under || !target) return;
    const { top, height } = under.getBoundingClientRect();
    behind = clientY > top + height / 2;
    mark(true);
  };
  const release = () => {
    mark(false);
    row?.classList.remove("dragged");
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
  };
  handle.onpointerup = () => {
    release();
    const other = target;
    if (other) list.edit(() => moveBeside(list.layers, layer, other, behind), layer, "Moved: now");
  };
  handle.onpointercancel = release;
}
