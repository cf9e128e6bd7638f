// Numbers as tables, for those who read rather than look.

import { element } from "./elements.js";

/**
 * @typedef {object} Table
 * @property {string} [caption]
 * @property {string[]} [heads]
 * @property {(string | Node)[][]} lines
 */

/**
 * A table; its cells are texts, or elements of their own.
 * @param {Table} table
 * @param {string} [className]
 */
export function tableOf({ caption, heads, lines }, className) {
  const table = element("table", className);
  if (caption) table.append(element("caption", "", caption));
  if (heads) table.append(rowOf(heads, "th"));
  table.append(...lines.map((cells) => rowOf(cells, "td")));
  return table;
}

/**
 * @param {(string | Node)[]} cells
 * @param {"td" | "th"} tag
 */
function rowOf(cells, tag) {
  const row = element("tr");
  row.append(...cells.map((cell) => (cell instanceof Node ? cell : element(tag, "", cell))));
  return row;
}
