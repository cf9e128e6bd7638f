// Arrays of numbers as Python's `packing.packed` sends them.

const KINDS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, int16: Int16Array };

/** The bytes that base64 text stands for. */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @returns an array of the kind of number that Python sent. */
export function unpackArray({ dtype, data }) {
  return new KINDS[dtype](bytesOf(data).buffer);
}
