// Arrays of numbers as Python's `packing.packed` sends them.

function unpackArray({ data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new Float64Array(bytes.buffer);
}
