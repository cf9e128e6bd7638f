// Drag the object: its map follows, beside the map that was convolved first and moved after.

const DRAGS = new WeakMap(); // by parentElement
const PAUSE = 700; // milliseconds until the server is asked to check
const WALK = 450; // milliseconds a cell

class Drag {
  constructor(parent) {
    this.root = parent.querySelector(".drag");
    const find = (selector) => this.root.querySelector(selector);
    [this.figure, this.told, this.live, this.table] = [".figure", ".told", ".live", ".table"].map(find);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.table.ontoggle = () => this.fillTables();
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.figure);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearInterval(this.walking);
    clearTimeout(this.pausing);
    this.resizer.disconnect();
  }

  update(data, send) {
    this.send = send;
    if (data.id !== this.data?.id) this.load(data);
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    this.scene = new Scene(data);
    if (first) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.shift = data.play && !calm ? [0, 0] : [...data.shift];
      if (data.play && !calm) this.walking = setInterval(() => this.walk(), WALK);
    }
    this.shift = this.limited(this.shift);
    this.home = this.scene.output(this.scene.picture([0, 0]));
    this.figure.setAttribute("aria-label", data.alt);
    this.root.querySelector(".code code").textContent = data.pytorch;
    this.root.querySelector(".code").hidden = !data.pytorch;
    this.makeGrids();
    this.resize();
    this.pause();
  }

  /** Walk to the shift of the example, a cell at a time. */
  walk() {
    const [down, right] = this.shift.map((amount, axis) => Math.sign(this.data.shift[axis] - amount));
    if (!down && !right) {
      clearInterval(this.walking);
      this.pause();
      return;
    }
    this.shift = right ? [this.shift[0], this.shift[1] + right] : [this.shift[0] + down, this.shift[1]];
    this.wake();
  }

  makeGrids() {
    const { scene } = this;
    const input = scene.picture([0, 0]);
    const span = (values) => Math.max(...Array.from(values, Math.abs)) || 1;
    const scale = (values) => {
      const most = span(values);
      const [low] = limits(values);
      return Scale.diverging(low < 0 ? -most : 0, most, most, this.data.stops);
    };
    const most = span(this.home.values);
    const many = [this.home, input].map(({ values }) => scale(values));
    const shown = [
      ["Input", "", input, many[1]],
      ["Shift, then convolve", "\u2192", this.home, many[0]],
      ["Convolve, then shift", "|", this.home, many[0]],
      ["Difference", "\u2192", this.home, Scale.diverging(-most, most, most, this.data.stops)],
    ];
    this.figure.replaceChildren();
    this.grids = shown.map(([kind, sign, { rows, columns, values }, colours]) => {
      const grid = new Grid({ kind, rows, columns, values, texts: [], scale: colours });
      const made = element("figure", "panel");
      const caption = element("figcaption");
      caption.append(element("b", "", kind), " ", element("span", "shape", sizeText(rows, columns)));
      made.append(caption, grid.canvas, legend(colours));
      if (sign) {
        const mark = element("div", "sign", sign);
        mark.setAttribute("aria-hidden", "true");
        this.figure.append(mark);
      }
      this.figure.append(made);
      return grid;
    });
    const { canvas } = this.grids[0];
    canvas.onpointerdown = (event) => this.grab(event);
    canvas.onpointermove = (event) => this.pull(event);
    canvas.onpointerup = () => this.drop();
    canvas.onpointercancel = canvas.onpointerup;
    canvas.onclick = () => this.figure.focus({ preventScroll: true });
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const across = this.grids.reduce((sum, { columns }) => sum + columns, 0);
    const line = (width - 3 * 40 - 50) / across;
    const widest = Math.max(...this.grids.map(({ columns }) => columns));
    const pair = (width - 74) / 2 / widest; // two a line: on a phone the map stays beside the object
    for (const grid of this.grids) {
      const size = Math.min(line >= 15 ? line : pair >= 9 ? pair : (width - 30) / grid.columns, 38, 340 / grid.rows);
      grid.resize(Math.max(Math.floor(size), 4));
    }
    this.redraw();
  }

  redraw() {
    if (!this.grids?.[0].cell) return;
    this.theme = readTheme(this.root);
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  grab(event) {
    const { canvas } = this.grids[0];
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("held");
    this.held = { x: event.clientX, y: event.clientY, shift: this.shift };
  }

  pull(event) {
    if (!this.held) return;
    const { cell } = this.grids[0];
    const moved = [event.clientY - this.held.y, event.clientX - this.held.x].map((pixels) => Math.round(pixels / cell));
    this.go(this.held.shift.map((amount, axis) => amount + moved[axis]));
  }

  drop() {
    this.held = null;
    this.grids[0].canvas.classList.remove("held");
  }

  /** Part of the object stays on the canvas; on a circular one it may go round once. */
  limited(shift) {
    const { side, home, edges } = this.scene;
    const sizes = [this.scene.object.length, this.scene.object[0].length];
    return shift.map((amount, axis) => {
      if (edges === "circular") return Math.min(Math.max(amount, -side), side);
      return Math.min(Math.max(amount, 1 - sizes[axis] - home[axis]), side - 1 - home[axis]);
    });
  }

  go(shift) {
    clearInterval(this.walking);
    const next = this.limited(shift);
    if (next.join() === this.shift.join()) return;
    this.shift = next;
    this.moved = true;
    this.wake();
    this.pause();
  }

  /** After a pause, tell the server what is on screen, and screen readers too. */
  pause() {
    clearTimeout(this.pausing);
    this.pausing = setTimeout(() => {
      const { rows, columns, values } = this.output;
      const lines = [...Array(rows).keys()].map((row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
      this.live.textContent = this.told.textContent;
      this.fillTables();
      this.send("shown", { scene: this.data.id, shift: this.shift, output: lines, gap: this.gap, moved: Boolean(this.moved) });
    }, PAUSE);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details")) return;
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (event.key in moves) this.go(this.shift.map((amount, axis) => amount + moves[event.key][axis]));
    else if (event.key === "Home") this.go([0, 0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = 0;
    if (!this.grids?.[0].cell || !this.theme) return;
    const { scene, shift, home } = this;
    const picture = scene.picture(shift);
    this.output = scene.output(picture);
    const moved = scene.moved(home, shift);
    const gaps = { ...moved, values: this.output.values.map((value, at) => value - moved.values[at]) };
    this.gap = largestGap(this.output, moved);
    const stayed = largestGap(this.output, home);
    [picture, this.output, moved, gaps].forEach(({ values }, at) => {
      const grid = this.grids[at];
      grid.values = values.map((value) => (Number.isNaN(value) ? 0 : value));
      grid.texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : cellText(value)));
      grid.unread = (cell) => Number.isNaN(values[cell]);
      grid.drawBase(this.theme);
      grid.start();
    });
    const words = shift.map((amount, axis) => `${Math.abs(amount)} ${["down up", "right left"][axis].split(" ")[amount < 0 ? 1 : 0]}`).join(", ");
    const [down, right] = scene.cells(shift);
    const whole = shift.every((amount) => amount % scene.step === 0);
    this.told.replaceChildren(
      element("b", "", `Moved ${words}. Largest difference: ${numberText(this.gap, 4)}.`),
      element("span", "", ` The output ${stayed < 1e-9 ? "did not change at all" : `changed by up to ${numberText(stayed, 4)} where it was`}.`),
      element("span", "", whole ? "" : ` One output cell stands for ${scene.step} input cells: no whole number of cells fits, and ${numberText(down)} down, ${numberText(right)} right is taken.`),
    );
    Object.assign(this.root.dataset, { shift: shift.join(), gap: this.gap, stayed });
  }

  fillTables() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.table.open) return;
    for (const grid of this.grids) {
      const table = element("table");
      table.append(element("caption", "", `${grid.kind}, moved ${this.shift.map((amount) => numberText(amount)).join(", ")}`));
      for (let row = 0; row < grid.rows; row += 1) {
        const line = element("tr");
        for (let column = 0; column < grid.columns; column += 1) line.append(element("td", "", grid.texts[row * grid.columns + column]));
        table.append(line);
      }
      place.append(table);
    }
  }
}

export default function mount({ parentElement, data, setStateValue }) {
  let figure = DRAGS.get(parentElement);
  if (!figure) {
    figure = new Drag(parentElement);
    DRAGS.set(parentElement, figure);
  }
  figure.update(data, setStateValue);
  return () => {
    figure.destroy();
    DRAGS.delete(parentElement);
  };
}
