// What is open beside the overview: all maps of a layer, or one map with the arithmetic of a cell.

import { clamp } from "../kit/arithmetic.js";
import { element, reachable, rove, write } from "../kit/elements.js";
import { count, movingText, numberText } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { sizedContext, textScale } from "../kit/screen.js";
import { followPointer } from "../kit/pointer.js";
import { chainOf } from "./chain.js";
import { metBy, onMap } from "./fields.js";
import { SheetView } from "./sheet.js";
import { stepAddress } from "./step_address.js";
import { cellAt, extentOf, placeOf, sheetOf } from "./structure.js";
import { bracket, cellText, layerText, mapText, shapeText, stepText, titleOf, wholeText } from "./words.js";

const FIRST_PARTS = 16;
const MORE_PARTS = 48;
const NUMBERS_FROM = 26; // pixels of a cell
const LARGEST_WINDOW = 5; // rows and columns of a window that is written in numbers

export class Opened {
  constructor(root, figure) {
    this.root = root;
    this.figure = figure;
    this.title = element("b", "title");
    this.play = button("Play", () => figure.toggle());
    this.previous = button("‹", () => figure.move(0, -1), "Previous cell");
    this.next = button("›", () => figure.move(0, 1), "Next cell");
    this.close = button("Back", () => figure.back(), "Back to the overview (Escape)");
    const header = element("header");
    header.append(this.title, this.previous, this.play, this.next, this.close);
    this.view = new SheetView();
    this.marks = element("canvas", "over");
    this.large = element("div", "large");
    this.large.append(this.view.canvas, this.marks);
    this.scale = new ScaleBar("Colours of the layer", "below");
    this.about = element("p", "about");
    const side = element("div", "side");
    side.append(this.large, this.scale.root, this.about);
    this.steps = element("div", "terms");
    reachable(this.steps, "The arithmetic of the cell");
    this.body = element("div", "body");
    this.body.append(side, this.steps);
    root.append(header, this.body);
    root.setAttribute("role", "group");
    this.open = false;
    this.fitted = "";
    this.told = ""; // which arithmetic is written
    /** @type {any} its sum, the rows of the parts that are written, and those that wait for scrolling */
    this.link = null;
    this.list = null;
    this.rows = [];
    this.waitingParts = [];
    this.more = null;
    this.steps.addEventListener("scroll", () => this.addMore());
    this.steps.addEventListener("keydown", (event) => this.keyed(event));
    followPointer(this.marks, (event) => this.hit(event), (hit) => {
      const { layer } = this.shown() ?? {};
      figure.point(hit && layer ? { layer, ...hit } : null);
    });
    this.marks.onclick = (event) => {
      const hit = this.hit(event);
      if (hit) figure.choose({ layer: this.shown().layer, ...hit });
    };
    this.marks.tabIndex = 0;
    this.marks.setAttribute("role", "application");
  }

  /** Whether the keys pressed in an element move the chosen cell. */
  owns(target) {
    return target === this.marks;
  }

  shown() {
    const { chosen, sheet } = this.figure.state;
    return chosen ? { layer: chosen.layer, cell: chosen } : sheet ? { layer: sheet, cell: null } : null;
  }

  show() {
    const shown = this.shown();
    this.root.hidden = !shown;
    if (this.figure.root.classList.toggle("open", Boolean(shown)) !== this.open) {
      this.open = Boolean(shown);
      this.figure.wires = false; // there is less room
      this.figure.wake();
    }
    if (!shown) {
      this.told = "";
      return;
    }
    this.root.style.maxHeight = `${this.figure.roomBelow}px`;
    this.root.style.setProperty("--covered", `${this.figure.covered()}px`);
    const { layer, cell } = shown;
    const { figure } = this;
    write(this.title, cell ? `${cellText(layer, cell)} = ${numberText(valueOf(layer, cell), 6)}` : `${layer.name}: all ${layer.shape[0]} maps`);
    this.root.setAttribute("aria-label", this.title.textContent);
    for (const one of [this.play, this.previous, this.next]) one.hidden = !cell;
    write(this.play, figure.state.playing ? "Pause" : "Play");
    this.root.classList.toggle("whole", !cell);
    this.fit(layer, cell);
    this.view.paint(figure.inks.shownOf(layer), figure.inks.inkOf(layer));
    this.paintMarks();
    const painted = figure.inks.shownOf(layer);
    const { low, high } = figure.inks.rangeOf(painted);
    this.scale.root.hidden = painted === layer && (layer.kind === "input" || figure.state.grey);
    this.scale.update({ low, high, gradient: figure.inks.gradientOf(layer), text: (value) => numberText(value, 3) });
    const { weighs } = figure.data.network;
    const how = weighs ? " Click a cell to see how it is computed." : "";
    const about = cell ? "How it was computed is not shown: the weights of this network are not in your browser." : `${layerText(figure.facts.get(layer.name))}${how}`;
    write(this.about, cell && weighs ? "" : about);
    this.marks.setAttribute("aria-label", cell ? `${mapText(layer, cell.map)}: arrow keys choose another cell` : `All maps of ${layer.name}`);
    if (cell && weighs) this.showChain(layer, cell);
    else {
      this.steps.replaceChildren();
      this.told = "";
    }
  }

