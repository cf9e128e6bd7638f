// Gradient descent on a kernel, step by step.

const DESCENTS = new WeakMap(); // by parentElement
const WIDEST_CELL = 42;
const BETWEEN = 38;

class Descent {
  constructor(parent) {
    this.root = parent.querySelector(".descent");
    const find = (selector) => this.root.querySelector(selector);
    this.figure = find(".figure");
    this.told = find(".told");
    this.live = find(".live");
    this.scrub = find(".scrub input");
    this.button = find("[data-act=play]");
    this.table = find(".table");
    this.canvas = find(".curve");
    this.curve = new Curve(this.canvas);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.button.onclick = () => this.toggle();
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.table.ontoggle = () => this.fillTables();
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.go(this.curve.stepAt(event));
    };
    this.canvas.onclick = () => this.figure.focus({ preventScroll: true });
    this.canvas.onpointermove = (event) => {
      if (event.buttons) this.go(this.curve.stepAt(event));
    };
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.figure);
    this.onScreen = true;
    this.watcher = new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      this.wake();
    });
    this.watcher.observe(this.figure);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.speaking);
    clearTimeout(this.keeping);
    this.resizer.disconnect();
    this.watcher.disconnect();
  }

  update(data, send) {
    this.send = send;
    if (data.id !== this.data?.id) this.load(data);
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load(data) {
    const first = !this.data;
    this.data = data;
    for (const name of ["image", "target", "kernels", "outputs", "losses"]) this[name] = unpackArray(data[name]);
    this.last = this.losses.length - 1;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const given = first && data.start !== null;
    this.step = given ? Math.min(data.start, this.last) : calm ? this.last : 0;
    this.playing = !given && !calm;
    if (!first) this.keep(null);
    this.exact = this.step; // while playing, between two steps
    this.makeGrids();
    this.curve.load(this.losses);
    this.scrub.max = this.last;
    this.figure.setAttribute("aria-label", data.alt);
    this.root.querySelector(".code code").textContent = data.pytorch;
    this.root.querySelector(".code").hidden = !data.pytorch;
    this.resize();
    this.fillTables();
  }

  makeGrids() {
    const { stops, weightStops } = this.data;
    const signed = (values, colours) => {
      const [low, high] = limits(values);
      return Scale.diverging(low, high, Math.max(Math.abs(low), Math.abs(high)) || 1, colours);
    };
    // The kernel's scale is that of its end, the prediction's that of the target: no flicker.
    const size = this.kernels.length / (this.last + 1);
    const end = this.kernels.subarray(this.last * size);
    const start = this.outputs.subarray(0, this.target.length);
    const shown = [
      ["Input", "", this.data.image.shape, this.image, signed(this.image, stops)],
      ["Kernel \u03b8", "\u22c6", this.data.kernels.shape.slice(1), end, signed(end, weightStops)],
      ["Prediction", "=", this.data.target.shape, this.target, signed(this.target, stops)],
      ["Target", "|", this.data.target.shape, this.target, signed(this.target, stops)],
      ["Error", "\u2192", this.data.target.shape, this.target, signed(start.map((value, at) => value - this.target[at]), stops)],
    ];
    this.figure.replaceChildren();
    this.grids = shown.map(([kind, sign, [rows, columns], values, scale]) => {
      const grid = new Grid({ kind, rows, columns, values, texts: [], scale });
      grid.big = rows <= 4 ? 1.7 : 1;
      const made = element("figure", "panel");
      const caption = element("figcaption");
      caption.append(element("b", "", kind), " ", element("span", "shape", sizeText(rows, columns)));
      made.append(caption, grid.canvas, legend(scale));
      if (sign) {
        const mark = element("div", "sign", sign);
        mark.setAttribute("aria-hidden", "true");
        this.figure.append(mark);
      }
      this.figure.append(made);
      return grid;
    });
  }

  at(name, step = this.step) {
    const size = this[name].length / (this.last + 1);
    return this[name].subarray(step * size, (step + 1) * size);
  }

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.grids) return;
    const across = this.grids.reduce((sum, { columns, big }) => sum + columns * big, 0);
    const line = (width - 4 * BETWEEN - 60) / across;
    const pair = (width - 74) / 2 / Math.max(...this.grids.map(({ columns }) => columns));
    for (const grid of this.grids) {
      const size = Math.min(line >= 20 ? line * grid.big : pair >= 14 ? pair * grid.big : width / Math.max(grid.columns, 6), WIDEST_CELL);
      grid.resize(Math.max(Math.floor(size), 2));
    }
    this.redraw();
  }

  redraw() {
    if (!this.grids?.[0].cell) return;
    this.theme = readTheme(this.root);
    this.accent = getComputedStyle(this.root).getPropertyValue("--st-primary-color").trim();
    this.painted = null;
    this.wake();
  }

  go(step) {
    this.playing = false;
    this.step = Math.min(Math.max(step, 0), this.last);
    this.keep(this.step);
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = this.told.textContent; this.fillTables(); }, 300);
    this.wake();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.step === this.last) this.step = 0;
    this.exact = this.step;
    this.since = undefined;
    this.keep(this.playing ? null : this.step);
    this.wake();
  }

  /** After a pause, have the server write the step into the address. */
  keep(step) {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.send("step", { id: this.data.id, step }), 400);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details")) return;
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: 10, PageUp: -10, Home: -this.step, End: this.last - this.step };
    if (event.key in moves) this.go(this.step + moves[event.key]);
    else if (event.key === " " && event.target.tagName !== "BUTTON") this.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.grids?.[0].cell || !this.theme) return;
    if (this.playing && this.onScreen) {
      // Most happens in the first steps: they get most of the time.
      this.exact += ((now - (this.since ?? now)) / 1000) * (4 + this.exact / 2);
      this.since = now;
      this.step = Math.min(Math.floor(this.exact), this.last);
      if (this.step === this.last) {
        this.playing = false;
        this.fillTables();
      }
    }
    if (!this.playing || !this.onScreen) this.since = undefined;
    this.paint();
    if (this.playing && this.onScreen) this.wake();
  }

  paint() {
    const label = this.playing ? "Pause" : "Play";
    this.root.dataset.playing = this.playing;
    if (this.button.getAttribute("aria-label") !== label) {
      this.button.setAttribute("aria-label", label);
      this.button.title = `${label} (space)`;
    }
    if (this.painted === this.step) return;
    this.painted = this.step;
    const output = this.at("outputs");
    const error = output.map((value, at) => value - this.target[at]);
    [this.image, this.at("kernels"), output, this.target, error].forEach((values, at) => {
      const grid = this.grids[at];
      grid.values = values;
      grid.texts = Array.from(values, (value) => roundText(value, at === 4 ? 1 : 2));
      grid.drawBase(this.theme);
      grid.start();
    });
    this.curve.draw(this.step, this.theme, this.accent);
    const loss = this.losses[this.step];
    const furthest = error.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.told.replaceChildren(
      element("b", "", `Step ${this.step}: loss ${small(loss)}.`),
      element("span", "", ` Largest error of a cell: ${small(furthest)}.`),
    );
    this.scrub.value = this.step;
    this.root.querySelector(".scrub-text").textContent = `Step ${this.step} of ${this.last}`;
    this.canvas.setAttribute("aria-label", `Loss from ${small(this.losses[0])} at step 0 to ${small(this.losses[this.last])} at step ${this.last}`);
    Object.assign(this.root.dataset, { step: this.step, loss });
  }

  fillTables() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.table.open) return;
    for (const grid of this.grids) {
      const table = element("table");
      table.append(element("caption", "", `${grid.kind} at step ${this.step}`));
      for (let row = 0; row < grid.rows; row += 1) {
        const line = element("tr");
        for (let column = 0; column < grid.columns; column += 1) line.append(element("td", "", numberText(grid.values[row * grid.columns + column])));
        table.append(line);
      }
      place.append(table);
    }
  }
}

/** Text in a cell: two decimals, so that numbers that change keep their size. */
function roundText(value, digits) {
  if (Math.abs(value) < 5e-4) return "0";
  if (Math.abs(value) >= 1e5) return small(value);
  return digits === 1 ? numberText(value, 1) : numberText(Number(value.toFixed(2)));
}

/** A number that may be tiny: to three digits, in powers of ten below a ten-thousandth. */
function small(value) {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) {
    const [digits, power] = value.toExponential(1).split("e");
    return `${digits}\u00b7${tenTo(Number(power))}`.replaceAll("-", MINUS);
  }
  return numberText(value, 3);
}

export default function mount({ parentElement, data, setStateValue }) {
  let figure = DESCENTS.get(parentElement);
  if (!figure) {
    figure = new Descent(parentElement);
    DESCENTS.set(parentElement, figure);
  }
  figure.update(data, setStateValue);
  return () => {
    figure.destroy();
    DESCENTS.delete(parentElement);
  };
}
