// Which cells belong together: what is linked, without drawing anything.

import { unpackArray } from "../kit/arrays.js";

/** Links from the cells of one panel to those of another: row `cell` of `reads` names its targets. */
export class Link {
  /**
   * @param {object} link as Python sends it
   * @param {number} link.source number of a panel
   * @param {number} link.target number of another
   * @param {import("../kit/arrays.js").Packed & { width: number }} link.reads
   * @param {import("../kit/arrays.js").Packed | null} link.weights
   * @param {boolean} link.sum
   */
  constructor({ source, target, reads, weights, sum }) {
    this.source = source;
    this.target = target;
    this.sum = sum;
    this.reads = unpackArray(reads);
    this.width = reads.width;
    this.weights = weights && unpackArray(weights);
    /** @type {Map<number, number[]> | undefined} the cells that link to a target, once it was asked for */
    this.users = undefined;
  }

  /**
   * The targets of a cell with their weights.
   * @param {number} cell
   */
  from(cell) {
    /** @type {[target: number, weight: number][]} */
    const found = [];
    for (let at = cell * this.width; at < (cell + 1) * this.width; at += 1) {
      if (this.reads[at] >= 0) found.push([this.reads[at], this.weightAt(at)]);
    }
    return found;
  }

  /** @param {number} at */
  weightAt(at) {
    if (!this.weights) return 1;
    return this.weights[this.weights.length === this.width ? at % this.width : at];
  }

  /**
   * The cells that link to a target.
   * @param {number} target
   */
  to(target) {
    if (!this.users) {
      /** @type {Map<number, number[]>} */
      const users = new Map();
      this.users = users;
      this.reads.forEach((/** @type {number} */ read, /** @type {number} */ at) => {
        if (read < 0) return;
        const cells = users.get(read) ?? [];
        cells.push(Math.floor(at / this.width));
        users.set(read, cells);
      });
    }
    return this.users.get(target) ?? [];
  }
}

/**
 * The link that says of which cells each cell of a panel is the sum, if there is one.
 * @param {Link[]} links
 * @param {number} panel
 */
export function sumBehind(links, panel) {
  return links.find(({ source, sum }) => source === panel && sum);
}

/**
 * All cells that belong to a cell: those it is made of, theirs, and so on; and those it goes into.
 * @param {Link[]} links
 * @param {number} panel
 * @param {number} cell
 * @returns {Map<number, Set<number>>} cells by panel, without the cell itself
 */
export function related(links, panel, cell) {
  const lit = new Map();
  /** @type {(at: number, cells: number[], towards: "from" | "to") => void} */
  const follow = (at, cells, towards) => {
    for (const link of links) {
      const [here, there] = towards === "from" ? [link.source, link.target] : [link.target, link.source];
      if (here !== at) continue;
      const next = new Set();
      for (const one of cells) {
        if (towards === "from") link.from(one).forEach(([target]) => next.add(target));
        else link.to(one).forEach((source) => next.add(source));
      }
      if (!next.size) continue;
      const known = lit.get(there) ?? new Set();
      const fresh = [...next].filter((found) => !known.has(found));
      for (const found of fresh) known.add(found);
      lit.set(there, known);
      if (fresh.length) follow(there, fresh, towards);
    }
  };
  follow(panel, [cell], "from");
  follow(panel, [cell], "to");
  return lit;
}
