// The fields of the layer that is open in the list.

import { element } from "../kit/elements.js";
import { numberOf, partTitle, readWord, writeWord } from "./line.js";

export const TYPING = 350; // milliseconds after the last key

/** @typedef {import("./line.js").Node} Node */

/**
 * What is open of a layer: its kind, its numbers, and buttons.
 * @param {import("./layers.js").Layers} list
 * @param {Node} layer
 * @param {ReturnType<typeof readWord>} known what its word says; null where it cannot be read
 */
export function fieldsOf(list, layer, known) {
  const box = element("div", "fields");
  const kinds = element("select");
  kinds.setAttribute("aria-label", "Kind of layer");
  kinds.dataset.field = "kind";
  if (!known) kinds.append(element("option", "", layer.word));
  kinds.append(...list.data.kinds.map(({ kind, title }) => Object.assign(element("option", "", title), { value: kind })));
  if (known) kinds.value = known.kind.kind;
  kinds.onchange = () => list.become(layer, kinds.value);
  box.append(kinds);
  if (known) {
    const numbers = element("div", "numbers");
    numbers.append(...known.kind.options.map((option) => fieldOf(list, layer, option, known.numbers)));
    box.append(numbers);
  }
  const buttons = element("div", "buttons");
  const button = (/** @type {string} */ text, /** @type {string} */ name, /** @type {() => void} */ act) => {
    const made = element("button", "", text);
    Object.assign(made, { type: "button", onclick: act });
    made.setAttribute("aria-label", name);
    made.title = name;
    buttons.append(made);
  };
  const name = list.names.get(layer) ?? layer.word;
  button("↑", `Move ${name} up`, () => list.moveBy(layer, -1));
  button("↓", `Move ${name} down`, () => list.moveBy(layer, 1));
  button("Copy", `Copy ${name}`, () => list.double(layer));
  button("Remove", `Remove ${name}`, () => list.drop(layer));
  const { parts } = layer;
  if (known && parts && parts.length < known.kind.most) {
    const part = partTitle(known.kind, parts.length);
    button(`Add ${part}`, `Add ${part} to ${name}`, () => list.edit(() => parts.push([{ word: "none", parts: null }]), layer, "Added"));
  }
  box.append(buttons);
  return box;
}

/**
 * One number of a layer.
 * @param {import("./layers.js").Layers} list
 * @param {Node} layer
 * @param {import("./line.js").Option} option
 * @param {Record<string, string>} numbers
 */
function fieldOf(list, layer, option, numbers) {
  const label = element("label", "", option.title);
  const input = element("input");
  Object.assign(input, { type: "number", min: option.low, max: option.high, step: option.whole ? 1 : "any", inputMode: option.whole ? "numeric" : "decimal" });
  input.value = numberOf(option, numbers);
  input.oninput = () => {
    const now = readWord(layer.word, list.data.kinds);
    if (!now || !Number.isFinite(input.valueAsNumber) || !input.validity.valid) return;
    list.remember(`${list.names.get(layer)} ${option.key}`);
    layer.word = writeWord(now.kind, { ...now.numbers, [option.key]: String(input.valueAsNumber) });
    list.title(layer);
    list.changed(TYPING);
  };
  input.onchange = () => {
    const now = readWord(layer.word, list.data.kinds);
    if (now) input.value = numberOf(option, now.numbers); // what cannot be used goes back
    list.send(0);
  };
  label.append(input);
  return label;
}
