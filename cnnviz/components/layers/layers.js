// A network as a list of layers to edit, and as a line to type: the two always say the same.

import { element, reachable, write } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { copy, everyLayer, insert, isWhole, move, moveBeside, namesOf, numberOf, partName, placeOf, readLine, readWord, remove, writeLine, writeWord } from "./line.js";

const TYPING = 350; // milliseconds after the last key
const SPEAK_AFTER = 300;

class Layers {
  constructor(parent) {
    this.parent = parent;
    this.root = parent.querySelector(".layers");
    this.line = this.find("textarea");
    this.list = this.find(".list");
    this.problem = this.find(".problem");
    this.kind = this.find("[data-act=kind]");
    this.example = this.find("[data-act=example]");
    this.data = null;
    this.layers = [];
    this.chosen = null; // the layer whose fields are open
    this.at = null; // the layer that the Tab key stops at
    this.before = []; // lines to go back to
    this.timers = {};
    this.box = this.find(".scroll");
    this.reason = Object.assign(element("p", "reason"), { id: "reason" });
    reachable(this.box, "Layers, first to last");
    this.line.oninput = () => this.typed();
    this.line.onchange = () => this.send(0);
    this.example.onchange = () => this.begin();
    this.find("[data-act=add]").onclick = () => this.add();
    this.find("[data-act=undo]").onclick = () => this.undo();
    this.kind.onchange = () => this.label();
    this.list.onkeydown = (event) => this.key(event);
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // Streamlit has keys of its own
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  destroy() {
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }

  after(wait, name, act) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, wait);
  }

  update(data, component) {
    const first = !this.data;
    const kept = JSON.stringify([data.kinds, data.examples]);
    // A link or another set of pictures brings a line; else what is on the screen counts.
    const brought = first || data.edition !== this.data.edition;
    this.data = data;
    this.component = component;
    if (kept !== this.kept) this.fillChoices();
    this.kept = kept;
    if (brought) this.show(data.line);
    this.fillFacts();
  }

  fillChoices() {
    const { kinds, examples } = this.data;
    const option = (value, text) => Object.assign(element("option", "", text), { value });
    const chosen = this.kind.value;
    this.kind.replaceChildren(...kinds.map(({ kind, title }) => option(kind, title)));
    if (chosen) this.kind.value = chosen;
    this.find("dl").replaceChildren(...kinds.flatMap(({ fresh, title }) => [element("dt", "", fresh), element("dd", "", title)]));
    this.example.replaceChildren(option("", "…"), ...examples.map(({ title }, at) => option(String(at), title)));
  }

  // --- the line and the list say the same -------------------------------------------------------

  /** Take over a line from elsewhere. */
  show(line) {
    this.line.value = line;
    this.sent = line;
    this.read();
  }

  read() {
    const layers = readLine(this.line.value);
    this.list.classList.toggle("stale", !layers);
    this.list.inert = this.find("[data-act=add]").disabled = !layers;
    if (!layers) return;
    this.layers = layers;
    this.chosen = this.at = null;
    this.draw();
  }

  typed() {
    this.remember("typed");
    this.read();
    this.fillFacts();
    this.send(TYPING);
  }

  /** After a change of the list. */
  changed(wait = 0) {
    this.line.value = writeLine(this.layers);
    this.fillFacts();
    this.send(wait);
  }

  /** Tell the server: at once, since a press on Start may follow, or when the typing pauses. */
  send(wait) {
    clearTimeout(this.timers.send);
    if (wait) this.after(wait, "send", () => this.send(0));
    else if (this.line.value !== this.sent) {
      this.sent = this.line.value;
      this.component.setTriggerValue("line", this.sent);
    }
  }

  /** Keep the line as it is, before a change; of changes of one kind in a row only the first. */
  remember(what) {
    if (what !== this.doing || what === "list") this.before.push(this.shown);
    this.doing = what;
    this.example.value = "";
  }

  undo() {
    const line = this.before.pop();
    if (line === undefined) return;
    this.doing = "";
    this.line.value = line;
    this.read();
    this.fillFacts();
    this.send(0);
    this.say("Undone");
  }

  begin() {
    const chosen = this.example.value;
    const example = this.data.examples[chosen];
    if (!example) return;
    this.remember("list");
    this.example.value = chosen;
    this.line.value = example.line;
    this.read();
    this.fillFacts();
    this.send(0);
    write(this.find(".about"), example.about);
  }

  // --- the list ---------------------------------------------------------------------------------

  draw() {
    this.rows = new Map();
    this.names = namesOf(this.layers, this.data.kinds);
    if (!this.at || !this.names.has(this.at)) this.at = everyLayer(this.layers)[0] ?? null;
    const scroll = this.box.scrollTop;
    this.list.replaceChildren(...this.layers.map((layer) => this.item(layer)));
    this.box.scrollTop = scroll;
    this.label();
    this.fillFacts();
  }

  item(layer) {
    const known = readWord(layer.word, this.data.kinds);
    const item = element("li");
    const row = element("div", "row");
    const handle = element("span", "handle", "⠿");
    handle.setAttribute("aria-hidden", "true");
    handle.onpointerdown = (event) => this.drag(event, layer);
    const button = element("button", "layer");
    Object.assign(button, { type: "button", tabIndex: layer === this.at ? 0 : -1 });
    button.setAttribute("aria-expanded", String(layer === this.chosen));
    const parts = { title: element("span", "title"), output: element("span", "output"), facts: element("span", "facts") };
    button.append(...Object.values(parts));
    button.onclick = () => this.open(layer === this.chosen ? null : layer, layer);
    button.onfocus = () => this.stop(layer);
    row.append(handle, button);
    item.append(row);
    this.rows.set(layer, { row, button, item, ...parts });
    this.title(layer);
    if (layer === this.chosen) item.append(this.fields(layer, known));
    (layer.parts ?? []).forEach((part, at) => {
      const head = element("div", "part");
      head.append(element("span", "", known ? this.partTitle(known.kind, at) : ""));
      // Without its body, a block's shortcut would become the body.
      if (known && layer.parts.length > known.kind.least && (at || known.kind.parts.length === 1)) {
        const away = element("button", "", "×");
        away.type = "button";
        away.setAttribute("aria-label", `Remove ${this.partTitle(known.kind, at)} of ${this.names.get(layer)}`);
        away.onclick = () => this.edit(() => layer.parts.splice(at, 1), layer, "Removed");
        head.append(away);
      }
      const inner = element("ol");
      inner.append(...part.map((one) => this.item(one)));
      item.append(head, inner);
    });
    return item;
  }

  partTitle(kind, at) {
    return kind.parts.length > 1 ? partName(kind, at) : `${kind.parts[0]} ${at + 1}`;
  }

  title(layer) {
    write(this.rows.get(layer).title, describe(layer.word, this.data.kinds));
  }

  fields(layer, known) {
    const box = element("div", "fields");
    const kinds = element("select");
    kinds.setAttribute("aria-label", "Kind of layer");
    kinds.dataset.field = "kind";
    if (!known) kinds.append(element("option", "", layer.word));
    kinds.append(...this.data.kinds.map(({ kind, title }) => Object.assign(element("option", "", title), { value: kind })));
    if (known) kinds.value = known.kind.kind;
    kinds.onchange = () => this.become(layer, kinds.value);
    box.append(kinds);
    if (known) {
      const numbers = element("div", "numbers");
      numbers.append(...known.kind.options.map((option) => this.field(layer, option, known.numbers)));
      box.append(numbers);
    }
    const buttons = element("div", "buttons");
    const button = (text, name, act) => {
      const made = element("button", "", text);
      Object.assign(made, { type: "button", onclick: act });
      made.setAttribute("aria-label", name);
      made.title = name;
      buttons.append(made);
    };
    const name = this.names.get(layer) ?? layer.word;
    button("↑", `Move ${name} up`, () => this.moveBy(layer, -1));
    button("↓", `Move ${name} down`, () => this.moveBy(layer, 1));
    button("Copy", `Copy ${name}`, () => this.double(layer));
    button("Remove", `Remove ${name}`, () => this.drop(layer));
    if (known && layer.parts && layer.parts.length < known.kind.most) {
      const part = this.partTitle(known.kind, layer.parts.length);
      button(`Add ${part}`, `Add ${part} to ${name}`, () => this.edit(() => layer.parts.push([{ word: "none", parts: null }]), layer, "Added"));
    }
    box.append(buttons);
    return box;
  }

  field(layer, option, numbers) {
    const label = element("label", "", option.title);
    const input = element("input");
    Object.assign(input, { type: "number", min: option.low, max: option.high, step: option.whole ? 1 : "any", inputMode: option.whole ? "numeric" : "decimal" });
    input.value = numberOf(option, numbers);
    input.oninput = () => {
      const now = readWord(layer.word, this.data.kinds);
      if (!now || !Number.isFinite(input.valueAsNumber) || !input.validity.valid) return;
      this.remember(`${this.names.get(layer)} ${option.key}`);
      layer.word = writeWord(now.kind, { ...now.numbers, [option.key]: String(input.valueAsNumber) });
      this.title(layer);
      this.changed(TYPING);
    };
    input.onchange = () => {
      const now = readWord(layer.word, this.data.kinds);
      if (now) input.value = numberOf(option, now.numbers); // what cannot be used goes back
      this.send(0);
    };
    label.append(input);
    return label;
  }

  /** What Python says of the line on screen: each layer's shape and costs, or what is wrong. */
  fillFacts() {
    this.shown = this.line.value;
    this.find("[data-act=undo]").disabled = !this.before.length;
    const { answer } = this.data;
    const waiting = answer.line !== this.line.value;
    this.root.classList.toggle("waiting", waiting);
    if (waiting) return;
    this.line.setAttribute("aria-invalid", String(Boolean(answer.problem)));
    const wrong = this.list.inert ? null : this.faulty(answer);
    const before = everyLayer(this.layers);
    before.length = wrong ? before.indexOf(wrong) : before.length;
    for (const [layer, { row, output, facts }] of this.rows ?? []) {
      const name = this.names.get(layer);
      const fact = answer.layers[name];
      const reached = Boolean(fact) || layer === wrong || !wrong || before.includes(layer) || everyLayer([wrong]).includes(layer);
      write(output, fact?.output ?? "");
      write(facts, reached ? [name?.split(".").at(-1), fact?.costs].filter(Boolean).join(" · ") : "not reached");
      row.classList.toggle("unreached", !reached);
    }
    this.explain(wrong, answer.problem);
  }

  /** The layer at fault: what Python says, or else the first that cannot be read; null if it is none. */
  faulty({ problem, wrong }) {
    if (!problem) return null;
    const layers = everyLayer(this.layers);
    return layers.find((layer) => (wrong ? this.names?.get(layer) === wrong : !isWhole(layer, this.data.kinds))) ?? null;
  }

  /** Write what is wrong at the layer at fault, or at the line if it is none. */
  explain(layer, problem) {
    const at = layer ? `Layer ${everyLayer(this.layers).indexOf(layer) + 1} of the list does not fit; its row says why.` : problem;
    write(this.problem, at);
    for (const one of this.list.querySelectorAll("[aria-describedby]")) one.removeAttribute("aria-describedby");
    for (const one of this.list.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    for (const [one, { row }] of this.rows ?? []) row.classList.toggle("wrong", one === layer);
    if (!layer) {
      this.reason.remove();
      return;
    }
    const { item, row, button } = this.rows.get(layer);
    if (this.reason.previousElementSibling !== row) row.after(this.reason);
    button.setAttribute("aria-describedby", this.reason.id);
    for (const field of item.querySelectorAll(":scope > .fields :is(select, input)")) {
      field.setAttribute("aria-describedby", this.reason.id);
      field.setAttribute("aria-invalid", "true");
    }
    if (this.reason.textContent === problem) return;
    write(this.reason, problem);
    this.say(problem);
    const [{ top, bottom }, box] = [row.getBoundingClientRect(), this.box.getBoundingClientRect()];
    if (top < box.top || bottom + this.reason.offsetHeight > box.bottom) this.box.scrollTop += top - box.top;
  }

  // --- edits ------------------------------------------------------------------------------------

  /** Change the list, then draw it with `layer` in focus. */
  edit(act, layer, said) {
    this.remember("list");
    act();
    this.at = layer;
    if (!everyLayer(this.layers).includes(this.chosen)) this.chosen = null;
    this.draw();
    this.changed();
    this.focus(layer);
    if (said) this.say(`${said} ${this.names.get(layer) ?? ""}`);
  }

  moveBy(layer, by) {
    if (placed(this.layers, layer, by)) this.edit(() => move(this.layers, layer, by), layer, "Moved: now");
  }

  double(layer) {
    let made = layer;
    this.edit(() => { made = copy(this.layers, layer); }, layer, "");
    this.chosen = this.chosen && made;
    this.open(this.chosen, made);
    this.say(`Copied: ${this.names.get(made)}`);
  }

  drop(layer) {
    const order = everyLayer(this.layers);
    const inside = everyLayer([layer]);
    const next = order[order.indexOf(layer) + inside.length] ?? order[order.indexOf(layer) - 1] ?? null;
    const name = this.names.get(layer) ?? layer.word;
    this.edit(() => remove(this.layers, layer), next, "");
    this.say(`Removed ${name}`);
  }

  add() {
    const { fresh } = this.data.kinds.find(({ kind }) => kind === this.kind.value);
    const [layer] = readLine(fresh);
    const { list, at } = this.place();
    this.chosen = layer;
    this.edit(() => insert(list, at, layer), layer, "Added");
  }

  become(layer, id) {
    const kind = this.data.kinds.find((one) => one.kind === id);
    const before = readWord(layer.word, this.data.kinds);
    const [fresh] = readLine(kind.fresh);
    this.edit(() => {
      const numbers = { ...readWord(fresh.word, this.data.kinds).numbers };
      for (const { key } of kind.options) {
        if (before && key in before.numbers) numbers[key] = before.numbers[key];
      }
      layer.word = writeWord(kind, numbers);
      layer.parts = fresh.parts && (layer.parts ?? fresh.parts);
    }, layer, "Now");
    this.list.querySelector("[data-field=kind]")?.focus();
  }

  open(chosen, layer) {
    this.chosen = chosen;
    this.at = layer;
    this.draw();
    this.focus(layer);
  }

  focus(layer) {
    const row = layer && this.rows.get(layer);
    row?.button.focus({ preventScroll: true });
    row?.button.scrollIntoView({ block: "nearest" });
  }

  stop(layer) {
    if (layer === this.at) return;
    const row = this.rows.get(this.at);
    if (row) row.button.tabIndex = -1;
    this.at = layer;
    this.rows.get(layer).button.tabIndex = 0;
    this.label();
  }

  /** Where a layer is added: below the one that is open, else in front of what gives the answer. */
  place() {
    const open = this.chosen && placeOf(this.layers, this.chosen);
    if (open) return { list: open.list, at: open.at + 1 };
    const kinds = this.layers.map(({ word }) => readWord(word, this.data.kinds)?.kind.kind);
    let at = kinds.length;
    if (kinds[at - 1] === "linear") at -= 1;
    while (["gap", "flatten"].includes(kinds[at - 1])) at -= 1;
    return { list: this.layers, at };
  }

  label() {
    const { list, at } = this.place();
    const name = (layer) => this.names.get(layer)?.split(".").at(-1) ?? layer.word;
    const before = list[at] ? `Add before ${name(list[at])}` : "Add at the end";
    write(this.find("[data-act=add]"), this.chosen ? `Add below ${name(this.chosen)}` : before);
  }

  key(event) {
    if (event.target.className !== "layer" || event.ctrlKey || event.metaKey) return;
    const order = everyLayer(this.layers);
    const at = order.indexOf(this.at);
    const go = (to) => () => this.focus(order[to]);
    const acts = event.altKey
      ? { ArrowUp: () => this.moveBy(this.at, -1), ArrowDown: () => this.moveBy(this.at, 1) }
      : {
        ArrowUp: go(at - 1), ArrowDown: go(at + 1), Home: go(0), End: go(order.length - 1),
        "+": () => this.double(this.at), Delete: () => this.drop(this.at), Backspace: () => this.drop(this.at),
        Escape: () => this.open(null, this.at),
      };
    if (!(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** Move a layer with the pointer, by its handle. */
  drag(event, layer) {
    if (event.button) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const { row } = this.rows.get(layer);
    row.classList.add("dragged");
    let target = null;
    let behind = false;
    const mark = (on) => target && this.rows.get(target).row.classList.toggle(behind ? "behind" : "before", on);
    handle.onpointermove = ({ clientX, clientY }) => {
      mark(false);
      const under = this.parent.elementFromPoint(clientX, clientY)?.closest(".row");
      target = [...this.rows].find(([, one]) => one.row === under)?.[0] ?? null;
      if (!target || everyLayer([layer]).includes(target)) target = null;
      if (!target) return;
      const { top, height } = under.getBoundingClientRect();
      behind = clientY > top + height / 2;
      mark(true);
    };
    handle.onpointerup = () => {
      mark(false);
      row.classList.remove("dragged");
      handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
      if (target) this.edit(() => moveBeside(this.layers, layer, target, behind), layer, "Moved: now");
    };
    handle.onpointercancel = () => {
      target = null;
      handle.onpointerup();
    };
  }

  say(text) {
    this.after(SPEAK_AFTER, "say", () => write(this.find(".live"), text));
  }
}

/** A layer in words, such as "Convolution, 16 filters, 3×3, padding 1". */
function describe(word, kinds) {
  const known = readWord(word, kinds);
  if (!known) return word;
  const { kind, numbers } = known;
  const said = kind.options.map((option) => {
    const number = numberOf(option, numbers);
    if (option.key === "kernel") return `${number}×${number}`;
    if (option.key === "out") return `${number} ${number === "1" ? option.title.slice(0, -1) : option.title}`.toLowerCase();
    const usual = option.as ? numberOf(option, { [option.as]: numbers[option.as] }) : option.usual;
    if (option.letter && Number(number) === Number(usual)) return "";
    return option.letter ? `${option.title.toLowerCase()} ${number}` : number;
  });
  return [kind.title, ...said.filter(Boolean)].join(", ");
}

/** Whether a layer can move so. */
function placed(layers, layer, by) {
  const order = everyLayer(layers);
  return by < 0 ? order[0] !== layer : order.length > 0 && layers.at(-1) !== layer;
}

export default mounting(Layers);
