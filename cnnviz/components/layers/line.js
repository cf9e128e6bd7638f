// A network's line as a tree of words, and what a person does to it. What the words mean, and
// whether they fit, Python decides: cnnviz/networks/line.py.

/**
 * @typedef {object} Node a layer: its word, and what stands in its brackets
 * @property {string} word
 * @property {Node[][] | null} parts
 *
 * @typedef {object} Option
 * @property {string} key
 * @property {string} letter empty for the number right behind the word
 * @property {string} title
 * @property {number} low
 * @property {number} high
 * @property {number | null} usual null for a number that is required; see `as`
 * @property {string} as the option whose number it has if it is left out
 * @property {boolean} whole
 *
 * @typedef {object} Kind
 * @property {string} kind
 * @property {string} word
 * @property {string} title
 * @property {string} fresh such a layer, for one that is added
 * @property {Option[]} options
 * @property {string[]} parts what its parts are called; the last name stands for all that follow
 * @property {number} least how many parts it needs
 * @property {number} most
 */

const TOKEN = /[[\]|]|[^\s,[\]|]+/g;
const NUMBER = "[0-9]+(?:\\.[0-9]+)?(?:e-?[0-9]+)?";
const PASS = "none"; // as a part, the input itself

/**
 * The layers of a line; null if its brackets do not match.
 * @param {string} line
 * @returns {Node[] | null}
 */
export function readLine(line) {
  const tokens = (line.toLowerCase().match(TOKEN) ?? []).reverse();
  const layers = sequence(tokens);
  return tokens.length ? null : layers;
}

/**
 * @param {string[]} tokens
 * @returns {Node[] | null}
 */
function sequence(tokens) {
  const layers = [];
  while (tokens.length && !["]", "|"].includes(tokens[tokens.length - 1])) {
    const word = String(tokens.pop());
    if (word === "[") return null;
    /** @type {Node} */
    const layer = { word, parts: null };
    if (tokens[tokens.length - 1] === "[") {
      layer.parts = [];
      do {
        tokens.pop();
        const part = sequence(tokens);
        if (!part) return null;
        layer.parts.push(part);
      } while (tokens[tokens.length - 1] === "|");
      if (tokens.pop() !== "]") return null;
    }
    layers.push(layer);
  }
  return layers;
}

/**
 * The line of some layers.
 * @param {Node[]} layers
 * @returns {string}
 */
export function writeLine(layers) {
  const words = layers.map(({ word, parts }) => (parts ? `${word}[${parts.map((part) => writeLine(part) || PASS).join(" | ")}]` : word));
  return words.join(" ");
}

// --- words ------------------------------------------------------------------------------------

/**
 * The kind that a word names, and its numbers as they are written; null if it names none.
 * @param {string} word
 * @param {Kind[]} kinds
 * @returns {{ kind: Kind, numbers: Record<string, string> } | null}
 */
export function readWord(word, kinds) {
  const names = kinds.flatMap((kind) => [kind.word, kind.kind].map((name) => ({ name, kind })));
  names.sort((one, other) => other.name.length - one.name.length);
  for (const { name, kind } of names) {
    const found = new RegExp(`^${name}(${NUMBER})?((?:[a-z]${NUMBER})*)$`).exec(word);
    if (!found) continue;
    /** @type {Record<string, string>} */
    const numbers = {};
    const written = [...found[2].matchAll(new RegExp(`([a-z])(${NUMBER})`, "g"))].map(([, letter, number]) => [letter, number]);
    if (found[1]) written.unshift(["", found[1]]);
    for (const [letter, number] of written) {
      const option = kind.options.find((one) => one.letter === letter);
      if (!option || option.key in numbers) return null;
      numbers[option.key] = number;
    }
    return { kind, numbers };
  }
  return null;
}

/**
 * The word of a kind with some numbers; what is usual is left out.
 * @param {Kind} kind
 * @param {Record<string, string>} numbers
 * @returns {string}
 */
export function writeWord(kind, numbers) {
  const written = kind.options.map(({ key, letter, usual, as }) => {
    const number = numbers[key] ?? "";
    const left = usual !== null && Number(number) === usual;
    return number === "" || left || (as && number === numbers[as]) ? "" : `${letter}${number}`;
  });
  return kind.word + written.join("");
}

/**
 * The number of an option, also if it was left out.
 * @param {Option} option
 * @param {Record<string, string>} numbers
 * @returns {string}
 */
export function numberOf(option, numbers) {
  return numbers[option.key] ?? (option.as ? numbers[option.as] : option.usual === null ? "" : String(option.usual)) ?? "";
}

/**
 * Whether a layer can be read: its word, every number of it, and as many parts as its kind has, none
 * of them empty.
 * @param {Node} layer
 * @param {Kind[]} kinds
 */
export function isWhole({ word, parts }, kinds) {
  const known = readWord(word, kinds);
  if (!known) return false;
  const { kind: { options, least, most }, numbers } = known;
  const inside = parts ? parts.length >= least && parts.length <= most && parts.every((part) => part.length > 0) : !most;
  return inside && options.every((option) => {
    const text = numberOf(option, numbers);
    const number = Number(text);
    return text !== "" && number >= option.low && number <= option.high && (!option.whole || Number.isInteger(number));
  });
}

