// Where a network refuses the live sockets alone, the page itself carries the news: it runs again
// every few seconds and brings what the sockets would have.

import { bytesOf } from "../kit/arrays.js";

const RELAY_EVERY = 4000;

export class Relay {
  /**
   * @param {any} view the view that is served
   * @param {() => import("./source.js").RunSource[]} sources those to keep up to date
   * @param {(id: string | null) => void} [follow] is told the run that is shown to all
   */
  constructor(view, sources, follow = () => {}) {
    this.view = view;
    this.sources = sources;
    this.follow = follow;
    this.number = 0;
    this.clock = setInterval(() => this.ask(), RELAY_EVERY);
  }

  blocked() {
    return this.sources().filter(({ socket, gone }) => socket.blocked && !gone);
  }

  ask() {
    const blocked = this.blocked();
    const follows = this.view.lobby?.blocked;
    if (document.hidden || !(blocked.length || follows)) {
      if (this.number && !document.hidden) this.tell(null); // or each run of the page would carry it
      return;
    }
    this.number = Date.now();
    this.tell({ number: this.number, runs: Object.fromEntries(blocked.map(({ id, offset }) => [id, offset])) });
  }

  tell(asked) {
    if (!asked) this.number = 0;
    this.view.component.setStateValue("relay", asked);
  }

  /** Take in what the page brought, once. */
  take(brought) {
    if (!brought || brought.number !== this.number || brought.number === this.taken) return;
    this.taken = brought.number;
    if (this.view.lobby?.blocked) this.follow(brought.shown);
    for (const source of this.blocked()) {
      const { messages = [], frame } = brought.runs[source.id] ?? {};
      if (messages.length) source.socket.heard = Date.now();
      for (const text of messages) source.message(JSON.parse(text));
      if (frame) source.binary(bytesOf(frame).buffer);
    }
  }

  close() {
    clearInterval(this.clock);
  }
}
