// Which cells belong together: what is linked, without drawing anything.

import { unpackArray } from "../kit/arrays.js";

/** Links from the cells of one panel to those of another: row `cell` of `reads` names its targets. */
export class Link {
  constructor({ source, target, reads, weights, sum }) {
    Object.assign(this, { source, target, sum });
    this.reads = unpackArray(reads);
    this.width = reads.width;
    this.weights = weights && unpackArray(weights);
  }

  /** The targets of a cell with their weights: [[target, weight], …]. */
  from(cell) {
    const found = [];
    for (let at = cell * this.width; at < (cell + 1) * this.width; at += 1) {
      if (this.reads[at] >= 0) found.push([this.reads[at], this.weightAt(at)]);
    }
    return found;
  }

  weightAt(at) {
    if (!this.weights) return 1;
    return this.weights[this.weights.length === this.width ? at % this.width : at];
  }

  /** The cells that link to a target. */
  to(target) {
    if (!this.users) {
      this.users = new Map();
      this.reads.forEach((read, at) => {
        if (read < 0) return;
        if (!this.users.has(read)) this.users.set(read, []);
        this.users.get(read).push(Math.floor(at / this.width));
      });
    }
    return this.users.get(target) ?? [];
  }
}

/** All cells that belong to a cell: those it is made of, theirs, and so on; and those it goes into.
 * @returns {Map<number, Set<number>>} cells by panel, without the cell itself. */
export function related(links, panel, cell) {
  const lit = new Map();
  const follow = (at, cells, towards) => {
    for (const link of links) {
      const [here, there] = towards === "from" ? [link.source, link.target] : [link.target, link.source];
      if (here !== at) continue;
      const next = new Set();
      for (const one of cells) {
        for (const found of link[towards](one)) next.add(towards === "from" ? found[0] : found);
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
