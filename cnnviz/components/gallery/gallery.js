// Pictures as buttons: Tab enters the group once, the arrow keys move inside it.

import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} label
 * @property {number} side of a picture, in CSS pixels
 * @property {string | null} chosen the id of one
 * @property {{ id: string, image: string, text: string, words: string }[]} tiles
 */

class Gallery {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = /** @type {HTMLElement} */ (parent.querySelector(".gallery"));
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    /** @type {Data | null} */
    this.data = null;
    /** @type {((id: string) => void) | null} */
    this.send = null;
    this.root.onclick = (event) => this.choose(/** @type {HTMLElement} */ (event.target).closest("button"));
    this.root.onkeydown = (event) => this.key(event);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.send = (id) => setTriggerValue("chosen", id);
    const before = this.data;
    this.data = data;
    this.root.setAttribute("aria-label", data.label);
    const same = before && before.side === data.side && before.tiles.length === data.tiles.length
      && before.tiles.every((tile, at) => tile.id === data.tiles[at].id && tile.image === data.tiles[at].image
        && tile.text === data.tiles[at].text && tile.words === data.tiles[at].words);
    if (!same) this.build(data);
    this.mark(data.chosen);
    if (!before || !same) this.reveal();
  }

  /** @param {Data} data */
  build({ tiles, side }) {
    this.buttons = tiles.map((tile) => {
      const button = element("button");
      button.type = "button";
      button.title = tile.words;
      button.setAttribute("aria-label", tile.words);
      const image = element("img");
      image.src = tile.image;
      image.alt = "";
      image.width = side;
      button.append(image, element("span", "text", tile.text));
      return button;
    });
    this.root.replaceChildren(...this.buttons);
  }

  /** @param {string | null} chosen */
  mark(chosen) {
    const tiles = this.data?.tiles ?? [];
    tiles.forEach((tile, at) => this.buttons[at].setAttribute("aria-pressed", String(tile.id === chosen)));
    const at = Math.max(0, tiles.findIndex((tile) => tile.id === chosen));
    this.buttons.forEach((button, each) => { button.tabIndex = each === at ? 0 : -1; });
  }

  /** Scroll the gallery, never the page, to the chosen picture. */
  reveal() {
    const button = this.buttons.find((one) => one.tabIndex === 0);
    if (button) this.root.scrollTop = button.offsetTop - this.root.offsetTop - button.offsetHeight;
  }

  /** @param {HTMLButtonElement | null} button */
  choose(button) {
    const tile = button && this.data?.tiles[this.buttons.indexOf(button)];
    if (!tile) return;
    this.mark(tile.id); // at once: the server follows
    this.send?.(tile.id);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const button = /** @type {HTMLButtonElement} */ (event.target);
    const at = this.buttons.indexOf(button);
    if (at < 0) return;
    const top = button.offsetTop;
    // Which button is above or below follows from where the browser wrapped the rows.
    const across = this.buttons.findIndex((one) => one.offsetTop > this.buttons[0].offsetTop);
    const row = across < 0 ? this.buttons.length : across;
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - row, ArrowDown: at + row,
      Home: 0, End: this.buttons.length - 1,
    };
    const to = places[event.key];
    if (to === undefined) {
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const next = this.buttons[to];
    if (!next) return;
    for (const one of this.buttons) one.tabIndex = -1;
    next.tabIndex = 0;
    next.focus({ preventScroll: next.offsetTop === top });
  }
}

export default mounting(Gallery);
