// Grids of numbers that belong together: one cell is in focus, its relatives light up.

const BOARDS = new WeakMap(); // by parentElement
const LARGEST_CELL = 44;
const SIGN_ROOM = 38;
const MOST_TERMS = 25;
const CELLS_A_SECOND = 3;
const GROUP_COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bb7733", "#999933"];

/** The colour scale of a panel. */
function scaleOf({ palette, limits: given, stops, values }) {
  const [low, high] = given ?? limits(values.filter((value) => !Number.isNaN(value)));
  if (palette === "pixels") return new Scale(low, high, low, high, (share) => mix([0, 0, 0], [255, 255, 255], share));
  if (palette === "counts") {
    return new Scale(0, high || 1, 0, high || 1, (share) => mix([247, 247, 247], [33, 102, 172], share));
  }
  return Scale.diverging(low, high, Math.max(Math.abs(low), Math.abs(high)) || 1, stops);
}

/** Groups have no order: a hue each, and none for group 0. */
class GroupScale {
  css(value) {
    return value ? GROUP_COLOURS[(value - 1) % GROUP_COLOURS.length] : "rgb(150 150 150 / 15%)";
  }

  ink(value) {
    return value && [4, 5].includes(((value - 1) % GROUP_COLOURS.length) + 1) ? "#111" : value ? "#fff" : "transparent";
  }
}

/** Which cells of a panel are padding; null if none. */
function paddingOf({ pads, shape: [rows, columns] }) {
  if (!pads?.flat().some(Boolean)) return null;
  const [[top, bottom], [left, right]] = pads;
  return (at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return row < top || row >= rows - bottom || column < left || column >= columns - right;
  };
}

/** Which cells of a panel nothing reads; null if none. */
function unreadOf({ unread }) {
  if (!unread?.length) return null;
  const cells = new Set(unread);
  return (at) => cells.has(at);
}

class Board {
  constructor(parent) {
    this.root = parent.querySelector(".board");
    const find = (selector) => this.root.querySelector(selector);
    this.figure = find(".figure");
    this.told = find(".told");
    this.live = find(".live");
    this.scrub = find(".scrub input");
    this.button = find("[data-act=play]");
    this.table = find(".table");
    this.hover = null;
    this.pin = null;
    this.onScreen = true;
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.button.onclick = () => this.togglePlay();
    this.scrub.oninput = () => this.go(this.driver, Number(this.scrub.value));
    this.table.ontoggle = () => this.fillTables();
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
    const first = !this.data;
    this.data = data;
    this.links = data.links.map((link) => new Link(link));
    this.panels = data.panels.map((panel, at) => this.makePanel(panel, at));
    this.driver = data.driver;
    const last = this.panels[this.driver].count - 1;
    if (first) {
      this.playing = data.play && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.cell = Math.min(data.start, last);
    }
    this.cell = Math.min(this.cell, last);
    this.hover = null;
    if (this.pin && this.pin.index >= this.panels[this.pin.panel]?.count) this.pin = null;
    this.scrub.max = last;
    this.root.querySelector(".transport").hidden = !data.play;
    this.root.querySelector(".hint").hidden = !data.play; // one on a page is enough
    this.figure.replaceChildren();
    for (const { panel, made } of this.panels) {
      const step = element("div", "step"); // a sign stays beside its panel
      if (panel.sign) {
        const sign = element("div", "sign", panel.sign);
        sign.setAttribute("aria-hidden", "true");
        step.append(sign);
      }
      step.append(made);
      this.figure.append(step);
    }
    this.figure.setAttribute("aria-label", data.alt);
    this.root.querySelector(".code code").textContent = data.pytorch;
    this.root.querySelector(".code").hidden = !data.pytorch;
    this.fillTables();
    this.resize();
  }

