// Safetensors files: what is read, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readSafetensors } from "../../cnnviz/components/kit/network/safetensors.js";

/** A file with a header, JSON or text, and bytes. */
function file(header, bytes = []) {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const whole = new Uint8Array(8 + text.length + bytes.length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(text.length), true);
  whole.set(text, 8);
  whole.set(bytes, 8 + text.length);
  return whole;
}

const bytesOf = (array) => [...new Uint8Array(array.buffer)];
const entry = (dtype, shape, from, to) => ({ dtype, shape, data_offsets: [from, to] });

test("all kinds of numbers are read, wherever they lie", () => {
  const numbers = [Float32Array.of(1.5, -2), BigInt64Array.of(-3n), Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00)];
  const bytes = [7, ...numbers.flatMap(bytesOf)]; // no number begins at a multiple of its size
  const { tensors, metadata } = readSafetensors(file({
    half: entry("F16", [5], 17, 27), byte: entry("U8", [], 0, 1), pair: entry("F32", [1, 2], 1, 9), count: entry("I64", [1], 9, 17),
    __metadata__: { made: "here" },
  }, bytes));
  assert.deepEqual(metadata, { made: "here" });
  assert.deepEqual([...tensors.pair.values], [1.5, -2]);
  assert.deepEqual(tensors.pair.shape, [1, 2]);
  assert.deepEqual([...tensors.count.values], [-3]);
  assert.deepEqual([...tensors.half.values], [1, -2, 2 ** -24, 65504, -Infinity]);
  assert.deepEqual([...tensors.byte.values], [7]);
});

test("a tensor may have the name of what every object has", () => {
  const { tensors } = readSafetensors(file('{"__proto__": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}', [4]));
  assert.deepEqual(Object.keys(tensors), ["__proto__"]);
  assert.equal(tensors.toString, undefined);
});

test("what is malformed is refused with a sentence", () => {
  const one = entry("F32", [1], 0, 4);
  const cases = [
    [new Uint8Array(3), /has at least 8 bytes, this one has 3/],
    [Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 1), /header is longer than the file/],
    [file("{nothing"), /header is not JSON/],
    [file("[1]"), /lists no tensors/],
    [file("null"), /lists no tensors/],
    [file({ a: 5 }), /does not say the shape and place of the tensor “a”/],
    [file({ a: { ...one, shape: [-1] } }, [0, 0, 0, 0]), /does not say the shape/],
    [file({ a: { ...one, data_offsets: [0] } }, [0, 0, 0, 0]), /does not say the shape/],
    [file({ a: entry("BF16", [1], 0, 2) }, [0, 0]), /“a” holds BF16 numbers: save it as one of F32, F16/],
    [file({ a: entry("toString", [1], 0, 2) }, [0, 0]), /holds toString numbers/],
    [file({ a: entry("F32", [2], 0, 4) }, [0, 0, 0, 0]), /“a” needs 8 bytes, but has 4/],
    [file({ a: entry("F32", [1e9, 1e9], 0, 4) }, [0, 0, 0, 0]), /needs 4000000000000000000 bytes/],
    [file({ a: one }, [0, 0]), /“a” ends at byte 4 of 2: the file was cut off/],
    [file({ a: one }, [0, 0, 0, 0, 0]), /end at byte 4, but the file goes on to 5/],
    [file({ a: one, b: one }, [0, 0, 0, 0]), /“b” begins at byte 0, but the one before it ends at 4/],
    [file({ a: entry("F32", [1], 1, 5) }, [0, 0, 0, 0, 0]), /“a” begins at byte 1, but the one before it ends at 0/],
  ];
  for (const [bytes, message] of cases) assert.throws(() => readSafetensors(bytes), { name: "RangeError", message });
});
