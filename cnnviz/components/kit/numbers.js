// Numbers as people read them. Minus is U+2212, as in print, and what is no number is a dash.

export const MINUS = "\u2212";

const DASH = "\u2013";
const WHOLE = new Intl.NumberFormat("en-GB"); // once: making one takes longer than using it

// --- exact numbers, such as those in a grid

/**
 * The shortest text right to `digits` significant digits. Rounding dust is 0; minus is U+2212.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function numberText(value, digits = 5) {
  if (Math.abs(value) < 1e-9) return "0";
  return String(Number(value.toPrecision(digits))).replaceAll("-", MINUS);
}

/**
 * Whether 1/below has decimals that end: no prime factor but 2 and 5.
 * @param {number} below
 * @returns {boolean}
 */
function decimalsEnd(below) {
  let left = below;
  while (left % 2 === 0) left /= 2;
  while (left % 5 === 0) left /= 5;
  return left === 1;
}

/**
 * Ninths and their like, whose decimals never end, as fractions; anything else as a number.
 * @param {number} value
 * @returns {string}
 */
export function weightText(value) {
  if (Math.abs(value - Number(value.toFixed(4))) < 1e-7) return numberText(value);
  for (let below = 3; below <= 49; below += 1) {
    if (decimalsEnd(below)) continue;
    const above = Math.round(value * below);
    if (above !== 0 && Math.abs(value * below - above) < 1e-6) {
      return `${above}/${below}`.replace("-", MINUS);
    }
  }
  return numberText(value, 3);
}

/**
 * A factor or a summand: negative numbers stand in brackets.
 * @param {string} text
 * @returns {string}
 */
export function bracketed(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/**
 * Text of a number inside a cell: whole numbers whole, others to three digits.
 * @param {number} value
 * @returns {string}
 */
export function cellText(value) {
  if (Number.isInteger(value)) return numberText(value, 15);
  return Math.abs(value) >= 100 ? numberText(Math.round(value), 15) : numberText(value, 3);
}

/**
 * The end of a scale: at most four significant digits, but large numbers to the whole.
 * @param {number} value
 * @returns {string}
 */
export function scaleText(value) {
  return Math.abs(value) >= 1000 ? numberText(Math.round(value), 15) : numberText(value, 4);
}

/**
 * Rows and columns, as 3×5.
 * @param {number} rows
 * @param {number} columns
 * @returns {string}
 */
export function sizeText(rows, columns) {
  return `${count(rows)}\u00d7${count(columns)}`;
}

// --- numbers that were measured

/**
 * To some significant digits: 0.0312, 12.4, 1.2e−05.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string}
 */
export function significant(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e5) return value.toExponential(1).replaceAll("-", MINUS);
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(places, 6)).replace("-", MINUS);
}

/**
 * The same without zeros at the end: settings and ends of scales.
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function plain(value) {
  const text = significant(value);
  return /^[^e]*\.[^e]*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/**
 * A value of a map: 0.123, 12.300, 123.4, 1.23e−4.
 * @param {number} value
 * @returns {string}
 */
export function mapText(value) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 0.001 || size >= 10000 ? value.toExponential(2) : value.toFixed(size >= 100 ? 1 : 3);
  return text.replaceAll("-", MINUS);
}

/**
 * With so many decimals; what rounds to 0 has no sign.
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
export function fixed(value, digits) {
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", MINUS);
}

/**
 * The same, with a plus sign where it is positive.
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
export function signed(value, digits) {
  return (value > 0 ? "+" : "") + fixed(value, digits);
}

/**
 * Decimals that leave two or three significant digits of the largest number.
 * @param {number} limit
 * @returns {number}
 */
export function digitsFor(limit) {
  if (limit >= 10) return 1;
  return limit >= 0.1 || limit === 0 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(limit)));
}

/** @type {Record<string, string>} */
const RAISED = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074", 5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };

/**
 * A power of ten: plain near 1, else with its exponent raised.
 * @param {number} power
 * @returns {string}
 */
export function tenTo(power) {
  if (power >= -2 && power <= 3) return numberText(10 ** power);
  return `10${[...String(power)].map((digit) => RAISED[digit]).join("")}`;
}

/**
 * What may be tiny, to three digits: in powers of ten below a ten-thousandth.
 * @param {number} value
 * @returns {string}
 */
export function tinyText(value) {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) {
    const [digits, power] = value.toExponential(1).split("e");
    return `${digits}\u00b7${tenTo(Number(power))}`.replaceAll("-", MINUS);
  }
  return numberText(value, 3);
}

/**
 * A cell whose number changes all the time keeps its size: two decimals, or one digit.
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
export function movingText(value, digits) {
  if (Math.abs(value) < 5e-4) return "0";
  if (Math.abs(value) >= 1e5) return tinyText(value);
  return digits === 1 ? numberText(value, 1) : numberText(Number(value.toFixed(2)));
}

/**
 * A tick of an axis: −0.5, 2,000.
 * @param {number} value
 * @returns {string}
 */
export function tickText(value) {
  const text = value >= 1000 || count(value) === String(value) ? count(value) : String(Number(value.toPrecision(3)));
  return text.replace("-", MINUS);
}

/**
 * A tick of an axis of losses: 0.05, 2, 1e+5.
 * @param {number} value
 * @returns {string}
 */
export function lossTick(value) {
  return value < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
}

// --- amounts

/**
 * A whole number with commas: 12,000.
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return WHOLE.format(Math.round(value)).replace("-", MINUS);
}

/**
 * 1234567 as 1.23 M.
 * @param {number} value
 * @returns {string}
 */
export function short(value) {
  if (!Number.isFinite(value)) return DASH;
  for (const [size, sign] of /** @type {[number, string][]} */ ([[1e9, "G"], [1e6, "M"], [1e4, "k"]])) {
    if (value >= size) return `${significant(sign === "k" ? value / 1e3 : value / size)} ${sign}`;
  }
  return count(value);
}

/**
 * A share as 93.1%.
 * @param {number} share
 * @param {number} [digits]
 * @returns {string}
 */
export function percent(share, digits = 1) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)}%` : DASH;
}

/**
 * Seconds in words: 8.2 s, 75 s, 12 min.
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return DASH;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
