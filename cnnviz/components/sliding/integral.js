// Two functions and the integral over their product, by the midpoint rule.

export const STEP = 0.025; // of τ; t, places and widths are multiples of 2·STEP, so edges fall between samples
const REACH = 12; // τ runs from −REACH to REACH
export const T_STEP = 0.05;
export const T_END = 8;

/**
 * Functions of height 1 around (or from) 0; `wide` is their one measure.
 * @type {Record<string, { at: (x: number, wide: number) => number, code: string }>}
 */
export const SHAPES = {
  box: {
    at: (x, wide) => (Math.abs(x) < wide ? 1 : 0),
    code: "(x.abs() < wide).double()",
  },
  triangle: {
    at: (x, wide) => Math.max(0, 1 - Math.abs(x) / wide),
    code: "(1 - x.abs() / wide).clamp(min=0)",
  },
  exponential: {
    at: (x, wide) => (x < 0 ? 0 : Math.exp(-x / wide)),
    code: "(x >= 0) * (-x.clamp(min=0) / wide).exp()",
  },
  gaussian: {
    at: (x, wide) => Math.exp(-0.5 * (x / wide) ** 2),
    code: "(-0.5 * (x / wide) ** 2).exp()",
  },
  ramp: {
    at: (x, wide) => (x < 0 || x > wide ? 0 : x / wide),
    code: "((x >= 0) & (x <= wide)) * x / wide",
  },
};

/**
 * A function sampled in the middle of every step from −REACH − T_END to REACH + T_END.
 * @param {string} shape
 * @param {number} wide
 * @param {number} place where its 0 lies
 */
export function samples(shape, wide, place) {
  const half = Math.round((REACH + T_END) / STEP);
  return Float64Array.from({ length: 2 * half }, (_, at) => SHAPES[shape].at((at - half + 0.5) * STEP - place, wide));
}

/**
 * The convolution of two sampled functions at every t from −T_END to T_END.
 * @param {Float64Array} f
 * @param {Float64Array} g
 */
export function convolved(f, g) {
  const counts = Math.round((2 * T_END) / T_STEP) + 1;
  const length = Math.round((2 * REACH) / STEP);
  const margin = Math.round(T_END / STEP);
  const stepsPerT = Math.round(T_STEP / STEP);
  const curve = new Float64Array(counts);
  for (let n = 0; n < counts; n += 1) {
    const last = n * stepsPerT + length - 1; // the sample of g that the first τ meets
    let area = 0;
    for (let at = 0; at < length; at += 1) area += f[at + margin] * g[last - at];
    curve[n] = area * STEP;
  }
  return curve;
}

/**
 * PyTorch code that gives the same; `at` holds t, place, and the widths f and g.
 * @param {{ f: string, g: string }} data the shapes
 * @param {{ t: number, place: number, f: number, g: number }} at
 */
export function integralCode(data, at) {
  const { t, place, f, g } = at;
  const number = (/** @type {number} */ value) => String(Number(value.toFixed(2)));
  return [
    "import torch",
    "",
    `h = ${STEP}  # the middle of every step: the midpoint rule`,
    `tau = torch.arange(-${REACH} + h / 2, ${REACH}, h, dtype=torch.float64)`,
    `f = lambda x, wide=${number(f)}: ${SHAPES[data.f].code}`,
    `g = lambda x, wide=${number(g)}: ${SHAPES[data.g].code}`,
    `t, place = ${number(t)}, ${number(place)}`,
    "print((f(tau - place) * g(t - tau)).sum() * h)",
    "",
  ].join("\n");
}
