// Pictures as buttons: Tab enters the group once, the arrow keys move inside it.

import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";

class Gallery {
  constructor(parent) {
    this.root = parent.querySelector(".gallery");
    this.buttons = [];
    this.root.onclick = (event) => this.choose(event.target.closest("button"));
    this.root.onkeydown = (event) => this.key(event);
  }

  update(data, { setTriggerValue }) {
    this.send = (id) => setTriggerValue("chosen", id);
    const before = this.data;
    this.data = data;
    this.root.setAttribute("aria-label", data.label);
    const same = before && before.side === data.side && before.tiles.length === data.tiles.length
      && before.tiles.every((tile, at) => tile.id === data.tiles[at].id && tile.image === data.tiles[at].image
        && tile.text === data.tiles[at].text && tile.words === data.tiles[at].words);
    if (!same) this.build();
    this.mark(data.chosen);
    if (!before || !same) this.reveal();
  }

  build() {
    this.buttons = this.data.tiles.map((tile) => {
      const button = element("button");
      button.type = "button";
      button.title = tile.words;
      button.setAttribute("aria-label", tile.words);
      const image = element("img");
      image.src = tile.image;
      image.alt = "";
      image.width = this.data.side;
      button.append(image, element("span", "text", tile.text));
      return button;
    });
    this.root.replaceChildren(...this.buttons);
  }

  mark(chosen) {
    this.data.tiles.forEach((tile, at) => this.buttons[at].setAttribute("aria-pressed", tile.id === chosen));
    const at = Math.max(0, this.data.tiles.findIndex((tile) => tile.id === chosen));
    this.buttons.forEach((button, each) => { button.tabIndex = each === at ? 0 : -1; });
  }

  /** Scroll the gallery, never the page, to the chosen picture. */
  reveal() {
    const button = this.buttons.find((one) => one.tabIndex === 0);
    if (button) this.root.scrollTop = button.offsetTop - this.root.offsetTop - button.offsetHeight;
  }

  choose(button) {
    const tile = this.data.tiles[this.buttons.indexOf(button)];
    if (!tile) return;
    this.mark(tile.id); // at once: the server follows
    this.send(tile.id);
  }

  key(event) {
    const at = this.buttons.indexOf(event.target);
    if (at < 0) return;
    const top = event.target.offsetTop;
    // Which button is above or below follows from where the browser wrapped the rows.
    const across = this.buttons.findIndex((button) => button.offsetTop > this.buttons[0].offsetTop);
    const row = across < 0 ? this.buttons.length : across;
    const to = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - row, ArrowDown: at + row,
      Home: 0, End: this.buttons.length - 1,
    }[event.key];
    if (to === undefined) {
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const next = this.buttons[to];
    if (!next) return;
    for (const button of this.buttons) button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus({ preventScroll: next.offsetTop === top });
  }
}

export default mounting(Gallery);
