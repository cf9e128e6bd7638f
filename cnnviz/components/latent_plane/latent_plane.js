// The plane of an autoencoder with two numbers: what each place decodes to, in the same frame.

import { halvesOf } from "../autoencoder/halves.js";
import { keepInAddress } from "../kit/address.js";
import { unpackArray } from "../kit/arrays.js";
import { clamp } from "../kit/arithmetic.js";
import { normals } from "../kit/chance.js";
import { element, tick, write } from "../kit/elements.js";
import { decibelText, levelsOf, psnr } from "../kit/picture/similarity.js";
import { mounting } from "../kit/mounting.js";
import { MovingFigure } from "../kit/figure/moving_figure.js";
import { fixed } from "../kit/numbers.js";
import { greys, PixelPanel } from "../kit/figure/pixel_panel.js";
import { brushOf } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { astray, through } from "./plane.js";

const TILES = 13; // pictures along each side
const PACE = 40; // milliseconds between two places of a walk by itself
const TURN = 12_000; // milliseconds, for it to go round
const STEPS = 60; // of the arrow keys, from the middle to an edge
const DRAWN = 100; // places drawn by chance
const SEED = 1;
/** @type {any} what `load` sets before anything asks for it */
const UNSET = undefined;
const NEAR = 0.5; // a picture comes back if it is encoded this near to where it was decoded

/** @import { Halves } from "./plane.js" */

/** @typedef {{ id: string, weight: number, reach: number } & Record<string, any>} SentPlane with what `halvesOf` reads */

/**
 * What Python's `latent_plane.payload` sends.
 * @typedef {object} Payload
 * @property {string} alt
 * @property {string} pytorch
 * @property {number} side of the pictures
 * @property {import("../kit/arrays.js").Packed} pictures one after another
 * @property {number[]} labels
 * @property {string[]} classes
 * @property {SentPlane[]} planes
 * @property {string} start the plane to begin with
 * @property {string} parameter of the address
 */

/**
 * What is drawn of a plane wherever one is on it.
 * @typedef {ReturnType<typeof through> & { halves: Halves, reach: number, strayed: number, sheet: HTMLCanvasElement, wide: number[] }} Known
 */

/** Whether all of a plane's ground is decoded. @param {Known} plane */
const isWhole = ({ wide }) => wide.length === TILES * TILES;

class LatentPlane extends MovingFigure {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    /** @type {Float32Array[]} the test pictures, 0 to 1 */
    this.pictures = [];
    /** @type {(Known | null)[]} of each plane what was computed, once it was looked at */
    this.known = [];
    /** @type {PixelPanel[]} */
    this.panels = [];
    this.at = 0; // which plane is on screen
    /** @type {Int16Array | null} grey levels of what the place decodes to */
    this.decoded = null;
    this.state = { x: 0, y: 0, marks: true, holes: false };
    this.turned = 0;
    /** @type {Known} of the plane on screen; set by `show`, before anything else asks */
    this.plane = UNSET;
    this.slider = this.field("[type=range]");
    this.slider.oninput = () => this.choose(Number(this.slider.value));
    this.slider.onkeydown = (event) => event.stopPropagation();
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

  /** @param {Payload} data */
  load(data) {
    const { side, classes, labels, planes } = data;
    this.data = data;
    this.describe(data);
    /** @type {Int16Array} */
    const pictures = unpackArray(data.pictures);
    this.pictures = labels.map((_, at) => Float32Array.from(pictures.subarray(at * side * side, (at + 1) * side * side), (level) => level / 255));
    this.known = planes.map(() => null);
    this.panels = ["Decoded here", "Nearest test picture", "The same, decoded"].map((title) => new PixelPanel(title, side));
    this.find(".decoded").replaceChildren(...this.panels.map(({ root }) => root));
    this.find(".key").textContent = `Test pictures: ${classes.map((name, at) => `${at} ${name}`).join(", ")}.`;
    const kept = new URL(window.location.href).searchParams.get(data.parameter);
    const at = (/** @type {string | null} */ id) => planes.findIndex((one) => one.id === id);
    this.slider.max = String(planes.length - 1);
    this.show(at(kept) < 0 ? at(data.start) : at(kept));
  }

  /**
   * Another plane, which the address remembers.
   * @param {number} at
   */
  choose(at) {
    const { id } = this.data.planes[at];
    keepInAddress(this.data.parameter, id === this.data.start ? null : id);
    this.show(at);
  }

