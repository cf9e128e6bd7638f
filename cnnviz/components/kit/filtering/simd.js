// What is done to every number of a picture, in WebAssembly: sixteen sums of window × weights at
// once, 64 medians, bilateral means, what cannot be told from 0 made 0, the smallest and the largest, histograms and
// colours. Every browser since 2023 has the instructions for vectors. It is small enough to be written here,
// instruction by instruction, and takes a part of the time of the same loops in JavaScript.

/**
 * All places are addresses in the memory, in bytes, of float32 unless something else is named; what
 * goes up to an end does so in steps, of sixteen numbers for `row`, of 64 for `median` and of four for the others.
 * @typedef {object} Vectors
 * @property {(bytes: number) => ArrayBuffer} memory of at least so many bytes
 * @property {(sums: number, values: number, taps: number, tapsEnd: number, sumsEnd: number) => void} row
 *   sums of windows that begin at one number after the other. A tap is the place of a number in the
 *   window, in bytes from the window's first, as a whole number of 32 bits, and its weight in float32
 * @property {(levels: number, values: number, taps: number, tapsEnd: number, end: number, half: number) => void} median
 *   the numbers, in bytes with a sign, of which no more than `half` of a window's are smaller and no more
 *   larger, 64 at once. A tap is the place of a byte in the window, as a whole number of 32 bits
 * @property {Bilateral} bilateral1 means of one channel
 * @property {Bilateral} bilateral3 means of three channels
 * @property {(values: number, end: number, bound: number) => void} zero makes 0 what is no further from it
 * @property {(values: number, end: number, to: number) => void} range four numbers, of which one is the
 *   smallest of all, then four, of which one is the largest
 * @property {(values: number, end: number, counts: number, scale: number) => void} distances counts
 *   numbers by their distance from 0, times the scale, to the nearest whole one
 * @property {Painting} paint with a table of colours, of 32 bits each
 * @property {Painting} shade with multiples of one colour, instead of the address of a table
 */

/**
 * Negative numbers times the sign; then each, times factor plus offset, is a level from 0 to 255, whose
 * colour is added to the pixel, bit by bit; and each, times step plus shift, is counted in one of 128 steps:
 * those at one place of four after the other have counters of their own.
 * @typedef {(values: number, end: number, pixels: number, colours: number, counts: number,
 *   factor: number, offset: number, sign: number, step: number, shift: number) => void} Painting
 *
 * The means of windows around one pixel after the other, of which a neighbour counts 2 to the power
 * of its nearness plus the squared difference times the factor. A tap is the place of a neighbour, in bytes
 * from the pixel, as a whole number of 32 bits, and its nearness in float32. The channels of the values and
 * of the means lie so many bytes apart. Four pixels at once.
 * @typedef {(means: number, values: number, taps: number, tapsEnd: number, end: number, apart: number,
 *   meansApart: number, factor: number) => void} Bilateral
 */

const PAGE = 65536;
const POWER = [0.0135557443, 0.0520323734, 0.2413797612, 0.6930321209]; // of 2 between 0 and 1: f⁴, f³, f², f; 3e-6 off at most
const POWER_OF_TWO = 2 ** 23 + 127; // plus a whole number: in its last bits the exponent of 2 to the power of that number

/** @param {number} number */
function leb(number) {
  const bytes = [];
  for (let left = number; ; ) {
    const byte = left & 0x7f;
    left >>= 7;
    const last = (left === 0 && !(byte & 0x40)) || (left === -1 && Boolean(byte & 0x40));
    bytes.push(last ? byte : byte | 0x80);
    if (last) return bytes;
  }
}

/** @param {number[]} content */
const sized = (content) => [...leb(content.length), ...content];

/** @param {number} id @param {number[]} content */
const section = (id, content) => [id, ...sized(content)];

