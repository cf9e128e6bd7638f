// A chart by Plotly: its view holds while its numbers change, and it is as wide as there is room.

import { Figure } from "../kit/figure/figure.js";
import { mounting } from "../kit/mounting.js";
import { textScale } from "../kit/screen.js";
import { readTheme } from "../kit/theme.js";
import { dress, library, loaded } from "./library.js";
import { flat, hasWebGL, Rest, turned } from "./scene.js";
import { marked, tablesOf } from "./table.js";
import { CAMERA, templateOf } from "./theme.js";

const TURN = Math.PI / 24; // at one press of a key
const CLOSER = 0.8; // of the distance
const LATER = 400; // milliseconds that a surface waits: drawn in software it would hold up pictures
const [NO_3D, NO_LIBRARY] = [
  "This browser cannot draw in 3-D, because it has no WebGL. The colours show the same numbers.",
  "The chart could not be loaded. The table below has its numbers.",
];

const isTouch = () => matchMedia("(pointer: coarse)").matches;

class Chart extends Figure {
  constructor(parent) {
    super(parent);
    /** @type {any} with what Plotly adds to it */
    this.plot = this.find(".plot");
    this.rest = new Rest(this.plot);
    for (const event of ["pointerdown", "pointermove", "pointerup", "pointerout"]) {
      this.plot.addEventListener(event, () => this.rest.stir(), true); // before Plotly hears of it
    }
    this.ranges = {}; // of zoomed axes
    this.saving = false;
    this.drawing = false;
    this.again = false; // whether it is to be drawn once more
    this.waiting = false; // for what is quicker to be drawn first
    this.look = ""; // what was drawn, and how
    this.onScreen = false; // until told otherwise: what nobody sees yet need not be loaded
    this.configs = {}; // by what there is to turn
  }

  destroy() {
    super.destroy();
    this.rest.end();
    loaded()?.purge(this.plot); // a browser has few WebGL contexts to give
  }

  load(data) {
    this.data = data;
    const { layout } = data.figure;
    const solid = data.figure.data.some(({ type }) => type === "surface");
    this.flattened = solid && !hasWebGL();
    this.solid = solid && !this.flattened;
    this.fixed = Boolean(layout.xaxis?.fixedrange);
    if (layout.uirevision !== this.revision) [this.camera, this.ranges] = [undefined, {}];
    this.revision = layout.uirevision;
    this.describe(data);
    this.figure.tabIndex = this.fixed ? -1 : 0;
    this.figure.setAttribute("role", this.fixed ? "figure" : "application");
    if (!this.fixed) this.figure.setAttribute("aria-roledescription", "chart");
    this.plot.classList.toggle("turns", this.solid);
    this.tell(this.flattened ? NO_3D : "");
    this.plot.classList.toggle("fixed", this.fixed);
    this.find(".hint").hidden = this.fixed;
    this.find(".pointing").textContent = this.hint();
    this.find(".keys").textContent = `Keys: ${this.solid ? "arrows to turn, " : ""}+ and \u2212 to zoom, Home to reset.`;
    this.fillTables();
  }

  hint() {
    if (this.solid) return "Drag to turn it; point at it to read its numbers.";
    if (isTouch()) return "Tap to read the numbers.";
    return "Point at it to read the numbers. Drag to enlarge a part, double-click to see all.";
  }

  tell(text) {
    this.told.textContent = text;
    this.told.hidden = !text;
  }

  resize() {
    if (this.plot.clientWidth !== this.width) this.redraw();
  }

  redraw() {
    this.stale = true;
    if (!this.solid || !this.listening) {
      this.wake();
    } else if (!this.waiting) {
      this.waiting = true;
      this.after(LATER, "draw", () => { this.waiting = false; this.wake(); });
    }
  }

  paint() {
    if (!this.stale) return;
    this.plot.style.height = `calc(${this.height}px + ${this.fixed ? 0 : 1.9}rem)`;
    if (!this.onScreen && !this.listening) return;
    if (this.drawing) {
      this.again = true; // drawings of a chart that streams would pile up where each takes long
      return;
    }
    this.stale = false;
    this.drawing = true;
    this.draw().finally(() => {
      this.drawing = false;
      if (!this.again) return;
      this.again = false;
      this.wake();
    });
  }

  get height() {
    return Math.round(this.data.figure.layout.height * textScale());
  }

