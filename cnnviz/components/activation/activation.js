// A map, the curve of an activation function with a dot a cell, and the map after it.

const ACTIVATIONS = new WeakMap(); // by parentElement
const LARGEST_CELL = 46;
const GLIDE = 260; // milliseconds a dot takes from one place of the curve to another
const DWELL = 900; // milliseconds on a cell while nobody points

class Activation {
  constructor(parent) {
    this.root = parent.querySelector(".activation");
    this.figure = this.root.querySelector(".figure");
    this.canvas = this.root.querySelector(".curve canvas");
    this.told = this.root.querySelector(".told");
    this.live = this.root.querySelector(".live");
    this.moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.onScreen = true;
    this.cell = 0;
    this.hover = null;
    this.canvas.onpointermove = (event) => this.point(this.nearest(event));
    this.canvas.onpointerdown = this.canvas.onpointermove;
    this.canvas.onpointerleave = () => this.point(null);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.querySelector(".table").ontoggle = () => this.fillTables();
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.figure);
    this.watcher = new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      this.wake();
    });
    this.watcher.observe(this.figure);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.speaking);
    this.resizer.disconnect();
    this.watcher.disconnect();
  }

  update(data) {
    if (data.id !== this.data?.id) this.load(data);
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load(data) {
    this.data = data;
    const [rows, columns] = data.shape;
    this.grids = ["before", "after"].map((kind) => {
      const values = data[kind];
      const [low, high] = limits(values);
      const scale = Scale.diverging(low, high, Math.max(Math.abs(low), Math.abs(high)) || 1, data.stops);
      const grid = new Grid({ kind, rows, columns, values, texts: values.map(cellText), scale });
      const made = element("figure", "panel");
      const caption = element("figcaption");
      caption.append(element("b", "", kind === "before" ? "Before" : "After"), " ", element("span", "shape", sizeText(rows, columns)));
      made.append(caption, grid.canvas, legend(scale));
      this.root.querySelector(`.${kind}`).replaceChildren(made);
      grid.canvas.onpointermove = (event) => this.point(grid.cellAt(event));
      grid.canvas.onpointerdown = grid.canvas.onpointermove;
      grid.canvas.onpointerleave = () => this.point(null);
      grid.canvas.onclick = () => { this.figure.focus({ preventScroll: true }); this.moving = false; };
      return grid;
    });
    this.cell = Math.min(this.cell, rows * columns - 1);
    this.hover = null;
    this.root.querySelector(".curve b").textContent = data.name;
    this.root.querySelector(".code code").textContent = data.pytorch;
    this.figure.setAttribute("aria-label", `${data.name} of a ${sizeText(rows, columns)} map. Arrow keys move from cell to cell.`);
    this.fillTables();
    this.resize();
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const [rows, columns] = this.data.shape;
    const wide = width >= 620;
    const side = wide ? Math.min(300, width * 0.36) : Math.min(320, width);
    const room = wide ? (width - side - 90) / 2 : width * 0.42;
    const size = Math.min(room / columns, 300 / rows, LARGEST_CELL);
    for (const grid of this.grids) grid.resize(size >= 6 ? Math.floor(size) : size);
    this.side = Math.round(side);
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = this.canvas.height = Math.round(this.side * this.ratio);
    this.canvas.style.width = this.canvas.style.height = `${this.side}px`;
    this.redraw();
  }

  redraw() {
    if (!this.grids?.[0].cell) return;
    this.theme = readTheme(this.root);
    for (const grid of this.grids) grid.drawBase(this.theme);
    this.painted = null;
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  point(cell) {
    if (cell === this.hover) return;
    this.hover = cell;
    if (cell !== null) this.cell = cell;
    this.settle();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details")) return;
    const [rows, columns] = this.data.shape;
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (!(event.key in moves)) return;
    const next = this.cell + moves[event.key];
    this.moving = false;
    this.hover = null;
    if (next >= 0 && next < rows * columns) this.cell = next;
    this.settle();
    event.preventDefault();
    event.stopPropagation();
  }

  settle() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = this.told.textContent; }, 300);
    this.wake();
  }

  // --- the curve ------------------------------------------------------------------------------

  place(x, y) {
    const [xs, ys] = this.data.curve;
    const [left, right] = [xs[0], xs.at(-1)];
    const [low, high] = limits(ys);
    const pad = 14;
    const inner = this.side - 2 * pad;
    return [pad + ((x - left) / (right - left)) * inner, this.side - pad - ((y - low) / (high - low || 1)) * inner];
  }

  /** The height of the curve at x, between its points. */
  heightAt(x) {
    const [xs, ys] = this.data.curve;
    const at = Math.min(Math.max(1, xs.findIndex((one) => one >= x)), xs.length - 1);
    const share = (x - xs[at - 1]) / (xs[at] - xs[at - 1]);
    return ys[at - 1] + (ys[at] - ys[at - 1]) * Math.min(Math.max(share, 0), 1);
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const here = [event.clientX - box.left, event.clientY - box.top];
    let [best, least] = [null, Infinity];
    this.data.before.forEach((x, at) => {
      const [left, top] = this.place(x, this.data.after[at]);
      const far = Math.hypot(left - here[0], top - here[1]);
      if (far < least) [best, least] = [at, far];
    });
    return best;
  }

  drawCurve(x) {
    const context = this.canvas.getContext("2d");
    const { theme, data, side } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, side, side);
    const [xs, ys] = data.curve;
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, side - 1, side - 1);
    const line = (from, to) => {
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    };
    const [low, high] = limits(ys);
    if (low <= 0 && high >= 0) line(this.place(xs[0], 0), this.place(xs.at(-1), 0));
    line(this.place(0, low), this.place(0, high));
    context.strokeStyle = theme.ink;
    context.lineWidth = 2;
    context.beginPath();
    xs.forEach((one, at) => context.lineTo(...this.place(one, ys[at])));
    context.stroke();
    context.fillStyle = theme.window;
    context.globalAlpha = data.before.length > 60 ? 0.3 : 0.7;
    data.before.forEach((one, at) => {
      context.beginPath();
      context.arc(...this.place(one, data.after[at]), 3.5, 0, 7);
      context.fill();
    });
    context.globalAlpha = 1;
    const y = this.heightAt(x);
    context.setLineDash([3, 3]);
    context.strokeStyle = theme.window;
    line(this.place(x, 0), this.place(x, y));
    line(this.place(x, y), this.place(0, y));
    context.setLineDash([]);
    context.fillStyle = theme.window;
    context.strokeStyle = theme.paper;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...this.place(x, y), 7, 0, 7);
    context.fill();
    context.stroke();
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.fillText(numberText(xs[0], 3), 4, side - 4);
    context.textAlign = "right";
    context.fillText(numberText(xs.at(-1), 3), side - 4, side - 4);
    context.fillText(numberText(high, 3), side - 4, 12);
    context.textAlign = "left";
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.hover === null && this.onScreen && this.data.before.length > 1;
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.grids?.[0].cell) return;
    if (this.running()) {
      this.since ??= now;
      if (now - this.since > DWELL) {
        this.since = now;
        this.cell = (this.cell + 1) % this.data.before.length;
      }
    } else this.since = undefined;
    const target = this.data.before[this.cell];
    if (this.to !== target) {
      this.from = this.x ?? target;
      this.to = target;
      this.began = now;
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = still ? 1 : Math.min(1, (now - this.began) / GLIDE);
    this.x = this.from + (this.to - this.from) * (1 - (1 - share) ** 3);
    this.drawCurve(this.x);
    this.paint();
    if (share < 1 || this.running()) this.wake();
  }

  paint() {
    if (this.painted === this.cell) return;
    this.painted = this.cell;
    for (const grid of this.grids) {
      grid.start();
      const lit = new Uint8Array(grid.count);
      lit[this.cell] = 1;
      grid.outline(lit, this.theme.window, this.theme);
    }
    const { before, after, shape, name } = this.data;
    const where = `Row ${Math.floor(this.cell / shape[1])}, column ${this.cell % shape[1]}`;
    this.told.textContent = `${where}: ${name} of ${numberText(before[this.cell])} is ${numberText(after[this.cell])}`;
    this.root.dataset.cell = this.cell;
  }

  fillTables() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.root.querySelector(".table").open) return;
    for (const { kind, rows, columns, values } of this.grids) {
      const table = element("table");
      table.append(element("caption", "", kind === "before" ? "Before" : "After"));
      for (let row = 0; row < rows; row += 1) {
        const line = element("tr");
        for (let column = 0; column < columns; column += 1) line.append(element("td", "", numberText(values[row * columns + column])));
        table.append(line);
      }
      place.append(table);
    }
  }
}

export default function mount({ parentElement, data }) {
  let activation = ACTIVATIONS.get(parentElement);
  if (!activation) {
    activation = new Activation(parentElement);
    ACTIVATIONS.set(parentElement, activation);
  }
  activation.update(data);
  return () => {
    activation.destroy();
    ACTIVATIONS.delete(parentElement);
  };
}
