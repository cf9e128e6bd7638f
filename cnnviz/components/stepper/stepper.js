// The stepper: what is in focus, what moves it, and one paint per frame. The server is not asked.

const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120]; // steps a second
const REST_AT_END = 1.2; // seconds before the animation starts over
const PASS = 15; // seconds a whole pass should take at first
const STEPPERS = new WeakMap(); // by parentElement

class Stepper {
  constructor(parent) {
    this.root = parent.querySelector(".stepper");
    const find = (selector) => this.root.querySelector(selector);
    this.figure = find(".figure");
    this.links = find(".links");
    this.scrub = find(".scrub input");
    this.speedInput = find(".speed input");
    this.playButton = find("[data-act=play]");
    this.live = find(".live");
    this.code = find(".code");
    this.table = find(".table");
    this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.hover = null; // {kind, index} under the pointer
    this.pin = null; // {kind, index} held by a click
    this.onScreen = true;
    this.speedInput.max = SPEEDS.length - 1;
    this.listen();
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
    clearTimeout(this.saving);
    clearTimeout(this.copied);
    this.resizer.disconnect();
    this.watcher.disconnect();
  }

  // --- data -----------------------------------------------------------------------------------

  update(data) {
    if (data.id !== this.model?.id) this.load(data);
    // The theme may be what changed; its colours are in place by the next frame.
    requestAnimationFrame(() => this.root.isConnected && this.redraw());
  }

  load(data) {
    const before = this.model;
    const at = before?.outputAt(this.step);
    this.model = new Model(data);
    const { model } = this;
    if (before) {
      const [row, column] = [Math.min(at[0], model.outputRows - 1), Math.min(at[1], model.outputColumns - 1)];
      this.step = row * model.outputColumns + column;
    } else {
      this.open(data);
    }
    this.hover = null;
    if (!before || before.reads.length !== model.reads.length) this.pin = null;
    this.sum = new SumLine(this.root.querySelector(".sum"), model);
    fillFormula(this.root.querySelector(".formula"), model);
    this.root.querySelector(".unread").textContent = unreadText(model);
    const sizes = [sizeText(...model.imageShape.slice(1)), sizeText(model.outputRows, model.outputColumns)];
    const label = `${model.operator}: ${sizes[0]} input, ${sizes[1]} output. Arrow keys step, space plays.`;
    this.figure.setAttribute("aria-label", label);
    this.code.querySelector("code").textContent = model.pytorch;
    if (this.table.open) fillTables(this.root.querySelector(".tables"), model);
    else this.root.querySelector(".tables").replaceChildren();
    this.root.querySelector(".shared").hidden = Boolean(model.pixels);
    this.scrub.max = model.steps - 1;
    if (!this.speedChosen) {
      const wanted = Math.min(Math.max(model.steps / PASS, SPEEDS[1]), 60);
      this.setSpeed(SPEEDS.findIndex((speed) => speed >= wanted));
    }
    this.build();
  }

  /** The first sight of this stepper: at the cell a link names, or moving. */
  open({ start }) {
    const { model } = this;
    const inside = start && start[0] < model.outputRows && start[1] < model.outputColumns;
    if (inside) {
      this.step = start[0] * model.outputColumns + start[1];
      this.playing = false;
    } else {
      this.step = this.playing ? 0 : model.interestingStep();
    }
  }

  build() {
    const { model } = this;
    this.grids = makeGrids(model, makeScales(model, this.root.querySelector(".shared input").checked));
    buildFigure(this.root.querySelector(".operands"), this.root.querySelector(".result"), model, this.grids);
    fillKey(this.root.querySelector(".key"), model);
    this.partials = [...this.root.querySelectorAll(".partial")];
    for (const grid of this.allGrids()) {
      const { canvas } = grid;
      canvas.onpointermove = (event) => this.point(grid, grid.cellAt(event));
      canvas.onpointerdown = canvas.onpointermove;
      canvas.onpointerleave = () => this.point(grid, null);
      canvas.onpointercancel = canvas.onpointerleave;
      canvas.onclick = (event) => this.click(grid, grid.cellAt(event));
    }
    this.resize();
  }

