// A table that a press on a heading sorts.

import { element, reachable } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";

const LONG = 24; // characters: a text of a column that has longer ones gets a line of its own

/**
 * @typedef {[string, string | number | null]} Cell its text, and what it is sorted by
 * @typedef {{ id: string, alt: string, heads: string[], named_by: number, columns: Cell[][] }} Data
 */

class SortableTable {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.table = /** @type {HTMLTableElement} */ (parent.querySelector("table"));
    this.head = /** @type {HTMLElement} */ (this.table.tHead);
    this.body = this.table.tBodies[0];
    reachable(/** @type {HTMLElement} */ (parent.querySelector(".scroll")), "The table");
    this.id = "";
    /** @type {Cell[][]} */
    this.columns = [];
    /** @type {HTMLTableCellElement[]} */
    this.heads = [];
    /** @type {HTMLTableRowElement[]} */
    this.rows = [];
  }

  /** @param {Data} data */
  update(data) {
    if (data.id === this.id) return;
    this.id = data.id;
    this.columns = data.columns;
    this.table.setAttribute("aria-label", data.alt);
    const numeric = data.columns.map((cells) => cells.some(([, by]) => typeof by === "number"));
    const long = data.columns.map((cells) => cells.some(([text]) => text.length > LONG));
    this.heads = data.heads.map((name, at) => {
      const head = cell("th", "columnheader", numeric[at] ? "number" : "");
      head.scope = "col";
      const button = Object.assign(element("button", "", name), { type: "button", title: "Sort by this" });
      button.onclick = () => this.sort(at);
      head.append(button);
      return head;
    });
    this.head.replaceChildren(row(this.heads));
    this.rows = data.columns[0].map((_, line) => row(data.columns.map((cells, at) => {
      const named = at === data.named_by;
      const made = cell(named ? "th" : "td", named ? "rowheader" : "cell", numeric[at] ? "number" : long[at] ? "long" : "");
      made.dataset.head = data.heads[at];
      made.textContent = cells[line][0];
      if (named) made.scope = "row";
      return made;
    })));
    this.body.replaceChildren(...this.rows);
  }

  /**
   * By a column, the other way round at the next press, and as it was at the one after that.
   * @param {number} at
   */
  sort(at) {
    const { heads, rows, columns } = this;
    const next = { ascending: "descending", descending: "" }[heads[at].getAttribute("aria-sort") ?? ""] ?? "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    if (next) heads[at].setAttribute("aria-sort", next);
    const order = rows.map((made, line) => ({ made, by: columns[at][line][1] }));
    if (next) order.sort((one, other) => compared(one.by, other.by, next === "descending" ? -1 : 1));
    this.body.replaceChildren(...order.map(({ made }) => made));
  }
}

/**
 * Which of two comes first; what is missing comes last, whichever way round.
 * @param {string | number | null} one
 * @param {string | number | null} other
 * @param {number} way
 */
function compared(one, other, way) {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === "number" && typeof other === "number") return way * (one - other);
  return way * String(one).localeCompare(String(other), undefined, { numeric: true });
}

/**
 * A cell that stays one for screen readers where it is not laid out as one.
 * @param {"th" | "td"} tag
 * @param {string} role
 * @param {string} className
 */
function cell(tag, role, className) {
  const made = /** @type {HTMLTableCellElement} */ (element(tag, className));
  made.setAttribute("role", role);
  return made;
}

/** @param {HTMLTableCellElement[]} cells */
function row(cells) {
  const made = element("tr");
  made.setAttribute("role", "row");
  made.append(...cells);
  return made;
}

export default mounting(SortableTable);