const [I32, F32, F64, V128, VOID] = [0x7f, 0x7d, 0x7c, 0x7b, 0x40];
const [LOOP, END, BRANCH_IF] = [[0x03, VOID], [0x0b], [0x0d, 0]];
const [ADD, LESS_UNSIGNED, SHIFT_LEFT, OR] = [[0x6a], [0x49], [0x74], [0x72]];
/** @param {number} at */ const get = (at) => [0x20, at];
/** @param {number} at */ const set = (at) => [0x21, at];
/** @param {number} at */ const tee = (at) => [0x22, at];
/** @param {number} value */ const constant = (value) => [0x41, ...leb(value)];
/** @param {number} value */ const float = (value) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
/** @param {number} value */ const double = (value) => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
/** @param {number} offset */ const load = (offset) => [0x28, 2, ...leb(offset)];
/** @param {number} offset */ const store = (offset) => [0x36, 2, ...leb(offset)];
/** @param {number} offset */ const loadFloat = (offset) => [0x2a, 2, ...leb(offset)];
/** @param {number} code @param {number[]} rest */ const vector = (code, ...rest) => [0xfd, ...leb7(code), ...rest];
/** @param {number} offset */ const loadVector = (offset) => vector(0, 2, ...leb(offset));
/** @param {number} offset */ const loadSplat = (offset) => vector(9, 2, ...leb(offset));
/** @param {number} offset */ const storeVector = (offset) => vector(11, 2, ...leb(offset));
/** @param {number} which */ const lane = (which) => vector(27, which);
const ZERO = vector(12, ...new Array(16).fill(0));
const [SPLAT, ABSOLUTE, GREATER, AND, WHOLE] = [19, 224, 68, 78, 248].map((one) => vector(one));
const [ADD_VECTORS, MULTIPLY_VECTORS, LEAST, MOST] = [228, 230, 234, 235].map((one) => vector(one)); // the last two take no care of NaN: one instruction each
const [OR_VECTORS, MULTIPLY_WHOLE, SPLAT_WHOLE, SPLAT_BYTES, ADD_BYTES, SUBTRACT_BYTES, GREATER_BYTES, GREATER_UNSIGNED] = [80, 181, 17, 15, 110, 113, 39, 40].map((one) => vector(one));
const [SUBTRACT_VECTORS, DIVIDE_VECTORS, FLOOR, SHIFT_VECTOR] = [229, 231, 104, 171].map((one) => vector(one));
const SHIFT_RIGHT = [0x76];
const LANES = [0, 1, 2, 3];

/** @param {number} number unsigned, below 2^14 */
function leb7(number) {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
}

/** @param {number} at @param {number} bytes */
const advance = (at, bytes) => [...get(at), ...constant(bytes), ...ADD, ...set(at)];
/** @param {number} at @param {number} end @param {number[]} body */
const until = (at, end, body) => [...LOOP, ...body, ...get(at), ...get(end), ...LESS_UNSIGNED, ...BRANCH_IF, ...END];
/** @param {number} at */
const splat = (at) => [...get(at), ...SPLAT];

/**
 * Add 1 to a counter.
 * @param {number} counts
 * @param {number[]} which puts its number on the stack
 * @param {number} place a local to use
 * @param {number} [offset] of the first counter, in bytes
 */
const count = (counts, which, place, offset = 0) => [
  ...get(counts), ...which, ...constant(2), ...SHIFT_LEFT, ...ADD, ...tee(place),
  ...get(place), ...load(offset), ...constant(1), ...ADD, ...store(offset),
];

/** @typedef {{ name: string, parameters: number[], locals: number[], body: number[] }} Part a function */

