// What the figure says in words and numbers about the cell in focus.

import { element, reachable } from "../kit/elements.js";
import { bracketed, numberText, sizeText, weightText } from "../kit/numbers.js";
import { CHANNEL_NAMES } from "./view.js";

/** @import { Model } from "./model.js" */
/** @import { Table } from "../kit/tables.js" */

/** @typedef {{ [part in "slot" | "sign" | "weight" | "value" | "running"]: HTMLElement }} Slot where a term is printed */

/**
 * @param {number} row
 * @param {number} column
 */
function place(row, column) {
  return `(${numberText(row)}, ${numberText(column)})`;
}

/** The line of products under the figure; its elements are made once per trace and refilled. */
export class SumLine {
  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.model = model;
    this.headline = element("p", "headline");
    this.detail = element("p", "detail");
    this.body = element("div", "terms");
    reachable(this.body, "The products and their sum");
    this.total = element("p", "total");
    root.replaceChildren(this.headline, this.body, this.detail, this.total);
    root.style.minHeight = "";
    this.root = root;
    /** @type {Slot[]} */
    this.slots = [];
    /** @type {HTMLElement[]} of each channel */
    this.partials = [];
    this.makeTerms();
  }

  makeTerms() {
    const { model } = this;
    this.body.classList.toggle("listed", model.rule.listed);
    for (let channel = 0; channel < model.channels; channel += 1) {
      const group = element("div", "group");
      if (model.channels > 1) group.append(element("b", "", `${CHANNEL_NAMES[channel] ?? channel + 1}: `));
      const size = model.terms / model.channels;
      for (let at = 0; at < size; at += 1) {
        const slot = element("span", "term");
        const names = ["plus", "w", "x", "running"];
        const [sign, weight, value, running] = names.map((name) => element("span", name));
        const product = element("span", "product");
        product.append(sign, weight, value);
        slot.append(product, running);
        group.append(slot, " ");
        this.slots.push({ slot, sign, weight, value, running });
      }
      const partial = element("b", "partial-sum");
      group.append(partial);
      this.partials.push(partial);
      this.body.append(group);
    }
  }

  /**
   * Print the terms of one output cell.
   * @param {number} step
   * @returns {string} the same as one line of text
   */
  showOutput(step) {
    const { model } = this;
    const [row, column] = model.outputAt(step);
    const value = numberText(model.output[step]);
    this.headline.textContent = `Output ${place(row, column)} = ${value}`;
    this.body.hidden = false;
    this.detail.hidden = true;
    const terms = model.termsOf(step);
    const perGroup = model.terms / model.channels;
    const found = new Map(terms.map((term) => [term.at, term]));
    /** @type {string[]} */
    const parts = [];
    /** @type {number[]} */
    const sums = Array(model.channels).fill(0);
    const { fold, listed } = model.rule;
    let so = fold?.start ?? 0;
    let first = true;
    this.slots.forEach((slot, at) => {
      const term = found.get(at);
      slot.slot.hidden = !term;
      if (at % perGroup === 0) {
        first = true;
        if (model.reduction === "sum") so = 0;
      }
      if (!term) return;
      const weight = model.kernel ? weightText(term.weight) : "";
      const shown = numberText(term.value);
      const left = first ? weight : bracketed(weight);
      slot.sign.textContent = first || listed ? "" : "+ ";
      slot.weight.textContent = weight && `${left}·`;
      slot.value.textContent = weight || !first ? bracketed(shown) : shown;
      if (fold) {
        so = fold.running(so, term.product);
        slot.running.textContent = numberText(so);
      }
      sums[Math.floor(at / perGroup)] = so;
      parts.push(slot.sign.textContent + slot.weight.textContent + slot.value.textContent);
      first = false;
    });
    const tail = this.writeTotal(sums, terms.length, value);
    return `${parts.join(listed ? ", " : " ")} ${tail}`;
  }

  /**
   * Print what the terms come to.
   * @param {number[]} sums of each channel; of a mean only the last counts
   * @param {number} count of terms
   * @param {string} value
   */
  writeTotal(sums, count, value) {
    const { model } = this;
    const bias = model.bias ? ` + bias ${bracketed(numberText(model.bias))}` : "";
    let tail = `= ${value}`;
    if (model.channels > 1 && model.reduction === "sum") {
      this.partials.forEach((partial, channel) => {
        partial.textContent = `= ${numberText(sums[channel])}`;
      });
      const names = sums.map((sum, at) => (at ? bracketed(numberText(sum)) : numberText(sum)));
      tail = `${names.join(" + ")}${bias} = ${value}`;
    } else if (model.reduction === "sum") {
      tail = bias ? `${numberText(sums[0])}${bias} = ${value}` : tail;
    } else if (model.reduction === "mean") {
      tail = `${numberText(sums[sums.length - 1])} / ${count}${bias} = ${value}`;
    } else {
      tail = `${model.reduction} of ${count} numbers${bias} = ${value}`;
    }
    this.total.textContent = tail;
    return tail;
  }

  /**
   * Print a sentence instead of products.
   * @param {string} headline
   * @param {string} detail
   */
  showSentence(headline, detail) {
    this.headline.textContent = headline;
    this.detail.textContent = detail;
    this.detail.hidden = false;
    this.body.hidden = true;
    this.total.textContent = "";
    return detail;
  }

  /**
   * Print which outputs an input cell feeds.
   * @param {number} index
   */
  showInput(index) {
    const { model } = this;
    const [channel, row, column] = model.inputAt(index);
    const name = model.channels > 1 ? ` ${CHANNEL_NAMES[channel] ?? channel + 1}` : "";
    const kind = model.isPadding(index) ? "Padding cell" : "Input";
    const headline = `${kind}${name} ${place(row, column)} = ${numberText(model.padded[index])}`;
    const uses = model.usesOfInput(index);
    if (uses.length === 0) return this.showSentence(headline, "No output reads this cell.");
    const told = uses.map(({ step, tap }) => {
      const where = place(...model.outputAt(step));
      return model.kernel ? `${where} with weight ${weightText(model.kernel[tap])}` : where;
    });
    const outputs = uses.length === 1 ? "1 output" : `${uses.length} outputs`;
    return this.showSentence(headline, `Feeds ${outputs} of ${model.steps}: ${told.join(", ")}.`);
  }

  /**
   * Print how often a weight is used, and what it meets in a step.
   * @param {number} tap
   * @param {number} step
   */
  showKernel(tap, step) {
    const { model } = this;
    if (!model.kernel) return "";
    const [channel, row, column] = model.kernelAt(tap);
    const name = model.channels > 1 ? ` ${CHANNEL_NAMES[channel] ?? channel + 1}` : "";
    const weight = weightText(model.kernel[tap]);
    const uses = model.usesOfWeight(tap);
    const now = uses.find((use) => use.step === step);
    let detail = `The same weight multiplies ${uses.length} input cells, one for each output: `
      + "weights are shared.";
    if (now) {
      const [, inRow, inColumn] = model.inputAt(now.read);
      const value = model.padded[now.read];
      const product = numberText(value * model.kernel[tap]);
      detail += ` For output ${place(...model.outputAt(step))} it multiplies input ${place(inRow, inColumn)}: `
        + `${weight}·${bracketed(numberText(value))} = ${product}.`;
    }
    return this.showSentence(`Weight${name} ${place(row, column)} = ${weight}`, detail);
  }

  /** Keep the tallest height seen, so that nothing below jumps from step to step. */
  holdHeight() {
    const height = this.root.offsetHeight;
    if (height > (Number.parseFloat(this.root.style.minHeight) || 0)) {
      this.root.style.minHeight = `${height}px`;
    }
  }
}

