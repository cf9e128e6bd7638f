// What a hand is moving, told to the components that show what comes of it in the same frame. Each
// is a module of its own, so they meet on the window.

/** @typedef {{ name: string, weights: number[][] }} Moved a kernel, and the Streamlit key of its grid */

/**
 * @param {"edited" | "shown"} how changed by hand in its grid, or to be shown there
 * @param {Moved} kernel
 */
export function tellKernel(how, kernel) {
  window.dispatchEvent(new CustomEvent(`cnnviz:kernel:${how}`, { detail: kernel }));
}

/**
 * @param {"edited" | "shown"} how
 * @param {(kernel: Moved) => void} hear
 * @returns {() => void} stops hearing
 */
export function watchKernel(how, hear) {
  const listen = (/** @type {Event} */ event) => hear(/** @type {CustomEvent<Moved>} */ (event).detail);
  window.addEventListener(`cnnviz:kernel:${how}`, listen);
  return () => window.removeEventListener(`cnnviz:kernel:${how}`, listen);
}

/** @typedef {import("./filtering/closeness.js").Closeness} Closeness */

/**
 * Tell how close the two pictures are that a hand is making.
 * @param {Closeness & { name: string }} found
 */
export function tellCloseness(found) {
  window.dispatchEvent(new CustomEvent("cnnviz:closeness", { detail: found }));
}

/**
 * @param {(found: Closeness & { name: string }) => void} hear
 * @returns {() => void} stops hearing
 */
export function watchCloseness(hear) {
  const listen = (/** @type {Event} */ event) => hear(/** @type {CustomEvent<Closeness & { name: string }>} */ (event).detail);
  window.addEventListener("cnnviz:closeness", listen);
  return () => window.removeEventListener("cnnviz:closeness", listen);
}

/**
 * Hear of Streamlit's sliders and toggles while a hand still moves them: the server is told at the
 * end alone. They say what they are set to for screen readers and for style sheets, in attributes.
 * @param {() => string[]} keys of the widgets
 * @param {(key: string, value: number | boolean) => void} hear
 * @returns {() => void} stops hearing
 */
export function watchWidgets(keys, hear) {
  const observer = new MutationObserver((changes) => {
    for (const target of new Set(changes.map((change) => /** @type {HTMLInputElement} */ (change.target)))) {
      const key = keys().find((one) => target.closest(`.st-key-${CSS.escape(one)}`));
      if (!key) continue;
      // One that follows its number field was set by the server, whose picture is on the way.
      if (target.type === "range" && target.matches(":focus")) hear(key, Number(target.value));
      else if (target.tagName === "LABEL") hear(key, target.hasAttribute("data-selected"));
    }
  });
  observer.observe(document.body, { subtree: true, attributeFilter: ["value", "data-selected"] });
  return () => observer.disconnect();
}
