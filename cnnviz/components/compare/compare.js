// A picture, or two with a divider between them: zoom, pan, pointer, keyboard, and one pixel chosen.

import { clamp } from "../kit/arithmetic.js";
import { mounting } from "../kit/mounting.js";
import { scaleText } from "../kit/numbers.js";
import { sizedContext } from "../kit/screen.js";
import { Following } from "./following.js";
import { drawHistogram, fillScale, histogramText } from "./histogram.js";
import { outlineWindow, paintBefore, paintImage, PINNED, POINTED } from "./painting.js";
import { joinGroup, layOut, leaveGroup, pixelAt, settle, THINNEST, zoomAt } from "./view.js";

const CLICK = 4; // pixels that a pointer may move and still have clicked
const PAUSE = 200; // milliseconds without another picture that follows
const HANDLE = 14; // how near the divider a pointer takes hold of it

class ZoomablePicture {
  constructor(parent) {
    this.root = parent.querySelector(".compare");
    this.canvas = this.root.querySelector(".picture");
    this.histogram = this.root.querySelector(".histogram");
    this.caption = this.root.querySelector("figcaption");
    this.slider = this.root.querySelector(".divider");
    this.images = {};
    this.sources = {};
    this.following = new Following((canvas, scale) => this.follow(canvas, scale), () => this.draw());
    this.share = 0.5; // of the width that shows the picture before
    this.pointers = new Map();
    this.scrolled = -1e9;
    this.onScroll = () => { this.scrolled = performance.now(); };
    document.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(this.root);
    this.listen();
  }