  /** @param {number} at */
  show(at) {
    this.at = at;
    this.slider.value = String(at);
    const text = fixed(this.data.planes[at].weight, 1);
    this.slider.setAttribute("aria-valuetext", text);
    write(this.find("output"), text);
    this.plane = this.known[at] ??= this.lookAt(this.data.planes[at]);
    const { x, y } = this.state;
    Object.assign(this.state, { x: clamp(x, -this.plane.reach, this.plane.reach), y: clamp(y, -this.plane.reach, this.plane.reach) });
    this.change();
    this.fill();
  }

  /**
   * What is drawn of a plane wherever one is on it, but for its ground.
   * @param {SentPlane} plane
   * @returns {Known}
   */
  lookAt(plane) {
    const halves = halvesOf(plane, this.data.side, 2);
    const sheet = element("canvas");
    Object.assign(sheet, { width: TILES * this.data.side, height: TILES * this.data.side });
    return { halves, reach: plane.reach, strayed: 0, sheet, wide: [], ...through(halves, this.pictures, plane.weight > 0) };
  }

  /** Decode the ground that one walks on, a row in a frame: all at once, it would hold up the page. */
  fill() {
    if (isWhole(this.plane)) return;
    this.addRow(this.plane);
    this.change();
    this.after(0, "fill", () => this.fill());
  }

