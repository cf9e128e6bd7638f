// Steps in a row that are put in another order: by dragging, with a finger too, or by arrow keys.

import { clamp } from "../kit/arithmetic.js";
import { element } from "../kit/elements.js";
import { mounting } from "../kit/mounting.js";

const BEGIN = 4; // pixels that a press may move and still be one
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

class Order {
  constructor(parent) {
    this.list = parent.querySelector("ol");
    this.status = parent.querySelector(".status");
    this.list.onpointerdown = (event) => this.press(event);
    this.list.onpointermove = (event) => this.pull(event);
    this.list.onpointerup = () => this.drop(true);
    this.list.onpointercancel = () => this.drop(false);
    this.list.onkeydown = (event) => this.key(event);
  }

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
    if (focused >= 0) steps[Math.min(focused, steps.length - 1)]?.querySelector("button").focus();
  }

  /** The steps as they stand; each knows the place that it came with. */
  steps() {
    return [...this.list.children];
  }

  move(step, to) {
    const others = this.steps().filter((one) => one !== step);
    this.list.insertBefore(step, others[to] ?? null);
  }

  commit() {
    const places = this.steps().map((step) => Number(step.dataset.place));
    if (places.some((place, at) => place !== at)) this.send(places.map((place) => this.data.steps[place].id));
  }

  press(event) {
    const step = event.target.closest("li");
    if (!step || event.button) return;
    this.list.setPointerCapture(event.pointerId);
    this.held = { step, x: event.clientX, y: event.clientY, drags: false };
  }

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

  drop(done) {
    if (!this.held) return;
    const { step, drags } = this.held;
    this.held = null;
    step.classList.remove("dragged");
    step.style.transform = "";
    step.firstChild.focus();
    if (!done) this.list.append(...this.steps().sort((one, other) => one.dataset.place - other.dataset.place));
    else if (drags) this.commit();
  }

  key(event) {
    if (event.key === "Escape") this.drop(false);
    const step = event.target.closest("li");
    if (!(event.key in MOVES) || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const steps = this.steps();
    const to = clamp(steps.indexOf(step) + MOVES[event.key], 0, steps.length - 1);
    this.move(step, to);
    event.target.focus(); // what is put elsewhere loses it
    this.status.textContent = `${event.target.textContent} is now number ${to + 1}`;
    this.commit();
  }
}

export default mounting(Order);
