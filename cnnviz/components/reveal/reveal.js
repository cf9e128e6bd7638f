// Scrolls to a container, once for each token, and stays with it while its contents arrive.

const SETTLE_MS = 15000; // on a slow connection what it holds comes late

/** @param {{ data: { place: string, token: string, end: boolean } }} component */
export default function ({ data: { place, token, end } }) {
  // On the window: this module may be read anew on each visit of a page.
  const done = (window.cnnvizRevealed ??= new Set());
  if (!token || done.has(token)) return;
  done.add(token);
  const panel = document.querySelector(`.st-key-${CSS.escape(place)}`);
  if (panel && !begins(panel)) keepInView(panel, end ? "nearest" : "start");
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
 * @param {Element} panel
 * @param {ScrollLogicalPosition} block
 */
function keepInView(panel, block) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const show = () => panel.isConnected && panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block });
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