  /** Choose how large the maps are drawn. */
  fit(layer, cell) {
    const [maps, rows = 1, columns = 1] = layer.shape;
    const width = this.figure.figure.clientWidth;
    const single = rows * columns === 1;
    const room = cell && !single ? Math.min(0.34 * width, this.figure.roomBelow - 130 * textScale(), 300 * textScale()) : width - 40;
    const key = `${layer.name} ${shapeText(layer.shape)} ${cell && !single ? cell.map : "all"} ${Math.round(room)}`;
    if (key === this.fitted) return;
    this.fitted = key;
    if (cell && !single) {
      const unit = Math.max(1, Math.floor(room / Math.max(rows, columns)));
      this.view.resize(sheetOf([1, rows, columns], unit, Infinity, Infinity, true), cell.map);
    } else {
      const unit = clamp(Math.floor(Math.sqrt((width * (this.figure.roomBelow - 130)) / (maps * rows * columns))), 2, 10);
      const sheet = sheetOf(layer.shape, unit, room, single ? this.figure.roomBelow - 140 : Infinity, true);
      this.view.resize(sheet);
    }
  }

  hit({ offsetX, offsetY }) {
    const { sheet, first } = this.view;
    const hit = cellAt(sheet, offsetX / sheet.cell, offsetY / sheet.cell);
    return hit ? { ...hit, map: hit.map + first } : null;
  }

  paintMarks() {
    const { sheet, first } = this.view;
    const { width, height } = extentOf(sheet);
    const context = sizedContext(this.marks, width * sheet.cell, height * sheet.cell);
    Object.assign(this.marks.style, { width: `${width * sheet.cell}px`, height: `${height * sheet.cell}px` });
    const { theme, state: { chosen } } = this.figure;
    if (sheet.count === 1 && sheet.cell >= NUMBERS_FROM) this.writeNumbers(context);
    if (!chosen || chosen.map < first || chosen.map >= first + sheet.count) return;
    const { x, y } = placeOf(sheet, chosen.map - first);
    context.lineWidth = 4;
    context.strokeStyle = theme.paper;
    const [left, top] = [(x + chosen.column) * sheet.cell, (y + chosen.row) * sheet.cell];
    context.strokeRect(left, top, sheet.cell, sheet.cell);
    context.lineWidth = 2;
    context.strokeStyle = theme.window;
    context.strokeRect(left, top, sheet.cell, sheet.cell);
  }

