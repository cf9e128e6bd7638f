// Numbers as text and as colours.

export const MINUS = "\u2212";

/** The shortest text right to `digits` significant digits. Rounding dust is 0; minus is U+2212. */
export function numberText(value, digits = 5) {
  if (Math.abs(value) < 1e-9) return "0";
  return String(Number(value.toPrecision(digits))).replaceAll("-", MINUS);
}

/** Whether 1/below has decimals that end: no prime factor but 2 and 5. */
function decimalsEnd(below) {
  let left = below;
  while (left % 2 === 0) left /= 2;
  while (left % 5 === 0) left /= 5;
  return left === 1;
}

/** Ninths and their like, whose decimals never end, as fractions; anything else as a number. */
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

/** A factor or a summand: negative numbers stand in brackets. */
export function bracketed(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

export const FADE = 0.6; // share of the paper in a faded colour

const LEVELS = 256; // even, so that 0 falls exactly on the middle colour of a diverging scale

const PIXEL_TINTS = { grey: [255, 255, 255], red: [255, 80, 80], green: [90, 220, 100], blue: [95, 145, 255] };

export function hexToRgb(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

export function mix(from, to, share) {
  return from.map((value, at) => value + (to[at] - value) * share);
}

/** The colour at a share of stops, [[place, "#rrggbb"], …]: [red, green, blue], not rounded. */
export function colourAt(stops, share) {
  const next = Math.max(1, stops.findIndex(([place]) => place >= share));
  const [[from, low], [to, high]] = [stops[next - 1], stops[next]];
  return mix(hexToRgb(low), hexToRgb(high), (share - from) / (to - from));
}

/** Black or white, whichever stands out more from a colour: by 4.5 to 1 or more, as WCAG counts. */
export function inkOn(rgb) {
  const [red, green, blue] = Array.from(rgb, (part) => (part > 10 ? ((part / 255 + 0.055) / 1.055) ** 2.4 : part / 3295));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** A colour scale from `low` to `high`: `css(value)` is a colour, `ink(value)` readable on it. */
export class Scale {
  constructor(low, high, bottom, top, colourOf) {
    this.low = low; // range of the numbers shown: the ends of the legend
    this.high = high;
    this.bottom = bottom; // range of the colours
    this.top = top;
    this.colourOf = colourOf;
    this.colours = [];
    this.inks = [];
    for (let level = 0; level <= LEVELS; level += 1) {
      const rgb = colourOf(level / LEVELS).map(Math.round);
      this.colours.push(`rgb(${rgb.join(" ")})`);
      this.inks.push(inkOn(rgb));
    }
  }

  level(value) {
    return Math.round(clamp((value - this.bottom) / (this.top - this.bottom), 0, 1) * LEVELS);
  }

  css(value) {
    return this.colours[this.level(value)];
  }

  ink(value) {
    return this.inks[this.level(value)];
  }

  /** The same, faded into the paper: what is not meant just now. */
  faded(paper) {
    return new Scale(this.low, this.high, this.bottom, this.top, (share) => mix(this.colourOf(share), paper, FADE));
  }

  /** Stops of a CSS gradient from `low` to `high`. */
  gradient() {
    const steps = [...Array(17).keys()].map((at) => this.low + ((this.high - this.low) * at) / 16);
    return steps.map((value) => this.css(value)).join(",");
  }

  /** Pixels, black to white or a full tint: a picture, which is never faded. */
  static pixels(name, low = 0, high = 255) {
    const made = new Scale(low, high, low, high, (share) => mix([0, 0, 0], PIXEL_TINTS[name], share));
    return Object.assign(made, { picture: true });
  }

  /** Signed numbers: blue positive, orange negative, neutral at 0, alike on both sides. */
  static diverging(low, high, limit, stops) {
    return new Scale(Math.min(low, 0), Math.max(high, 0), -limit, limit, (share) => colourAt(stops, share));
  }
}
