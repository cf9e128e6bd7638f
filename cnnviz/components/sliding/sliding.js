// The continuous picture of a convolution: one function reversed, slid over the other, area by area.

const SLIDINGS = new WeakMap(); // by parentElement
const A_SECOND = 1.6; // how far t moves
const NAMES = ["t", "place", "f", "g"];
const HOLD = 16; // pixels within which a handle is taken

class Sliding {
  constructor(parent) {
    this.root = parent.querySelector(".sliding");
    const find = (selector) => this.root.querySelector(selector);
    this.figure = find(".figure");
    this.upper = new Plot(find(".upper"), -T_END, T_END);
    this.lower = new Plot(find(".lower"), -T_END, T_END);
    this.told = find(".told");
    this.live = find(".live");
    this.table = find(".table");
    this.inputs = Object.fromEntries(NAMES.map((name) => [name, find(`[data-set=${name}]`)]));
    for (const name of NAMES) this.inputs[name].oninput = () => this.set(name, Number(this.inputs[name].value));
    this.button = find("[data-act=play]");
    this.button.onclick = () => this.toggle();
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.table.ontoggle = () => this.fillTable();
    for (const plot of [this.upper, this.lower]) {
      plot.canvas.onpointerdown = (event) => this.press(plot, event);
      plot.canvas.onpointermove = (event) => this.drag(plot, event);
      plot.canvas.onpointerup = () => this.release();
      plot.canvas.onpointercancel = plot.canvas.onpointerup;
    }
    this.resizer = new ResizeObserver(() => this.wake());
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
    clearTimeout(this.keeping);
    this.resizer.disconnect();
    this.watcher.disconnect();
  }

  update(data) {
    const first = !this.data;
    this.data = data;
    this.figure.setAttribute("aria-label", data.alt);
    if (first) {
      this.at = Object.fromEntries(NAMES.map((name, at) => [name, data.start[at]]));
      this.playing = !data.still && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (this.playing) this.at.t = -T_END / 2;
      this.seen = data.still || !this.playing ? this.at.t : -T_END;
    }
    this.compute();
  }

  // --- numbers --------------------------------------------------------------------------------

  compute() {
    const { at, data } = this;
    this.f = samples(data.f, at.f, at.place);
    this.g = samples(data.g, at.g, 0);
    this.curve = convolved(this.f, this.g);
    this.fillTable();
    this.wake();
  }

  valueAt(t) {
    return this.curve[Math.round((t + T_END) / T_STEP)];
  }

