// What a person typed into a cell, as a number.

import { MINUS } from "../kit/numbers.js";

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const DASHES = /[\u2010-\u2015\u2212\ufe63\uff0d]/g;

/**
 * What a person typed as Python reads it: a cell holds one number, so a comma is decimal.
 * @param {string} text
 */
export function plainNumber(text) {
  const ascii = text.replace(/[\uff0b-\uff19]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  const plain = ascii.trim().replace(DASHES, "-").replace(/\s*\/\s*/, "/");
  const thousands = /^[-+]?[1-9]\d{0,2},\d{3}$/; // 1,234 can be two things
  return thousands.test(plain) ? plain : plain.replace(/^([^,.]*),([^,.]*)$/, "$1.$2");
}

/**
 * The number that a person typed, fractions such as 1/9 included, or NaN; perhaps too large.
 * @param {string} text
 */
export function parseNumber(text) {
  const parts = plainNumber(text).split("/");
  if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return NaN;
  return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
}

/**
 * Why a text cannot be a cell's number; nothing where it can.
 * @param {string} text
 */
export function problemWith(text) {
  if (!text.trim()) return "A cell is empty: type a number, such as 0.";
  const value = parseNumber(text);
  if (Math.abs(value) < 1e6) return "";
  return Number.isNaN(value)
    ? `\u201c${text}\u201d is not a number: type one such as 2, ${MINUS}0.5 or 1/9.`
    : `\u201c${text}\u201d is too large: type a number between minus a million and a million.`;
}