  makePanel(panel, at) {
    const values = unpackBoard(panel.values);
    const [rows, columns] = panel.shape;
    const scale = panel.palette === "groups" ? new GroupScale() : scaleOf({ ...panel, values });
    const texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : panel.palette === "weights" ? weightText(value) : cellText(value)));
    const marks = { padding: paddingOf(panel), unread: unreadOf(panel) };
    const grid = new Grid({ kind: panel.title, rows, columns, values, texts, scale, ...marks });
    grid.panel = panel;
    grid.at = at;
    const made = element("figure", "panel");
    const caption = element("figcaption");
    caption.append(element("b", "", panel.title), " ", element("span", "shape", panel.note));
    made.append(caption, grid.canvas);
    if (panel.palette !== "groups") made.append(legend(scale));
    grid.made = made;
    grid.canvas.onpointermove = (event) => this.point(grid, grid.cellAt(event));
    grid.canvas.onpointerdown = grid.canvas.onpointermove;
    grid.canvas.onpointerleave = () => this.point(grid, null);
    grid.canvas.onpointercancel = grid.canvas.onpointerleave;
    grid.canvas.onclick = (event) => this.click(grid, grid.cellAt(event));
    return grid;
  }

  // --- size -----------------------------------------------------------------------------------

  resize() {
    const width = this.figure.clientWidth;
    if (!width || !this.panels) return;
    const signs = this.panels.filter(({ panel }) => panel.sign).length;
    const across = this.panels.reduce((sum, { columns, panel }) => sum + columns * panel.zoom, 0);
    const onOneLine = (width - signs * SIGN_ROOM - (this.panels.length - 1) * 14) / across;
    const tallest = Math.max(260, Math.min(430, window.innerHeight * 0.45));
    for (const grid of this.panels) {
      // Small cells are worse than a second line.
      const wanted = onOneLine * grid.panel.zoom;
      const alone = (width - (grid.panel.sign ? SIGN_ROOM : 0)) / grid.columns;
      const room = wanted >= 13 ? wanted : alone;
      const size = Math.min(room, alone, tallest / grid.rows, LARGEST_CELL * grid.panel.zoom);
      grid.resize(size >= 6 ? Math.floor(size) : Math.max(size, 1));
    }
    this.redraw();
  }

  redraw() {
    if (!this.panels?.[0].cell) return;
    this.theme = readTheme(this.root);
    for (const grid of this.panels) grid.drawBase(this.theme);
    this.painted = null;
    this.wake();
  }

  // --- what people do -------------------------------------------------------------------------

  point(grid, index) {
    const same = index === null ? this.hover === null : this.hover?.panel === grid.at && this.hover.index === index;
    if (same) return;
    this.hover = index === null ? null : { panel: grid.at, index };
    this.settle();
  }

  click(grid, index) {
    if (index === null) return;
    this.figure.focus({ preventScroll: true });
    const held = this.pin?.panel === grid.at && this.pin.index === index;
    this.pin = held ? null : { panel: grid.at, index };
    this.hover = null;
    if (!held && grid.at === this.driver) this.cell = index;
    this.settle();
  }

  go(panel, index) {
    const { count } = this.panels[panel];
    if (index < 0 || index >= count) return;
    this.playing = false;
    this.hover = null;
    this.pin = { panel, index };
    if (panel === this.driver) this.cell = index;
    this.settle();
  }

  togglePlay() {
    this.playing = !(this.playing && !this.pin);
    this.pin = null;
    this.hover = null;
    this.settle();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("details")) return;
    const { panel, index } = this.focus();
    const { columns, count } = this.panels[panel];
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const turn = { PageDown: 1, PageUp: this.panels.length - 1 }[event.key];
    if (event.key in moves) this.go(panel, index + moves[event.key]);
    else if (event.key === "Home") this.go(panel, 0);
    else if (event.key === "End") this.go(panel, count - 1);
    else if (turn) {
      const next = (panel + turn) % this.panels.length;
      this.go(next, Math.min(index, this.panels[next].count - 1));
    } else if (event.key === " " && event.target.tagName !== "BUTTON" && this.data.play) this.togglePlay();
    else if (event.key === "Escape" && this.pin) {
      this.pin = null;
      this.settle();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  settle() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = this.running() ? "" : this.told.textContent; }, 300);
    this.wake();
  }

  // --- frames ---------------------------------------------------------------------------------

  focus() {
    return this.hover ?? this.pin ?? { panel: this.driver, index: this.cell };
  }

  running() {
    return this.playing && !this.hover && !this.pin && this.onScreen;
  }

  wake() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.panels?.[0].cell) return;
    if (this.running()) {
      this.since ??= now;
      if (now - this.since >= 1000 / CELLS_A_SECOND) {
        this.since = now;
        this.cell = (this.cell + 1) % this.panels[this.driver].count;
      }
    } else this.since = undefined;
    this.paint();
    if (this.running()) this.wake();
  }

  paint() {
    const { panel, index } = this.focus();
    const moving = this.playing && !this.pin;
    this.root.dataset.playing = moving;
    const label = moving ? "Pause" : "Play";
    if (this.button.title !== `${label} (space)`) {
      this.button.title = `${label} (space)`;
      this.button.setAttribute("aria-label", label);
    }
    const picture = `${panel} ${index}`;
    if (picture === this.painted) return;
    this.painted = picture;
    const lit = related(this.links, panel, index);
    this.panels.forEach((grid, at) => {
      grid.start();
      if (at === panel) grid.outline(this.mask(grid, [index]), this.theme.ink, this.theme);
      else if (lit.has(at)) {
        const cells = this.mask(grid, lit.get(at));
        if (grid.count <= 1600) grid.fade(cells, this.theme); // a picture stays as it is
        grid.outline(cells, this.theme.window, this.theme);
      }
    });
    this.tell(panel, index, lit);
    this.scrub.value = this.cell;
    this.root.querySelector(".scrub-text").textContent = `Cell ${this.cell + 1} of ${this.panels[this.driver].count}`;
    Object.assign(this.root.dataset, { panel, cell: index, lit: JSON.stringify([...lit].map(([at, cells]) => [at, [...cells].sort((a, b) => a - b)])) });
  }

  mask(grid, cells) {
    const lit = new Uint8Array(grid.count);
    for (const cell of cells) lit[cell] = 1;
    return lit;
  }

  where(grid, index) {
    const { rows, columns, panel } = grid;
    const at = rows === 1 ? `${index}` : `row ${Math.floor(index / columns)}, column ${index % columns}`;
    return `${panel.title}, ${at}`;
  }

  /** Say in words and numbers what the cell in focus is. */
  tell(panel, index, lit) {
    const grid = this.panels[panel];
    const value = grid.values[index];
    const told = element("b", "", `${this.where(grid, index)}: ${grid.panel.words?.[index] ?? numberText(value)}`);
    const more = [];
    const made = this.links.find(({ source, sum }) => source === panel && sum);
    if (made) {
      const terms = made.from(index);
      const from = this.panels[made.target];
      const products = terms.map(([cell, weight]) => `${bracketed(weightText(weight))}·${bracketed(cellText(from.values[cell]))}`);
      const shown = products.slice(0, MOST_TERMS).join(" + ");
      const rest = products.length > MOST_TERMS ? ` + … (${products.length} products)` : "";
      const total = terms.reduce((sum, [cell, weight]) => sum + weight * from.values[cell], 0);
      more.push(terms.length ? `= ${shown}${rest} = ${numberText(total + (grid.panel.bias ?? 0))}${grid.panel.bias ? ` with the bias ${numberText(grid.panel.bias)}` : ""}.` : "nothing reaches it.");
      this.root.dataset.total = total;
    }
    const counts = [...lit].map(([at, cells]) => `${cells.size} of ${this.panels[at].panel.title}`);
    if (counts.length) more.push(`Lit: ${counts.join(", ")}.`);
    this.told.replaceChildren(told, ...more.map((text) => element("span", "", ` ${text}`)));
  }

  fillTables() {
    const place = this.root.querySelector(".tables");
    place.replaceChildren();
    if (!this.table.open || !this.panels) return;
    for (const grid of this.panels) {
      const table = element("table");
      table.append(element("caption", "", `${grid.panel.title} ${grid.panel.note}`));
      const rows = Math.min(grid.rows, 64);
      for (let row = 0; row < rows; row += 1) {
        const line = element("tr");
        for (let column = 0; column < Math.min(grid.columns, 64); column += 1) {
          const value = grid.values[row * grid.columns + column];
          line.append(element("td", "", Number.isNaN(value) ? "" : numberText(value)));
        }
        table.append(line);
      }
      place.append(table);
    }
  }
}

export default function mount({ parentElement, data }) {
  let board = BOARDS.get(parentElement);
  if (!board) {
    board = new Board(parentElement);
    BOARDS.set(parentElement, board);
  }
  board.update(data);
  return () => {
    board.destroy();
    BOARDS.delete(parentElement);
  };
}
