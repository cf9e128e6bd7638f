// A grey picture as a grid of numbers: read by pointing, changed by painting.

const PAINTS = new WeakMap(); // by parentElement
const LARGEST_CELL = 44;
const CELLS_A_SECOND = 6;
const PATIENCE = 4000; // milliseconds in which the server should have answered

class Paint {
  constructor(parent) {
    this.root = parent.querySelector(".paint");
    const find = (selector) => this.root.querySelector(selector);
    this.figure = find(".figure");
    this.told = find(".told");
    this.live = find(".live");
    this.strip = find(".vector");
    this.brush = find(".brush input");
    this.table = find(".table");
    this.hover = null;
    this.stroke = null;
    this.sentAt = -Infinity;
    this.cell = 0;
    this.onScreen = true;
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.brush.oninput = () => this.showBrush();
    this.button = find("[data-act=play]");
    this.button.onclick = () => { this.playing = !this.playing; this.wake(); };
    find("[data-act=undo]").onclick = () => this.restore(this.before.pop() ?? "");
    find("[data-act=clear]").onclick = () => { this.remember(); this.restore(""); };
    this.table.ontoggle = () => this.fillTable();
    this.strip.onpointermove = (event) => {
      const at = Math.floor((event.offsetX / this.strip.clientWidth) * this.grid.count);
      this.point(Math.min(Math.max(at, 0), this.grid.count - 1));
    };
    this.strip.onpointerleave = () => this.point(null);
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.root);
    this.watcher = new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      this.wake();
    });
    this.watcher.observe(this.figure);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.resizer.disconnect();
    this.watcher.disconnect();
  }

  update(data, send) {
    this.send = send;
    const same = data.id === this.data?.id;
    // The server may still answer an earlier stroke while a later one is on its way.
    const busy = this.stroke !== null || performance.now() - this.sentAt < PATIENCE;
    const stale = same && busy && data.strokes !== this.sent;
    if (!this.data) {
      this.playing = !data.strokes && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.brush.value = data.brush;
    }
    const strokes = stale ? writeStrokes(this.painted) : data.strokes;
    this.data = data;
    this.painted = readStrokes(strokes);
    if (!same) this.load();
    this.root.querySelector(".code code").textContent = data.pytorch;
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load() {
    const [rows, columns] = this.data.values.shape;
    this.base = unpackArray(this.data.values);
    this.before = [];
    this.stroke = null;
    this.cell = Math.min(this.cell, this.base.length - 1);
    this.grid = new Grid({ kind: "picture", rows, columns, values: this.base.slice(), texts: [], scale: null });
    const { canvas } = this.grid;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = () => this.release();
    canvas.onpointercancel = canvas.onpointerup;
    canvas.onpointerleave = () => this.point(null);
    this.figure.replaceChildren(canvas);
    this.figure.setAttribute("aria-label", this.data.alt);
    this.resize();
  }

  resize() {
    if (!this.grid || !this.root.clientWidth) return;
    const tallest = Math.max(240, Math.min(420, window.innerHeight * 0.46));
    const { rows, columns } = this.grid;
    this.grid.resize(Math.max(4, Math.floor(Math.min(this.root.clientWidth / columns, tallest / rows, LARGEST_CELL))));
    this.strip.width = Math.round(this.root.clientWidth * (window.devicePixelRatio || 1));
    this.strip.height = Math.round(30 * (window.devicePixelRatio || 1));
    this.redraw();
  }

  // --- numbers --------------------------------------------------------------------------------

  inUnit(value) {
    return this.data.unit === 1 ? value / 255 : value;
  }

  text(value) {
    return this.data.unit === 1 ? numberText(Math.round((value / 255) * 100) / 100) : numberText(Math.round(value), 3);
  }

  redraw() {
    if (!this.grid?.cell) return;
    const { grid, data } = this;
    this.theme = readTheme(this.root);
    this.greys = new Scale(0, 255, 0, 255, (share) => mix([0, 0, 0], [255, 255, 255], share));
    const plain = { css: () => this.theme.paper, ink: () => this.theme.ink };
    grid.scale = data.look === "numbers" ? plain : this.greys;
    grid.values.set(this.base);
    for (const [at, value] of this.painted) if (at < grid.count) grid.values[at] = value;
    grid.texts = Array.from(grid.values, (value) => (data.look === "picture" ? "" : this.text(value)));
    grid.drawBase(this.theme);
    this.root.querySelector("[data-act=undo]").disabled = !this.before.length;
    this.root.querySelector("[data-act=clear]").disabled = !this.painted.size;
    this.root.dataset.strokes = writeStrokes(this.painted);
    this.drawn = null;
    this.showBrush();
    this.fillTable();
    this.wake();
  }

  showBrush() {
    const value = Number(this.brush.value);
    this.root.style.setProperty("--brush", `rgb(${value} ${value} ${value})`);
    this.root.querySelector(".brush output").textContent = this.text(value);
  }

  // --- painting -------------------------------------------------------------------------------

  press(event) {
    if (event.button) return;
    const at = this.grid.cellAt(event);
    if (at === null) return;
    event.preventDefault();
    this.figure.focus({ preventScroll: true });
    this.grid.canvas.setPointerCapture(event.pointerId);
    this.remember();
    this.stroke = at;
    this.put([at]);
  }

  move(event) {
    const at = this.grid.cellAt(event);
    this.point(at);
    if (this.stroke === null || at === null || at === this.stroke) return;
    this.put(cellsBetween(this.stroke, at, this.grid.columns));
    this.stroke = at;
  }

  release() {
    if (this.stroke === null) return;
    this.stroke = null;
    this.commit(0);
  }

  put(cells) {
    this.playing = false;
    for (const at of cells) this.painted.set(at, Number(this.brush.value));
    this.cell = cells.at(-1);
    this.redraw();
  }

  remember() {
    this.before.push(writeStrokes(this.painted));
  }

  restore(strokes) {
    this.playing = false;
    this.painted = readStrokes(strokes);
    this.redraw();
    this.commit(0);
  }

  /** Tell the server; keys that follow each other quickly are told at once. */
  commit(wait) {
    clearTimeout(this.sending);
    this.sent = writeStrokes(this.painted);
    this.sentAt = performance.now();
    this.sending = setTimeout(() => this.send(this.sent), wait);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details, .tools")) return;
    const { columns, count } = this.grid;
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -this.cell, End: count - 1 - this.cell };
    const strength = { "+": 16, "=": 16, "-": -16 }[event.key];
    if (event.key in moves) {
      const next = this.cell + moves[event.key];
      this.playing = false;
      this.hover = null;
      if (next >= 0 && next < count) this.cell = next;
    } else if (event.key === "Enter" || event.key === " ") {
      this.remember();
      this.put([this.cell]);
      this.commit(400);
    } else if (event.key === "Backspace" || event.key === "Delete") {
      this.remember();
      this.painted.delete(this.cell);
      this.redraw();
      this.commit(400);
    } else if (strength) {
      this.brush.value = Number(this.brush.value) + strength;
      this.showBrush();
    } else return;
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = this.told.textContent; }, 300);
    this.wake();
  }

  // --- frames ---------------------------------------------------------------------------------

  point(at) {
    if (at === this.hover) return;
    this.hover = at;
    this.wake();
  }

  running() {
    return this.playing && this.hover === null && this.onScreen;
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.grid?.cell || !this.theme) return;
    if (this.running()) {
      this.since ??= now;
      if (now - this.since >= 1000 / CELLS_A_SECOND) {
        this.since = now;
        this.cell = (this.cell + 1) % this.grid.count;
      }
      this.wake();
    } else this.since = undefined;
    this.draw(this.hover ?? this.cell);
  }

  draw(at) {
    this.root.dataset.playing = this.playing;
    const label = this.playing ? "Pause" : "Walk through the pixels";
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    if (at === this.drawn) return;
    this.drawn = at;
    const { grid, theme } = this;
    const lit = new Uint8Array(grid.count);
    lit[at] = 1;
    grid.start();
    grid.outline(lit, theme.window, theme);
    this.drawStrip(at);
    const value = grid.values[at];
    const where = element("b", "", `Row ${Math.floor(at / grid.columns)}, column ${at % grid.columns}: ${numberText(this.inUnit(value), 4)}`);
    const other = this.data.unit === 1 ? `${numberText(value, 4)} of 255` : `${numberText(value / 255, 4)} of 1`;
    const was = this.painted.has(at) ? ` Painted; it was ${numberText(this.inUnit(this.base[at]), 4)}.` : "";
    this.told.replaceChildren(where, element("span", "", `, or ${other}. Number ${at} of the ${grid.count} in the vector.${was}`));
    Object.assign(this.root.dataset, { cell: at, value });
  }

  drawStrip(at) {
    const context = this.strip.getContext("2d");
    const { width, height } = this.strip;
    const { grid, theme } = this;
    const side = width / grid.count;
    context.clearRect(0, 0, width, height);
    const [top, bottom] = [height * 0.2, height * 0.8];
    grid.values.forEach((value, place) => {
      context.fillStyle = this.greys.css(value);
      context.fillRect(Math.floor(place * side), top, Math.ceil(side), bottom - top);
    });
    context.strokeStyle = theme.line;
    context.strokeRect(0.5, top + 0.5, width - 1, bottom - top - 1);
    const rim = Math.max(side, 5);
    context.lineWidth = 2 * (window.devicePixelRatio || 1);
    context.strokeStyle = theme.window;
    context.strokeRect(Math.min(Math.max((at + 0.5) * side - rim / 2, 1), width - rim - 1), 2, rim, height - 4);
  }

  fillTable() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.table.open || !this.grid) return;
    const table = element("table");
    for (let row = 0; row < this.grid.rows; row += 1) {
      const line = element("tr");
      for (let column = 0; column < this.grid.columns; column += 1) {
        line.append(element("td", "", numberText(this.inUnit(this.grid.values[row * this.grid.columns + column]), 4)));
      }
      table.append(line);
    }
    place.append(table);
  }
}

export default function mount({ parentElement, data, setTriggerValue }) {
  let paint = PAINTS.get(parentElement);
  if (!paint) {
    paint = new Paint(parentElement);
    PAINTS.set(parentElement, paint);
  }
  paint.update(data, (strokes) => setTriggerValue("painted", strokes));
  return () => {
    paint.destroy();
    PAINTS.delete(parentElement);
  };
}