  writeNumbers(context) {
    const { sheet: { rows, columns, cell }, first } = this.view;
    const { layer } = this.shown();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${Math.min(13, cell * 0.34)}px ${this.figure.theme.font}`;
    for (let at = 0; at < rows * columns; at += 1) {
      const value = layer.values[first * rows * columns + at];
      [, context.fillStyle] = this.figure.inks.valueColours(layer, value, first);
      context.fillText(movingText(value, 2), ((at % columns) + 0.5) * cell, (Math.floor(at / columns) + 0.5) * cell);
    }
  }

  // --- the arithmetic -----------------------------------------------------------------------------

  showChain(layer, cell) {
    const { figure } = this;
    const key = `${layer.name} ${cell.map} ${cell.row} ${cell.column} ${figure.version}`;
    if (key === this.told) {
      this.markWeight();
      return;
    }
    this.told = key;
    const stage = figure.stageOf.get(layer);
    Object.assign(this, { link: null, list: null, rows: [] });
    figure.state.passing = null;
    this.chain = chainOf(stage.layers, layer, cell);
    const scrolled = this.steps.scrollTop;
    const [first, ...rest] = this.chain;
    const blocks = [first.sum.parts[0]?.weights ? this.sumBlock(first) : this.plainBlock(first), ...rest.map((link) => this.plainBlock(link))];
    blocks[this.chain.findIndex((link) => link.layer === layer)]?.classList.add("chosen");
    this.steps.replaceChildren(...blocks);
    this.steps.scrollTop = scrolled;
    Object.assign(this.root.dataset, { layer: layer.name, map: cell.map, cell: `${cell.row},${cell.column}`, value: valueOf(layer, cell) });
    this.markWeight();
  }

  /** Parts, largest first, and their sum. */
  sumBlock(link) {
    const { layer, cell, sum } = link;
    const block = element("section", "sum");
    block.dataset.layer = layer.name;
    block.dataset.value = String(sum.value);
    const [found] = sum.parts;
    const what = layer.kind === "gap" ? "the average of a whole map" : `${count(sum.parts.length)} ${sum.parts.length === 1 ? "part" : "parts, the largest first"}`;
    block.append(element("h4", "", `${cellText(layer, cell)}: ${what}`));
    const list = element("div", "parts");
    list.setAttribute("role", "list");
    block.append(element("p", "facts", "Click a number of a window to see how that one was computed; Back returns."));
    this.waitingParts = sum.parts.map((part, at) => ({ part, at })).toSorted((a, b) => Math.abs(b.part.sum) - Math.abs(a.part.sum));
    this.list = list;
    this.link = link;
    this.rows = [];
    this.addMore(FIRST_PARTS);
    block.append(list);
    const bias = layer.tensors.bias ? ` + bias ${bracket(numberText(sum.bias, 6))}` : "";
    const parts = sum.parts.reduce((total, part) => total + part.sum, 0);
    const total = element("p", "total", found && sum.parts.length > 1 ? `All parts ${numberText(parts, 6)}${bias} = ` : `${numberText(parts, 6)}${bias} = `);
    total.append(element("b", "", numberText(sum.total, 6)));
    total.dataset.total = String(sum.total);
    total.dataset.bias = String(sum.bias);
    block.append(total);
    return block;
  }

  addMore(least = 0) {
    const { list, steps } = this;
    if (!list || !this.waitingParts.length) return;
    const near = steps.scrollTop + steps.clientHeight > list.offsetTop + list.offsetHeight - 300;
    if (!least && !near) return;
    for (const { part } of this.waitingParts.splice(0, least || MORE_PARTS)) {
      const row = this.partRow(part);
      row.tabIndex = this.rows.length ? -1 : 0;
      this.rows.push(row);
      list.append(row);
    }
    this.more?.remove();
    this.more = null;
    if (this.waitingParts.length) {
      this.more = element("p", "facts", `${this.waitingParts.length} smaller parts: scroll to see them.`);
      list.append(this.more);
    }
  }

  partRow(part) {
    const { layer } = this.link;
    const row = element("div", "part");
    row.dataset.rove = "";
    row.dataset.channel = String(part.channel);
    row.dataset.sum = String(part.sum);
    row.setAttribute("role", "listitem");
    const name = partText(part);
    const from = element("span", "from", name);
    row.append(from);
    const [rows, columns] = this.link.sum.size;
    if (Math.max(rows, columns) <= LARGEST_WINDOW && part.weights) {
      row.append(this.grid(part, part.values, false), element("span", "sign", "×"), this.grid(part, part.weights, true));
    } else row.append(element("span", "whole", wholeText(layer, part)));
    const gives = element("span", "gives");
    gives.append(element("span", "sign", "= "), element("b", "product", numberText(part.sum, 5)));
    row.append(gives);
    const address = stepAddress(layer, part, this.link.cell);
    if (address) {
      const link = element("a", "step", "open in Step");
      link.href = address;
      Object.assign(link, { target: "_blank", rel: "noopener" }); // what is open here stays open
      link.title = "Step through the convolution of this map with this filter, in a new tab";
      from.append(link);
    }
    row.setAttribute("aria-label", `${name}: ${part.values.length === 1 ? `${numberText(part.values[0], 4)} times ${numberText(part.weights?.[0] ?? 1, 4)}` : "window times filter"} is ${numberText(part.sum, 5)}`);
    row.onclick = () => this.pick(part);
    row.onpointerenter = () => this.pass(part);
    row.onpointerleave = () => this.pass(null);
    return row;
  }

  /** Numbers of a window or of its weights. */
  grid(part, values, weights) {
    const { layer, sum: { size: [, columns] } } = this.link;
    const grid = element("span", weights ? "grid weights" : "grid");
    grid.style.gridTemplateColumns = `repeat(${columns}, auto)`;
    values.forEach((value, at) => {
      const cell = element("span", "", movingText(value, 2));
      const [background, ink] = weights ? this.figure.inks.weightColours(layer, value) : this.figure.inks.valueColours(part.source, value, part.channel);
      Object.assign(cell.style, { background, color: ink });
      if (weights) {
        cell.onclick = (event) => {
          event.stopPropagation();
          this.pick(part, at);
        };
      } else this.lead(cell, part, at, this.link.sum);
      grid.append(cell);
    });
    return grid;
  }

  /** Put an arithmetic that was just opened at its beginning. */
  begin() {
    this.steps.scrollTop = 0;
    this.marks.focus({ preventScroll: true });
  }

  /** Let a number of a window lead to the cell that it is, or say that it is padding. */
  lead(number, part, at, sum) {
    const spot = spotOf(part, at, sum);
    if (!spot) {
      number.className = "padding";
      return;
    }
    number.classList.add("leads");
    number.title = `How ${cellText(spot.layer, spot)} was computed`;
    number.onclick = (event) => {
      event.stopPropagation();
      this.figure.follow(spot);
    };
  }

  /** Choose a part, which is a wire, or a weight of it, and say where it is used. */
  pick(part, at) {
    const { figure, link } = this;
    figure.state.weight = { layer: link.layer, part, at };
    figure.state.hover = null;
    this.markWeight();
    figure.settle();
  }

  /** The part of the open sum that a filter on a wire belongs to. */
  partOf({ layer, map, channel }) {
    const { link } = this;
    return link?.layer === layer && link.cell.map === map ? link.sum.parts.find((part) => part.channel === channel) ?? null : null;
  }

  /** Choose a part and scroll to it. */
  reveal(part) {
    while (this.waitingParts.some((waiting) => waiting.part === part)) this.addMore(MORE_PARTS);
    this.pick(part);
    this.rows.find((row) => row.dataset.channel === String(part.channel))?.scrollIntoView({ block: "nearest" });
  }

  /** The pointer is on a part, which is marked while nothing is chosen. */
  pass(part) {
    const { figure, link } = this;
    figure.state.passing = part && link ? { layer: link.layer, part } : null;
    figure.settle();
  }

  markWeight() {
    const { weight } = this.figure.state;
    for (const row of this.rows ?? []) {
      const on = weight && weight.layer === this.link?.layer && Number(row.dataset.channel) === weight.part.channel;
      row.classList.toggle("picked", Boolean(on));
      [...row.querySelectorAll(".weights span")].forEach((one, at) => one.classList.toggle("picked", Boolean(on && weight.at === at)));
    }
  }

  /** The chosen weight or wire in words; empty if there is none. */
  weightWords() {
    const weight = this.figure.state.weight ?? this.figure.state.passing;
    if (!weight?.part.weights || !this.link) return "";
    const { layer, part, at } = weight;
    const { cell } = this.link;
    const from = partText(part);
    const to = mapText(layer, cell.map);
    if (layer.kind === "gap") return `${from} gives its average, ${numberText(part.sum)}, to ${to}.`;
    if (layer.kind === "linear") return `Weight from ${from} to ${to}: ${numberText(part.weights[0])}. It is used once, on the value ${numberText(part.values[0])}.`;
    if (at === undefined) return `The wire from ${from} to ${to}: ${part.weights.length} weights, which give ${numberText(part.sum)} to this cell.`;
    const [, width] = this.link.sum.size;
    const [row, column] = [Math.floor(at / width), at % width];
    const [, rows, columns] = layer.shape;
    if (layer.kind === "local") return `Weight of this cell alone, from ${from}: ${numberText(part.weights[at])}. Here it multiplies ${numberText(part.values[at])}.`;
    const met = metBy(layer, row, column);
    const where = met ? ` of ${from}, from row ${met.top} to ${met.bottom} and column ${met.left} to ${met.right}` : "";
    return `Weight in row ${row}, column ${column} of the filter from ${from} to ${to}: ${numberText(part.weights[at])}. It is used for all ${count(rows * columns)} cells of ${to}: on the cells${where}. Here it multiplies ${numberText(part.values[at])}.`;
  }

  /** A layer that follows: what it does to the number before it. */
  plainBlock(link) {
    const { layer, sum } = link;
    const block = element("section", "after");
    block.dataset.layer = layer.name;
    block.dataset.value = String(sum.value);
    block.dataset.total = String(sum.total);
    block.append(element("h4", "", `${layer.name}, ${titleOf(layer.kind)}`));
    const line = element("p", "line");
    if (layer.kind === "input") line.append("A pixel of the picture, normalised as the training pictures were: ");
    else if (layer.settings.kernel) {
      const [part] = sum.parts;
      this.gridLink(link, line, part);
      line.append(layer.kind === "maxpool" ? " the largest = " : " the average = ");
    } else line.append(`${stepText(link)} = `);
    line.append(element("b", "", numberText(sum.total, 6)));
    block.append(line);
    return block;
  }

  gridLink(link, line, part) {
    const { sum: { size: [rows, columns] } } = link;
    if (Math.max(rows, columns) > LARGEST_WINDOW) {
      line.append(`of ${rows}×${columns} values`);
      return;
    }
    const grid = element("span", "grid");
    grid.style.gridTemplateColumns = `repeat(${columns}, auto)`;
    part.values.forEach((value, at) => {
      const cell = element("span", "", movingText(value, 2));
      const [background, ink] = this.figure.inks.valueColours(part.source, value, part.channel);
      Object.assign(cell.style, { background, color: ink });
      this.lead(cell, part, at, link.sum);
      grid.append(cell);
    });
    line.append(grid);
  }

  keyed(event) {
    if (event.key === "Escape") {
      this.figure.back();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const row = event.target.closest?.(".part");
    if (!row) return;
    if (event.key === "Enter" && event.target === row || ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const part = this.link.sum.parts.find(({ channel }) => String(channel) === row.dataset.channel);
      const { weight } = this.figure.state;
      const now = weight?.part === part ? weight.at : undefined;
      const spot = event.key === "Enter" && now !== undefined ? spotOf(part, now, this.link.sum) : null;
      const step = event.key === "ArrowLeft" ? -1 : 1;
      if (spot) this.figure.follow(spot);
      else this.pick(part, event.key === "Enter" ? now : clamp((now ?? -step) + step, 0, part.weights.length - 1));
      event.preventDefault();
    } else {
      rove(event, this.rows, 1);
      const next = this.root.getRootNode().activeElement?.closest?.(".part");
      if (next && next !== row) this.pick(this.link.sum.parts.find(({ channel }) => String(channel) === next.dataset.channel));
    }
    event.stopPropagation();
  }
}

function button(text, act, label) {
  const made = element("button", "", text);
  made.type = "button";
  made.onclick = act;
  if (label) {
    made.title = label;
    made.setAttribute("aria-label", label);
  }
  return made;
}

function valueOf({ values, shape: [, rows = 1, columns = 1] }, { map, row, column }) {
  return values[(map * rows + row) * columns + column];
}

/** The cell that a number of a window is: of a flattened map, the one that it was; null in the padding. */
function spotOf(part, at, { size: [, columns], dilation }) {
  const cell = { row: part.row + Math.floor(at / columns) * dilation, column: part.column + (at % columns) * dilation };
  const { source, channel } = part;
  if (!onMap({ top: cell.row, left: cell.column, bottom: cell.row, right: cell.column }, source.shape)) return null;
  if (source.kind !== "flatten" || source.inputs[0].shape.length === 1) return { layer: source, map: channel, ...cell };
  const [{ shape: [, rows, wide] }] = source.inputs;
  return { layer: source.inputs[0], map: Math.floor(channel / rows / wide), row: Math.floor(channel / wide) % rows, column: channel % wide };
}

/** What a part comes from. */
function partText(part) {
  const { source, channel } = part;
  if (source.kind !== "flatten") return mapText(source, channel);
  const spot = spotOf(part, 0, { size: [1, 1], dilation: 1 });
  return cellText(spot.layer, spot);
}