  allGrids() {
    return [...this.grids.inputs, ...this.grids.kernels, this.grids.output];
  }

  // --- size -----------------------------------------------------------------------------------

  resize() {
    if (!this.grids) return;
    const width = this.figure.clientWidth;
    if (!width) return;
    const height = Math.max(260, Math.min(430, window.innerHeight * 0.45));
    const sizes = cellSizes(this.model, this.grids, width, height);
    this.figure.classList.toggle("narrow", !isWide(width));
    for (const grid of this.allGrids()) grid.resize(sizes[grid.kind]);
    this.sum.root.style.minHeight = "";
    this.redraw();
  }

  /** Draw everything anew: after a change of size, colours or numbers. */
  redraw() {
    if (!this.grids || !this.grids.output.cell) return;
    this.theme = readTheme(this.root);
    this.allGrids().forEach((grid) => grid.drawBase(this.theme));
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.figure;
    this.links.width = Math.round(clientWidth * ratio);
    this.links.height = Math.round(clientHeight * ratio);
    const origin = this.figure.getBoundingClientRect();
    for (const grid of this.allGrids()) {
      const box = grid.canvas.getBoundingClientRect();
      grid.origin = [box.left - origin.left, box.top - origin.top];
    }
    this.painted = null;
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  listen() {
    const { root } = this;
    root.addEventListener("keydown", (event) => this.key(event));
    for (const button of root.querySelectorAll("[data-act]")) {
      button.onclick = () => this.act(button.dataset.act);
    }
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.speedInput.oninput = () => {
      this.speedChosen = true;
      this.setSpeed(Number(this.speedInput.value));
    };
    root.querySelector(".shared input").onchange = () => this.build();
    this.table.ontoggle = () => this.table.open && fillTables(root.querySelector(".tables"), this.model);
  }

  act(name) {
    if (name === "play") this.togglePlay();
    else if (name === "copy") copyCode(this);
    else this.go({ reset: 0, back: this.step - 1, step: this.step + 1 }[name]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    const inCode = this.code.contains(at) || this.table.contains(at);
    if (inCode || at === this.speedInput || at.type === "checkbox") return;
    const row = this.model.outputColumns;
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row };
    const pressesButton = at.tagName === "BUTTON";
    if (event.key in moves) this.go(this.step + moves[event.key]);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.model.steps - 1);
    else if (event.key === " " && !pressesButton) this.togglePlay();
    else if (event.key === "Escape" && this.pin) this.unpin();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Stand still at a step; one that does not exist leaves everything where it is. */
  go(step) {
    this.playing = false;
    this.pin = null;
    this.hover = null;
    if (step >= 0 && step < this.model.steps) this.step = step;
    this.settle();
  }

  togglePlay() {
    this.playing = !(this.playing && !this.pin);
    this.pin = null;
    this.hover = null;
    if (this.playing && this.step === this.model.steps - 1) this.step = 0;
    this.settle();
  }

  setSpeed(index) {
    this.speed = SPEEDS[index];
    this.speedInput.value = index;
    const text = `${this.speed} step${this.speed === 1 ? "" : "s"}/s`;
    this.root.querySelector(".speed-text").textContent = text;
    this.speedInput.setAttribute("aria-valuetext", text);
  }

  point(grid, index) {
    if (index === this.hover?.index && grid.kind === this.hover?.kind) return;
    if (index === null && this.hover === null) return;
    this.hover = index === null ? null : { kind: grid.kind, index };
    this.settle();
  }

  click(grid, index) {
    if (index === null) return;
    this.figure.focus({ preventScroll: true });
    if (this.pin?.kind === grid.kind && this.pin.index === index) {
      this.unpin();
      return;
    }
    this.pin = { kind: grid.kind, index };
    if (grid.kind === "output") this.step = index;
    this.settle();
  }

  unpin() {
    this.pin = null;
    this.hover = null;
    this.settle();
  }

  /** After anything a person did: paint, speak and remember, once per frame and pause. */
  settle() {
    this.urgent = true;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => speak(this), 300);
    clearTimeout(this.saving);
    this.saving = setTimeout(() => saveCell(this), 400);
    this.wake();
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.playing && !this.hover && !this.pin && this.onScreen;
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.grids?.output.cell) return;
    if (this.running()) this.advance(now);
    else this.last = undefined;
    this.paint(now);
    if (this.running()) this.wake();
  }

  advance(now) {
    const passed = this.last === undefined ? 0 : Math.min((now - this.last) / 1000, 0.25);
    this.last = now;
    const end = this.model.steps - 1;
    this.carry = (this.carry ?? 0) + passed;
    if (this.step >= end) {
      if (this.carry < REST_AT_END) return;
      this.step = 0;
      this.carry = 0;
      return;
    }
    const steps = Math.floor(this.carry * this.speed + 1e-6);
    this.carry -= steps / this.speed;
    this.step = Math.min(this.step + steps, end);
  }

  focus() {
    return this.hover ?? this.pin ?? { kind: "output", index: this.step };
  }

  paint(now) {
    const focus = this.focus();
    const shown = focus.kind === "output" ? focus.index : this.step;
    const picture = `${focus.kind} ${focus.index} ${this.step}`;
    if (picture !== this.painted) {
      PAINT[focus.kind](this, focus.index);
      this.painted = picture;
      this.unwritten = true;
    }
    if (this.unwritten || this.urgent) this.write(focus, shown, now);
    this.mark(focus, shown);
  }

  /** Print the products. In a fast animation nobody reads every one: then 12 times a second. */
  write(focus, shown, now) {
    const fast = this.running() && this.speed > 12;
    if (fast && !this.urgent && now - (this.written ?? 0) < 80) return;
    this.written = now;
    this.urgent = false;
    this.unwritten = false;
    if (focus.kind === "input") this.text = this.sum.showInput(focus.index);
    else if (focus.kind === "kernel") this.text = this.sum.showKernel(focus.index, this.step);
    else this.text = this.sum.showOutput(shown);
    this.partials.forEach((partial, channel) => {
      partial.textContent = focus.kind === "output" ? this.sum.partials[channel].textContent : "";
    });
    this.sum.holdHeight();
  }

  /** The transport, and what tests and styles read. */
  mark(focus, shown) {
    const { model, root } = this;
    const moving = this.playing && !this.pin;
    this.scrub.value = this.step;
    const [row, column] = model.outputAt(this.step);
    const where = `Step ${this.step + 1} of ${model.steps}`;
    this.root.querySelector(".scrub-text").textContent = this.pin ? `${where}, pinned` : where;
    this.scrub.setAttribute("aria-valuetext", `${where}: output row ${row}, column ${column}`);
    const label = moving ? "Pause" : "Play";
    if (this.playButton.title !== `${label} (space)`) {
      this.playButton.title = `${label} (space)`;
      this.playButton.setAttribute("aria-label", label);
    }
    root.dataset.step = this.step;
    root.dataset.steps = model.steps;
    root.dataset.playing = moving;
    root.dataset.hover = this.hover ? `${this.hover.kind}:${this.hover.index}` : "";
    root.dataset.pinned = this.pin ? `${this.pin.kind}:${this.pin.index}` : "";
    root.dataset.shown = shown;
    if (focus.kind === "output") root.dataset.computed = model.recompute(shown);
  }
}

export default function mount({ parentElement, data }) {
  let stepper = STEPPERS.get(parentElement);
  if (!stepper) {
    stepper = new Stepper(parentElement);
    STEPPERS.set(parentElement, stepper);
  }
  stepper.update(data);
  return () => {
    stepper.destroy();
    STEPPERS.delete(parentElement);
  };
}
