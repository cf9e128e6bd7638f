const MINUS = "\u2212";
const GAP = 4;
const atlases = new WeakMap();

function number(value) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 0.001 || size >= 10000 ? value.toExponential(2)
    : value.toFixed(size >= 100 ? 1 : 3);
  return text.replaceAll("-", MINUS);
}

function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function colours(stops) {
  const parsed = stops.map(([at, hex]) => [at, [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))]);
  const table = new Uint8ClampedArray(255 * 3);
  for (let level = 0; level < 255; level++) {
    const at = level / 254;
    const above = Math.max(1, parsed.findIndex(([stop]) => stop >= at));
    const [[a, low], [b, high]] = [parsed[above - 1], parsed[above]];
    for (let c = 0; c < 3; c++) table[level * 3 + c] = low[c] + ((high[c] - low[c]) * (at - a)) / (b - a);
  }
  return table;
}

// The middle of the 255 levels is exactly 0.
const level = (value, limit) =>
  limit > 0 ? Math.round(127 + 127 * Math.max(-1, Math.min(1, value / limit))) : 127;

function paint(canvas, image, boxes, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  for (const { from, x, y, w, h } of boxes) {
    context.drawImage(image, 0, from, image.width, h.cells, x, y, w, h.pixels);
  }
  return context;
}

