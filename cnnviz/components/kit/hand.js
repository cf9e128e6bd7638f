// What a hand is moving, told to the components that show what comes of it in the same frame. Each
// is a module of its own, so they meet on the window.

const NUMBER_KEYS = new Set(["Enter", "ArrowUp", "ArrowDown"]); // which set the number of a field

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
 * Hear of Streamlit's sliders and toggles while a hand still moves them, and of the number fields
 * beside the sliders as soon as a number is set there: the server is told later.
 * @param {() => string[]} keys of the sliders and toggles
 * @param {(key: string, value: number | boolean) => void} hear
 * @returns {() => void} stops hearing
 */
export function watchWidgets(keys, hear) {
  // Sliders and toggles say what they are set to for screen readers and for style sheets, in attributes.
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
  const listening = new AbortController();
  const set = (/** @type {Event} */ { target }) => {
    for (const key of keys()) {
      const field = /** @type {Element} */ (target).closest(`.st-key-_${CSS.escape(key)}_field`)?.querySelector("input");
      setTimeout(() => { // Streamlit has taken the key by then
        if (field?.value && !field.validity.rangeUnderflow && !field.validity.rangeOverflow) hear(key, Number(field.value));
      });
    }
  };
  const { signal } = listening;
  document.addEventListener("keydown", (event) => { if (NUMBER_KEYS.has(event.key)) set(event); }, { capture: true, signal });
  document.addEventListener("click", (event) => { if (/** @type {Element} */ (event.target).closest("button")) set(event); }, { signal });
  return () => {
    observer.disconnect();
    listening.abort();
  };
}
