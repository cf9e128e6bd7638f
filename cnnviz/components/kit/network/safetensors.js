// Safetensors files, as trainers write weights and as Python sends them: a header in JSON, then
// the numbers of all tensors, little-endian, one tensor after the other.

/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float32Array | Float64Array | Uint8Array} values row by row
 *
 * @typedef {{ tensors: Record<string, Tensor>, metadata: Record<string, string> }} Safetensors
 */

/** @type {Record<string, { size: number, read: (bytes: Uint8Array<ArrayBuffer>) => Tensor["values"] }>} */
const KINDS = {
  F32: { size: 4, read: (bytes) => new Float32Array(bytes.slice().buffer) },
  F16: { size: 2, read: (bytes) => new Float32Array(new Uint16Array(bytes.slice().buffer)).map(halfToNumber) },
  I64: { size: 8, read: (bytes) => Float64Array.from(new BigInt64Array(bytes.slice().buffer), Number) },
  U8: { size: 1, read: (bytes) => bytes },
};

/**
 * The tensors of a file. Bytes are left where they are, all other numbers are copied.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Safetensors}
 * @throws {RangeError} a sentence that says what is wrong with the file
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) throw new RangeError(`A safetensors file has at least 8 bytes, this one has ${bytes.byteLength}.`);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.byteLength - 8) throw new RangeError("The header is longer than the file: it is not safetensors, or was cut off.");
  const { __metadata__: metadata = {}, ...entries } = parsedHeader(bytes.subarray(8, 8 + length));
  const data = bytes.subarray(8 + length);
  /** @type {Record<string, Tensor>} */
  const tensors = Object.create(null); // a tensor may have any name
  const places = Object.entries(entries).map(([name, entry]) => place(name, entry));
  let end = 0;
  for (const { name, dtype, shape, from, to } of places.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw new RangeError(`The tensor “${name}” begins at byte ${from}, but the one before it ends at ${end}.`);
    if (to > data.byteLength) throw new RangeError(`The tensor “${name}” ends at byte ${to} of ${data.byteLength}: the file was cut off.`);
    tensors[name] = { shape, values: KINDS[dtype].read(data.subarray(from, to)) };
    end = to;
  }
  if (end !== data.byteLength) throw new RangeError(`The tensors end at byte ${end}, but the file goes on to ${data.byteLength}.`);
  return { tensors, metadata };
}

/**
 * @param {Uint8Array} bytes
 * @returns {Record<string, any>}
 */
function parsedHeader(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new RangeError("The header is not JSON: it is not a safetensors file.");
  }
  if (!isRecord(header)) throw new RangeError("The header lists no tensors: it is not a safetensors file.");
  return header;
}

/**
 * Where a tensor is, checked.
 * @param {string} name
 * @param {any} entry
 */
function place(name, entry) {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (!wholeNumbers(shape) || !wholeNumbers(offsets) || offsets.length !== 2) {
    throw new RangeError(`The header does not say the shape and place of the tensor “${name}”.`);
  }
  if (!Object.hasOwn(KINDS, dtype)) {
    throw new RangeError(`The tensor “${name}” holds ${dtype} numbers: save it as one of ${Object.keys(KINDS).join(", ")}.`);
  }
  const [from, to] = offsets;
  const size = shape.reduce((product, side) => product * side, KINDS[dtype].size);
  if (to - from !== size) throw new RangeError(`The tensor “${name}” needs ${size} bytes, but has ${to - from}.`);
  return { name, dtype, shape, from, to };
}

/** @param {unknown} value */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is number[]}
 */
function wholeNumbers(value) {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

/**
 * The number that 16 bits stand for (IEEE 754 binary16).
 * @param {number} bits
 */
function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
}
