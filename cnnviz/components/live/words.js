// Numbers as words, and elements. Everything from people or files goes in as text, never as HTML.

export const MINUS = "\u2212";

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Change a text only if it is another one: the browser then lays nothing out. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function count(value) {
  return Math.round(value).toLocaleString("en-GB").replace("-", MINUS);
}

/** A number to some significant digits: 0.0312, 12.4, 1.2e−05. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e5) return value.toExponential(1).replaceAll("-", MINUS);
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(places, 6)).replace("-", MINUS);
}

/** The same without zeros at the end: settings and ends of scales. */
export function plain(value) {
  const text = number(value);
  return /^[^e]*\.[^e]*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

export function percent(share, digits = 1) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "\u2013";
}

/** Seconds in words: 8.2 s, 75 s, 12 min. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "\u2013";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** 1234567 as 1.23 M. */
export function short(value) {
  if (!Number.isFinite(value)) return "\u2013";
  for (const [size, sign] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (value >= size) return `${number(sign === "k" ? value / 1e3 : value / size)} ${sign}`;
  }
  return count(value);
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** The index of the last item that is not past `step`; −1 if none. Items are in order of step. */
export function lastUpTo(items, step, of = (item) => item.step) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(items[middle]) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Move one tab stop inside a group by the arrow keys, Home and End. */
export function rove(event, items, across) {
  const at = items.indexOf(event.target.closest("[data-rove]"));
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
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

/** How many items a wrapping grid has in a row. */
export function columnsOf(items) {
  const top = items[0]?.offsetTop;
  const next = items.findIndex((item) => item.offsetTop !== top);
  return next < 0 ? items.length : next;
}