  /**
   * Decode one more row of places, and see how far from its place each comes back; so for some drawn by chance.
   * @param {Known} plane
   */
  addRow(plane) {
    const { side } = this.data;
    const { halves, reach, sheet, wide } = plane;
    const row = wide.length / TILES;
    const place = (/** @type {number} */ at) => reach * ((2 * at + 1) / TILES - 1);
    const brush = brushOf(sheet);
    const image = new ImageData(side, side);
    for (let column = 0; column < TILES; column += 1) {
      const here = [place(column), -place(row)];
      const picture = halves.decode(here);
      wide.push(astray(halves, here, picture));
      levelsOf(picture, 1).forEach((level, at) => image.data.set([level, level, level, 255], 4 * at));
      brush.putImageData(image, column * side, row * side);
    }
    const share = (/** @type {number} */ rows) => 2 * Math.round((DRAWN * rows) / TILES);
    const drawn = normals(2 * DRAWN, SEED).slice(share(row), share(row + 1));
    for (let at = 0; at < drawn.length; at += 2) plane.strayed += Number(astray(halves, [drawn[at], drawn[at + 1]]) > NEAR);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  go(x, y) {
    this.moving = false;
    Object.assign(this.state, { x: clamp(x, -this.plane.reach, this.plane.reach), y: clamp(y, -this.plane.reach, this.plane.reach) });
    this.change();
  }

  /** @param {MouseEvent} event */
  walk({ clientX, clientY }) {
    const box = this.figure.getBoundingClientRect();
    this.go(this.plane.reach * ((2 * (clientX - box.left)) / box.width - 1), -this.plane.reach * ((2 * (clientY - box.top)) / box.height - 1));
  }

  /** @param {KeyboardEvent} event */
  keys({ shiftKey }) {
    const { x, y } = this.state;
    const step = ((shiftKey ? 6 : 1) * this.plane.reach) / STEPS;
    const least = this.plane.reach / STEPS;
    const round = (/** @type {number} */ at) => Math.round(at / least) * least;
    return {
      ArrowLeft: () => this.go(round(x - step), y), ArrowRight: () => this.go(round(x + step), y),
      ArrowUp: () => this.go(x, round(y + step)), ArrowDown: () => this.go(x, round(y - step)),
      " ": () => this.toggle(),
    };
  }

  /** @param {number} now */
  advance(now) {
    const gone = this.passed(now, PACE);
    if (!gone) return;
    this.turned += Math.min(gone, 2 * PACE);
    const angle = (2 * Math.PI * this.turned) / TURN;
    const radius = (0.4 + 0.27 * Math.sin(2.3 * angle)) * this.plane.reach;
    Object.assign(this.state, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
  }

  paint() {
    const { x, y, marks, holes } = this.state;
    const canvas = /** @type {HTMLCanvasElement} */ (this.figure);
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 460;
    if (canvas.width !== size) Object.assign(canvas, { width: size, height: size });
    const brush = brushOf(canvas);
    brush.imageSmoothingEnabled = true;
    brush.drawImage(this.plane.sheet, 0, 0, size, size);
    const on = (/** @type {number} */ at) => ((at / this.plane.reach + 1) / 2) * size;
    const theme = readTheme(this.root);
    if (holes) {
      this.plane.wide.forEach((far, tile) => {
        if (far <= NEAR) return;
        brush.fillStyle = "rgb(213 94 0 / 45%)";
        brush.fillRect((tile % TILES) * (size / TILES), Math.floor(tile / TILES) * (size / TILES), size / TILES, size / TILES);
      });
    }
    for (const [width, colour] of new Map([[size / 110, "#000"], [size / 220, "#fff"]])) { // two standard deviations
      brush.strokeStyle = colour;
      brush.lineWidth = width;
      brush.beginPath();
      brush.arc(on(0), on(0), (size * 2) / this.plane.reach / 2, 0, 2 * Math.PI);
      brush.stroke();
    }
    if (marks) {
      const letter = Math.round(size / 34);
      brush.font = `bold ${letter}px ${theme.font}`;
      brush.textAlign = "center";
      brush.textBaseline = "middle";
      brush.lineWidth = letter / 4;
      this.plane.places.forEach(([across, up], at) => {
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
    this.drawBeside(x, y);
    this.find(".code code").textContent = this.data.pytorch.replace("FIRST", x.toFixed(4)).replace("SECOND", y.toFixed(4));
    this.markPlaying(this.moving, "Walk by itself");
  }

  /**
   * What the place becomes, and the test picture nearest to it, before and after.
   * @param {number} x
   * @param {number} y
   */
  drawBeside(x, y) {
    const { side, classes, labels, planes } = this.data;
    const here = levelsOf(this.plane.halves.decode([x, y]), 1);
    this.decoded = here;
    const at = this.nearest(x, y);
    const name = classes[labels[at]];
    const wanted = levelsOf(this.pictures[at], 1);
    const again = levelsOf(this.plane.halves.decode(this.plane.places[at]), 1);
    [here, wanted, again].forEach((levels, panel) => this.panels[panel].draw(greys(levels, 255)));
    write(this.panels[0].note, `z = (${fixed(x, 2)}, ${fixed(y, 2)})`);
    write(this.panels[1].note, `${name}, at (${this.plane.places[at].map((number) => fixed(number, 2)).join(", ")})`);
    write(this.panels[2].note, `PSNR ${decibelText(psnr(wanted, again))}`);
    write(this.told, `β = ${fixed(planes[this.at].weight, 1)}: ${this.summary()} At z = (${fixed(x, 2)}, ${fixed(y, 2)}) two numbers become ${side}×${side} pixels; encoded again, they land ${fixed(astray(this.plane.halves, [x, y]), 2)} away. Nearest test picture: ${name}.`);
  }

  /** The plane in a sentence. */
  summary() {
    const { error, divergence, strayed, places } = this.plane;
    const apart = Number.isNaN(divergence) ? "" : `, divergence ${fixed(divergence, 2)}`;
    const back = `the ${places.length} test pictures come back with PSNR ${decibelText(-10 * Math.log10(error))}${apart}`;
    if (!isWhole(this.plane)) return `${back}.`;
    return `${back}; of ${DRAWN} places drawn from the standard normal distribution, ${strayed} do not come back to within ${NEAR}.`;
  }

  /**
   * The number of the test picture that lies nearest.
   * @param {number} x
   * @param {number} y
   */
  nearest(x, y) {
    let best = 0;
    const far = (/** @type {number} */ at) => Math.hypot(this.plane.places[at][0] - x, this.plane.places[at][1] - y);
    this.plane.places.forEach((_, at) => { if (far(at) < far(best)) best = at; });
    return best;
  }

  tables() {
    const { decoded } = this;
    if (!decoded) return [];
    const { classes, labels, side, planes } = /** @type {Payload} */ (this.data);
    const known = planes.map((plane, at) => this.known[at] ?? this.lookAt(plane));
    this.known = known;
    for (const plane of known) while (!isWhole(plane)) this.addRow(plane);
    return [
      {
        caption: "What β trades",
        heads: ["β", "PSNR of the test pictures (dB)", "Divergence", `Of ${DRAWN} places drawn, do not come back`],
        lines: known.map(({ error, divergence, strayed }, at) => [fixed(planes[at].weight, 1), fixed(-10 * Math.log10(error), 2), Number.isNaN(divergence) ? "not in the loss" : fixed(divergence, 2), String(strayed)]),
      },
      { caption: "Where the test pictures lie", heads: ["Class", "z₁", "z₂"], lines: this.plane.places.map(([x, y], at) => [classes[labels[at]], fixed(x, 3), fixed(y, 3)]) },
      { caption: "Decoded here, 0 (black) to 255 (white)", lines: [...Array(side).keys()].map((row) => [...decoded.subarray(row * side, (row + 1) * side)].map(String)) },
    ];
  }
}

export default mounting(LatentPlane);
