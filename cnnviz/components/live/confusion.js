// Which class is taken for which: a matrix up to 20 classes, and the worst pairs in words.

import { colourTable } from "../kit/figure/colours.js";
import { element, rove, write } from "../kit/elements.js";
import { count } from "../kit/numbers.js";

const MOST_CLASSES = 20;
const WORST = 5;
const MOST_LETTERS = 13; // of a name beside a row: the style sheet cuts longer ones

/** Let a box that holds more to its right say so: the style sheet fades that edge. */
export function hintScroll(box) {
  const look = () => box.classList.toggle("onward", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
  box.addEventListener("scroll", look, { passive: true });
  const watching = new ResizeObserver(look);
  watching.observe(box);
  watching.observe(box.firstElementChild);
}

export function confusionWords(confusion, classes, truth, predicted) {
  const row = confusion[truth];
  const all = row.reduce((a, b) => a + b, 0);
  const [of, as] = [classes[truth] ?? truth, classes[predicted] ?? predicted];
  const pictures = all === 1 ? "picture" : "pictures";
  if (truth === predicted) return `${count(row[truth])} of ${count(all)} ${pictures} of ${of} correct`;
  return `${count(row[predicted])} of ${count(all)} ${pictures} of ${of} mistaken for ${as}`;
}

/** The most frequent mistakes, most first: [{truth, predicted, count}]. */
export function worstPairs(confusion, most = WORST) {
  const pairs = [];
  confusion.forEach((row, truth) => row.forEach((amount, predicted) => {
    if (amount && truth !== predicted) pairs.push({ truth, predicted, count: amount });
  }));
  return pairs.sort((a, b) => b.count - a.count || a.truth - b.truth).slice(0, most);
}

export class Confusion {
  /** `chosen({step, true, predicted})` is told of a cell that was clicked. */
  constructor(palettes, chosen) {
    this.palettes = palettes;
    this.chosen = chosen;
    this.root = element("section", "panel confusion");
    this.hint = element("p", "hint");
    this.table = element("table", "matrix");
    this.words = element("p", "words");
    this.list = element("div", "worst");
    this.box = element("div", "scroll across"); // fingers need cells wider than a phone has room for
    this.box.append(this.table);
    hintScroll(this.box);
    this.root.append(element("h3", "", "Confusion matrix: which classes are mixed up"), this.hint, this.box, this.words);
    this.mistakes = element("section", "panel");
    this.mistakes.append(element("h3", "", "Most frequent mistakes"), this.list);
    this.cells = [];
    /** @type {any} */
    this.evaluation = null;
    /** @type {string[]} */
    this.classes = [];
    /** @type {number[][] | null} */
    this.confusion = null;
    this.table.onkeydown = (event) => rove(event, this.cells, this.size);
    this.table.onpointerover = (event) => this.tell(/** @type {Element} */ (event.target).closest("button"));
    this.table.onpointerleave = () => this.tell(null);
    this.table.addEventListener("focusin", (event) => this.tell(event.target)); // there is no onfocusin
  }

  draw(evaluation, classes) {
    const { confusion } = evaluation ?? {};
    this.root.hidden = this.mistakes.hidden = !confusion;
    if (!confusion) return;
    if (evaluation === this.evaluation && classes === this.classes) return;
    Object.assign(this, { evaluation, classes, confusion });
    write(this.hint, `Evaluation at step ${count(evaluation.step)} on ${count(evaluation.images)} test pictures. Rows: true class, columns: prediction.`);
    this.table.hidden = confusion.length > MOST_CLASSES;
    if (!this.table.hidden) this.fill(confusion, classes);
    const most = Math.min(this.table.hidden ? 3 * WORST : WORST, classes.length * (classes.length - 1));
    this.list.style.setProperty("--rows", String(most));
    const pairs = worstPairs(confusion, most);
    this.list.replaceChildren(...pairs.map(({ truth, predicted }) => {
      const button = element("button", "", confusionWords(confusion, classes, truth, predicted));
      button.type = "button";
      button.onclick = () => this.choose(truth, predicted);
      return button;
    }));
    if (!pairs.length) this.list.append(element("p", "", "There are no mistakes."));
    this.tell(this.pointed?.isConnected ? this.pointed : null);
  }

  fill(confusion, classes) {
    if (this.size !== confusion.length || this.named !== classes.join()) this.build(confusion.length, classes);
    const tables = [true, false].map((right) => {
      const { activations } = this.palettes;
      return right ? colourTable(activations, 0.5, 1) : colourTable(activations, 0.5, 0);
    });
    confusion.forEach((row, truth) => {
      const all = row.reduce((a, b) => a + b, 0) || 1;
      row.forEach((amount, predicted) => {
        const cell = this.cells[truth * this.size + predicted];
        const share = amount / all;
        // Mistakes are rare: the square root lets them be seen.
        const code = 3 * Math.round(255 * (truth === predicted ? share : Math.sqrt(share)));
        const [r, g, b] = tables[truth === predicted ? 0 : 1].subarray(code, code + 3);
        cell.style.background = amount ? `rgb(${r} ${g} ${b})` : "";
        cell.style.color = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
        write(cell, amount ? String(amount) : "");
        cell.setAttribute("aria-label", confusionWords(confusion, classes, truth, predicted));
      });
    });
  }

  build(size, classes) {
    this.size = size;
    this.named = classes.join();
    this.cells = [];
    const top = element("tr");
    top.append(element("td"));
    for (const name of classes) {
      const head = element("th");
      head.scope = "col";
      head.append(element("span", "", name));
      top.append(head);
    }
    const body = Array.from({ length: size }, (_, truth) => {
      const row = element("tr");
      const head = element("th", "", classes[truth]);
      head.scope = "row";
      row.append(head);
      for (let predicted = 0; predicted < size; predicted += 1) {
        const cell = element("button", truth === predicted ? "right" : "");
        cell.type = "button";
        cell.dataset.rove = String(truth * size + predicted);
        cell.tabIndex = truth || predicted ? -1 : 0;
        cell.onclick = () => this.choose(truth, predicted);
        this.cells.push(cell);
        const box = element("td");
        box.append(cell);
        row.append(box);
      }
      return row;
    });
    this.table.replaceChildren(top, ...body);
    this.table.style.setProperty("--classes", String(size));
    this.table.style.setProperty("--letters", String(Math.min(MOST_LETTERS, Math.max(...classes.map((name) => name.length)))));
    this.table.classList.toggle("upright", classes.every((name) => name.length <= 2));
  }

  tell(cell) {
    const at = this.cells.indexOf(cell);
    this.pointed = at < 0 ? null : cell;
    const text = at < 0 || !this.confusion
      ? "Point at a cell; click one to see its pictures."
      : confusionWords(this.confusion, this.classes, Math.floor(at / this.size), at % this.size);
    write(this.words, text);
  }

  choose(truth, predicted) {
    this.chosen({ step: this.evaluation.step, true: truth, predicted });
  }
}
