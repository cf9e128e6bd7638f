// One run as it comes over its socket: hello, events, frames, questions. Others are told what
// changed: "hello", "events", "frames", "probes", "connection", "question", "gone".

import { bytesOf } from "../kit/arrays.js";
import { RunState } from "./fold.js";
import { FrameStore } from "./frames.js";
import { liveAddress, Socket } from "./socket.js";

const ASK_AT_ONCE = 64; // frames in one request
const NO_FRAMES = "none";
export const NETWORK_TITLES = {}; // by id; `mount` fills it

/** What a run's network is called; one that somebody made brings its own title. */
export function networkTitle({ network, network_title: own }) {
  return NETWORK_TITLES[network] ?? (own || network);
}

export class RunSource {
  constructor(id, { base, frames, changed }) {
    this.id = id;
    this.changed = changed;
    this.wantsFrames = frames;
    this.connected = this.gone = false;
    this.error = "";
    // The question to the class: what was asked, how many voted and watch, and the answer.
    /** @type {any} */
    this.question = null;
    this.votes = this.watching = 0;
    this.closed = false;
    /** @type {any} */
    this.revealed = null;
    /** @type {number | null} what this browser voted for */
    this.voted = null;
    this.refused = "";
    /** @type {{ question: string, option: number } | null} the vote that was sent last */
    this.ballot = null;
    this.reset();
    this.socket = new Socket(
      () => liveAddress(base, `/${encodeURIComponent(id)}?after=${this.offset}&frames=${frames ? this.frames.steps.join(",") : NO_FRAMES}`),
      {
        message: (message) => this.message(message),
        binary: (buffer) => this.binary(buffer),
        connected: (connected) => this.connection(connected),
      },
    );
  }

  reset() {
    this.run = this.run ?? null;
    this.state = new RunState();
    this.frames = new FrameStore();
    this.probes = null;
    this.offset = 0;
    this.asked = new Set();
    this.version = 0;
  }

  get name() {
    const { name, title, dataset_title: data } = this.run ?? {};
    if (name && name !== title) return name; // somebody gave it
    return data ? `${data}, ${networkTitle(this.run)}` : title || this.id;
  }

  /** The highest learning rate of the cycle, as it was set last. */
  get peak() {
    return this.state.changes.findLast((change) => change.learning_rate !== undefined)?.learning_rate ?? this.run?.recipe?.learning_rate;
  }

  get pace() {
    return this.state.changes.findLast((change) => change.pace !== undefined)?.pace ?? this.run?.pace ?? 0;
  }

  connection(connected) {
    this.connected = connected;
    if (connected) this.refused = "";
    this.asked.clear();
    this.changed("connection");
  }

  message(message) {
    const handler = MESSAGES[message.type];
    if (handler) handler(this, message);
  }

  binary(buffer) {
    if (!this.wantsFrames) return;
    const steps = this.frames.take(buffer);
    for (const step of steps) this.asked.delete(step);
    this.changed("frames", steps);
  }

  /** Ask for frames that are kept there and missing here: the one to show first. */
  askFor(first) {
    if (!this.wantsFrames || !this.connected) return;
    const missing = this.state.snapshots
      .map(({ step }) => step)
      .filter((step) => !this.frames.bytes.has(step) && !this.asked.has(step));
    if (!missing.length) return;
    missing.sort((a, b) => Math.abs(a - first) - Math.abs(b - first));
    const steps = missing.slice(0, ASK_AT_ONCE);
    for (const step of steps) this.asked.add(step);
    this.socket.send({ frames: steps });
  }

  /** Forget frames that were thinned out, or that a resumed run will make anew. */
  dropFrames(news) {
    const kept = new Set(this.state.snapshots.map(({ step }) => step));
    const newest = this.state.snapshots.at(-1)?.step ?? -1;
    const restarts = news.filter(({ event, step }) => event === "status" && step !== undefined);
    const from = Math.min(Infinity, ...restarts.map(({ step }) => step));
    // A frame may be here before the event that announces it.
    this.frames.keep((step) => kept.has(step) || (step > newest && step <= from));
  }

  vote(question, option) {
    this.ballot = { question, option };
    this.socket.send({ vote: this.ballot }, true);
  }

  /**
   * The server knows browsers by a cookie that comes with a page, and does not know this one (it was
   * started anew, or too many came at once): ask for one, and vote again.
   */
  async fetchCard() {
    const { ballot } = this;
    this.ballot = null; // once: if it is refused again, that is said
    try {
      await fetch(window.location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
      return; // the connection is lost, and the view says so
    }
    if (this.question?.id !== ballot.question) return;
    this.socket.renew(); // a socket is known by the cookie that it was opened with
    this.socket.send({ vote: ballot }, true);
  }

  close() {
    this.socket.close();
  }
}

const MESSAGES = {
  hello(source, message) {
    // Another run under the same address, or its history written anew: begin again.
    if (source.run && source.offset && source.run.created !== message.run.created) {
      source.reset();
      source.run = message.run;
      source.socket.socket.close();
      return;
    }
    // The server does not know the place we were at: it sends the history from an earlier one.
    if (message.from < source.offset) source.reset();
    source.run = message.run;
    source.state.alive = message.alive;
    source.error = "";
    source.gone = false;
    source.changed("hello");
  },
  probes(source, { shape, images, labels, targets, targets_shape: targetsShape = shape }) {
    source.probes = { shape, labels, targetsShape, images: bytesOf(images), targets: targets && bytesOf(targets) };
    source.changed("probes");
  },
  events(source, { events, offset }) {
    if (offset <= source.offset) return; // had them before the connection broke
    for (const event of events) {
      try {
        source.state.apply(event);
      } catch (error) {
        console.warn("cnnviz: an event makes no sense", event, error); // the others still count
      }
    }
    source.dropFrames(source.offset ? events : []);
    source.offset = offset;
    source.version += 1;
    source.changed("events");
  },
  alive(source, { alive }) {
    source.state.alive = alive;
    source.version += 1;
    source.changed("events");
  },
  renamed(source, { name }) {
    if (source.run) source.run.name = name;
    source.changed("hello");
  },
  gone(source) {
    source.gone = true;
    source.socket.close();
    source.changed("gone");
  },
  error(source, { message }) {
    source.error = String(message);
    source.changed("gone");
  },
  question(source, { question }) {
    if (source.question?.id !== question.id) Object.assign(source, { votes: 0, closed: false, watching: 0, revealed: null, voted: null });
    source.question = question;
    source.changed("question");
  },
  votes(source, { question, count: votes, closed, watching }) {
    if (source.question?.id !== question) return;
    Object.assign(source, { votes, closed, watching });
    source.changed("question");
  },
  reveal(source, message) {
    if (source.question?.id !== message.question) return;
    source.revealed = message;
    source.changed("question");
  },
  refused(source, { message, card }) {
    if (card === false && source.ballot) return source.fetchCard();
    source.refused = String(message);
    source.changed("question");
  },
  /** The own vote as it counts: perhaps from before this page was loaded, or none after all. */
  voted(source, { question, option }) {
    if (source.question?.id !== question) return;
    source.voted = option;
    source.changed("question");
  },
};