/** @returns {Part} */
function row() {
  const [sums, values, taps, last, sumsEnd, tap, place, weight] = [0, 1, 2, 3, 4, 5, 6, 7];
  const parts = [8, 9, 10, 11]; // of four sums each
  const window = until(tap, last, [
    ...get(values), ...get(tap), ...load(0), ...ADD, ...set(place),
    ...get(tap), ...loadSplat(4), ...set(weight),
    ...parts.flatMap((part, at) => [
      ...get(part), ...get(place), ...loadVector(16 * at), ...get(weight), ...MULTIPLY_VECTORS, ...ADD_VECTORS, ...set(part),
    ]),
    ...advance(tap, 8),
  ]);
  const body = until(sums, sumsEnd, [
    ...parts.flatMap((part) => [...ZERO, ...set(part)]),
    ...get(taps), ...set(tap),
    ...window,
    ...parts.flatMap((part, at) => [...get(sums), ...get(part), ...storeVector(16 * at)]),
    ...advance(values, 64),
    ...advance(sums, 64),
  ]);
  return { name: "row", parameters: new Array(5).fill(I32), locals: [I32, I32, V128, V128, V128, V128, V128], body };
}

/**
 * Each median is found bit by bit, from the highest: as long as no more than half of the window is
 * smaller, it has that bit.
 * @returns {Part}
 */
function median() {
  const [levels, values, taps, last, end, half, tap, place, bit] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const parts = LANES.map((at) => ({ at, found: 9 + at, smaller: 13 + at })); // of sixteen medians each
  const bits = [...get(bit), ...SPLAT_BYTES];
  const window = until(tap, last, [
    ...get(values), ...get(tap), ...load(0), ...ADD, ...set(place),
    ...parts.flatMap(({ at, found, smaller }) => [
      ...get(smaller), ...get(found), ...get(place), ...loadVector(16 * at), ...GREATER_BYTES, ...SUBTRACT_BYTES, ...set(smaller),
    ]),
    ...advance(tap, 4),
  ]);
  const body = until(levels, end, [
    ...parts.flatMap(({ found }) => [...constant(128), ...SPLAT_BYTES, ...set(found)]),
    ...constant(128), ...set(bit),
    ...LOOP,
    ...parts.flatMap(({ found, smaller }) => [...get(found), ...bits, ...ADD_BYTES, ...set(found), ...ZERO, ...set(smaller)]),
    ...get(taps), ...set(tap),
    ...window,
    ...parts.flatMap(({ found, smaller }) => [
      ...get(found), ...get(smaller), ...get(half), ...SPLAT_BYTES, ...GREATER_UNSIGNED, ...bits, ...AND, ...SUBTRACT_BYTES, ...set(found),
    ]),
    ...get(bit), ...constant(1), ...SHIFT_RIGHT, ...tee(bit), ...BRANCH_IF, ...END,
    ...parts.flatMap(({ at, found }) => [...get(levels), ...get(found), ...storeVector(16 * at)]),
    ...advance(values, 64),
    ...advance(levels, 64),
  ]);
  return { name: "median", parameters: new Array(6).fill(I32), locals: [I32, I32, I32, ...new Array(8).fill(V128)], body };
}

/**
 * @param {number} channels
 * @returns {Part}
 */
