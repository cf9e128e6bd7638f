// What is in three dimensions: whether it can be drawn, where the camera is, and how it looks flat.

import { clamp } from "../kit/arithmetic.js";

const [LOWEST, HIGHEST] = [-1.5, 1.5]; // just below a quarter turn: from right above there is no left
const [NEAREST, FARTHEST] = [0.6, 6];
const AWAKE = 150; // milliseconds in which a camera has come to where it was turned

/** @type {boolean | undefined} */
let solid;

/** Whether this browser can draw in 3-D: tried once, because it has few contexts to give. */
export function hasWebGL() {
  if (solid === undefined) {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    solid = Boolean(gl);
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return solid;
}

/**
 * A place after a turn about the vertical and one up, in radians, at `factor` times its distance.
 * @param {{ x: number, y: number, z: number }} place
 * @param {number} across
 * @param {number} up
 */
export function turned({ x, y, z }, across, up, factor = 1) {
  const before = Math.hypot(x, y, z);
  const distance = clamp(before * factor, NEAREST, FARTHEST);
  const height = clamp(Math.asin(z / before) + up, LOWEST, HIGHEST);
  const direction = Math.atan2(y, x) + across;
  return {
    x: distance * Math.cos(height) * Math.cos(direction),
    y: distance * Math.cos(height) * Math.sin(direction),
    z: distance * Math.sin(height),
  };
}

/**
 * Draws a surface while something changes. Plotly itself would compute in every frame for ever.
 */
export class Rest {
  /** @param {any} plot the element that Plotly drew in */
  constructor(plot) {
    this.plot = plot;
    this.until = 0;
    this.going = false;
  }

  get drawer() {
    return this.plot._fullLayout?.scene?._scene?.glplot;
  }

  /** Let Plotly do what it is asked for next: at rest it would not even take new numbers. */
  end() {
    if (this.drawer) this.drawer._stopped = false;
  }

  /** Draw for a moment, then rest. */
  stir() {
    this.end();
    this.until = performance.now() + AWAKE;
    if (!this.drawer || this.going) return;
    this.going = true;
    const frame = () => {
      this.going = Boolean(this.drawer) && performance.now() < this.until;
      this.drawer?.redraw();
      if (this.going) requestAnimationFrame(frame);
      else if (this.drawer) this.drawer._stopped = true;
    };
    requestAnimationFrame(frame);
  }
}

/**
 * A figure of surfaces as one of heat maps.
 * @param {{ data: Record<string, any>[], layout: Record<string, any> }} figure
 */
export function flat({ data, layout: { scene, ...layout } }) {
  const square = { scaleanchor: "x", constrain: "domain" };
  return {
    data: data.map(({ type: _, cmin, cmax, contours: __, ...trace }) => ({ ...trace, type: "heatmap", zmin: cmin, zmax: cmax })),
    layout: { ...layout, xaxis: { ...scene.xaxis, constrain: "domain" }, yaxis: { ...scene.yaxis, ...square } },
  };
}