  async draw() {
    let plotly;
    try {
      plotly = await library(this.data.library);
    } catch {
      this.tell(NO_LIBRARY);
      this.stale = true;
      return;
    }
    if (!this.root.isConnected) return;
    dress(this.plot);
    const { data, layout } = this.flattened ? flat(this.data.figure) : this.data.figure;
    const template = templateOf(readTheme(this.root), textScale());
    this.width = this.plot.clientWidth;
    const size = { width: this.width, height: this.height };
    const fonts = [...document.fonts].filter(({ status }) => status === "loaded").length;
    const look = JSON.stringify([this.data.id, template, size, fonts]);
    if (look === this.look) return; // a page that runs again sends the same again
    const drawn = { ...layout, template, ...size };
    // With a finger one scrolls the page; it enlarges by the buttons.
    if (!this.solid) drawn.dragmode = isTouch() ? false : "zoom";
    if (this.camera) drawn.scene = { ...drawn.scene, camera: this.camera };
    for (const [axis, range] of Object.entries(this.ranges)) drawn[axis] = { ...drawn[axis], range, autorange: false };
    this.rest.end();
    await plotly.react(this.plot, data, drawn, this.config(plotly));
    this.rest.stir();
    this.look = look;
    if (!this.listening) {
      this.listening = true;
      this.plot.on("plotly_relayout", (changes) => this.remember(changes));
      this.plot.on("plotly_click", ({ points: [point] }) => this.follow(point));
    }
    this.root.dataset.drawn = this.data.id;
  }

  /** Open the address that a point of a scatter stands for, if it has one. */
  follow({ data: { type }, customdata }) {
    if (type === "scatter" && customdata) location.assign(customdata);
  }

  /** Keep what somebody looks at. Plotly itself would forget a zoom by its buttons. */
  remember(changes) {
    this.rest.stir();
    this.camera = changes["scene.camera"] ?? this.camera;
    for (const [change, value] of Object.entries(changes)) {
      const [axis, what] = change.split(/[.[]/);
      if (what === "range") this.ranges[axis] = [...this.plot.layout[axis].range];
      else if (what === "autorange" && value) delete this.ranges[axis];
    }
  }

  /** The same one again for the same kind of chart: a new one makes Plotly draw everything anew. */
  config(plotly) {
    return (this.configs[`${this.solid} ${this.fixed}`] ??= this.newConfig(plotly));
  }

  newConfig(plotly) {
    const { camera, zoom_plus: plus, zoom_minus: minus } = plotly.Icons;
    const zoom = (title, icon, factor) => ({ name: title, title, icon, click: () => this.turn(0, 0, factor) });
    const view = this.solid
      ? [zoom("Zoom in", plus, CLOSER), zoom("Zoom out", minus, 1 / CLOSER), "resetCameraDefault3d"]
      : ["zoomIn2d", "zoomOut2d", "resetScale2d"];
    const save = {
      name: "Save as a picture", title: "Save as a picture", icon: camera,
      click: (plot) => this.save(plotly, plot),
    };
    return {
      displayModeBar: !this.fixed, modeBarButtons: [[save], view], displaylogo: false, showTips: false,
      scrollZoom: false, doubleClick: "reset", responsive: false,
    };
  }

  /** Save what is on screen. Plotly refuses a second press while it is still at the first. */
  async save(plotly, plot) {
    if (this.saving) return;
    this.saving = true;
    try {
      await plotly.downloadImage(plot, { format: "png", scale: 2, filename: "chart" });
    } finally {
      this.saving = false;
    }
  }

  keys() {
    if (this.fixed) return {};
    const zoom = {
      "+": () => this.press("Zoom in"), "=": () => this.press("Zoom in"), "-": () => this.press("Zoom out"),
      Home: () => this.press("Reset"),
    };
    if (!this.solid) return zoom;
    return {
      ...zoom,
      ArrowLeft: () => this.turn(-TURN, 0), ArrowRight: () => this.turn(TURN, 0),
      ArrowUp: () => this.turn(0, TURN), ArrowDown: () => this.turn(0, -TURN),
    };
  }

  /** Press the button above the chart whose title begins like this. */
  press(title) {
    this.find(`.modebar-btn[data-title^="${title}"]`)?.click();
  }

  /** Move the camera around what it looks at, and to `factor` times its distance. */
  turn(across, up, factor = 1) {
    const camera = this.camera ?? CAMERA;
    loaded()?.relayout(this.plot, { "scene.camera": { ...camera, eye: turned(camera.eye, across, up, factor) } });
  }

  tables() {
    return tablesOf(this.data.figure).map(marked);
  }
}

export default mounting(Chart);