class Atlas {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.tip = this.find(".tip");
    this.dialog = this.find("dialog");
    this.border = "";
    this.open = null;
    this.width = 0;
    this.find(".close").onclick = () => this.dialog.close();
    this.find(".previous").onclick = () => this.turn(-1);
    this.find(".next").onclick = () => this.turn(1);
    this.dialog.onclose = () => (this.open = null);
    this.dialog.onclick = (event) => event.target === this.dialog && this.dialog.close();
    this.dialog.onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) this.turn(by);
      event.stopPropagation();
    };
    const big = this.find(".big canvas");
    big.onpointermove = (event) => this.pointBig(event);
    big.onpointerleave = () => this.describeBig(null);
    this.observer = new ResizeObserver(() => {
      if (this.root.clientWidth !== this.width) this.draw();
    });
    this.observer.observe(root);
  }

  update(data) {
    this.data = data;
    this.table = colours(data.stops);
    this.border = getComputedStyle(this.root).getPropertyValue("--st-border-color");
    this.groups = data.groups.map((group) => this.read(group));
    this.draw();
    if (this.open) {
      const group = this.groups[this.open.group];
      if (group && this.open.tile < group.count) this.enlarge(this.open.group, this.open.tile);
      else this.dialog.close();
    }
  }

  read(group) {
    const [count, rows, columns] = group.shape;
    const values = unpack(group.values);
    const size = rows * columns;
    const limits = new Float32Array(count).fill(group.limit);
    if (this.data.scale === "map") {
      for (let i = 0; i < count; i++) {
        limits[i] = values.subarray(i * size, (i + 1) * size).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      }
    }
    // All maps one below the other, a pixel a value.
    const image = document.createElement("canvas");
    image.width = columns;
    image.height = rows * count;
    const pixels = new ImageData(columns, rows * count);
    for (let i = 0; i < values.length; i++) {
      const from = 3 * level(values[i], limits[Math.floor(i / size)]);
      for (let c = 0; c < 3; c++) pixels.data[i * 4 + c] = this.table[from + c];
      pixels.data[i * 4 + 3] = 255;
    }
    image.getContext("2d").putImageData(pixels, 0, 0);
    return { ...group, count, rows, cells: columns, values, limits, image };
  }

  tileName(group, tile) {
    if (!group.columns) return `${group.tile} ${tile}`;
    const [row, column] = group.tile.split(", ");
    return `${row} ${Math.floor(tile / group.columns)}, ${column} ${tile % group.columns}`;
  }

  scaleBar(target, limit, each) {
    const stops = this.data.stops.map(([at, hex]) => `${hex} ${at * 100}%`).join(", ");
    const bar = document.createElement("span");
    bar.className = "bar";
    bar.style.background = `linear-gradient(90deg, ${stops})`;
    const low = document.createElement("span");
    const high = document.createElement("span");
    low.textContent = each ? `${MINUS}max` : number(-limit);
    high.textContent = each ? "max, each its own" : number(limit);
    target.replaceChildren(low, bar, high);
    target.setAttribute("aria-label", `Scale from ${low.textContent} over 0 to ${high.textContent}`);
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.groups || !this.width) return;
    const focused = this.root.getRootNode().activeElement?.dataset?.group;
    this.tip.hidden = true;
    this.find(".groups").replaceChildren(...this.groups.map((group, i) => this.section(group, i)));
    if (focused !== undefined) this.root.querySelector(`canvas[data-group="${focused}"]`)?.focus();
  }

  section(group, index) {
    const fit = this.data.side / Math.max(group.rows, group.cells);
    group.unit = fit >= 1 ? Math.floor(fit) : fit;
    const w = group.cells * group.unit;
    const h = group.rows * group.unit;
    const fits = Math.max(1, Math.floor((this.width + GAP) / (w + GAP)));
    // As many rows as that asks for, but of equal length.
    group.across = group.columns || Math.ceil(group.count / Math.ceil(group.count / fits));
    const down = Math.ceil(group.count / group.across);

    const section = document.createElement("section");
    const heading = document.createElement("div");
    heading.className = "heading";
    const name = document.createElement("strong");
    name.textContent = group.title;
    const note = document.createElement("span");
    note.className = "note";
    note.textContent = group.note;
    const words = document.createElement("span");
    words.append(name, note);
    const scale = document.createElement("span");
    scale.className = "scale";
    this.scaleBar(scale, group.limit, this.data.scale === "map");
    heading.append(words, scale);

    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.dataset.group = index;
    canvas.setAttribute("role", "img");
    canvas.setAttribute(
      "aria-label",
      `${this.data.alt} ${group.title}, ${group.count} of ${group.rows}×${group.cells}. ` +
        "Arrow keys choose one, Enter enlarges it.",
    );
    const boxes = Array.from({ length: group.count }, (_, i) => ({
      from: i * group.rows,
      ...this.corner(group, i),
      w,
      h: { cells: group.rows, pixels: h },
    }));
    const context = paint(canvas, group.image, boxes, group.across * (w + GAP) - GAP, down * (h + GAP) - GAP);
    context.strokeStyle = this.border;
    for (const { x, y } of boxes) context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);

    const tile = document.createElement("div");
    tile.className = "tile";
    const cell = document.createElement("div");
    cell.className = "cell";
    tile.hidden = cell.hidden = true;
    group.marks = { tile, cell };
    group.chosen = null;
    canvas.onpointermove = (event) => this.point(event, group, canvas);
    canvas.onpointerleave = () => this.leave(group);
    canvas.onclick = (event) => {
      const hit = this.hit(event, group);
      if (hit) this.enlarge(index, hit.tile);
    };
    canvas.onkeydown = (event) => this.key(event, group, index);
    canvas.onblur = () => this.leave(group);
    const stack = document.createElement("div");
    stack.className = "stack";
    stack.append(canvas, tile, cell);
    const sheet = document.createElement("div");
    sheet.className = "sheet";
    sheet.append(stack);
    section.append(heading, sheet);
    return section;
  }

  corner(group, tile) {
    return {
      x: (tile % group.across) * (group.cells * group.unit + GAP),
      y: Math.floor(tile / group.across) * (group.rows * group.unit + GAP),
    };
  }

  hit(event, group) {
    const [w, h] = [group.cells * group.unit, group.rows * group.unit];
    const [column, row] = [Math.floor(event.offsetX / (w + GAP)), Math.floor(event.offsetY / (h + GAP))];
    const tile = row * group.across + column;
    const x = Math.floor((event.offsetX - column * (w + GAP)) / group.unit);
    const y = Math.floor((event.offsetY - row * (h + GAP)) / group.unit);
    const inside = x >= 0 && y >= 0 && x < group.cells && y < group.rows;
    return inside && column < group.across && tile < group.count ? { tile, x, y } : null;
  }

  words(group, { tile, x, y }) {
    const value = group.values[(tile * group.rows + y) * group.cells + x];
    return `${this.tileName(group, tile)}, row ${y}, column ${x}: ${number(value)}`;
  }

  mark(group, { tile, x, y }) {
    const at = this.corner(group, tile);
    const place = (mark, left, top, width, height) => {
      Object.assign(mark.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      mark.hidden = false;
    };
    place(group.marks.tile, at.x, at.y, group.cells * group.unit, group.rows * group.unit);
    if (x === undefined) return;
    place(group.marks.cell, at.x + x * group.unit, at.y + y * group.unit, group.unit, group.unit);
  }

  point(event, group, canvas) {
    const hit = this.hit(event, group);
    if (!hit) return this.leave(group);
    this.mark(group, hit);
    this.tip.textContent = this.words(group, hit);
    this.tip.hidden = false;
    const frame = this.root.getBoundingClientRect();
    const left = event.clientX - frame.left + 14;
    const top = canvas.getBoundingClientRect().top - frame.top + event.offsetY + 18;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${top}px`;
  }

  leave(group) {
    group.marks.tile.hidden = group.marks.cell.hidden = true;
    group.chosen = null;
    this.tip.hidden = true;
  }

  key(event, group, index) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -group.across, ArrowDown: group.across }[event.key];
    if (by) {
      const next = group.chosen === null ? 0 : group.chosen + by;
      group.chosen = Math.max(0, Math.min(group.count - 1, next));
      group.marks.cell.hidden = true;
      this.mark(group, { tile: group.chosen });
      this.find(".spoken").textContent = this.summary(group, group.chosen);
    } else if (event.key === "Enter" || event.key === " ") {
      this.enlarge(index, group.chosen ?? 0);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  summary(group, tile) {
    const size = group.rows * group.cells;
    const values = group.values.subarray(tile * size, (tile + 1) * size);
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return `${this.tileName(group, tile)}: from ${number(low)} to ${number(high)}`;
  }

  turn(by) {
    const { group, tile } = this.open;
    const count = this.groups[group].count;
    this.enlarge(group, (tile + by + count) % count);
  }

  enlarge(index, tile) {
    const group = this.groups[index];
    this.open = { group: index, tile };
    this.tip.hidden = true;
    const room = Math.min(window.innerWidth - 64, window.innerHeight - 220, 480);
    const unit = Math.max(1, Math.floor(room / Math.max(group.rows, group.cells)));
    this.bigUnit = unit;
    const canvas = this.find(".big canvas");
    const box = { from: tile * group.rows, x: 0, y: 0, w: group.cells * unit, h: { cells: group.rows, pixels: group.rows * unit } };
    const context = paint(canvas, group.image, [box], group.cells * unit, group.rows * unit);
    if (unit >= 44) this.print(context, group, tile, unit);
    this.find(".name").textContent = `${group.title}, ${this.tileName(group, tile)}`;
    canvas.setAttribute("aria-label", this.summary(group, tile));
    this.scaleBar(this.find("dialog .scale"), group.limits[tile], false);
    this.describeBig(null);
    if (!this.dialog.open) this.dialog.showModal();
  }

  print(context, group, tile, unit) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${Math.min(14, unit / 4)}px ${getComputedStyle(this.root).fontFamily}`;
    const size = group.rows * group.cells;
    for (let i = 0; i < size; i++) {
      const value = group.values[tile * size + i];
      const from = 3 * level(value, group.limits[tile]);
      const [r, g, b] = this.table.subarray(from, from + 3);
      context.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
      const [x, y] = [i % group.cells, Math.floor(i / group.cells)];
      context.fillText(number(value), (x + 0.5) * unit, (y + 0.5) * unit);
    }
  }

  pointBig(event) {
    const x = Math.floor(event.offsetX / this.bigUnit);
    const y = Math.floor(event.offsetY / this.bigUnit);
    const group = this.groups[this.open.group];
    this.describeBig(x >= 0 && y >= 0 && x < group.cells && y < group.rows ? { x, y } : null);
  }

  describeBig(at) {
    const { group, tile } = this.open;
    const cell = this.find(".big .cell");
    cell.hidden = !at;
    const text = this.find(".value");
    text.textContent = at ? this.words(this.groups[group], { tile, ...at }) : this.summary(this.groups[group], tile);
    if (!at) return;
    const unit = this.bigUnit;
    Object.assign(cell.style, { left: `${at.x * unit}px`, top: `${at.y * unit}px`, width: `${unit}px`, height: `${unit}px` });
  }
}

export default function ({ data, parentElement }) {
  let atlas = atlases.get(parentElement);
  if (!atlas) {
    atlas = new Atlas(parentElement.querySelector(".atlas"));
    atlases.set(parentElement, atlas);
  }
  atlas.update(data);
  return () => {
    atlas.observer.disconnect();
    atlases.delete(parentElement);
  };
}
