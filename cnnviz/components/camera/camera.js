// The live camera as the picture that the figures of a page filter. Nothing of it is sent to the
// server but a frame that a person asks to study.

import { planesOf } from "../kit/filtering/recipe.js";
import { offerFrame, withdrawSource } from "../kit/filtering/source.js";
import { mounting } from "../kit/mounting.js";

const PIXELS = 640 * 480; // of a frame: filtered at 25 a second by a phone
const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]";
/** @type {Record<string, string>} */
const OTHER = { environment: "user", user: "environment" };
/** @type {Record<string, string>} */
const REFUSED = {
  NotAllowedError: "The browser does not let this page use the camera. Allow it beside the address, then switch the camera off and on here.",
  NotFoundError: "No camera was found.",
  NotReadableError: "The camera is in use by another program. Close that, then switch the camera off and on here.",
};

/** @typedef {{ name: string, colour: boolean }} Data under which name frames are offered, and how */

class Camera {
  /** @param {ShadowRoot} root */
  constructor(root) {
    this.status = /** @type {HTMLElement} */ (root.querySelector("p"));
    this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map((button) => [button.dataset.act, button]));
    this.root = /** @type {HTMLElement} */ (root.querySelector(".camera"));
    /** @type {Data | null} what Python sent */
    this.data = null;
    /** @type {(frame: { url: string }) => void} */
    this.send = () => {};
    /** @type {MediaStream | null} */
    this.stream = null;
    this.started = this.gone = false;
    this.video = document.createElement("video");
    Object.assign(this.video, { muted: true, playsInline: true });
    this.canvas = document.createElement("canvas");
    this.brush = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    this.facing = "environment"; // a computer has one camera, whatever is asked for
    this.buttons.freeze.onclick = () => this.freeze(!this.frozen);
    this.buttons.turn.onclick = () => this.start(OTHER[this.facing]);
    this.buttons.use.onclick = () => this.send({ url: this.canvas.toDataURL("image/png") });
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.frozen = false;
    this.frames = 0;
  }

  destroy() {
    document.removeEventListener("keydown", this.onKey);
    this.gone = true;
    this.stop();
    if (this.data) withdrawSource(this.data.name);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = (frame) => setTriggerValue("frame", frame);
    if (!this.started) this.start(this.facing);
    else if (this.frames) this.offer();
  }

  /** @param {string} facing which camera of a phone: that on its back, or its front */
  async start(facing) {
    this.started = true;
    this.facing = facing;
    this.stop();
    if (!navigator.mediaDevices) {
      this.status.textContent = "Browsers show a live camera only to pages that were opened over HTTPS.";
      return;
    }
    try {
      const video = { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 } };
      this.stream = await navigator.mediaDevices.getUserMedia({ video });
      if (this.gone) {
        this.stop();
        return;
      }
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (thrown) {
      const error = /** @type {Error} */ (thrown);
      if (!this.gone) this.status.textContent = REFUSED[error.name] ?? `The camera cannot be used: ${error.message}`;
      return;
    }
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    this.buttons.turn.hidden = cameras.length < 2;
    this.buttons.freeze.disabled = this.buttons.use.disabled = false;
    this.freeze(false);
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  /** @param {boolean} frozen */
  freeze(frozen) {
    this.frozen = frozen;
    this.buttons.freeze.setAttribute("aria-pressed", String(frozen));
    this.status.textContent = frozen
      ? "Frozen: point at a pixel to read its numbers. F goes on."
      : "What the camera sees stays in your browser.";
    if (!frozen) this.next();
  }

  next() {
    const look = () => !this.frozen && !this.gone && this.look();
    // Once for each frame of the camera; where browsers cannot say so, for each of the screen.
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(look);
    else requestAnimationFrame(look);
  }

  look() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth) {
      const scale = Math.min(1, Math.sqrt(PIXELS / (videoWidth * videoHeight)));
      const [width, height] = [videoWidth, videoHeight].map((side) => Math.round(side * scale));
      if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
      this.brush.drawImage(this.video, 0, 0, width, height);
      this.frames += 1;
      this.root.dataset.frames = String(this.frames);
      this.offer();
    }
    this.next();
  }

  offer() {
    if (!this.data) return;
    const { width, height } = this.canvas;
    const pixels = this.brush.getImageData(0, 0, width, height).data;
    offerFrame(this.data.name, planesOf(pixels, height, width, this.data.colour ? "colour" : "luma"));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const typing = /** @type {Element} */ (event.composedPath()[0]).matches?.(TYPING);
    if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    if (!this.buttons.freeze.disabled) this.freeze(!this.frozen);
  }
}

export default mounting(Camera);
