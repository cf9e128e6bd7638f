// Scrolls to a container, once for each token, and stays with it while its contents arrive.

const SETTLE_MS = 15000; // on a slow connection what it holds comes late
const BEGINNING = 160; // pixels of a container that always come into view
const AROUND = 24; // pixels above the place that stays in view

/** @typedef {[key: string, share: number]} Beside the component above, and which height of its canvas stays in view */

/** @param {{ data: { place: string, token: string, beside: Beside | null } }} component */
export default function ({ data: { place, token, beside } }) {
  // On the window: this module may be read anew on each visit of a page.
  const done = (window.cnnvizRevealed ??= new Set());
  if (!token || done.has(token)) return;
  done.add(token);
  const panel = document.querySelector(`.st-key-${CSS.escape(place)}`);
  if (panel && !begins(panel)) keepInView(panel, beside);
}

/**
 * Whether the beginning of a panel, with some room for more of it, is in view already.
 * @param {Element} panel
 */
function begins(panel) {
  const { top } = panel.getBoundingClientRect();
  return top >= parseFloat(getComputedStyle(panel).scrollMarginTop) && top < window.innerHeight / 2;
}

/**
 * How far to scroll down so that all of a panel is in view, or as much as leaves a place above it there.
 * @param {Element} panel
 * @param {Beside} beside
 */
function distance(panel, [key, share]) {
  const { top, bottom } = panel.getBoundingClientRect();
  const parts = [...document.querySelectorAll(`.st-key-${CSS.escape(key)} *`)];
  const canvas = parts.map((part) => part.shadowRoot?.querySelector("canvas")).find(Boolean);
  const above = canvas?.getBoundingClientRect();
  const far = above ? above.top + share * above.height - AROUND - parseFloat(getComputedStyle(panel).scrollMarginTop) : 0;
  return Math.max(0, top + BEGINNING - window.innerHeight, Math.min(bottom - window.innerHeight, far));
}

/**
 * @param {Element} panel
 * @param {Beside | null} beside
 */
function keepInView(panel, beside) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = calm ? "auto" : "smooth";
  const show = () => {
    if (!panel.isConnected) return;
    if (beside) panel.closest("[data-testid=stMain]")?.scrollBy({ top: distance(panel, beside), behavior });
    else panel.scrollIntoView({ behavior, block: "start" });
  };
  const growing = new ResizeObserver(show); // tells the size at once, too
  const listening = new AbortController();
  const end = () => {
    growing.disconnect();
    listening.abort();
  };
  growing.observe(panel);
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    // From then on the person decides what is in view.
    window.addEventListener(kind, end, { capture: true, passive: true, signal: listening.signal });
  }
  setTimeout(end, SETTLE_MS);
}
