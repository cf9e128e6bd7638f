// plotly.js, fetched once, by the first chart that somebody gets to see.

import { element } from "../kit/elements.js";

const loading = new Map(); // by address

/** What is there of Plotly now: nothing before it is loaded. */
export const loaded = () => /** @type {any} */ (window).Plotly;

/**
 * Plotly, a promise; it fails where the server does not answer, and can then be asked for again.
 * @param {string} address
 */
export function library(address) {
  if (!loading.has(address)) {
    loading.set(address, new Promise((resolve, reject) => {
      const script = element("script");
      script.src = address;
      script.onload = () => resolve(loaded());
      script.onerror = () => {
        loading.delete(address);
        script.remove();
        reject(new Error(`${address} could not be loaded.`));
      };
      document.head.append(script);
    }));
  }
  return loading.get(address);
}

const dressed = new WeakSet();

/**
 * Let Plotly's styles, which it gives to the document, reach into the component, too.
 * @param {Node} drawing
 */
export function dress(drawing) {
  const root = drawing.getRootNode();
  if (!(root instanceof ShadowRoot) || dressed.has(root)) return;
  const { sheet } = /** @type {HTMLStyleElement} */ (document.getElementById("plotly.js-style-global"));
  if (!sheet) return;
  const copy = new CSSStyleSheet();
  copy.replaceSync(Array.from(sheet.cssRules, (rule) => rule.cssText).join("\n"));
  root.adoptedStyleSheets = [copy, ...root.adoptedStyleSheets];
  dressed.add(root);
}
