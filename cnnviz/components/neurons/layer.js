// The arithmetic of a one-dimensional layer: which connections there are, and what they weigh.

/** @typedef {"full" | "local" | "shared"} Stage how its neurons are connected */

export class Layer {
  /** @param {{ inputs: number[], weights: Record<Stage, number[]>, kernel: number }} layer */
  constructor({ inputs, weights, kernel }) {
    this.inputs = inputs;
    this.kernel = kernel;
    this.outputs = inputs.length - kernel + 1;
    /** @type {Record<string, number[]>} */
    this.weights = Object.fromEntries(Object.entries(weights).map(([stage, values]) => [stage, [...values]]));
  }

  /**
   * Where the weight of a connection is kept, or -1 for no connection. Copies of one weight share a place.
   * @param {string} stage
   * @param {number} output
   * @param {number} input
   */
  place(stage, output, input) {
    if (stage === "full") return output * this.inputs.length + input;
    const tap = input - output;
    if (tap < 0 || tap >= this.kernel) return -1;
    return stage === "local" ? output * this.kernel + tap : tap;
  }

  /**
   * The connections of a stage.
   * @param {string} stage
   */
  connections(stage) {
    const found = [];
    for (let output = 0; output < this.outputs; output += 1) {
      for (let input = 0; input < this.inputs.length; input += 1) {
        const place = this.place(stage, output, input);
        if (place >= 0) found.push({ output, input, place, weight: this.weights[stage][place] });
      }
    }
    return found;
  }

  /**
   * What each neuron gives.
   * @param {string} stage
   * @returns {number[]}
   */
  results(stage) {
    const sums = new Array(this.outputs).fill(0);
    for (const { output, input, weight } of this.connections(stage)) sums[output] += weight * this.inputs[input];
    return sums;
  }

  /**
   * PyTorch code that gives the same.
   * @param {string} stage
   */
  code(stage) {
    const x = `import torch\nimport torch.nn.functional as F\n\nx = torch.tensor([${this.inputs.map((value) => value.toFixed(4)).join(", ")}])\n`;
    const list = (/** @type {number[]} */ values) => `torch.tensor([${values.join(", ")}]).float()`;
    const weights = list(this.weights[stage]);
    if (stage === "full") return `${x}weights = ${weights}.reshape(${this.outputs}, ${this.inputs.length})\nprint(F.linear(x, weights))\n`;
    if (stage === "local") return `${x}weights = ${weights}.reshape(${this.outputs}, ${this.kernel})\nprint((x.unfold(0, ${this.kernel}, 1) * weights).sum(1))\n`;
    return `${x}weights = ${weights}\nprint(F.conv1d(x[None, None], weights[None, None])[0, 0])\n`;
  }
}
