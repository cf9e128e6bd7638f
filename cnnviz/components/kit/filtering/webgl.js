// Sums of window × weights in the graphics processor: WebGL2 with float32 textures.

import { withBorder } from "./borders.js";

/** @typedef {import("./borders.js").Border} Border */

const LEAST = 100_000; // pixels of a picture that is worth the way there and back
const MOST_WEIGHTS = 228; // 57 × 4, of 15×15 and smaller
const KEPT = 3; // pictures with their borders: the channels of one in colour

const CORNERS = [ // a triangle over everything
  "#version 300 es",
  "void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }",
];
const HEAD = [
  "#version 300 es",
  "precision highp float;",
  "precision highp int;",
  "uniform highp sampler2D source;",
  "uniform ivec2 size;", // of the window, columns and rows
  `uniform vec4 weights[${MOST_WEIGHTS / 4}];`,
  "out vec4 sums;", // of four pixels beside each other
  "void main() {",
  "  ivec2 first = ivec2(gl_FragCoord.xy);",
  "  vec4 total = vec4(0);",
  "  for (int at = 0; at < size.x * size.y; at++) {",
  "    ivec2 place = ivec2(at % size.x, at / size.x);",
  "    float weight = weights[at / 4][at % 4];",
];
const TAIL = ["  }", "  sums = total;", "}"];
const OVER_NUMBERS = [ // the source has a number in each place
  ...HEAD,
  "    place += ivec2(4 * first.x, first.y);",
  "    vec4 four;",
  "    for (int next = 0; next < 4; next++) four[next] = texelFetch(source, place + ivec2(next, 0), 0).r;",
  "    total += weight * four;",
  ...TAIL,
];
const DOWN_FOURS = [ // the source is what the other made, and the window one column
  ...HEAD,
  "    total += weight * texelFetch(source, first + place, 0);",
  ...TAIL,
];

/** What sums windows in the graphics processor. */
export class Graphics {
  /** @param {WebGL2RenderingContext} gl that can draw into float32 */
  constructor(gl) {
    this.gl = gl;
    this.least = LEAST;
    this.largest = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    this.programs = [OVER_NUMBERS, DOWN_FOURS].map((lines) => this.program(lines.join("\n")));
    /** @type {{ plane: Float32Array | null, name: string, texture: WebGLTexture }[]} the last used first */
    this.sources = Array.from({ length: KEPT }, () => ({ plane: null, name: "", texture: this.texture() }));
    this.results = [0, 1].map(() => ({ texture: this.texture(), frame: gl.createFramebuffer(), wide: 0, high: 0 }));
  }

  texture() {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return texture;
  }

  /** @param {string} fragments */
  program(fragments) {
    const { gl } = this;
    const program = gl.createProgram();
    const shaders = /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, CORNERS.join("\n")], [gl.FRAGMENT_SHADER, fragments]]);
    for (const [kind, text] of shaders) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "");
    const [size, weights] = ["size", "weights"].map((name) => gl.getUniformLocation(program, name));
    return { program, size, weights };
  }

  /**
   * At each pixel the sum of window × weights. A kernel that is a column times a row takes two passes.
   * @param {Float32Array} plane height × width; not changed later
   * @param {number} height
   * @param {number} width
   * @param {number[][]} weights
   * @param {Border} border
   * @returns {Float32Array | null} null where the picture is too small or too large, or the kernel too large
   */
  sums(plane, height, width, weights, border) {
    if (height * width < this.least) return null;
    const { gl } = this;
    const [high, wide] = [weights.length, weights[0].length];
    const factors = factored(weights);
    const most = factors ? Math.max(high, wide) : high * wide;
    if (most > MOST_WEIGHTS || Math.max(height + high, width + wide) > this.largest) return null;
    this.bind(plane, height, width, high, wide, border);
    const across = Math.ceil(width / 4);
    if (factors) {
      this.draw(0, 0, across, height + high - 1, [factors.row]);
      gl.bindTexture(gl.TEXTURE_2D, this.results[0].texture);
      this.draw(1, 1, across, height, factors.column.map((weight) => [weight]));
    } else {
      this.draw(0, 0, across, height, weights);
    }
    const fours = new Float32Array(4 * across * height);
    gl.readPixels(0, 0, across, height, gl.RGBA, gl.FLOAT, fours);
    if (gl.isContextLost()) return null;
    if (4 * across === width) return fours;
    const result = new Float32Array(height * width);
    for (let row = 0; row < height; row += 1) result.set(fours.subarray(4 * across * row, 4 * across * row + width), row * width);
    return result;
  }

  /**
   * Make a picture with its border the source.
   * @param {Float32Array} plane
   * @param {number} height
   * @param {number} width
   * @param {number} high
   * @param {number} wide
   * @param {Border} border
   */
  bind(plane, height, width, high, wide, border) {
    const { gl, sources } = this;
    const name = `${height} ${width} ${high} ${wide} ${border}`;
    const found = sources.findIndex((one) => one.plane === plane && one.name === name);
    const [source] = sources.splice(found < 0 ? KEPT - 1 : found, 1);
    sources.unshift(source);
    gl.bindTexture(gl.TEXTURE_2D, source.texture);
    if (found >= 0) return;
    Object.assign(source, { plane, name });
    const { values, stride } = withBorder(plane, height, width, high, wide, border);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, stride, values.length / stride, 0, gl.RED, gl.FLOAT, values);
  }

  /**
   * Sum windows of the texture that is bound.
   * @param {number} way which program
   * @param {number} to which result
   * @param {number} wide of the result, in fours of pixels
   * @param {number} high
   * @param {number[][]} weights
   */
  draw(way, to, wide, high, weights) {
    const { gl } = this;
    const [{ program, size, weights: place }, result] = [this.programs[way], this.results[to]];
    gl.useProgram(program);
    gl.uniform2i(size, weights[0].length, weights.length);
    const padded = new Float32Array(MOST_WEIGHTS);
    padded.set(weights.flat());
    gl.uniform4fv(place, padded);
    gl.bindFramebuffer(gl.FRAMEBUFFER, result.frame);
    if (result.wide !== wide || result.high !== high) {
      const source = gl.getParameter(gl.TEXTURE_BINDING_2D);
      gl.bindTexture(gl.TEXTURE_2D, result.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, wide, high, 0, gl.RGBA, gl.FLOAT, null);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, result.texture, 0);
      gl.bindTexture(gl.TEXTURE_2D, source);
      Object.assign(result, { wide, high });
    }
    gl.viewport(0, 0, wide, high);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}

/**
 * A kernel as a column times a row; null where it is none.
 * @param {number[][]} weights
 */
function factored(weights) {
  let [pivot, y, x] = [0, 0, 0];
  weights.forEach((line, down) => line.forEach((weight, right) => {
    if (Math.abs(weight) > Math.abs(pivot)) [pivot, y, x] = [weight, down, right];
  }));
  const row = pivot ? weights[y].map((weight) => weight / pivot) : weights[y];
  const column = weights.map((line) => line[x]);
  const near = weights.every((line, down) => line.every((weight, right) => Math.abs(weight - column[down] * row[right]) <= 1e-7 * Math.abs(pivot)));
  return near && weights.length > 1 && row.length > 1 ? { column, row } : null;
}

/** The graphics processor of this browser; null where it cannot draw into float32. */
export function openGraphics() {
  try {
    const gl = document.createElement("canvas").getContext("webgl2", { antialias: false, depth: false });
    return gl?.getExtension("EXT_color_buffer_float") ? new Graphics(gl) : null;
  } catch {
    return null;
  }
}
