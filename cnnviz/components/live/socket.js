// A WebSocket that comes back by itself: after 0.3 s, then less and less often, at least every 5 s.

const FIRST_DELAY = 300;
const LONGEST_DELAY = 5000;
const STEADY = 5000; // a connection that held this long starts the delays anew

class Socket {
  /** `url()` is asked before each connection; `told` has message, binary and connected(bool). */
  constructor(url, told) {
    this.url = url;
    this.told = told;
    this.delay = FIRST_DELAY;
    this.waiting = [];
    this.online = () => {
      this.delay = FIRST_DELAY;
      if (this.timer) this.open();
    };
    window.addEventListener("online", this.online);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(this.url());
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = performance.now();
      this.told.connected(true);
      for (const text of this.waiting.splice(0)) socket.send(text);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.told.binary(data);
      let message = null;
      try {
        message = JSON.parse(data);
      } catch {
        return; // not ours
      }
      this.told.message(message);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      if (this.opened && performance.now() - this.opened > STEADY) this.delay = FIRST_DELAY;
      this.opened = 0;
      this.told.connected(false);
      if (this.closed) return;
      // Not all thirty of a class at the same moment.
      this.timer = setTimeout(() => this.open(), this.delay * (0.7 + 0.6 * Math.random()));
      this.delay = Math.min(2 * this.delay, LONGEST_DELAY);
    };
  }

  send(message, keep = false) {
    const text = JSON.stringify(message);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else if (keep) this.waiting.push(text);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.online);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}

function liveAddress(base, path) {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${base}/live${path}`;
}
