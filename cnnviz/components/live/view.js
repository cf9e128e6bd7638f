// A run as it trains: follows it, or any step of it that somebody chooses.

import { keepInAddress } from "../kit/address.js";
import { lastUpTo } from "../kit/arithmetic.js";
import { element, write } from "../kit/elements.js";
import { fixed } from "../kit/numbers.js";
import { Confusion } from "./confusion.js";
import { Curves } from "./curves.js";
import { Head } from "./head.js";
import { Health } from "./health.js";
import { OwnPicture } from "../kit/picture/own_picture.js";
import { Pinned } from "./pinned.js";
import { VotePanel } from "./votes.js";
import { Relay } from "./relay.js";
import { Sight } from "./sight.js";
import { Snapshots } from "./snapshots.js";
import { liveAddress, lostWords, Socket } from "./socket.js";
import { RunSource } from "./source.js";
import { Numbers, probabilityTable, progressTable, scoreTable } from "./tables.js";
import { taskOf } from "./task.js";
import { chartTheme } from "./theme.js";
import { Transport } from "./transport.js";
import { WholeNetwork } from "./whole.js";

const SPEAK_EVERY = 10_000;
const ASK_AFTER = 1500; // frames usually come unasked

export class View {
  constructor(root) {
    this.root = root;
    this.wake = () => {
      if (!this.frame && !document.hidden) this.frame = requestAnimationFrame((now) => this.tick(now));
    };
    this.resizer = new ResizeObserver(this.wake);
    this.resizer.observe(root);
    this.back = () => this.lookedAgain();
    document.addEventListener("visibilitychange", this.back);
  }

  /** The page lists runs, and other tabs may have started or deleted some meanwhile: it is run. */
  lookedAgain() {
    this.wake();
    const { kind, follow, run = null } = this.component.data;
    if (document.hidden || follow || kind === "machine") return;
    this.component.setStateValue("looked", { run, at: Date.now() });
  }

  update(component) {
    this.component = component;
    const theme = chartTheme(this.root);
    if (JSON.stringify(theme) !== JSON.stringify(this.theme)) this.theme = theme;
    this.take(component.data);
    this.wake();
    // If the theme is what changed, its colours are in place by the next frame.
    setTimeout(() => {
      const later = chartTheme(this.root);
      if (JSON.stringify(later) === JSON.stringify(this.theme)) return;
      this.theme = later;
      this.wake();
    }, 100);
  }

  /** Take what Python sent. */
  take(_data) {}

  /** Draw one frame. */
  draw(_now) {}

  tick(now) {
    this.frame = 0;
    if (this.root.isConnected) this.draw(now);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.resizer.disconnect();
    document.removeEventListener("visibilitychange", this.back);
  }
}

/**
 * The step in the page's address: so a link shows what its sender saw. Who follows whatever is
 * shown adds the run, `480@its-id`: by the time the link is opened another may be shown.
 */
export class StepLink {
  constructor(parameter) {
    this.parameter = parameter;
  }

  read() {
    const text = this.parameter && new URL(window.location.href).searchParams.get(this.parameter);
    return text && /^\d+(@|$)/.test(text) ? parseInt(text, 10) : null;
  }

  write(step, run) {
    if (!this.parameter) return;
    clearTimeout(this.timer);
    const text = step !== null && run ? `${step}@${run}` : step;
    this.timer = setTimeout(() => keepInAddress(this.parameter, text), 300);
  }

  close() {
    clearTimeout(this.timer);
  }
}

