// What Python's `packing.packed` makes of an array.

/**
 * @param {Float64Array | Float32Array | Int32Array | Int16Array} values
 * @param {number[]} [shape]
 */
export function packed(values, shape = [values.length]) {
  const dtype = values.constructor.name.replace("Array", "").toLowerCase();
  return { dtype, shape, data: Buffer.from(values.buffer).toString("base64") };
}
