// The time machine's slider: over the kept steps, by index, so that the first steps (1, 2, 4, …)
// are as far apart as the late ones.

import { clamp, lastUpTo } from "../kit/arithmetic.js";
import { element, icon, write } from "../kit/elements.js";
import { count } from "../kit/numbers.js";

const SPEEDS = [1, 2, 4, 8, 16];
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  back: "M15 6v12l-9-6zM17 6h2v12h-2z",
  on: "M9 6v12l9-6zM5 6h2v12H5z",
};

function iconButton(path, words, act) {
  const button = element("button");
  button.type = "button";
  button.title = words;
  button.setAttribute("aria-label", words);
  button.append(icon("", path));
  button.onclick = act;
  return button;
}

export class Transport {
  /**
   * `moved()` is called after each change of `step` (a step, or null to follow the newest), and
   * `looksInside()` when somebody asks for the network at the step that was scrubbed to.
   */
  constructor(moved, looksInside = null) {
    this.moved = moved;
    this.steps = [];
    this.step = null;
    this.wanted = null; // from a link, until that step is known
    this.playing = false;
    this.root = element("div", "transport");
    this.play = iconButton(ICONS.play, "Play", () => this.toggle());
    const buttons = element("div", "buttons");
    buttons.append(
      iconButton(ICONS.back, "One frame back (\u2190)", () => this.move(-1)),
      this.play,
      iconButton(ICONS.on, "One frame forward (\u2192)", () => this.move(1)),
    );
    this.text = element("span", "scrub-text");
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.slider.setAttribute("aria-label", "Training step");
    this.slider.oninput = () => this.go(this.steps[Number(this.slider.value)]);
    const scrub = element("label", "scrub");
    scrub.append(this.slider, this.text);
    this.newest = element("button", "newest");
    this.newest.type = "button";
    this.newest.onclick = () => this.follow();
    this.speed = element("select", "speed");
    this.speed.setAttribute("aria-label", "Playback speed");
    for (const speed of SPEEDS) {
      const option = element("option", "", `${speed} ${speed === 1 ? "frame" : "frames"}/s`);
      option.value = String(speed);
      this.speed.append(option);
    }
    this.speed.value = "4";
    this.inside = element("button", "", "Look inside at this step");
    this.inside.type = "button";
    this.inside.hidden = true;
    this.inside.onclick = looksInside;
    this.offersInside = looksInside !== null;
    this.root.append(buttons, scrub, this.speed, this.newest, this.inside);
    this.root.onkeydown = (event) => this.key(event);
    this.speed.onkeydown = (event) => event.stopPropagation();
  }

  /** The steps that can be shown; the chosen one may be gone. */
  update(steps) {
    this.steps = steps;
    if (this.wanted !== null && steps.length) {
      // A step that is not there yet: the newest comes nearest.
      this.step = steps.at(-1) < this.wanted ? null : this.nearest(this.wanted);
      this.wanted = null;
    } else if (this.step !== null && steps.length) {
      this.step = this.nearest(this.step);
    }
  }

  /** The last kept step up to one, or the first. */
  nearest(step) {
    return this.steps[Math.max(0, lastUpTo(this.steps, step, (one) => one))] ?? null;
  }

  /** The step to show, or null before there is any. */
  get shown() {
    return this.step ?? this.steps.at(-1) ?? null;
  }

  go(step, { keepPlaying = false } = {}) {
    if (step === undefined) return;
    this.wanted = null;
    this.step = step;
    if (!keepPlaying) this.playing = false;
    this.moved();
  }

  follow() {
    this.wanted = null;
    this.step = null;
    this.playing = false;
    this.moved();
  }

  move(by) {
    const at = this.steps.indexOf(this.shown);
    this.go(this.steps[clamp(at + by, 0, this.steps.length - 1)]);
  }

  toggle() {
    this.playing = !this.playing;
    this.last = undefined;
    // From the end, play begins at the first frame.
    if (this.playing && this.shown === this.steps.at(-1)) this.go(this.steps[0], { keepPlaying: true });
    else this.moved();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1), ArrowDown: () => this.move(-1),
      ArrowUp: () => this.move(1), Home: () => this.go(this.steps[0]), End: () => this.go(this.steps.at(-1)),
    };
    if (event.key === " " && event.target.tagName !== "BUTTON") acts[" "] = () => this.toggle();
    if (!(event.key in acts)) return;
    acts[event.key]();
    event.preventDefault();
    event.stopPropagation();
  }

  /** One step of the animation; whether it goes on. */
  advance(now) {
    if (!this.playing) return false;
    const wait = 1000 / Number(this.speed.value);
    this.last ??= now;
    if (now - this.last >= wait) {
      this.last = now - this.last > 2 * wait ? now : this.last + wait;
      const at = this.steps.indexOf(this.shown);
      if (at < this.steps.length - 1) this.go(this.steps[at + 1], { keepPlaying: true });
      if (at + 1 < this.steps.length - 1) return true;
      if (this.active) this.follow(); // there are more to come
      this.playing = false;
    }
    return this.playing;
  }

  draw({ active, loading, place }) {
    const { steps, shown } = this;
    this.active = active;
    const at = steps.indexOf(shown);
    this.root.hidden = !steps.length;
    this.slider.max = String(Math.max(0, steps.length - 1));
    this.slider.valueAsNumber = at;
    const text = shown === null ? "" : `Step ${count(shown)}${place ? `, ${place}` : ""}${loading ? " \u2026" : ""}`;
    write(this.text, text);
    this.slider.setAttribute("aria-valuetext", `${text}, frame ${at + 1} of ${steps.length}`);
    const label = this.playing ? "Pause (space)" : "Play (space)";
    if (this.play.title !== label) {
      this.play.title = label;
      this.play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
      this.play.replaceChildren(icon("", this.playing ? ICONS.pause : ICONS.play));
    }
    const following = this.step === null;
    write(this.newest, active ? "\u25cf Live" : "Newest");
    this.newest.title = active ? "Follow the training" : "Show the last frame";
    this.newest.setAttribute("aria-pressed", String(following));
    this.newest.classList.toggle("following", active && following);
    this.inside.hidden = following || !this.offersInside;
    Object.assign(this.root.dataset, { step: shown ?? "", following, playing: this.playing, frames: steps.length });
  }
}
