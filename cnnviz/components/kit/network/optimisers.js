// The steps of optimisers, as `torch.optim` takes them.

/**
 * What an optimiser remembers, zeros at first.
 * @typedef {{ first: Float64Array, second: Float64Array }} Memory
 *
 * An optimiser: what it adds to the numbers, given the gradient there, at the step that counts from 1.
 * @typedef {(gradient: Float64Array, rate: number, memory: Memory, step: number, momentum: number) => Float64Array} Rule
 */

const [EARLY, LATE, EPS] = [0.9, 0.999, 1e-8]; // β₁, β₂ and ε of Adam

/** @type {Record<string, Rule>} */
export const RULES = {
  sgd: (gradient, rate) => gradient.map((slope) => -rate * slope),
  momentum: (gradient, rate, memory, _step, momentum) => {
    memory.first = gradient.map((slope, at) => momentum * memory.first[at] + slope);
    return memory.first.map((speed) => -rate * speed);
  },
  // D. P. Kingma and J. Ba, Adam, ICLR 2015.
  adam: (gradient, rate, memory, step) => {
    memory.first = gradient.map((slope, at) => EARLY * memory.first[at] + (1 - EARLY) * slope);
    memory.second = gradient.map((slope, at) => LATE * memory.second[at] + (1 - LATE) * slope * slope);
    return memory.first.map((mean, at) => {
      const spread = Math.sqrt(memory.second[at]) / Math.sqrt(1 - LATE ** step);
      return (-rate * mean) / (1 - EARLY ** step) / (spread + EPS);
    });
  },
};
