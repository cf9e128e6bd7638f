// `navigator.clipboard` exists only on HTTPS and on this machine itself. A class opens
// http://192.168.…, and there a button that copies would do nothing and not say so. What browsers
// had before still works there: to select a text and let the browser copy the selection.

const WORD_JOINER = "\u2060";

/** @param {string} text */
function copySelected(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true; // or a phone would bring up its keyboard
  area.setAttribute("aria-hidden", "true");
  area.style.cssText = "position: fixed; top: 0; left: 0; opacity: 0; font-size: 16px;";
  // An open dialog takes the focus away from whatever is outside of it.
  (focused?.closest("[role=dialog]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  if (!copied) throw new DOMException("The browser does not let this page copy.", "NotAllowedError");
}

// Names are parted by a character without a width where Streamlit would make a link of them
// (`cnnviz.ui.shared.text.plain`). Whoever copies one wants what was typed.
/** @param {ClipboardEvent} event */
function copyAsTyped(event) {
  const text = getSelection()?.toString();
  if (!text?.includes(WORD_JOINER)) return;
  event.clipboardData?.setData("text/plain", text.replaceAll(WORD_JOINER, ""));
  event.preventDefault();
}

/** Give pages on plain HTTP a clipboard, and copy names as they were typed everywhere. */
export function copyAnywhere() {
  document.addEventListener("copy", copyAsTyped);
  if (navigator.clipboard) return;
  const clipboard = { writeText: async (/** @type {unknown} */ text) => copySelected(String(text)) };
  Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
}
