// Names for people who listen to a page. Streamlit takes the name of a control from its label as
// it was typed, with the colour in it, calls a help button "Help" when it stands in a text, and
// names a slider twice. Whatever comes into the page is corrected here as it comes.

const COLOUR = /:\w+\[(.*?)\]/g;
const HEADING = "h1, h2, h3, h4, h5, h6";
const TEXT = "[data-testid=stMarkdown], [data-testid=stCaptionContainer]";

/**
 * @param {string} name
 * @param {Element} node
 */
function better(name, node) {
  if (name === "Help") return `Help for ${firstSentence(node.closest(TEXT))}`;
  if (name === "Link to heading") return `Link to ${firstSentence(node.closest(HEADING))}`;
  return name.replace(COLOUR, "$1");
}

/** @param {Element | null} node */
function firstSentence(node) {
  return node ? (node.textContent ?? "").trim().split(/[.:] /)[0] : "this";
}

/** @param {Element} node which has a name */
function correct(node) {
  const name = node.getAttribute("aria-label") ?? "";
  const right = better(name, node);
  if (right !== name) node.setAttribute("aria-label", right);
  if (node instanceof HTMLInputElement && node.type === "range" && node.closest("[role=group]")?.getAttribute("aria-label") === name) {
    node.removeAttribute("aria-labelledby"); // itself and its group, which has the same name
  }
}

/** @param {Element} root */
function correctAll(root) {
  if (root.matches("[aria-label]")) correct(root);
  root.querySelectorAll("[aria-label]").forEach(correct);
}

/** Correct the names on the page, now and whenever they change. */
export function plainNames() {
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") correctAll(/** @type {Element} */ (target));
      else for (const node of addedNodes) if (node instanceof Element) correctAll(node);
    }
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label", "aria-labelledby"],
  });
  correctAll(document.body);
}