/**
 * Every layer's name in the module, such as `conv2` and `residual1.body.conv1`, as Python counts.
 * @param {Node[]} layers
 * @param {Kind[]} kinds
 * @param {string} [within]
 * @param {Map<Node, string>} [names]
 */
export function namesOf(layers, kinds, within = "", names = new Map()) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const layer of layers) {
    const kind = readWord(layer.word, kinds)?.kind;
    if (!kind) continue;
    counts[kind.kind] = (counts[kind.kind] ?? 0) + 1;
    const name = `${within}${kind.kind}${counts[kind.kind]}`;
    names.set(layer, name);
    (layer.parts ?? []).forEach((part, at) => namesOf(part, kinds, `${name}.${partName(kind, at)}.`, names));
  }
  return names;
}

/**
 * What a part of a block is called in the module.
 * @param {Kind} kind
 * @param {number} at
 */
export function partName(kind, at) {
  return kind.parts.length > 1 ? kind.parts[at] ?? "" : `${kind.parts[0]}${at + 1}`;
}

/**
 * What a part of a block is called on screen.
 * @param {Kind} kind
 * @param {number} at
 */
export function partTitle(kind, at) {
  return kind.parts.length > 1 ? partName(kind, at) : `${kind.parts[0]} ${at + 1}`;
}

/**
 * A layer in words, such as "Convolution, 16 filters, 3×3, padding 1".
 * @param {string} word
 * @param {Kind[]} kinds
 */
export function describe(word, kinds) {
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

// --- edits ------------------------------------------------------------------------------------

/**
 * @typedef {object} Place
 * @property {Node[]} list the layers among which it stands
 * @property {number} at
 * @property {Node | null} block around the list
 *
 * Where a layer stands; null if it does not.
 * @param {Node[]} layers
 * @param {Node} wanted
 * @param {Node | null} [block]
 * @returns {Place | null}
 */
export function placeOf(layers, wanted, block = null) {
  const at = layers.indexOf(wanted);
  if (at >= 0) return { list: layers, at, block };
  for (const layer of layers) {
    for (const part of layer.parts ?? []) {
      const found = placeOf(part, wanted, layer);
      if (found) return found;
    }
  }
  return null;
}

/**
 * Every layer in the order of the list, blocks before what is in them.
 * @param {Node[]} layers
 * @returns {Node[]}
 */
export function everyLayer(layers) {
  return layers.flatMap((layer) => [layer, ...(layer.parts ?? []).flatMap(everyLayer)]);
}

/**
 * Put a layer into a list; it takes the place of a lone `none`.
 * @param {Node[]} list
 * @param {number} at
 * @param {Node} layer
 */
export function insert(list, at, layer) {
  if (list.length === 1 && list[0].word === PASS) list.splice(0, 1, layer);
  else list.splice(at, 0, layer);
}

/**
 * A part never is without a layer.
 * @param {Place} place
 */
function take({ list, at, block }) {
  list.splice(at, 1);
  if (block && !list.length) list.push({ word: PASS, parts: null });
}

/**
 * Move a layer one place down (1) or up (−1): past its neighbour, into it if that is a block, from
 * the end of a part into the next one, and out of a block.
 * @param {Node[]} layers
 * @param {Node} layer
 * @param {1 | -1} by
 * @returns {boolean} whether it moved
 */
export function move(layers, layer, by) {
  const place = placeOf(layers, layer);
  if (!place) return false;
  const { list, at, block } = place;
  const neighbour = list[at + by];
  if (neighbour && !neighbour.parts) {
    [list[at], list[at + by]] = [neighbour, layer];
    return true;
  }
  const parts = neighbour ? neighbour.parts ?? [] : block?.parts ?? [];
  const part = neighbour ? parts.at(by > 0 ? 0 : -1) : parts[parts.indexOf(list) + by];
  if (part) {
    take(place);
    insert(part, by > 0 ? 0 : part.length, layer);
    return true;
  }
  const around = block && placeOf(layers, block);
  if (!around) return false;
  take(place);
  insert(around.list, around.at + (by > 0 ? 1 : 0), layer);
  return true;
}

/**
 * Move a layer in front of another one, or behind it; not into itself.
 * @param {Node[]} layers
 * @param {Node} layer
 * @param {Node} other
 * @param {boolean} behind
 * @returns {boolean} whether it moved
 */
export function moveBeside(layers, layer, other, behind) {
  const place = placeOf(layers, layer);
  if (!place || everyLayer([layer]).includes(other) || !placeOf(layers, other)) return false;
  take(place);
  const there = /** @type {Place} */ (placeOf(layers, other));
  insert(there.list, there.at + (behind ? 1 : 0), layer);
  return true;
}

/**
 * @param {Node[]} layers
 * @param {Node} layer
 */
export function remove(layers, layer) {
  const place = placeOf(layers, layer);
  if (place) take(place);
}

/**
 * Copy a layer with all that is in it, and return the copy, which stands behind it.
 * @param {Node[]} layers
 * @param {Node} layer
 * @returns {Node}
 */
export function copy(layers, layer) {
  const [made] = readLine(writeLine([layer])) ?? [];
  const { list, at } = /** @type {Place} */ (placeOf(layers, layer));
  list.splice(at + 1, 0, made);
  return made;
}
