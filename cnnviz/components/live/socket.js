// A WebSocket that comes back by itself: after 0.3 s, then less and less often, at least every 5 s.
// Connections also die without a word (a locked phone, another Wi-Fi, a proxy that forgets): the
// server says something every 4 s, so a longer silence is a dead line.

const FIRST_DELAY = 300;
const LONGEST_DELAY = 5000;
const STEADY = 5000; // a connection that held this long starts the delays anew
const SILENCE = 10_000; // two and a half of the server's beats (BEAT_SECONDS in live/channel.py)
const LONGEST_SILENCE = 60_000; // on a line so slow that one message takes longer
const WAKING_SILENCE = 6000; // when somebody looks again
const SAY_EVERY = 10_000; // or the server takes us for gone (QUIET_SECONDS in live/subscriber.py)
const FULL = 1013;

/**
 * @typedef {object} Told what is told of all that comes
 * @property {(message: any) => void} message
 * @property {(data: ArrayBuffer) => void} binary
 * @property {(connected: boolean) => void} connected
 */

export class Socket {
  /** @type {WebSocket | null} */
  socket = null;
  speaks = false;
  closed = false;
  full = false;
  blocked = false;
  answers = false;
  timer = 0;
  alive = 0;
  said = 0;
  opened = 0;

  /**
   * @param {() => string} url is asked before each connection
   * @param {Told} told
   */
  constructor(url, told) {
    this.url = url;
    this.told = told;
    this.delay = FIRST_DELAY;
    this.patience = SILENCE;
    /** @type {string[]} */
    this.waiting = [];
    this.heard = 0; // when something last came, as Date.now() has it: that goes on in sleep
    this.awake = (/** @type {Event} */ event) => this.wake(event);
    for (const [target, name] of waking()) target.addEventListener(name, this.awake);
    this.clock = setInterval(() => this.check(this.patience), 1000);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(this.url());
    this.socket = socket;
    this.speaks = false;
    this.alive = Date.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.said = Date.now();
      for (const text of this.waiting.splice(0)) socket.send(text);
    };
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return; // given up: the next one brings it again
      this.hear();
      if (typeof data !== "string") return this.told.binary(data);
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return; // not ours
      }
      if (message.type !== "beat") this.told.message(message);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.full = code === FULL;
      if (!this.speaks) this.doubt();
      if (this.speaks && Date.now() - this.opened > STEADY) this.delay = FIRST_DELAY;
      this.lose();
      if (this.closed) return;
      // Not all thirty of a class at the same moment.
      this.timer = setTimeout(() => this.open(), this.delay * (0.7 + 0.6 * Math.random()));
      this.delay = Math.min(2 * this.delay, LONGEST_DELAY);
    };
  }

  /** Something came: only now is it sure that the connection is one. */
  hear() {
    this.heard = this.alive = Date.now();
    if (!this.speaks) {
      this.speaks = true;
      this.blocked = this.answers = false;
      this.opened = this.heard;
      this.told.connected(true);
    } else if (this.heard - this.opened > LONGEST_SILENCE) this.patience = SILENCE;
    this.say();
  }

  /** Tell the server now and then that somebody is here. */
  say() {
    if (Date.now() - this.said < SAY_EVERY) return;
    this.said = Date.now();
    this.send({ here: true });
  }

  /**
   * A connection failed before anything came. If the server answers all the same, and the next one
   * fails too, then something between refuses these connections alone.
   */
  async doubt() {
    this.blocked = Boolean(this.answers) && !this.full;
    const { origin, pathname } = new URL(this.url().replace(/^ws/, "http"));
    const health = `${origin}${pathname.replace(/\/live(\/[^/]*)?$/, "")}/_stcore/health`;
    const answer = await fetch(health, { cache: "no-store" }).catch(() => null);
    if (this.closed || this.speaks) return;
    this.answers = Boolean(answer?.ok);
    if (!this.answers) this.blocked = false;
    this.told.connected(false);
  }

  lose() {
    this.speaks = false;
    this.told.connected(false);
  }

  /**
   * Begin anew if the connection has been silent for longer than this.
   * @param {number} patience in milliseconds
   */
  check(patience) {
    if (this.timer) return; // it comes back anyway
    // A clock that was set back is no silence, but nobody knows for how long it was one.
    if (Math.abs(Date.now() - this.alive) > patience) {
      if (patience === this.patience) this.patience = Math.min(2 * patience, LONGEST_SILENCE);
      this.renew();
    } else if (this.socket?.readyState === WebSocket.OPEN) this.say();
  }

  renew() {
    const { socket } = this;
    if (!this.speaks) this.doubt();
    this.lose();
    this.open();
    socket?.close();
  }

  /**
   * Somebody looks at the page again, or the network is back: do not wait.
   * @param {Event} event
   */
  wake(event) {
    if (document.hidden) return;
    this.delay = FIRST_DELAY;
    if (this.timer) this.open();
    else if (event.type === "online" || (event instanceof PageTransitionEvent && event.persisted)) this.renew(); // the old line leads nowhere
    else this.check(WAKING_SILENCE);
  }

  /**
   * @param {object} message
   * @param {boolean} [keep] until there is a connection
   */
  send(message, keep = false) {
    const text = JSON.stringify(message);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else if (keep) this.waiting.push(text);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.clock);
    for (const [target, name] of waking()) target.removeEventListener(name, this.awake);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}

/** @returns {[EventTarget, string][]} what tells that somebody looks again */
function waking() {
  return [[window, "online"], [window, "pageshow"], [document, "visibilitychange"]];
}

/**
 * What to say of a lost connection: that it is sought, and since when the picture stands.
 * @param {{ heard: number, full: boolean, blocked: boolean }} connection
 */
export function lostWords({ heard, full, blocked }) {
  if (blocked) {
    const since = heard ? ` What you see is as of ${clockTime(heard)}.` : "";
    return `Your network blocks the live connection, so the numbers come every few seconds instead.${since} For the live view, try another network, such as your phone\u2019s own, or ask the administrator of this one to allow WebSockets to ${window.location.host}/live.`;
  }
  if (full) return "The server cannot take more viewers at the moment. This page keeps trying.";
  if (!heard) return "Connecting\u2026";
  return `Reconnecting\u2026 What you see is as of ${clockTime(heard)}.`;
}

/** @param {number} time as Date.now() has it */
function clockTime(time) {
  return new Date(time).toLocaleTimeString("en-GB");
}

/**
 * @param {string} base where the server's addresses begin
 * @param {string} path below /live
 */
export function liveAddress(base, path) {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${base}/live${path}`;
}
