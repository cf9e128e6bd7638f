// What the network answers: the bars of its classes, and how it is said.

import { write } from "../kit/elements.js";
import { softmax } from "../kit/network/forward.js";
import { percent } from "../kit/numbers.js";

/** @typedef {import("../kit/network/layers.js").Layer} Layer */

/**
 * Draw the answer to the picture, and keep it for what is said.
 * @param {import("./map.js").NetworkMap} map
 */
export function showAnswer(map) {
  const { network, overview, state: { asked }, data: { network: { classes } } } = map;
  const dense = isDense(network.output);
  const shares = sharesOf(network.output);
  const best = shares.indexOf(Math.max(...shares));
  overview.bars.forEach(({ bar, fill, share }, at) => {
    bar.classList.toggle("best", at === best);
    bar.setAttribute("aria-pressed", String(at === asked));
    fill.style.width = `${100 * shares[at]}%`;
    write(share, percent(shares[at]));
  });
  if (best >= 0 && best !== map.best && overview.bars.length) overview.revealClass(best);
  map.best = best;
  const answer = dense ? `${classes[best]} for ${percent(shares[best])} of the pixels` : `${classes[best]} (${percent(shares[best])})`;
  const found = best < 0 ? "no class: its numbers are not finite" : answer;
  map.answer = classes.length ? found : "a picture";
  overview.classes.setAttribute("aria-label", `${dense ? "Shares of the pixels" : "Probabilities"}: ${classes.map((name, at) => `${name} ${percent(shares[at])}`).join(", ")}`);
  map.figure.setAttribute("aria-label", `The network for ${map.pictured}: ${overview.drawn.length} layers; it predicts ${map.answer}`);
}

/**
 * Whether each pixel has a class.
 * @param {Layer} output
 */
function isDense({ shape }) {
  const [, rows = 1, columns = 1] = shape;
  return rows * columns > 1;
}

/**
 * The probability of each class; where each pixel has one, the share of the pixels that are of it.
 * @param {Layer} output
 */
function sharesOf(output) {
  const { shape: [classes], values } = output;
  if (!isDense(output)) return softmax(values);
  const area = values.length / classes;
  const counts = new Array(classes).fill(0);
  for (let at = 0; at < area; at += 1) {
    let best = 0;
    for (let one = 1; one < classes; one += 1) if (values[one * area + at] > values[best * area + at]) best = one;
    counts[best] += 1;
  }
  return counts.map((count_) => count_ / area);
}
