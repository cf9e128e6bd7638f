// A box on a table, drawn over a photo of it: seven numbers, and the four that a picture shows of them.

import { keepInAddress } from "../kit/address.js";
import { clamp } from "../kit/arithmetic.js";
import { write } from "../kit/elements.js";
import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { fixed } from "../kit/numbers.js";
import { holdWithPointer } from "../kit/pointer.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { around, cameraAt, corners, EDGES, placeUnder, project, scaled, toCamera } from "./projection.js";

const [SOLID, FLAT] = ["#f0e442", "#56b4e9"];
const PACE = 30; // milliseconds between two turns
const SPEED = 15; // degrees in a second
const NAMES = ["x", "y", "width", "length", "height", "turn", "times"];
const REACH = 10; // centimetres: how far the box goes over the table
const ABOVE = { left: -15, bottom: -17, side: 30 }; // centimetres that are seen
const BESIDE = { left: -17, bottom: -10, side: 32 };
const UNITS = { turn: "°", times: "×", width: " cm", length: " cm", height: " cm" };

class SpaceBox extends Figure {
  constructor(parent) {
    super(parent);
    this.moving = true;
    this.photo = new Image();
    this.photo.onload = () => this.wake();
    this.canvases = [...this.figure.querySelectorAll("canvas")];
    this.sliders = [...this.root.querySelectorAll("input")];
    for (const slider of this.sliders) {
      slider.oninput = () => this.set({ [slider.dataset.name]: Number(slider.value) });
      slider.onkeydown = (event) => event.stopPropagation();
    }
    this.find("[data-act=reset]").onclick = () => this.set({ ...this.data.box, times: 1 });
    const [canvas] = this.canvases;
    holdWithPointer(canvas, (event) => this.hold(event), (event) => this.pull(event));
  }

  load(data) {
    this.data = data;
    this.describe(data);
    this.photo.src = data.photo;
    this.find(".photo .shape").textContent = `${data.width}×${data.height} pixels`;
    this.box = { ...data.box, times: 1 };
    this.moving = !this.calm;
    const kept = (new URL(window.location.href).searchParams.get(data.parameter) ?? "").split(",").map(Number);
    if (kept.length === NAMES.length && kept.every(Number.isFinite)) {
      NAMES.forEach((name, at) => { this.box[name] = kept[at]; });
      this.limit();
      this.moving = false;
    }
    this.change();
  }

  /** Keep what came from an address, or from a hand, within what the sliders offer. */
  limit() {
    for (const { dataset: { name }, min, max } of this.sliders) this.box[name] = clamp(this.box[name], Number(min), Number(max));
    for (const axis of ["x", "y"]) this.box[axis] = clamp(this.box[axis], -REACH, REACH);
  }

  set(change) {
    this.moving = false;
    Object.assign(this.box, change);
    this.limit();
    this.after(300, "keep", () => keepInAddress(this.data.parameter, NAMES.map((name) => Number(this.box[name].toFixed(2))).join(",")));
    this.change();
  }

