// Test pictures as cards, one a picture: what a network was given, what it made of it, and how well.

import { columnsOf, element, rove } from "../kit/elements.js";

/**
 * What a picture that a run watches is called: by a letter, since numbers are those of the test set.
 * @param {number} index of the picture
 */
export function letterOf(index) {
  return String.fromCharCode(65 + index);
}

/** A picture's card, which can be chosen: small canvases in a row, and a line of words below them. */
export class Card {
  /**
   * @param {number} index of the picture
   * @param {(index: number) => void} chosen is told when it is clicked
   */
  constructor(index, chosen) {
    this.root = element("button", "probe");
    this.root.type = "button";
    this.root.dataset.rove = String(index);
    this.root.tabIndex = index ? -1 : 0;
    this.root.onclick = () => chosen(index);
    this.row = element("span", "thumbs");
    this.verdict = element("span", "verdict");
    this.root.append(this.row, this.verdict);
  }

  /**
   * One more canvas in the row, with room for a caption.
   * @param {string} [name] a class for the style sheet
   */
  addThumb(name) {
    const figure = element("span", name ? `thumb ${name}` : "thumb");
    const [frame, picture, caption] = [element("span", "frame"), element("canvas", "pixels"), element("span", "caption")];
    frame.append(picture);
    figure.append(frame, caption);
    this.row.append(figure);
    return { figure, frame, picture, caption };
  }
}

/**
 * The panel of all cards: a title, a hint, and the cards, among which arrow keys move.
 * @template {Card} C
 */
export class CardPanel {
  /**
   * @param {string} className
   * @param {(index: number) => void} chosen is told which card was clicked
   */
  constructor(className, chosen) {
    this.chosen = chosen;
    this.root = element("section", `panel ${className}`);
    this.title = element("h3");
    this.hint = element("p", "hint");
    this.grid = element("div", "cards");
    this.grid.setAttribute("role", "group");
    this.root.append(this.title, this.hint, this.grid);
    /** @type {C[]} */
    this.cards = [];
    this.grid.onkeydown = (event) => {
      const buttons = this.cards.map(({ root }) => root);
      rove(event, buttons, columnsOf(buttons));
    };
  }

  /**
   * Show these cards instead.
   * @param {C[]} cards
   */
  deal(cards) {
    this.cards = cards;
    this.grid.replaceChildren(...cards.map(({ root }) => root));
  }
}
