// Arrays of numbers as Python's `packing.packed` sends them.

const KINDS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, int16: Int16Array };

/**
 * The bytes that base64 text stands for.
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at); // `from` takes ten times as long
  return bytes;
}

/**
 * @typedef {{ dtype: keyof typeof KINDS, shape: number[], data: string }} Packed
 *
 * The array of the kind of number that Python sent.
 * @param {Packed} packed
 * @returns {any} one of the kinds above
 */
export function unpackArray({ dtype, data }) {
  return new KINDS[dtype](bytesOf(data).buffer);
}