function bilateral(channels) {
  const [means, values, taps, last, end, apart, meansApart, factor, tap, place, to] = Array.from({ length: 11 }, (_, at) => at);
  const each = Array.from({ length: channels }, (_, at) => ({ at, here: 11 + at, value: 14 + at, sum: 17 + at }));
  const [total, power, whole, rest] = [20, 21, 22, 23];
  const constants = [-126, POWER_OF_TWO, ...POWER, 1].map((value, at) => ({ value, at: 25 + at })); // made once: in a loop each takes time
  const [lowest, exponent, ...polynomial] = constants.map(({ at }) => get(at));
  const scale = 24;
  /** @param {number} start @param {number} step */
  const channel = (start, step) => (/** @type {number} */ at) => [...get(start), ...new Array(at).fill([...get(step), ...ADD]).flat()];
  const [there, result] = [channel(place, apart), channel(to, meansApart)];
  const window = until(tap, last, [
    ...get(values), ...get(tap), ...load(0), ...ADD, ...set(place),
    ...each.flatMap(({ at, here, value }) => [
      ...there(at), ...loadVector(0), ...tee(value), ...get(here), ...SUBTRACT_VECTORS, ...ABSOLUTE, ...(at ? ADD_VECTORS : []),
    ]),
    ...tee(power), ...get(power), ...MULTIPLY_VECTORS, ...get(scale), ...MULTIPLY_VECTORS,
    ...get(tap), ...loadSplat(4), ...ADD_VECTORS, ...lowest, ...MOST, ...tee(power), // below, it would be no float32
    ...get(power), ...FLOOR, ...tee(whole), ...SUBTRACT_VECTORS, ...set(rest),
    ...polynomial[0], ...polynomial.slice(1).flatMap((one) => [...get(rest), ...MULTIPLY_VECTORS, ...one, ...ADD_VECTORS]),
    ...get(whole), ...exponent, ...ADD_VECTORS, ...constant(23), ...SHIFT_VECTOR, // 2 to its power
    ...MULTIPLY_VECTORS, ...tee(power),
    ...get(total), ...ADD_VECTORS, ...set(total),
    ...each.flatMap(({ value, sum }) => [...get(power), ...get(value), ...MULTIPLY_VECTORS, ...get(sum), ...ADD_VECTORS, ...set(sum)]),
    ...advance(tap, 8),
  ]);
  const body = [...splat(factor), ...set(scale), ...constants.flatMap(({ value, at }) => [...float(value), ...SPLAT, ...set(at)]), ...until(means, end, [
    ...get(values), ...set(place), ...get(means), ...set(to), ...get(taps), ...set(tap), ...ZERO, ...set(total),
    ...each.flatMap(({ at, here, sum }) => [...there(at), ...loadVector(0), ...set(here), ...ZERO, ...set(sum)]),
    ...window,
    ...each.flatMap(({ at, sum }) => [...result(at), ...get(sum), ...get(total), ...DIVIDE_VECTORS, ...storeVector(0)]),
    ...advance(values, 16),
    ...advance(means, 16),
  ])];
  return {
    name: `bilateral${channels}`, parameters: [...new Array(7).fill(I32), F32],
    locals: [I32, I32, I32, ...new Array(14 + constants.length).fill(V128)], body,
  };
}

/** @returns {Part} */
function zero() {
  const [values, end, bound, four] = [0, 1, 2, 3];
  const body = until(values, end, [
    ...get(values),
    ...get(values), ...loadVector(0), ...tee(four), ...get(four), ...ABSOLUTE, ...splat(bound), ...GREATER, ...AND,
    ...storeVector(0),
    ...advance(values, 16),
  ]);
  return { name: "zero", parameters: [I32, I32, F32], locals: [V128], body };
}

/** @returns {Part} */
function range() {
  const [values, end, to, low, high] = [0, 1, 2, 3, 4];
  const body = [
    ...get(values), ...loadVector(0), ...tee(low), ...set(high),
    ...until(values, end, [
      ...get(low), ...get(values), ...loadVector(0), ...LEAST, ...set(low),
      ...get(high), ...get(values), ...loadVector(0), ...MOST, ...set(high),
      ...advance(values, 16),
    ]),
    ...get(to), ...get(low), ...storeVector(0),
    ...get(to), ...get(high), ...storeVector(16),
  ];
  return { name: "range", parameters: [I32, I32, I32], locals: [V128, V128], body };
}

/** @returns {Part} */
function distances() {
  const [values, end, counts, scale, place] = [0, 1, 2, 3, 4];
  const [size, toDouble, times, plus, toWhole] = [[0x8b], [0xbb], [0xa2], [0xa0], [0xfc, 2]];
  const body = until(values, end, [
    ...LANES.flatMap((one) => count(counts, [
      ...get(values), ...loadFloat(4 * one), ...size, ...toDouble, ...get(scale), ...times, ...double(0.5), ...plus, ...toWhole,
    ], place)),
    ...advance(values, 16),
  ]);
  return { name: "distances", parameters: [I32, I32, I32, F64], locals: [I32], body };
}

