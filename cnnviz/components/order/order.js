// Steps in a row that are put in another order: by dragging, with a finger too, or by arrow keys.

import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";

const BEGIN = 4; // pixels that a press may move and still be one
/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

/** @typedef {{ label: string, steps: { id: string, title: string }[] }} Data what Python sends */

class Order {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.list = /** @type {HTMLOListElement} */ (parent.querySelector("ol"));
    this.status = /** @type {HTMLElement} */ (parent.querySelector(".status"));
    /** @type {Data} */
    this.data = { label: "", steps: [] };
    /** @type {{ step: HTMLElement, x: number, y: number, drags: boolean } | null} what a pointer holds */
    this.held = null;
    /** @type {((ids: string[]) => void) | null} */
    this.send = null;
    this.list.onpointerdown = (event) => this.press(event);
    this.list.onpointermove = (event) => this.pull(event);
    this.list.onpointerup = () => this.drop(true);
    this.list.onpointercancel = () => this.drop(false);
    this.list.onkeydown = (event) => this.key(event);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = (ids) => setTriggerValue("order", ids);
    this.list.setAttribute("aria-label", `${data.label}. Arrow keys move the one in focus.`);
    const focused = this.steps().findIndex((step) => step.matches(":focus-within"));
    const steps = data.steps.map(({ title }, at) => {
      const step = element("li");
      step.append(Object.assign(element("button", "", `${at + 1}. ${title}`), { type: "button" }));
      step.dataset.place = String(at);
      return step;
    });
    this.held = null;
    this.list.replaceChildren(...steps);
    if (focused >= 0) steps[Math.min(focused, steps.length - 1)]?.querySelector("button")?.focus();
  }

  /**
   * The steps as they stand; each knows the place that it came with.
   * @returns {HTMLElement[]}
   */
  steps() {
    return /** @type {HTMLElement[]} */ ([...this.list.children]);
  }

  /**
   * @param {HTMLElement} step
   * @param {number} to
   */
  move(step, to) {
    const others = this.steps().filter((one) => one !== step);
    this.list.insertBefore(step, others[to] ?? null);
  }

  commit() {
    const places = this.steps().map((step) => Number(step.dataset.place));
    if (places.some((place, at) => place !== at)) this.send?.(places.map((place) => this.data.steps[place].id));
  }

  /** @param {PointerEvent} event */
  press(event) {
    const step = /** @type {HTMLElement} */ (event.target).closest("li");
    if (!step || event.button) return;
    this.list.setPointerCapture(event.pointerId);
    this.held = { step, x: event.clientX, y: event.clientY, drags: false };
  }

  /** @param {PointerEvent} event */
  pull(event) {
    if (!this.held) return;
    const { step, x, y } = this.held;
    if (!this.held.drags && Math.hypot(event.clientX - x, event.clientY - y) < BEGIN) return;
    this.held.drags = true;
    step.classList.add("dragged");
    step.style.transform = "";
    const boxes = this.steps().map((one) => one.getBoundingClientRect());
    const away = boxes.map((box) => Math.hypot(event.clientX - (box.left + box.right) / 2, 2 * (event.clientY - (box.top + box.bottom) / 2)));
    this.move(step, away.indexOf(Math.min(...away)));
    const box = step.getBoundingClientRect();
    step.style.transform = `translate(${event.clientX - (box.left + box.right) / 2}px, ${event.clientY - (box.top + box.bottom) / 2}px)`;
  }

  /** @param {boolean} done whether the step stays where it was taken to */
  drop(done) {
    if (!this.held) return;
    const { step, drags } = this.held;
    this.held = null;
    step.classList.remove("dragged");
    step.style.transform = "";
    step.querySelector("button")?.focus();
    if (!done) this.list.append(...this.steps().sort((one, other) => Number(one.dataset.place) - Number(other.dataset.place)));
    else if (drags) this.commit();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") this.drop(false);
    const button = /** @type {HTMLElement} */ (event.target);
    const step = button.closest("li");
    if (!(event.key in MOVES) || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const steps = this.steps();
    const to = clamp(steps.indexOf(step) + MOVES[event.key], 0, steps.length - 1);
    this.move(step, to);
    button.focus(); // what is put elsewhere loses it
    this.status.textContent = `${button.textContent} is now number ${to + 1}`;
    this.commit();
  }
}

export default mounting(Order);
