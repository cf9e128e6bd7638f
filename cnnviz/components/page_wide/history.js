// One entry in the browser's history for each page the person opens.
//
// Streamlit adds an entry for each parameter that the server writes into the address, and on
// the way to another page a few for the page that is left. Back would then change nothing,
// several times. Here a change of parameters replaces the entry, and the entry of a page that
// is left keeps the address it had when its link was clicked.
//
// The server writes the whole address, as far as it knows it. What components keep there by
// themselves (`keepInAddress`) is put back.

const LEAVING_MS = 5000;

/**
 * An address of this page with what its components keep in it.
 * @param {URL} url
 */
function withKept(url) {
  for (const [name, value] of window.cnnvizKept ?? []) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  return url;
}

/** Watch the ways in which the address changes. */
export function oneEntryPerPage() {
  const push = window.history.pushState.bind(window.history);
  /** @type {string | null} */
  let left = null; // the address of the page that is being left
  let timer = 0;
  const click = (/** @type {MouseEvent} */ event) => {
    if (!event.composedPath().some((node) => node instanceof Element && node.tagName === "A")) return;
    left = window.location.href;
    clearTimeout(timer);
    timer = setTimeout(() => { left = null; }, LEAVING_MS);
  };
  document.addEventListener("click", click, true);
  window.addEventListener("popstate", () => { delete window.cnnvizKept; }, true);
  window.history.pushState = (state, unused, url) => {
    const target = new URL(url ?? window.location.href, window.location.href);
    if (target.pathname === window.location.pathname) {
      window.history.replaceState(state, unused, withKept(target));
      return;
    }
    delete window.cnnvizKept;
    if (left !== null) window.history.replaceState(window.history.state, "", left);
    left = null;
    push(state, unused, url);
  };
}
