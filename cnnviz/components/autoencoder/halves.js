// An autoencoder in two halves, and a round trip through pooling.

import { bytesOf } from "../kit/arrays.js";
import { prepare } from "../kit/network/forward.js";
import { readSafetensors } from "../kit/network/safetensors.js";

/**
 * Both halves as functions.
 * @param {any} sent as Python sends it
 * @param {number} side of the pictures
 * @param {number} numbers that the decoder reads
 */
export function halvesOf(sent, side, numbers) {
  const weights = (/** @type {string} */ text) => readSafetensors(bytesOf(text)).tensors;
  const encoder = prepare(sent.encoder, [1, side, side], weights(sent.encoder_weights));
  const decoder = prepare(sent.decoder, [numbers, 1, 1], weights(sent.decoder_weights));
  return {
    /** @param {ArrayLike<number>} picture 0 to 1 */
    encode(picture) {
      encoder.run(picture);
      return encoder.output.values;
    },
    /** @param {ArrayLike<number>} code */
    decode(code) {
      decoder.run(code);
      return decoder.output.values;
    },
  };
}

/**
 * A picture through average or max pooling and enlarged again, its pixels repeated.
 * @param {number} side
 * @param {number} factor
 * @param {"avgpool" | "maxpool"} layer
 */
export function poolingOf(side, factor, layer) {
  const network = prepare([{ layer, kernel: factor }, { layer: "upsample", factor }], [1, side, side], {});
  return (/** @type {ArrayLike<number>} */ picture) => {
    network.run(picture);
    return network.output.values;
  };
}
