// What a pointer does on a canvas.

/**
 * Call `point` with what is under the pointer, and with null when it leaves.
 * @template T
 * @param {HTMLElement} canvas
 * @param {(event: PointerEvent) => T | null} under
 * @param {(what: T | null) => void} point
 */
export function followPointer(canvas, under, point) {
  canvas.onpointermove = (event) => point(under(event));
  canvas.onpointerdown = canvas.onpointermove;
  canvas.onpointerleave = () => point(null);
  canvas.onpointercancel = canvas.onpointerleave;
}

/**
 * Let a pointer take hold of what is on a canvas: `hold` once, then `pull` until `drop`.
 * @param {HTMLElement} canvas
 * @param {(event: PointerEvent) => void} hold
 * @param {(event: PointerEvent) => void} pull
 * @param {() => void} [drop]
 */
export function holdWithPointer(canvas, hold, pull, drop = () => {}) {
  let held = false;
  canvas.onpointerdown = (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    held = true;
    hold(event);
  };
  canvas.onpointermove = (event) => held && pull(event);
  canvas.onpointerup = () => {
    held = false;
    drop();
  };
  canvas.onpointercancel = canvas.onpointerup;
}
