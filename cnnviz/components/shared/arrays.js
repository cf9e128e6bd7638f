// Arrays of numbers as Python's `packing.packed` sends them.

const KINDS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, int16: Int16Array };

function unpackArray({ dtype, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new KINDS[dtype](bytes.buffer);
}