/**
 * Rows or columns as words: "column 6 (the last)", "rows 1, 3 and 5".
 * @param {string} word row or column
 * @param {number[]} lines
 * @param {number} before lines of padding before the first
 * @param {number} size without padding
 * @param {number} total with padding
 */
function nameLines(word, lines, before, size, total) {
  const names = lines.map((line) => {
    const at = line - before;
    return at < 0 || at >= size ? `${numberText(at)} (padding)` : numberText(at);
  });
  if (lines.length === 1 && lines[0] === total - 1) return `${word} ${names[0]}, the last,`;
  if (lines.length === 1) return `${word} ${names[0]}`;
  if (lines.length > 6) {
    return `${lines.length} ${word}s (${names.slice(0, 3).join(", ")}, …, ${names.at(-1)})`;
  }
  return `${word}s ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * One sentence per direction about what no window reads; empty where everything is read.
 * @param {Model} model
 */
export function unreadText(model) {
  const sentence = (/** @type {string} */ word, /** @type {number[]} */ lines, /** @type {0 | 1} */ axis, /** @type {number} */ total) => {
    if (!lines.length) return "";
    const trailing = lines.filter((line, at) => line === total - (lines.length - at)).length;
    const named = nameLines(word, lines, model.pads[axis][0], model.imageShape[axis + 1], total);
    const verb = lines.length === 1 ? "is" : "are";
    const why = trailing === lines.length
      ? `the stride of ${model.stride[axis]} leaves a remainder of ${lines.length}`
      : `the stride of ${model.stride[axis]} and the dilation of ${model.dilation[axis]} skip `
        + (lines.length === 1 ? "it" : "them");
    const text = `${named} ${verb} never read: ${why}. `;
    return text[0].toUpperCase() + text.slice(1);
  };
  const rows = sentence("row", model.unreadRows, 0, model.rows);
  return (rows + sentence("column", model.unreadCols, 1, model.columns)).trim();
}

/** @typedef {[text: string, role: string][]} Formula its symbols and what each stands for */

/**
 * The output-size formula filled in, its symbols in the colours of their controls.
 * @param {HTMLElement} root
 * @param {Model} model
 */
export function fillFormula(root, model) {
  const [rows, columns] = model.formulas;
  const text = (/** @type {Formula} */ parts) => parts.map(([part]) => part).join("");
  const line = (/** @type {string} */ label, /** @type {Formula} */ parts) => {
    const made = element("p", "size");
    made.append(element("span", "what", label));
    for (const [part, role] of parts) made.append(element("span", `role-${role}`, part));
    return made;
  };
  root.replaceChildren();
  if (!rows.length) return;
  if (text(rows) === text(columns)) root.append(line("Output rows and columns: ", rows));
  else root.append(line("Output rows: ", rows), line("Output columns: ", columns));
  const promised = [rows, columns].map((parts) => Number(parts.find(([, role]) => role === "output")?.[0]));
  const agrees = promised[0] === model.outputRows && promised[1] === model.outputColumns;
  const shape = sizeText(model.outputRows, model.outputColumns);
  root.append(element("p", agrees ? "check" : "check wrong", agrees
    ? `✓ The output is indeed ${shape}.` : `✗ The output is ${shape}: the formula is wrong.`));
}

/**
 * The lines of a table of numbers, with the place of each row and column.
 * @param {number} rows
 * @param {number} columns
 * @param {(at: number) => number} numberAt
 */
function numberLines(rows, columns, numberAt, firstRow = 0, firstColumn = 0) {
  const heading = (/** @type {number} */ at, /** @type {string} */ scope) => {
    const made = element("th", "", numberText(at));
    made.scope = scope;
    return made;
  };
  const upTo = (/** @type {number} */ length) => [...Array(length).keys()];
  const top = upTo(columns).map((column) => heading(column + firstColumn, "col"));
  const lines = upTo(rows).map((row) => [
    heading(row + firstRow, "row"),
    ...upTo(columns).map((column) => numberText(numberAt(row * columns + column), 6)),
  ]);
  return [["", ...top], ...lines];
}

/**
 * The numbers of a trace as tables.
 * @param {Model} model
 */
export function tablesOf(model) {
  const [top, left] = [model.pads[0][0], model.pads[1][0]];
  const isPadded = model.pads.flat().some(Boolean);
  const padded = isPadded ? ", with padding (negative places are padding)" : "";
  /** @type {Table[]} */
  const made = [];
  for (let channel = 0; channel < model.channels; channel += 1) {
    const name = model.channels > 1 ? ` ${CHANNEL_NAMES[channel] ?? channel + 1}` : "";
    const input = (/** @type {number} */ at) => model.padded[channel * model.plane + at];
    made.push({ caption: `Input${name}${padded}`, lines: numberLines(model.rows, model.columns, input, -top, -left) });
    const weights = model.kernel;
    if (!weights) continue;
    const kernel = (/** @type {number} */ at) => weights[channel * model.kernelPlane + at];
    made.push({ caption: `Kernel${name}`, lines: numberLines(model.windowRows, model.windowColumns, kernel) });
  }
  const output = numberLines(model.outputRows, model.outputColumns, (/** @type {number} */ at) => model.output[at]);
  return [...made, { caption: "Output", lines: output }];
}
