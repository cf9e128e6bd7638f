// What has been painted, as a short text: `0:57-59,70;255:3` is a value and where it is.

/** @param {Map<number, number>} painted values by flat index */
export function writeStrokes(painted) {
  const byValue = new Map();
  for (const at of [...painted.keys()].sort((a, b) => a - b)) {
    const value = painted.get(at);
    if (!byValue.has(value)) byValue.set(value, []);
    const runs = byValue.get(value);
    const last = runs.at(-1);
    if (last && last[1] === at - 1) last[1] = at;
    else runs.push([at, at]);
  }
  const run = (/** @type {[number, number]} */ [first, last]) => (first === last ? `${first}` : `${first}-${last}`);
  return [...byValue].sort(([a], [b]) => a - b).map(([value, runs]) => `${value}:${runs.map(run).join(",")}`).join(";");
}

/**
 * @param {string} text
 * @returns {Map<number, number>} values by flat index
 */
export function readStrokes(text) {
  const painted = new Map();
  for (const group of text.split(";").filter(Boolean)) {
    const [value, runs] = group.split(":");
    for (const run of runs.split(",")) {
      const [first, last = first] = run.split("-").map(Number);
      for (let at = first; at <= last; at += 1) painted.set(at, Number(value));
    }
  }
  return painted;
}

/**
 * The cells on a straight line between two cells, both among them, so that a fast stroke has no gaps.
 * @param {number} from a flat index
 * @param {number} to
 * @param {number} columns
 */
export function cellsBetween(from, to, columns) {
  const [row, column] = [Math.floor(from / columns), from % columns];
  const [down, across] = [Math.floor(to / columns) - row, (to % columns) - column];
  const steps = Math.max(Math.abs(down), Math.abs(across), 1);
  return [...Array(steps + 1).keys()].map(
    (step) => Math.round(row + (down * step) / steps) * columns + Math.round(column + (across * step) / steps),
  );
}