export class LiveView extends View {
  constructor(root, data, template) {
    super(root);
    const { palettes } = data;
    this.link = new StepLink(data.stepParameter);
    this.overlays = new Map();
    this.relay = new Relay(this, () => [this.source, ...this.overlays.values()].filter(Boolean), (id) => this.show(id));
    this.head = new Head();
    this.question = new VotePanel(palettes, (id, option) => this.vote(id, option));
    this.curves = new Curves((step) => this.transport.go(step));
    this.curves.wake = this.wake;
    this.sight = new Sight(palettes, this.wake);
    this.confusion = new Confusion(palettes, (cell) => this.clicked(cell));
    this.health = new Health();
    this.picture = new OwnPicture(this.wake);
    this.pinned = new Pinned(this.picture, this.wake);
    this.transport = new Transport(() => this.moved(), () => this.looksInside());
    this.transport.wanted = this.link.read();
    const own = { picture: this.picture, opens: () => { this.pinned.root.open = true; } };
    this.whole = new WholeNetwork(template, palettes, own, () => this.transport.root.offsetHeight, this.wake);
    this.numbers = new Numbers();
    this.numbers.root.ontoggle = this.wake;
    this.voice = element("p", "unseen");
    this.voice.setAttribute("aria-live", "polite");
    this.empty = element("p", "hint", "No run is shown yet.");
    this.inLine = element("p", "hint", "It begins by itself as soon as a place to train is free.");
    const pair = element("div", "pair");
    const side = element("div", "side");
    side.append(this.confusion.mistakes, this.health.root);
    pair.append(this.confusion.root, side);
    this.body = element("div", "body");
    this.body.append(this.question.root, this.head.root, this.inLine, this.curves.root, this.sight.root, this.pinned.root, this.whole.root, pair, this.numbers.root, this.transport.root);
    root.append(this.empty, this.body, this.voice);
  }

  // --- what to show ---------------------------------------------------------------------------

  take(data) {
    this.data = data;
    this.question.presenter = data.presenter;
    if (data.follow && !this.lobby) {
      this.lobby = new Socket(() => liveAddress(data.base, ""), {
        message: ({ type, shown }) => type === "lobby" && this.show(shown),
        binary: () => {},
        connected: this.wake,
      });
    } else if (!data.follow) {
      this.lobby?.close();
      this.lobby = null;
      this.show(data.run);
    }
    this.overlay(data.overlay);
    this.relay.take(data.relay);
  }

  show(id) {
    if (id === (this.source?.id ?? null)) return;
    const first = !this.shownBefore;
    this.source?.close();
    this.source = id === null ? null : new RunSource(id, {
      base: this.data.base,
      frames: true,
      changed: (what) => this.changed(what),
    });
    this.snapshots = this.source && new Snapshots(this.source, this.data.base, this.wake);
    if (id !== null) this.shownBefore = true;
    if (!first) this.transport.follow(); // a step of one run means nothing in another
    this.drawn = "";
    this.wake();
  }

  overlay(ids) {
    const wanted = ids.filter((id) => id !== this.source?.id);
    for (const [id, source] of this.overlays) {
      if (wanted.includes(id)) continue;
      source.close();
      this.overlays.delete(id);
    }
    for (const id of wanted) {
      if (this.overlays.has(id)) continue;
      this.overlays.set(id, new RunSource(id, { base: this.data.base, frames: false, changed: this.wake }));
    }
  }

  changed(what) {
    if (what !== "connection") this.tell();
    if ((what === "events" || what === "frames") && !this.asking) {
      this.asking = setTimeout(() => {
        this.asking = 0;
        this.source?.askFor(this.transport.shown ?? 0);
      }, ASK_AFTER);
    }
    this.wake();
  }

  /**
   * Tell the page which run is shown and its status, and, for who follows, which step was taken
   * by hand last: only when one of them is another.
   */
  tell() {
    const { source } = this;
    if (!source?.run || !source.offset) return;
    const shown = { run: source.id, status: source.state.status };
    if (this.data.follow) shown.byHand = source.state.batches.at(-1)?.step ?? null;
    const text = JSON.stringify(shown);
    if (text === JSON.stringify(this.data.shown)) this.told = text; // the page was drawn like this
    if (text === this.told) return;
    this.told = text;
    this.component.setStateValue("shown", shown);
  }

  /** Tell the page of a click on a cell. */
  clicked(cell) {
    this.component.setStateValue("cell", { run: this.source.id, ...cell, at: Date.now() });
  }

  /** Tell the page that the network is to be looked into at the step on screen. */
  looksInside() {
    const { source, transport } = this;
    this.component.setStateValue("inside", { run: source.id, step: transport.shown, at: Date.now() });
  }

