// A network as a list of layers to edit, and as a line to type: the two always say the same.

import { element, finder, reachable, write } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";
import { drag } from "./dragging.js";
import { fieldsOf, TYPING } from "./fields.js";
import { copy, describe, everyLayer, insert, isWhole, move, namesOf, partTitle, placeOf, readLine, readWord, remove, writeLine, writeWord } from "./line.js";

/** @typedef {import("./line.js").Node} Node */

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} line
 * @property {number} edition another one brings a line, in place of what is on screen
 * @property {import("./line.js").Kind[]} kinds
 * @property {{ title: string, about: string, line: string }[]} examples
 * @property {Answer} answer
 *
 * @typedef {object} Answer
 * @property {string} line which is meant
 * @property {Record<string, { output: string, costs: string }>} layers by their names
 * @property {string} problem empty where there is none
 * @property {string} wrong the name of the layer that does not fit, if it is one
 *
 * @typedef {object} Row a layer in the list
 * @property {HTMLElement} item
 * @property {HTMLElement} row
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} title
 * @property {HTMLElement} output
 * @property {HTMLElement} facts
 */

const SPEAK_AFTER = 300;

export class Layers {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.parent = parent;
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".layers"));
    this.find = finder(this.root);
    this.line = /** @type {HTMLTextAreaElement} */ (this.find("textarea"));
    this.list = this.find(".list");
    this.problem = this.find(".problem");
    this.kind = /** @type {HTMLSelectElement} */ (this.find("[data-act=kind]"));
    this.example = /** @type {HTMLSelectElement} */ (this.find("[data-act=example]"));
    this.adding = /** @type {HTMLButtonElement} */ (this.find("[data-act=add]"));
    this.undoing = /** @type {HTMLButtonElement} */ (this.find("[data-act=undo]"));
    /** @type {Data} */
    this.data = { line: "", edition: -1, kinds: [], examples: [], answer: { line: "", layers: {}, problem: "", wrong: "" } };
    /** @type {import("../kit/mounting.js").Component | null} */
    this.component = null;
    /** @type {Node[]} */
    this.layers = [];
    /** @type {Map<Node, Row>} */
    this.rows = new Map();
    /** @type {Map<Node, string>} */
    this.names = new Map();
    /** @type {Node | null} the layer whose fields are open */
    this.chosen = null;
    /** @type {Node | null} the layer that the Tab key stops at */
    this.at = null;
    /** @type {string[]} lines to go back to */
    this.before = [];
    this.shown = ""; // the line when it was last drawn
    this.sent = ""; // the line that the server knows
    this.doing = ""; // what the last change was
    this.kept = ""; // the kinds and examples that can be chosen now
    /** @type {Record<string, ReturnType<typeof setTimeout>>} */
    this.timers = {};
    this.box = this.find(".scroll");
    this.reason = Object.assign(element("p", "reason"), { id: "reason" });
    reachable(this.box, "Layers, first to last");
    this.line.oninput = () => this.typed();
    this.line.onchange = () => this.send(0);
    this.example.onchange = () => this.begin();
    this.adding.onclick = () => this.add();
    this.undoing.onclick = () => this.undo();
    this.kind.onchange = () => this.label();
    this.list.onkeydown = (event) => this.key(event);
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // Streamlit has keys of its own
  }

  destroy() {
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }

  /**
   * @param {number} wait milliseconds
   * @param {string} name of which only the last one counts
   * @param {() => void} act
   */
  after(wait, name, act) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, wait);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, component) {
    const kept = JSON.stringify([data.kinds, data.examples]);
    // A link or another set of pictures brings a line; else what is on the screen counts.
    const brought = data.edition !== this.data.edition;
    this.data = data;
    this.component = component;
    if (kept !== this.kept) this.fillChoices();
    this.kept = kept;
    if (brought) this.show(data.line);
    this.fillFacts();
  }

  fillChoices() {
    const { kinds, examples } = this.data;
    const option = (/** @type {string} */ value, /** @type {string} */ text) => Object.assign(element("option", "", text), { value });
    const chosen = this.kind.value;
    this.kind.replaceChildren(...kinds.map(({ kind, title }) => option(kind, title)));
    if (chosen) this.kind.value = chosen;
    this.find("dl").replaceChildren(...kinds.flatMap(({ fresh, title }) => [element("dt", "", fresh), element("dd", "", title)]));
    this.example.replaceChildren(option("", "…"), ...examples.map(({ title }, at) => option(String(at), title)));
  }

  // --- the line and the list say the same -------------------------------------------------------

  /**
   * Take over a line from elsewhere.
   * @param {string} line
   */
  show(line) {
    this.line.value = line;
    this.sent = line;
    this.read();
  }

  read() {
    const layers = readLine(this.line.value);
    this.list.classList.toggle("stale", !layers);
    this.list.inert = this.adding.disabled = !layers;
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

  /**
   * Tell the server: at once, since a press on Start may follow, or when the typing pauses.
   * @param {number} wait milliseconds
   */
  send(wait) {
    clearTimeout(this.timers.send);
    if (wait) this.after(wait, "send", () => this.send(0));
    else if (this.line.value !== this.sent) {
      this.sent = this.line.value;
      this.component?.setTriggerValue("line", this.sent);
    }
  }

  /**
   * Keep the line as it is, before a change; of changes of one kind in a row only the first.
   * @param {string} what
   */
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
    const example = this.data.examples[chosen ? Number(chosen) : -1];
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

  /**
   * @param {Node} layer
   * @returns {HTMLElement}
   */
  item(layer) {
    const known = readWord(layer.word, this.data.kinds);
    const item = element("li");
    const row = element("div", "row");
    const handle = element("span", "handle", "⠿");
    handle.setAttribute("aria-hidden", "true");
    handle.onpointerdown = (event) => drag(this, layer, event);
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
    if (layer === this.chosen) item.append(fieldsOf(this, layer, known));
    const { parts: inside } = layer;
    (inside ?? []).forEach((part, at) => {
      const head = element("div", "part");
      head.append(element("span", "", known ? partTitle(known.kind, at) : ""));
      // Without its body, a block's shortcut would become the body.
      if (known && inside && inside.length > known.kind.least && (at || known.kind.parts.length === 1)) {
        const away = element("button", "", "×");
        away.type = "button";
        away.setAttribute("aria-label", `Remove ${partTitle(known.kind, at)} of ${this.names.get(layer)}`);
        away.onclick = () => this.edit(() => inside.splice(at, 1), layer, "Removed");
        head.append(away);
      }
      const inner = element("ol");
      inner.append(...part.map((one) => this.item(one)));
      item.append(head, inner);
    });
    return item;
  }

  /** @param {Node} layer */
  title(layer) {
    const row = this.rows.get(layer);
    if (row) write(row.title, describe(layer.word, this.data.kinds));
  }

  /** What Python says of the line on screen: each layer's shape and costs, or what is wrong. */
  fillFacts() {
    this.shown = this.line.value;
    this.undoing.disabled = !this.before.length;
    const { answer } = this.data;
    const waiting = answer.line !== this.line.value;
    this.root.classList.toggle("waiting", waiting);
    if (waiting) return;
    this.line.setAttribute("aria-invalid", String(Boolean(answer.problem)));
    const wrong = this.list.inert ? null : this.faulty(answer);
    const before = everyLayer(this.layers);
    before.length = wrong ? before.indexOf(wrong) : before.length;
    for (const [layer, { row, output, facts }] of this.rows) {
      const name = this.names.get(layer) ?? "";
      const fact = answer.layers[name];
      const reached = Boolean(fact) || layer === wrong || !wrong || before.includes(layer) || everyLayer([wrong]).includes(layer);
      write(output, fact?.output ?? "");
      write(facts, reached ? [lastOf(name), fact?.costs].filter(Boolean).join(" · ") : "not reached");
      row.classList.toggle("unreached", !reached);
    }
    this.explain(wrong, answer.problem);
  }

  /**
   * The layer at fault: what Python says, or else the first that cannot be read; null if it is none.
   * @param {Answer} answer
   */
  faulty({ problem, wrong }) {
    if (!problem) return null;
    const layers = everyLayer(this.layers);
    return layers.find((layer) => (wrong ? this.names.get(layer) === wrong : !isWhole(layer, this.data.kinds))) ?? null;
  }

  /**
   * Write what is wrong at the layer at fault, or at the line if it is none.
   * @param {Node | null} layer
   * @param {string} problem
   */
  explain(layer, problem) {
    const at = layer ? `Layer ${everyLayer(this.layers).indexOf(layer) + 1} of the list does not fit; its row says why.` : problem;
    write(this.problem, at);
    for (const one of this.list.querySelectorAll("[aria-describedby]")) one.removeAttribute("aria-describedby");
    for (const one of this.list.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    for (const [one, { row }] of this.rows) row.classList.toggle("wrong", one === layer);
    const found = layer && this.rows.get(layer);
    if (!found) {
      this.reason.remove();
      return;
    }
    const { item, row, button } = found;
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

  /**
   * Change the list, then draw it with `layer` in focus.
   * @param {() => void} act
   * @param {Node | null} layer
   * @param {string} said before its name, for screen readers
   */
  edit(act, layer, said) {
    this.remember("list");
    act();
    this.at = layer;
    if (this.chosen && !everyLayer(this.layers).includes(this.chosen)) this.chosen = null;
    this.draw();
    this.changed();
    this.focus(layer);
    if (said) this.say(`${said} ${(layer && this.names.get(layer)) ?? ""}`);
  }

  /**
   * @param {Node} layer
   * @param {1 | -1} by
   */
  moveBy(layer, by) {
    if (placed(this.layers, layer, by)) this.edit(() => move(this.layers, layer, by), layer, "Moved: now");
  }

  /** @param {Node} layer */
  double(layer) {
    let made = layer;
    this.edit(() => { made = copy(this.layers, layer); }, layer, "");
    this.chosen = this.chosen && made;
    this.open(this.chosen, made);
    this.say(`Copied: ${this.names.get(made)}`);
  }

  /** @param {Node} layer */
  drop(layer) {
    const order = everyLayer(this.layers);
    const inside = everyLayer([layer]);
    const next = order[order.indexOf(layer) + inside.length] ?? order[order.indexOf(layer) - 1] ?? null;
    const name = this.names.get(layer) ?? layer.word;
    this.edit(() => remove(this.layers, layer), next, "");
    this.say(`Removed ${name}`);
  }

  add() {
    const layer = this.fresh(this.kind.value);
    const { list, at } = this.place();
    this.chosen = layer;
    this.edit(() => insert(list, at, layer), layer, "Added");
  }

  /**
   * A new layer of a kind.
   * @param {string} id
   */
  fresh(id) {
    const kind = this.data.kinds.find((one) => one.kind === id);
    return /** @type {Node[]} */ (readLine(kind?.fresh ?? ""))[0];
  }

  /**
   * Make a layer another kind's, with what numbers both have.
   * @param {Node} layer
   * @param {string} id
   */
  become(layer, id) {
    const before = readWord(layer.word, this.data.kinds);
    const fresh = this.fresh(id);
    const now = readWord(fresh.word, this.data.kinds);
    if (!now) return;
    this.edit(() => {
      const numbers = { ...now.numbers };
      for (const { key } of now.kind.options) {
        if (before && key in before.numbers) numbers[key] = before.numbers[key];
      }
      layer.word = writeWord(now.kind, numbers);
      layer.parts = fresh.parts && (layer.parts ?? fresh.parts);
    }, layer, "Now");
    /** @type {HTMLElement | null} */ (this.list.querySelector("[data-field=kind]"))?.focus();
  }

  /**
   * @param {Node | null} chosen
   * @param {Node} layer
   */
  open(chosen, layer) {
    this.chosen = chosen;
    this.at = layer;
    this.draw();
    this.focus(layer);
  }

  /** @param {Node | null} layer */
  focus(layer) {
    const row = layer && this.rows.get(layer);
    row?.button.focus({ preventScroll: true });
    row?.button.scrollIntoView({ block: "nearest" });
  }

  /**
   * Let the Tab key stop at a layer.
   * @param {Node} layer
   */
  stop(layer) {
    if (layer === this.at) return;
    for (const [one, { button }] of this.rows) button.tabIndex = one === layer ? 0 : -1;
    this.at = layer;
    this.label();
  }

  /** Where a layer is added: below the one that is open, else in front of what gives the answer. */
  place() {
    const open = this.chosen && placeOf(this.layers, this.chosen);
    if (open) return { list: open.list, at: open.at + 1 };
    const kinds = this.layers.map(({ word }) => readWord(word, this.data.kinds)?.kind.kind);
    let at = kinds.length;
    if (kinds[at - 1] === "linear") at -= 1;
    while (["gap", "flatten"].includes(kinds[at - 1] ?? "")) at -= 1;
    return { list: this.layers, at };
  }

  label() {
    const { list, at } = this.place();
    const name = (/** @type {Node} */ layer) => lastOf(this.names.get(layer) ?? layer.word);
    const before = list[at] ? `Add before ${name(list[at])}` : "Add at the end";
    write(this.adding, this.chosen ? `Add below ${name(this.chosen)}` : before);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { at: layer } = this;
    if (!layer || /** @type {Element} */ (event.target).className !== "layer" || event.ctrlKey || event.metaKey) return;
    const order = everyLayer(this.layers);
    const at = order.indexOf(layer);
    const go = (/** @type {number} */ to) => () => this.focus(order[to] ?? null);
    /** @type {Record<string, () => void>} */
    const acts = event.altKey
      ? { ArrowUp: () => this.moveBy(layer, -1), ArrowDown: () => this.moveBy(layer, 1) }
      : {
        ArrowUp: go(at - 1), ArrowDown: go(at + 1), Home: go(0), End: go(order.length - 1),
        "+": () => this.double(layer), Delete: () => this.drop(layer), Backspace: () => this.drop(layer),
        Escape: () => this.open(null, layer),
      };
    if (!(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** @param {string} text for screen readers */
  say(text) {
    this.after(SPEAK_AFTER, "say", () => write(this.find(".live"), text));
  }
}

/**
 * Whether a layer can move so.
 * @param {Node[]} layers
 * @param {Node} layer
 * @param {1 | -1} by
 */
function placed(layers, layer, by) {
  const order = everyLayer(layers);
  return by < 0 ? order[0] !== layer : order.length > 0 && layers.at(-1) !== layer;
}

/**
 * The last part of a layer's name.
 * @param {string} name
 */
function lastOf(name) {
  return name.split(".").at(-1) ?? "";
}

export default mounting(Layers);
