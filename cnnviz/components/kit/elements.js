// Pieces of the document. Everything from people or files goes in as text, never as markup.

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * A function that finds an element inside another; there must be one.
 * @param {ParentNode} root
 */
export function finder(root) {
  return (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
}

/**
 * A drawing of 24 units a side, beside or instead of words.
 * @param {string} className
 * @param {string} path as in the `d` of an SVG path
 */
export function icon(className, path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  if (className) made.setAttribute("class", className);
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

/**
 * A name for a sentence: one that is written from right to left turns nothing beside it round.
 * `isolated` of `cnnviz/numbers/formatting.py` does the same.
 * @param {string} name
 */
export function isolated(name) {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name;
}

/**
 * Change a text only if it is another one: the browser then lays nothing out.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A group of which one is chosen, as radio buttons that look like a switch.
 * @param {string} name
 * @param {Record<string, string>} options
 * @param {string} chosen
 * @param {(value: any) => void} onChange
 */
export function choice(name, options, chosen, onChange) {
  const group = element("fieldset", "choice");
  group.append(element("legend", "unseen", name));
  const unique = `${name}-${Math.random().toString(36).slice(2)}`;
  for (const [value, text] of Object.entries(options)) {
    const label = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name: unique, value, checked: value === chosen });
    input.onchange = () => onChange(value);
    input.onkeydown = (event) => event.stopPropagation();
    label.append(input, element("span", "", text));
    group.append(label);
  }
  return group;
}

/**
 * A box to tick, with its text.
 * @param {string} text
 * @param {boolean} checked
 * @param {(checked: boolean) => void} onChange
 */
export function tick(text, checked, onChange) {
  const label = element("label", "tick");
  const input = element("input");
  Object.assign(input, { type: "checkbox", checked });
  input.onchange = () => onChange(input.checked);
  input.onkeydown = (event) => event.stopPropagation();
  label.append(input, ` ${text}`);
  return label;
}

/**
 * Move one tab stop inside a group by the arrow keys, Home and End.
 * @param {KeyboardEvent} event
 * @param {(HTMLElement | SVGElement)[]} items
 * @param {number} across
 */
export function rove(event, items, across) {
  const target = /** @type {HTMLElement} */ (event.target);
  const at = items.indexOf(/** @type {HTMLElement} */ (target.closest("[data-rove]")));
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  /** @type {Record<string, number>} */
  const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - across, ArrowDown: at + across, Home: 0, End: items.length - 1 };
  if (!(event.key in moves)) return;
  const to = moves[event.key];
  if (to >= 0 && to < items.length) {
    items[at].tabIndex = -1;
    items[to].tabIndex = 0;
    items[to].focus();
  }
  event.preventDefault();
  event.stopPropagation();
}

/**
 * How many items a wrapping grid has in a row.
 * @param {HTMLElement[]} items
 * @returns {number}
 */
export function columnsOf(items) {
  const top = items[0]?.offsetTop;
  const next = items.findIndex((item) => item.offsetTop !== top);
  return next < 0 ? items.length : next;
}

/**
 * Make a box a stop of the Tab key while it holds more than it shows; `name` is read aloud.
 * @param {HTMLElement} box
 * @param {string} name
 */
export function reachable(box, name) {
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", name);
  const look = () => {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(look).observe(box);
}