  moved() {
    const { transport, source } = this;
    this.link.write(transport.step, this.data.follow ? source?.id : null);
    if (source && transport.step !== null && !source.frames.bytes.has(transport.step)) source.askFor(transport.step);
    this.wake();
  }

  vote(id, option) {
    this.source.voted = option;
    this.source.refused = "";
    this.source.vote(id, option);
    this.wake();
  }

  // --- one frame of the screen ----------------------------------------------------------------

  draw(now) {
    const { source, transport } = this;
    this.body.hidden = !source;
    this.empty.hidden = Boolean(source);
    if (this.lobby?.blocked && !source) write(this.empty, lostWords(this.lobby));
    if (!source) return;
    const { state, run } = source;
    transport.update(state.snapshots.map(({ step }) => step));
    if (transport.advance(now)) this.wake();
    this.head.draw(source);
    this.question.draw(source);
    const begun = state.progress.length + state.evaluations.length > 0;
    for (const { root } of [this.curves, this.numbers]) root.hidden = !run || !begun;
    this.inLine.hidden = state.status !== "waiting" || !run;
    const task = taskOf(run);
    const classifies = task.output === "class";
    this.curves.setTask(task);
    this.drawCurves();
    if (this.theme !== this.themed) this.whole.redraw();
    this.themed = this.theme;
    const following = transport.step === null;
    const frame = this.frameAt(transport.shown);
    const classes = run?.classes ?? [];
    this.sight.keep(source);
    this.sight.draw(frame, { pictures: source.probes, classes, limits: source.frames.limits, task });
    this.pinned.draw(source, this.snapshots, transport.shown);
    const { probe, probes, maps } = this.sight;
    this.whole.draw(now, source, this.snapshots, { step: transport.shown, probe, secret: [probes.secret, maps.secret].includes(probe) });
    const until = following ? Infinity : transport.step;
    const tested = state.evaluations.slice(0, lastUpTo(state.evaluations, until) + 1);
    this.confusion.draw(classifies ? tested.findLast(({ confusion }) => confusion) : null, classes);
    this.health.draw(state.health[lastUpTo(state.health, until)]);
    const snapshot = state.snapshots.find(({ step }) => step === transport.shown);
    transport.draw({
      active: state.active,
      loading: !following && frame?.step !== transport.step && source.asked.has(transport.step),
      place: Number.isFinite(snapshot?.seconds) ? `${fixed(snapshot.seconds, 1)} s` : "",
    });
    const { secret } = this.sight.probes;
    this.numbers.draw(`${source.version} ${frame?.step} ${secret}`, () => [
      progressTable(state, task),
      ...(frame ? [classifies ? probabilityTable(frame, source.probes?.labels, classes, secret) : scoreTable(frame, task)] : []),
    ]);
    Object.assign(this.root.dataset, {
      run: source.id, status: state.status, connected: Boolean(source.connected),
      step: frame?.step ?? "", trained: state.step, points: state.progress.length,
      kept: source.frames.bytes.size,
    });
    this.speak(now);
  }

  drawCurves() {
    const runs = [this.source, ...this.overlays.values()];
    const drawn = runs.map(({ id, name, version }) => `${id} ${name} ${version}`).join();
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.curves.update(runs);
    }
    this.curves.draw(this.theme, this.transport.step);
  }

  /** The frame of a step, or the last one before it that is here. */
  frameAt(step) {
    const { frames } = this.source;
    if (step === null) return null;
    if (frames.bytes.has(step)) return frames.get(step);
    const { steps } = frames;
    const at = lastUpTo(steps, step, (one) => one);
    return at < 0 ? null : frames.get(steps[at]);
  }

  speak(now) {
    if (now - (this.spoken ?? -Infinity) < SPEAK_EVERY || !this.source.offset) return;
    const words = this.head.summary(this.source);
    if (words === this.voice.textContent) return;
    this.spoken = now;
    this.voice.textContent = words;
  }

  destroy() {
    super.destroy();
    this.whole.destroy();
    this.relay.close();
    clearTimeout(this.asking);
    this.link.close();
    this.lobby?.close();
    this.source?.close();
    for (const source of this.overlays.values()) source.close();
  }
}
