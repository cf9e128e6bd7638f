// A scene whose digits can be moved, by hand or by themselves; what figures of such scenes share.

import { clamp } from "../kit/arithmetic.js";
import { MovingFigure } from "../kit/figure/moving_figure.js";
import { sideOf, spriteAt } from "./scene.js";

const PACE = 90; // milliseconds between two places of a digit that moves by itself
const TURN = 3500; // milliseconds, for it to go round
const RADIUS = 4; // pixels

/** @import { PixelPanel } from "../kit/figure/pixel_panel.js" */
/** @import { Scene, Sprite } from "./scene.js" */

/** A kind of it fills `scenes`, lays out panels with `follow`, and looks and paints. */
export class MovingDigits extends MovingFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.state = { scene: 0, row: 20, column: 20 };
    /** @type {Scene[]} */
    this.scenes = [];
    this.home = { top: 0, left: 0 }; // of the digit that moves by itself
    this.turned = 0; // milliseconds that it has been moving
    /** @type {{ sprite: Sprite, row: number, column: number } | null} the digit in the hand, and where it is held */
    this.held = null;
    this.stale = true; // whether the networks have not seen the scene as it is
    this.find("[data-act=next]").onclick = () => this.choose((this.state.scene + 1) % this.data.scenes.length);
  }

  /**
   * Let a pointer point on a panel, and move digits if they are movable there.
   * @param {PixelPanel} panel
   * @param {boolean} movable
   */
  follow(panel, movable) {
    const { canvas } = panel;
    canvas.onpointermove = (event) => this.pull(event, panel);
    canvas.onpointerdown = (event) => this.hold(event, panel, movable);
    canvas.onpointerup = () => { this.held = null; };
    canvas.onpointercancel = canvas.onpointerup;
  }

  /**
   * @param {number} scene
   * @param {boolean} [moving]
   */
  choose(scene, moving = false) {
    this.state.scene = scene;
    const [sprite] = this.scene.sprites;
    this.moving = moving && this.movable();
    this.turned = 0;
    if (!sprite) { // a picture of one's own
      this.change();
      return;
    }
    this.home = { top: sprite.top, left: sprite.left };
    Object.assign(this.state, this.inkOf(sprite));
    this.change();
  }

  /** Whether there is a digit that has room to move. */
  movable() {
    return this.scene.sprites.some((one) => sideOf(one) < this.data.side);
  }

  get scene() {
    return this.scenes[this.state.scene];
  }

  /**
   * The pixel of a digit's ink nearest to its middle.
   * @param {Sprite} sprite
   */
  inkOf(sprite) {
    const { top, left, ink } = sprite;
    const size = sideOf(sprite);
    let best = 0;
    const far = (/** @type {number} */ at) => Math.hypot(Math.floor(at / size) - size / 2, (at % size) - size / 2);
    for (let at = 0; at < ink.length; at += 1) if (ink[at] && (!ink[best] || far(at) < far(best))) best = at;
    return { row: top + Math.floor(best / size), column: left + (best % size) };
  }

  /** The networks have not seen the scene as it is now. */
  change() {
    this.stale = true;
    super.change();
  }

  // --- what people do -------------------------------------------------------------------------

  /**
   * @param {PointerEvent} event
   * @param {PixelPanel} panel
   */
  under(event, panel) {
    const { x, y } = panel.under(event);
    return { row: Math.floor(y), column: Math.floor(x) };
  }

  /**
   * @param {PointerEvent} event
   * @param {PixelPanel} panel
   * @param {boolean} movable
   */
  hold(event, panel, movable) {
    if (event.button) return;
    const place = this.under(event, panel);
    const sprite = movable && spriteAt(this.scene, place.row, place.column);
    if (sprite) {
      panel.canvas.setPointerCapture(event.pointerId);
      this.halt();
      this.held = { sprite, row: place.row - sprite.top, column: place.column - sprite.left };
    }
    this.point(place);
  }

  /**
   * @param {PointerEvent} event
   * @param {PixelPanel} panel
   */
  pull(event, panel) {
    const place = this.under(event, panel);
    if (this.held) this.put(this.held.sprite, place.row - this.held.row, place.column - this.held.column);
    this.point(place);
  }

  /** @param {{ row: number, column: number }} place */
  point({ row, column }) {
    Object.assign(this.state, { row, column });
    super.change();
  }

  /**
   * @param {Sprite} sprite
   * @param {number} top
   * @param {number} left
   */
  put(sprite, top, left) {
    const last = this.data.side - sideOf(sprite);
    Object.assign(sprite, { top: clamp(Math.round(top), 0, last), left: clamp(Math.round(left), 0, last) });
    this.change();
  }

  /** The digit stays where it is. */
  halt() {
    this.moving = false;
    this.wake();
  }

  toggle() {
    const [sprite] = this.scene.sprites;
    if (!this.movable()) return;
    this.home = { top: sprite.top, left: sprite.left };
    this.turned = 0;
    super.toggle();
  }

  /** @param {KeyboardEvent} event */
  keys({ shiftKey }) {
    const { row, column } = this.state;
    const last = this.data.side - 1;
    const to = (/** @type {number} */ down, /** @type {number} */ across) => () => {
      const sprite = shiftKey && spriteAt(this.scene, row, column);
      if (sprite) {
        this.halt();
        const before = [sprite.top, sprite.left];
        this.put(sprite, sprite.top + down, sprite.left + across);
        this.point({ row: row + sprite.top - before[0], column: column + sprite.left - before[1] });
      } else this.point({ row: clamp(row + down, 0, last), column: clamp(column + across, 0, last) });
    };
    return { ArrowUp: to(-1, 0), ArrowDown: to(1, 0), ArrowLeft: to(0, -1), ArrowRight: to(0, 1), " ": () => this.toggle() };
  }

  // --- frames ---------------------------------------------------------------------------------

  /** @param {number} now */
  advance(now) {
    const gone = this.passed(now, PACE);
    if (!gone) return;
    this.turned += Math.min(gone, 2 * PACE);
    const angle = (2 * Math.PI * this.turned) / TURN;
    const [sprite] = this.scene.sprites;
    const last = this.data.side - sideOf(sprite);
    const [top, left] = [this.home.top + RADIUS * Math.sin(angle), this.home.left + RADIUS * (Math.cos(angle) - 1)];
    const [before, past] = [sprite.top, sprite.left];
    Object.assign(sprite, { top: clamp(Math.round(top), 0, last), left: clamp(Math.round(left), 0, last) });
    Object.assign(this.state, { row: this.state.row + sprite.top - before, column: this.state.column + sprite.left - past });
    const side = this.data.side - 1;
    Object.assign(this.state, { row: clamp(this.state.row, 0, side), column: clamp(this.state.column, 0, side) });
    this.stale = true;
  }
}