  set(name, value) {
    const input = this.inputs[name];
    const step = Number(input.step);
    const rounded = Math.round(value / step) * step;
    this.at[name] = Number(Math.min(Math.max(rounded, Number(input.min)), Number(input.max)).toFixed(2));
    this.playing = false;
    if (name === "t") {
      this.seen = Math.max(this.seen, this.at.t);
      this.wake();
    } else this.compute();
    this.settle();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.at.t >= T_END) this.restart();
    this.settle();
    this.wake();
  }

  restart() {
    this.at.t = -T_END;
    this.seen = -T_END;
  }

  /** When something has come to rest: the address, and the voice. */
  settle() {
    clearTimeout(this.speaking);
    clearTimeout(this.keeping);
    this.speaking = setTimeout(() => {
      this.live.textContent = this.playing ? "" : this.told.textContent;
      this.saveAddress();
      // A script that was still running ends with the address as the server knew it: once more.
      this.keeping = setTimeout(() => this.saveAddress(), 2500);
    }, 300);
  }

  saveAddress() {
    if (!this.data.urlParameter) return;
    const url = new URL(window.location.href);
    if (this.playing) url.searchParams.delete(this.data.urlParameter);
    else url.searchParams.set(this.data.urlParameter, NAMES.map((name) => this.at[name]).join(","));
    if (url.href !== window.location.href) history.replaceState(history.state, "", url);
  }

  // --- what people do -------------------------------------------------------------------------

  /** Where each thing can be taken: its name, its place on the axis and its height. */
  handles() {
    const { at, data } = this;
    const half = (shape, wide) => SHAPES[shape].at(wide * 0.999, wide);
    return [
      { name: "f", x: at.place + at.f, y: half(data.f, at.f), square: true },
      { name: "g", x: at.t - at.g, y: half(data.g, at.g), square: true },
      { name: "place", x: at.place, y: SHAPES[data.f].at(0, at.f) },
      { name: "t", x: at.t, y: SHAPES[data.g].at(0, at.g) },
    ];
  }

  press(plot, event) {
    if (event.button) return;
    plot.canvas.setPointerCapture(event.pointerId);
    this.figure.focus({ preventScroll: true });
    const under = plot.under(event);
    this.grip = { name: "t", from: plot === this.lower ? 0 : this.at.t - under };
    if (plot === this.upper) {
      const box = plot.canvas.getBoundingClientRect();
      const far = ({ x, y }) => Math.hypot(plot.x(x) - (event.clientX - box.left), plot.y(y) - (event.clientY - box.top));
      const nearest = this.handles().reduce((a, b) => (far(b) < far(a) ? b : a));
      const height = (1 - (event.clientY - box.top - 8) / (box.height - 26)) * plot.high;
      const inF = SHAPES[this.data.f].at(under - this.at.place, this.at.f) >= height;
      const inG = SHAPES[this.data.g].at(this.at.t - under, this.at.g) >= height;
      if (far(nearest) < HOLD) this.grip = { name: nearest.name, from: 0 };
      else if (inF && !inG) this.grip = { name: "place", from: this.at.place - under };
    }
    this.drag(plot, event);
  }

  drag(plot, event) {
    if (!this.grip) return;
    const value = plot.under(event) + this.grip.from;
    if (this.grip.name === "f") this.set("f", value - this.at.place);
    else if (this.grip.name === "g") this.set("g", this.at.t - value);
    else this.set(this.grip.name, value);
  }

  release() {
    this.grip = null;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details, .tools")) return;
    const step = event.shiftKey ? 1 : 0.1;
    const moves = { ArrowLeft: this.at.t - step, ArrowRight: this.at.t + step, Home: -T_END, End: T_END };
    if (event.key in moves) this.set("t", moves[event.key]);
    else if (event.key === " ") this.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // --- frames ---------------------------------------------------------------------------------

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.curve || !this.root.isConnected || !this.figure.clientWidth) return;
    const moving = this.playing && this.onScreen && !this.grip;
    if (moving) {
      this.clock ??= now;
      const next = this.at.t + ((now - this.clock) / 1000) * A_SECOND;
      this.clock = now;
      if (next > T_END) this.restart();
      else this.at.t = next;
      this.seen = Math.max(this.seen, this.at.t);
      this.wake();
    } else this.clock = undefined;
    this.draw();
  }

  draw() {
    const { at } = this;
    const style = getComputedStyle(this.root);
    const [f, g, product] = ["--f", "--g", "--product"].map((name) => style.getPropertyValue(name).trim());
    const theme = readTheme(this.root);
    const t = Math.round(at.t / T_STEP) * T_STEP;
    const middle = this.f.length / 2;
    const shift = Math.round(t / STEP);
    const [fs, gs, products] = [[], [], []];
    for (let tau = -T_END + STEP / 2; tau < T_END; tau += STEP) {
      const place = Math.floor(tau / STEP) + middle;
      const mirrored = this.f.length - 1 - place + shift;
      const one = this.f[place];
      const other = this.g[mirrored] ?? 0;
      fs.push([tau, one]);
      gs.push([tau, other]);
      products.push([tau, one * other]);
    }
    this.upper.start(theme, 1.12);
    this.upper.area(products, product, 0.4);
    this.upper.line(fs, f, 2.5);
    this.upper.line(gs, g, 2.5);
    this.upper.upright(t, g);
    for (const { name, x, y, square } of this.handles()) {
      this.upper.handle(x, y, name === "f" || name === "place" ? f : g, square);
    }
    const high = Math.max(...this.curve) * 1.15 || 1;
    this.lower.start(theme, high);
    const points = Array.from(this.curve, (value, n) => [n * T_STEP - T_END, value]);
    this.lower.line(points.filter(([x]) => x <= this.seen + 1e-9), product, 2.5);
    this.lower.upright(t, g);
    const area = this.valueAt(t);
    this.lower.handle(t, area, product);
    const total = products.reduce((sum, [, value]) => sum + value, 0) * STEP;
    this.told.replaceChildren(
      element("b", "", `t = ${numberText(t, 3)}: the shaded area is ${area.toFixed(3)}.`),
      element("span", "", ` (f ∗ g)(${numberText(t, 3)}) = ∫ f(τ) · g(${numberText(t, 3)} − τ) dτ ≈ ${area.toFixed(3)}, in steps of ${STEP}.`),
    );
    for (const name of NAMES) {
      this.inputs[name].value = at[name];
      this.inputs[name].nextElementSibling.textContent = numberText(Number((name === "t" ? t : at[name]).toFixed(2)), 3);
    }
    const label = this.playing ? "Pause" : "Play";
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    Object.assign(this.root.dataset, { playing: this.playing, t: t.toFixed(2), area, shaded: total, seen: this.seen.toFixed(2), place: at.place, f: at.f, g: at.g });
    const code = this.root.querySelector(".code");
    if (code.open || !this.playing) code.querySelector("code").textContent = integralCode(this.data, { ...at, t });
  }

  fillTable() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.table.open || !this.curve) return;
    const table = element("table");
    table.append(element("caption", "", "t and (f ∗ g)(t)"));
    for (let t = -T_END; t <= T_END; t += 0.25) {
      const line = element("tr");
      line.append(element("th", "", numberText(t)), element("td", "", numberText(this.valueAt(t), 6)));
      table.append(line);
    }
    place.append(table);
  }
}

export default function mount({ parentElement, data }) {
  let sliding = SLIDINGS.get(parentElement);
  if (!sliding) {
    sliding = new Sliding(parentElement);
    SLIDINGS.set(parentElement, sliding);
  }
  sliding.update(data);
  return () => {
    sliding.destroy();
    SLIDINGS.delete(parentElement);
  };
}
