// Asks for a section of a page once its place comes near the window, or once there is time.

const NEAR = "25%"; // of the window's height, above it and below
const PAUSE = 300; // milliseconds without a new section: then the next is asked for, so that all can be found
const LATEST = 1000; // milliseconds until it is, though figures may leave no moment free

const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act)); // Safari has no such callback

/** @type {Map<Element, () => void>} what waits, in the order of the page */
const waiting = new Map();
let timer = 0;

const observer = new IntersectionObserver(
  (entries) => { for (const { target, isIntersecting } of entries) if (isIntersecting) ask(target); },
  { rootMargin: `${NEAR} 0px` },
);

/** @param {Element} place */
function ask(place) {
  observer.unobserve(place);
  waiting.get(place)?.();
  waiting.delete(place);
}

function plan() {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const [next] = waiting.keys();
    if (next) whenIdle(() => ask(next), { timeout: LATEST });
  }, PAUSE);
}

/**
 * @param {{ parentElement: HTMLElement, data: { due: boolean }, setStateValue: (name: string, value: unknown) => void }} component
 */
export default function ({ parentElement, data: { due }, setStateValue }) {
  const place = /** @type {HTMLElement} */ (parentElement.querySelector(".cnnviz-lazy"));
  place.toggleAttribute("data-waits", !due);
  if (!due && !waiting.has(place)) {
    waiting.set(place, () => setStateValue("due", true));
    observer.observe(place);
  }
  plan();
  return () => {
    observer.unobserve(place);
    waiting.delete(place);
  };
}