  destroy() {
    document.removeEventListener("scroll", this.onScroll, { capture: true });
    this.resizer.disconnect();
    this.following.destroy();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.pausing);
    leaveGroup(this.data.group, this);
  }

  update(data, { setStateValue }) {
    this.choose = (pixel) => setStateValue("pixel", pixel);
    if (!data.live) {
      const sent = JSON.stringify(data);
      if (sent === this.sent) return; // the page ran for another figure
      this.sent = sent;
    }
    if (this.data && this.data.group !== data.group) leaveGroup(this.data.group, this);
    this.data = data;
    const [height, width] = this.size();
    this.group = joinGroup(data.group, height, width);
    this.group.members.add(this);
    this.root.querySelector(".title").textContent = data.title;
    this.canvas.setAttribute("aria-label", `${data.alt}. Arrow keys move a cursor, plus and minus zoom, 0 shows all`
      + (data.pickable ? ", Enter chooses the pixel." : "."));
    this.slider.hidden = !data.before;
    this.load("before", data.before);
    this.following.followIn(data.scale.stops, data.live, () => this.load("after", data.picture, data.scale));
  }

  /** Height and width of the picture: of a camera, those of its frames. */
  size() {
    const { images: { after }, data: { live, height, width } } = this;
    return live?.streams && after ? [after.height, after.width] : [height, width];
  }

  /** Show what a hand is making of the picture, or what a camera sees. */
  follow(canvas, scale) {
    this.images.after = canvas;
    joinGroup(this.data.group, ...this.size());
    delete this.sources.after; // what the server sent is to be shown again
    this.show(scale);
    cancelAnimationFrame(this.frame);
    // In this frame, not in the next one; the best way of making it smaller takes time: it follows in a pause.
    this.paint(this.following.isQuick() ? "low" : "high");
    clearTimeout(this.pausing);
    this.pausing = setTimeout(() => this.draw(), PAUSE);
    this.root.dataset.followed = Number(this.root.dataset.followed ?? 0) + 1;
  }

  /** Decode a picture; the old one and its scale stay until the new one is ready. */
  load(which, source, scale) {
    if (this.sources[which] === source) {
      this.show(scale);
      return;
    }
    this.sources[which] = source;
    if (!source) {
      delete this.images[which];
      return;
    }
    const image = new Image();
    image.onload = () => {
      if (this.sources[which] !== source) return; // a newer one has come
      // On a canvas as what follows a hand is: browsers make these smaller in another way.
      this.images[which] = document.createElement("canvas");
      Object.assign(this.images[which], { width: image.naturalWidth, height: image.naturalHeight });
      this.images[which].getContext("2d").drawImage(image, 0, 0);
      this.show(scale);
      this.root.dataset.shown = Number(this.root.dataset.shown ?? 0) + 1;
    };
    image.src = source;
  }

  show(scale = this.scale ?? this.data.scale) {
    this.scale = scale;
    this.draw();
  }

  /** Ask every picture of the group to draw itself in the next frame. */
  redraw() {
    for (const member of this.group.members) member.draw();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.root.isConnected && this.data && this.paint());
  }

  paint(smoothing) {
    const { group, canvas, histogram } = this;
    // What is asked of the page comes before anything that changes it: else it is laid out more than once.
    const width = this.root.clientWidth;
    const { clientWidth: wide, clientHeight: high } = histogram;
    const ink = getComputedStyle(this.root).color;
    const height = clamp((width * group.height) / group.width, THINNEST, Math.max(240, innerHeight * 0.5));
    canvas.style.height = `${height}px`;
    this.width = width;
    this.height = height;
    settle(group, width, height);
    const place = layOut(group, width, height);
    const brush = sizedContext(canvas, width, height);
    paintImage(brush, this.images.after, group, place, smoothing);
    if (this.images.before) paintBefore(brush, this, place);
    if (this.data.pixel) outlineWindow(brush, this.data, place, this.data.pixel, PINNED);
    const pointed = group.hover ?? group.cursor;
    if (pointed) outlineWindow(brush, this.data, place, pointed, POINTED);
    canvas.classList.toggle("zoomed", group.zoom > 1);
    this.root.querySelector(".place").textContent = pointed ? `row ${pointed[0]}, column ${pointed[1]}` : "";
    const range = this.scale && fillScale(this.root, this.scale);
    this.caption.textContent = this.counted ?? ((pointed && this.numbers(pointed)) || range || "");
    this.slider.value = this.share * 1000;
    if (this.scale) drawHistogram(histogram, wide, high, this.scale, ink);
  }

  /** The numbers under the pointer, in words; nothing where they are not known. */
  numbers(pixel) {
    const values = this.following.valuesAt(pixel, this.size());
    return values && `at the pointer: ${values.map(scaleText).join(" \u00b7 ")}${this.scale.unit}`;
  }

  /** Where the picture begins and ends on the canvas: what the divider moves between. */
  ends() {
    const { left, across } = layOut(this.group, this.width, this.height);
    return [Math.max(0, left), Math.min(this.width, left + this.group.width * across)];
  }

  dividerX() {
    const [from, to] = this.ends();
    return from + (to - from) * this.share;
  }

  moveDivider(x) {
    const [from, to] = this.ends();
    this.share = clamp((x - from) / (to - from), 0, 1);
    this.draw();
  }

  // --- what a person does ---------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = (event) => this.release(event, true);
    canvas.onpointercancel = (event) => this.release(event, false);
    canvas.onpointerleave = () => this.point(null);
    canvas.onblur = () => { this.group.cursor = null; this.redraw(); };
    canvas.onkeydown = (event) => this.key(event);
    this.slider.oninput = () => { this.share = this.slider.value / 1000; this.draw(); };
    for (const button of this.root.querySelectorAll("[data-act]")) {
      button.onclick = () => this.zoom({ in: 2, out: 0.5, fit: 0 }[button.dataset.act]);
    }
    this.histogram.onpointermove = (event) => {
      this.counted = histogramText(this.scale, event.offsetX / this.histogram.clientWidth);
      this.draw();
    };
    this.histogram.onpointerleave = () => { this.counted = null; this.draw(); };
  }

  /** Zoom about the middle; 0 shows the whole picture. */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    zoomAt(this.group, factor, x, y, this.width, this.height);
    this.redraw();
  }

  wheel(event) {
    // A page that is being scrolled keeps scrolling, and zooming out ends in scrolling the page.
    if (!event.ctrlKey && performance.now() - this.scrolled < 250) return;
    if (event.deltaY > 0 && this.group.zoom === 1) return;
    event.preventDefault();
    this.zoom(Math.exp(-clamp(event.deltaY, -100, 100) / 200), event.offsetX, event.offsetY);
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.travelled = this.pointers.size > 1 ? CLICK : 0;
    this.sliding = Boolean(this.images.before) && Math.abs(event.offsetX - this.dividerX()) < HANDLE;
  }

  move(event) {
    const { group } = this;
    const from = this.pointers.get(event.pointerId);
    if (!from) {
      this.point(pixelAt(group, event.offsetX, event.offsetY, this.width, this.height));
      return;
    }
    const apart = this.spread();
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    const [dx, dy] = [event.offsetX - from[0], event.offsetY - from[1]];
    this.travelled += Math.hypot(dx, dy);
    if (this.sliding) {
      this.moveDivider(event.offsetX);
      return;
    }
    const { scale } = layOut(group, this.width, this.height);
    group.row -= dy / scale / this.pointers.size;
    group.column -= dx / scale / this.pointers.size;
    if (apart) {
      const points = [...this.pointers.values()];
      const [x, y] = [0, 1].map((axis) => (points[0][axis] + points[1][axis]) / 2);
      zoomAt(group, this.spread() / apart, x, y, this.width, this.height);
    }
    settle(group, this.width, this.height);
    this.redraw();
  }

  /** How far two fingers are apart; 0 unless there are two. */
  spread() {
    if (this.pointers.size !== 2) return 0;
    const [one, two] = [...this.pointers.values()];
    return Math.hypot(one[0] - two[0], one[1] - two[1]);
  }

  release(event, clicked) {
    this.pointers.delete(event.pointerId);
    if (clicked && !this.sliding && this.travelled < CLICK) {
      this.pick(pixelAt(this.group, event.offsetX, event.offsetY, this.width, this.height));
    }
  }

  point(pixel) {
    if (String(pixel) === String(this.group.hover)) return;
    this.group.hover = pixel;
    this.redraw();
  }

  /** Choose a pixel; a click on any picture of the group counts for the one that can be asked. */
  pick(pixel) {
    if (!pixel) return;
    for (const member of this.group.members) {
      if (member.data.pickable) member.choose(pixel);
    }
  }

  key(event) {
    const { group } = this;
    const step = event.shiftKey ? 10 : 1;
    const moves = { ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] };
    const zooms = { "+": 2, "=": 2, "-": 0.5, 0: 0 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) {
      const from = group.cursor ?? this.data.pixel ?? [Math.floor(group.row), Math.floor(group.column)];
      const lengths = [group.height, group.width];
      group.cursor = from.map((value, axis) => clamp(value + moves[event.key][axis], 0, lengths[axis] - 1));
      group.hover = null;
      if (group.zoom > 1) [group.row, group.column] = group.cursor;
      this.redraw();
    } else if (event.key in zooms) {
      if (group.cursor) [group.row, group.column] = group.cursor;
      this.zoom(zooms[event.key]);
    } else if ((event.key === "Enter" || event.key === " ") && group.cursor) {
      this.pick(group.cursor);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

export default mounting(ZoomablePicture);
