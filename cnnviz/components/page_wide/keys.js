// Streamlit draws the panel that a button opens at the end of the document, so Tab would visit the
// rest of the page before it. Here the panel comes right after its button. Escape closes it; that
// is Streamlit's.

const BUTTON = "button[aria-haspopup=dialog][aria-expanded=true]";
const PANEL = "[data-testid=stPopoverBody]";
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";

/** @param {Element} node */
function isReached(node) {
  const control = /** @type {HTMLInputElement} */ (node);
  return control.tabIndex >= 0 && !control.disabled && node.checkVisibility({ visibilityProperty: true });
}

/** @param {KeyboardEvent} event */
function onTab(event) {
  if (event.key !== "Tab" || event.altKey || event.ctrlKey || event.metaKey) return;
  const button = /** @type {HTMLElement | null} */ (document.querySelector(BUTTON));
  const panel = /** @type {HTMLElement | null} */ (document.querySelector(PANEL));
  if (!button || !panel) return;
  const controls = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(CONTROLS)].filter(isReached));
  const focused = document.activeElement;
  if (focused === button && !event.shiftKey) {
    panel.tabIndex = -1; // for a panel without any control
    (controls[0] ?? panel).focus();
    event.preventDefault();
  } else if (focused === panel || focused === controls.at(event.shiftKey ? 0 : -1)) {
    button.focus();
    if (event.shiftKey) return event.preventDefault();
    panel.inert = true; // forwards, the browser goes on from the button, past the panel
    setTimeout(() => { panel.inert = false; });
  }
}

/** The Tab key leads from a button that has opened a panel into the panel, and out of it again. */
export function tabEntersPanels() {
  document.addEventListener("keydown", onTab);
}
