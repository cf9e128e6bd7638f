// The plane of an autoencoder with two numbers: what each place decodes to, in the same frame.

import { halvesOf } from "../autoencoder/halves.js";
import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { element, tick, write } from "../kit/elements.js";
import { Figure } from "../kit/figure.js";
import { levelsOf } from "../kit/likeness.js";
import { mounting } from "../kit/mounting.js";
import { fixed } from "../kit/numbers.js";
import { greys, PixelPanel } from "../kit/pixel_panel.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { normals } from "../undo/spoil.js";

const TILES = 13; // pictures along each side
const PACE = 40; // milliseconds between two places of a walk by itself
const TURN = 12_000; // milliseconds, for it to go round
const STEPS = 60; // of the arrow keys, from the middle to an edge
const DRAWN = 100; // places drawn by chance
const SEED = 1;
const NEAR = 0.5; // a picture comes back if it is encoded this near to where it was decoded

class LatentPlane extends Figure {
  constructor(parent) {
    super(parent);
    this.state = { x: 0, y: 0, marks: true, holes: false };
    this.moving = true;
    this.turned = 0;
    this.sheet = element("canvas");
    this.find(".marks").append(tick("Where the test pictures lie", true, (marks) => {
      this.state.marks = marks;
      this.change();
    }));
    this.find(".marks").append(tick("Shade what does not come back", false, (holes) => {
      this.state.holes = holes;
      this.change();
    }));
    const { figure } = this;
    figure.onpointermove = (event) => this.walk(event);
    figure.onpointerdown = (event) => {
      figure.setPointerCapture(event.pointerId);
      this.walk(event);
    };
  }

  load(data) {
    const { side, classes, labels } = data;
    this.data = data;
    this.describe(data);
    this.halves = halvesOf(data, side, 2);
    const pictures = unpackArray(data.pictures);
    this.places = labels.map((_, at) => {
      const picture = pictures.subarray(at * side * side, (at + 1) * side * side);
      return [...this.halves.encode(Float32Array.from(picture, (level) => level / 255)).subarray(0, 2)]; // the means
    });
    this.reach = data.reach;
    this.strayed = this.lost(normals(2 * DRAWN, SEED));
    this.panel = new PixelPanel("Decoded here", side);
    this.find(".decoded").replaceChildren(this.panel.root);
    this.find(".key").textContent = `Test pictures: ${classes.map((name, at) => `${at} ${name}`).join(", ")}.`;
    this.tile();
    this.moving = !this.calm;
    this.change();
  }

  /** How far from a place its picture lands, when it is encoded again. */
  astray(place) {
    const [x, y] = this.halves.encode(this.halves.decode(place));
    return Math.hypot(x - place[0], y - place[1]);
  }

  /** How many places drawn from the standard normal distribution do not come back to within half of its deviation. */
  lost(numbers) {
    let count = 0;
    for (let at = 0; at < numbers.length; at += 2) count += Number(this.astray([numbers[at], numbers[at + 1]]) > NEAR);
    return count;
  }

  /** Decode a grid of places once: the ground that one walks on. */
  tile() {
    const { side } = this.data;
    Object.assign(this.sheet, { width: TILES * side, height: TILES * side });
    const brush = brushOf(this.sheet);
    const image = new ImageData(side, side);
    this.wide = []; // how far from its place each comes back
    for (let row = 0; row < TILES; row += 1) {
      for (let column = 0; column < TILES; column += 1) {
        const place = (/** @type {number} */ at) => this.reach * ((2 * at + 1) / TILES - 1);
        const here = [place(column), -place(row)];
        this.wide.push(this.astray(here));
        const levels = levelsOf(this.halves.decode(here), 1);
        levels.forEach((level, at) => image.data.set([level, level, level, 255], 4 * at));
        brush.putImageData(image, column * side, row * side);
      }
    }
  }

  change() {
    this.wake();
    this.say();
    this.after(200, "tables", () => this.fillTables());
  }

  go(x, y) {
    this.moving = false;
    Object.assign(this.state, { x: clamp(x, -this.reach, this.reach), y: clamp(y, -this.reach, this.reach) });
    this.change();
  }

  walk({ clientX, clientY }) {
    const box = this.figure.getBoundingClientRect();
    this.go(this.reach * ((2 * (clientX - box.left)) / box.width - 1), -this.reach * ((2 * (clientY - box.top)) / box.height - 1));
  }

  toggle() {
    this.moving = !this.moving;
    this.since = undefined;
    this.change();
  }