/**
 * @param {string} name
 * @param {(at: { pixels: number, colours: number, levels: number }) => number[]} colour four pixels
 * @returns {Part}
 */
function painting(name, colour) {
  const [values, end, pixels, colours, counts, factor, offset, sign, step, shift, place, four, levels] = Array.from({ length: 13 }, (_, at) => at);
  const constants = [...[factor, offset, sign, step, shift].map(get), float(255), float(127)];
  const [factors, offsets, signs, steps, shifts, brightest, lastStep] = constants.map((_, at) => get(13 + at));
  /** @param {number[]} scale @param {number[]} plus @param {number[]} most */
  const whole = (scale, plus, most) => [
    ...get(four), ...scale, ...MULTIPLY_VECTORS, ...plus, ...ADD_VECTORS, ...ZERO, ...MOST, ...most, ...LEAST, ...WHOLE, ...set(levels),
  ];
  const body = [...constants.flatMap((one, at) => [...one, ...SPLAT, ...set(13 + at)]), ...until(values, end, [
    ...get(values), ...loadVector(0), ...set(four),
    ...get(four), ...ZERO, ...MOST,
    ...get(four), ...ZERO, ...LEAST, ...signs, ...MULTIPLY_VECTORS,
    ...ADD_VECTORS, ...set(four),
    ...whole(factors, offsets, brightest),
    ...colour({ pixels, colours, levels }),
    ...whole(steps, shifts, lastStep),
    ...LANES.flatMap((one) => count(counts, [...get(levels), ...lane(one)], place, 512 * one)),
    ...advance(values, 16),
    ...advance(pixels, 16),
  ])];
  return { name, parameters: [...new Array(5).fill(I32), ...new Array(5).fill(F32)], locals: [I32, ...new Array(2 + constants.length).fill(V128)], body };
}

const paint = painting("paint", ({ pixels, colours, levels }) => LANES.flatMap((one) => [
  ...get(pixels), ...get(pixels), ...load(4 * one),
  ...get(colours), ...get(levels), ...lane(one), ...constant(2), ...SHIFT_LEFT, ...ADD, ...load(0),
  ...OR, ...store(4 * one),
]));
const shade = painting("shade", ({ pixels, colours, levels }) => [
  ...get(pixels), ...get(pixels), ...loadVector(0), ...get(levels), ...get(colours), ...SPLAT_WHOLE, ...MULTIPLY_WHOLE, ...OR_VECTORS, ...storeVector(0),
]);

const PARTS = [row(), median(), bilateral(1), bilateral(3), zero(), range(), distances(), paint, shade];
/** @param {string} text */
const name = (text) => sized([...text].map((letter) => letter.charCodeAt(0)));
/** @param {number[][]} items */
const list = (items) => [...leb(items.length), ...items.flat()];

const MODULE = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, list(PARTS.map(({ parameters }) => [0x60, ...sized(parameters), 0]))), // types: to nothing
  ...section(3, list(PARTS.map((_, at) => [at]))),
  ...section(5, [1, 0, 1]), // a memory of one page
  ...section(7, list([[...name("m"), 2, 0], ...PARTS.map((part, at) => [...name(part.name), 0, at])])),
  ...section(10, list(PARTS.map(({ locals, body }) => sized([...list(locals.map((kind) => [1, kind])), ...body, ...END])))),
]);

/** @returns {Vectors | null} nothing where the browser has no vectors */
function compiled() {
  try {
    const { m, ...parts } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports);
    return {
      ...parts,
      memory: (bytes) => {
        const more = Math.ceil((bytes - m.buffer.byteLength) / PAGE);
        if (more > 0) m.grow(more);
        return m.buffer;
      },
    };
  } catch {
    return null;
  }
}

export const vectors = compiled();
