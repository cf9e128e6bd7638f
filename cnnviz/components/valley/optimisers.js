// Surfaces of two numbers, and the paths of optimisers down on them.

import { RULES } from "../kit/network/optimisers.js";

/**
 * @typedef {object} Surface
 * @property {(x: number, y: number) => number} value
 * @property {(x: number, y: number) => [number, number]} gradient
 * @property {number} least its smallest value
 * @property {[number, number]} x what is drawn
 * @property {[number, number]} y
 * @property {[number, number]} start
 * @property {Record<string, number>} rates that suit it
 */

const STEEP = 100; // times as curved across the valley as along it
const [COS, SIN] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];

/** @type {Record<string, Surface>} */
export const SURFACES = {
  valley: {
    value: (x, y) => (x * x + STEEP * y * y) / 2,
    gradient: (x, y) => [x, STEEP * y],
    least: 0, x: [-5, 5], y: [-2.5, 2.5], start: [-4.5, 1.2], rates: { sgd: 0.019, momentum: 0.01, adam: 0.3 },
  },
  turned: {
    value: (x, y) => ((COS * x + SIN * y) ** 2 + STEEP * (COS * y - SIN * x) ** 2) / 2,
    gradient: (x, y) => {
      const [along, across] = [COS * x + SIN * y, STEEP * (COS * y - SIN * x)];
      return [COS * along - SIN * across, SIN * along + COS * across];
    },
    least: 0, x: [-5, 5], y: [-2.5, 2.5], start: [-4, -1.2], rates: { sgd: 0.019, momentum: 0.01, adam: 0.3 },
  },
  banana: {
    value: (x, y) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)],
    least: 0, x: [-3, 3], y: [-1, 2.5], start: [-1.4, 2], rates: { sgd: 0.015, momentum: 0.005, adam: 0.2 },
  },
  saddle: {
    value: (x, y) => (x * x - y * y) / 2 + y ** 4 / 4,
    gradient: (x, y) => [x, y ** 3 - y],
    least: -0.25, x: [-3, 3], y: [-1.5, 1.5], start: [-2.6, 0.001], rates: { sgd: 0.1, momentum: 0.1, adam: 0.1 },
  },
};

const FAR = 1e6; // beyond it, a path has diverged and ends

/**
 * Where an optimiser is before the first step and after each.
 * @param {Surface} surface
 * @param {string} rule
 * @param {{ start: [number, number], rate: number, momentum: number, steps: number }} options
 * @returns {[number, number][]} steps + 1 points, or fewer if they go beyond all bounds
 */
export function path(surface, rule, { start, rate, momentum, steps }) {
  /** @type {[number, number][]} */
  const points = [[start[0], start[1]]];
  const memory = { first: new Float64Array(2), second: new Float64Array(2) };
  for (let step = 1; step <= steps; step += 1) {
    const point = points[step - 1];
    const moved = RULES[rule](Float64Array.from(surface.gradient(point[0], point[1])), rate, memory, step, momentum);
    /** @type {[number, number]} */
    const next = [point[0] + moved[0], point[1] + moved[1]];
    if (!next.every((number) => Math.abs(number) < FAR)) break;
    points.push(next);
  }
  return points;
}