  change() {
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  // --- what people do -------------------------------------------------------------------------

  /** The place on the table under a pointer. */
  under({ clientX, clientY }) {
    const { width, height, camera } = this.data;
    const room = this.canvases[0].getBoundingClientRect();
    return placeUnder(((clientX - room.left) / room.width) * width, ((clientY - room.top) / room.height) * height, 0, camera);
  }

  hold(event) {
    const at = this.under(event);
    this.moving = false;
    this.grip = at && [at[0] - this.box.x, at[1] - this.box.y];
    this.change();
  }

  pull(event) {
    const at = this.under(event);
    if (at && this.grip) this.set({ x: at[0] - this.grip[0], y: at[1] - this.grip[1] });
  }

  toggle() {
    this.moving = !this.moving;
    this.since = undefined;
    if (this.moving) keepInAddress(this.data.parameter, null);
    this.change();
  }

  keys({ shiftKey }) {
    const { x, y, turn } = this.box;
    const across = (step) => () => this.set(shiftKey ? { turn: turn - 5 * Math.sign(step) } : { x: x + step });
    return {
      ArrowLeft: across(-0.25), ArrowRight: across(0.25),
      ArrowUp: () => this.set({ y: y + 0.25 }), ArrowDown: () => this.set({ y: y - 0.25 }),
      " ": () => this.toggle(),
    };
  }

  // --- frames ---------------------------------------------------------------------------------

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  advance(now) {
    const gone = this.passed(now, PACE);
    this.box.turn += (SPEED * Math.min(gone, 3 * PACE)) / 1000;
    if (this.box.turn > 90) this.box.turn -= 180; // a turn by 180° changes nothing but which end is in front
  }

  resize() {
    this.redraw();
  }

  paint() {
    const { camera, width, height } = this.data;
    const { times, ...near } = this.box;
    const box = scaled({ ...near, z: 0 }, times, camera);
    const places = corners(box);
    const pixels = places.map((place) => project(place, camera));
    const flat = around(pixels);
    const middle = toCamera([box.x, box.y, box.z + box.height / 2], camera);
    this.found = { box, places, pixels, flat, middle };
    this.paintPhoto(width, height, pixels, flat);
    const at = cameraAt(camera);
    const theme = readTheme(this.root);
    this.paintPlan(this.canvases[1], ABOVE, ([x, y]) => [x, y], places, at, theme);
    this.paintPlan(this.canvases[2], BESIDE, ([, y, z]) => [y, z], places, at, theme, true);
    for (const slider of this.sliders) {
      const { name } = slider.dataset;
      if (Number(slider.value) !== this.box[name]) slider.value = String(this.box[name]);
      write(this.find(`[data-of=${name}]`), `${fixed(this.box[name], { turn: 0, times: 2 }[name] ?? 1)}${UNITS[name]}`);
    }
    const words = flat.map((side) => fixed(side, 0));
    write(this.find(".flat"), `blue: left ${words[0]}, top ${words[1]}, right ${words[2]}, bottom ${words[3]}`);
    const inSpace = `centre (${middle.map((one) => fixed(one, 1)).join(", ")}) cm from the camera, ${fixed(box.width, 1)} cm wide, ${fixed(box.length, 1)} long, ${fixed(box.height, 1)} high, turned by ${fixed(box.turn, 0)}°`;
    const lies = Math.abs(box.z) < 0.05 ? "It stands on the table." : `It is ${fixed(times, 2)} times as far and as large, and the picture of it is the same: one photo does not tell which. Its bottom is ${fixed(Math.abs(box.z), 1)} cm ${box.z < 0 ? "below" : "above"} the table; who knows the table can tell.`;
    write(this.told, `2-D detection gives 4 numbers: the blue box, in pixels. 3-D detection gives 7: ${inSpace}. ${lies}`);
    const [X, Y, Z] = toCamera(places[0], camera);
    const [u, v] = pixels[0];
    const signed = (value) => (value < 0 ? `(${fixed(value, 2)})` : fixed(value, 2));
    write(this.find(".formula"), `The marked corner: u = cx + f·X/Z = ${camera.centre[0]} + ${camera.focal}·${signed(X)}/${fixed(Z, 2)} = ${fixed(u, 1)}, v = cy + f·Y/Z = ${camera.centre[1]} + ${camera.focal}·${signed(Y)}/${fixed(Z, 2)} = ${fixed(v, 1)}`);
    this.markPlaying(this.moving, "Let the box turn");
  }

  paintPhoto(width, height, pixels, flat) {
    const [canvas] = this.canvases;
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || width;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: Math.round((size * height) / width) });
    const scale = size / width;
    const brush = brushOf(canvas);
    brush.clearRect(0, 0, canvas.width, canvas.height);
    if (this.photo.complete && this.photo.naturalWidth) brush.drawImage(this.photo, 0, 0, canvas.width, canvas.height);
    for (const [line, ink] of new Map([[5, "#000"], [2.5, FLAT]])) { // seen on any photo
      brush.lineWidth = line * scale;
      brush.strokeStyle = ink;
      brush.strokeRect(flat[0] * scale, flat[1] * scale, (flat[2] - flat[0]) * scale, (flat[3] - flat[1]) * scale);
    }
    this.paintEdges(brush, pixels.map(([u, v]) => [u * scale, v * scale]), scale * 1.2);
  }

  paintEdges(brush, ends, scale) {
    for (const [line, ink] of new Map([[4.5, "#000"], [2.2, SOLID]])) {
      brush.lineWidth = line * scale;
      brush.strokeStyle = ink;
      brush.beginPath();
      for (const [from, to] of EDGES) {
        brush.moveTo(...ends[from]);
        brush.lineTo(...ends[to]);
      }
      brush.stroke();
      brush.fillStyle = ink;
      brush.beginPath();
      brush.arc(...ends[0], 1.8 * line * scale, 0, 2 * Math.PI);
      brush.fill();
    }
  }

  /** The box, the camera and what it sees, along one axis. */
  paintPlan(canvas, { left, bottom, side }, flatten, places, camera, theme, table = false) {
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 200;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: size });
    const brush = brushOf(canvas);
    const on = (place) => {
      const [h, v] = flatten(place);
      return [((h - left) / side) * size, (1 - (v - bottom) / side) * size];
    };
    brush.clearRect(0, 0, size, size);
    brush.lineWidth = size / 150;
    brush.strokeStyle = theme.line;
    brush.strokeRect(0, 0, size, size);
    brush.strokeStyle = "#888";
    brush.beginPath();
    const line = (from, to) => {
      const [start, end] = [on(from), on(to)];
      brush.moveTo(start[0], start[1]);
      brush.lineTo(end[0], end[1]);
    };
    if (table) line([0, left, 0], [0, left + side, 0]);
    for (const place of places) { // the rays to the corners
      line(camera, place);
    }
    brush.stroke();
    this.paintEdges(brush, places.map(on), size / 300);
    brush.fillStyle = theme.ink;
    brush.beginPath();
    brush.arc(on(camera)[0], on(camera)[1], size / 45, 0, 2 * Math.PI);
    brush.fill();
  }

  tables() {
    if (!this.found) return [];
    const { camera } = this.data;
    const { box, places, pixels, flat, middle } = this.found;
    return [
      { caption: "2-D box, in pixels", heads: ["Left", "Top", "Right", "Bottom"], lines: [flat.map((side) => fixed(side, 1))] },
      {
        caption: "3-D box, in centimetres from the camera",
        heads: ["X (right)", "Y (down)", "Z (ahead)", "Width", "Length", "Height", "Turn"],
        lines: [[...middle, box.width, box.length, box.height].map((one) => fixed(one, 2)).concat(`${fixed(box.turn, 1)}°`)],
      },
      {
        caption: "Its corners, and where they are seen",
        heads: ["X", "Y", "Z", "u", "v"],
        lines: places.map((place, at) => [...toCamera(place, camera).map((one) => fixed(one, 2)), ...pixels[at].map((one) => fixed(one, 1))]),
      },
    ];
  }
}

export default mounting(SpaceBox);
