// How each layer fares in one step: is it learning at all, too fast, or not?

import { clamp } from "../kit/arithmetic.js";
import { element, write } from "../kit/elements.js";
import { count, percent, significant } from "../kit/numbers.js";

const RULE = 1e-3; // a healthy update changes a weight by about a thousandth of itself
const STRIP = [1e-7, 1]; // the ends of the logarithmic strips of the ratio

export class Health {
  constructor() {
    this.root = element("section", "panel health");
    this.hint = element("p", "hint");
    this.table = element("table", "layers");
    const head = element("tr");
    for (const [title, words] of [
      ["Layer", ""],
      ["Gradient", "L2 norm of the gradient of the layer's weights"],
      ["Update / weight", "Norm of this step's change divided by the norm of the weights; as a rule of thumb, about 0.001 is healthy"],
      ["Dead ReLUs", "Share of channels that are 0 everywhere on a test batch"],
    ]) {
      const cell = element("th", "", title);
      cell.scope = "col";
      cell.title = words;
      head.append(cell);
    }
    this.body = element("tbody");
    const top = element("thead");
    top.append(head);
    this.table.append(top, this.body);
    this.root.append(element("h3", "", "Health of the layers"), this.hint, this.table);
    this.rows = [];
  }

  draw(health) {
    this.root.hidden = !health;
    if (!health || health === this.painted) return;
    this.painted = health;
    write(this.hint, `At step ${count(health.step)}. The mark on each strip shows the rule of thumb: an update of about a thousandth of the weights.`);
    if (this.rows.length !== health.layers.length) this.build(health.layers.length);
    health.layers.forEach((layer, at) => this.fill(this.rows[at], layer));
  }

  build(amount) {
    const place = (value) => (100 * Math.log(value / STRIP[0])) / Math.log(STRIP[1] / STRIP[0]);
    this.rows = Array.from({ length: amount }, () => {
      const row = element("tr");
      const name = element("th");
      name.scope = "row";
      const [gradient, ratio, dead] = [element("td"), element("td", "ratio"), element("td")];
      const [value, strip, mark, dot] = [element("span"), element("span", "strip"), element("i", "mark"), element("i", "dot")];
      mark.style.left = `${place(RULE)}%`;
      strip.append(mark, dot);
      ratio.append(value, strip);
      row.append(name, gradient, ratio, dead);
      return { row, name, gradient, value, dot, dead };
    });
    this.place = place;
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
  }

  fill(row, { name, gradient, ratio, dead }) {
    write(row.name, name);
    write(row.gradient, significant(gradient, 2));
    write(row.value, significant(ratio, 2));
    row.dot.hidden = !(ratio > 0);
    row.dot.style.left = `${clamp(this.place(ratio), 0, 100)}%`;
    const some = dead !== null && dead !== undefined;
    write(row.dead, some ? percent(dead, 0) : "\u2013");
    row.dead.classList.toggle("bad", some && dead >= 0.5);
  }
}