  keys({ shiftKey }) {
    const { x, y } = this.state;
    const step = ((shiftKey ? 6 : 1) * this.reach) / STEPS;
    const least = this.reach / STEPS;
    const round = (/** @type {number} */ at) => Math.round(at / least) * least;
    return {
      ArrowLeft: () => this.go(round(x - step), y), ArrowRight: () => this.go(round(x + step), y),
      ArrowUp: () => this.go(x, round(y + step)), ArrowDown: () => this.go(x, round(y - step)),
      " ": () => this.toggle(),
    };
  }

  running() {
    return this.moving && this.onScreen && Boolean(this.data);
  }

  advance(now) {
    const gone = this.passed(now, PACE);
    if (!gone) return;
    this.turned += Math.min(gone, 2 * PACE);
    const angle = (2 * Math.PI * this.turned) / TURN;
    const radius = (0.4 + 0.27 * Math.sin(2.3 * angle)) * this.reach;
    Object.assign(this.state, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
  }

  resize() {
    this.redraw();
  }

  paint() {
    const { x, y, marks, holes } = this.state;
    const canvas = /** @type {HTMLCanvasElement} */ (this.figure);
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 460;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: size });
    const brush = brushOf(canvas);
    brush.imageSmoothingEnabled = true;
    brush.drawImage(this.sheet, 0, 0, size, size);
    const on = (/** @type {number} */ at) => ((at / this.reach + 1) / 2) * size;
    const theme = readTheme(this.root);
    if (holes) {
      this.wide.forEach((far, tile) => {
        if (far <= NEAR) return;
        brush.fillStyle = "rgb(213 94 0 / 45%)";
        brush.fillRect((tile % TILES) * (size / TILES), Math.floor(tile / TILES) * (size / TILES), size / TILES, size / TILES);
      });
    }
    for (const [width, colour] of new Map([[size / 110, "#000"], [size / 220, "#fff"]])) { // two standard deviations
      brush.strokeStyle = colour;
      brush.lineWidth = width;
      brush.beginPath();
      brush.arc(on(0), on(0), (size * 2) / this.reach / 2, 0, 2 * Math.PI);
      brush.stroke();
    }
    if (marks) {
      const letter = Math.round(size / 34);
      brush.font = `bold ${letter}px ${theme.font}`;
      brush.textAlign = "center";
      brush.textBaseline = "middle";
      brush.lineWidth = letter / 4;
      this.places.forEach(([across, up], at) => {
        brush.strokeStyle = "#000"; // seen on any picture
        brush.strokeText(String(this.data.labels[at]), on(across), on(-up));
        brush.fillStyle = "#ffd34d";
        brush.fillText(String(this.data.labels[at]), on(across), on(-up));
      });
    }
    for (const [width, colour] of new Map([[size / 90, "#000"], [size / 180, theme.accent]])) {
      brush.strokeStyle = colour;
      brush.lineWidth = width;
      brush.beginPath();
      brush.arc(on(x), on(-y), size / 40, 0, 2 * Math.PI);
      brush.stroke();
    }
    this.decoded = levelsOf(this.halves.decode([x, y]), 1);
    this.panel.draw(greys(this.decoded, 255));
    write(this.panel.note, `z = (${fixed(x, 2)}, ${fixed(y, 2)})`);
    write(this.told, `At z = (${fixed(x, 2)}, ${fixed(y, 2)}) these two numbers become ${this.data.side}×${this.data.side} pixels. Nearest test picture: ${this.nearest(x, y)}. Encoded again, they land ${fixed(this.astray([x, y]), 2)} away. Of ${DRAWN} places drawn from the standard normal distribution, ${this.strayed} do not come back to within ${NEAR}.`);
    this.find(".code code").textContent = this.data.pytorch.replace("FIRST", x.toFixed(4)).replace("SECOND", y.toFixed(4));
    this.markPlaying(this.moving, "Walk by itself");
  }

  nearest(x, y) {
    let best = 0;
    const far = (/** @type {number} */ at) => Math.hypot(this.places[at][0] - x, this.places[at][1] - y);
    this.places.forEach((_, at) => { if (far(at) < far(best)) best = at; });
    return this.data.classes[this.data.labels[best]];
  }

  tables() {
    if (!this.decoded) return [];
    const { classes, labels, side } = this.data;
    return [
      { caption: "Where the test pictures lie", heads: ["Class", "z₁", "z₂"], lines: this.places.map(([x, y], at) => [classes[labels[at]], fixed(x, 3), fixed(y, 3)]) },
      { caption: "Decoded here, 0 (black) to 255 (white)", lines: [...Array(side).keys()].map((row) => [...this.decoded.subarray(row * side, (row + 1) * side)].map(String)) },
    ];
  }
}

export default mounting(LatentPlane);
