"""What the browser predicts for a picture is what PyTorch predicts for what Python would see."""

import numpy as np
import pytest

from cnnviz.components.classifier import payload
from cnnviz.components.packing import packed
from cnnviz.datasets import preprocess
from cnnviz.inspection import load_model
from cnnviz.inspection.digits import RUN, digits, probabilities
from tests.unit.components.node import in_node

CLASSIFY = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare, softmax } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { seenOf } from "./cnnviz/components/classifier/seen.js";
const { spec, shape, weights, mean, std } = data.network;
const network = prepare(spec, shape, readSafetensors(bytesOf(weights)).tensors);
console.log(JSON.stringify(data.pictures.map(({ picture, invert }) => {
  const [rows, columns] = picture.shape;
  const seen = seenOf({ values: unpackArray(picture), rows, columns }, 8, invert);
  network.run(seen.map((level) => (level / 255 - mean[0]) / std[0]));
  return [seen, softmax(network.output.values)];
})));
"""


def test_pictures_of_all_sizes_are_seen_and_classified_alike():
    random = np.random.default_rng(0)
    sizes = [(8, 8), (5, 5), (8, 12), (14, 15), (24, 24), (24, 17), (16, 16), (3, 30)]
    # Thick strokes on a ground, in steps of a half so that rounding matters.
    pictures = [np.round(random.random(size) ** 3 * 510) / 2 for size in sizes]
    pictures += [np.array(digit, float) for digit in digits().images[:5, 0]]
    inverts = [at % 2 == 1 for at in range(len(pictures))]
    network = payload(RUN.config, load_model(RUN).state_dict())
    data = {
        "network": network,
        "pictures": [
            {"picture": packed(picture), "invert": invert}
            for picture, invert in zip(pictures, inverts, strict=True)
        ],
    }
    answers = in_node(CLASSIFY, data=data)
    for picture, invert, (seen, shares) in zip(pictures, inverts, answers, strict=True):
        grey = np.rint(picture).astype(np.uint8)
        exact = preprocess(np.repeat(grey[..., None], 3, axis=2), (1, 8, 8), invert=invert)
        # OpenCV rounds in its own way where it enlarges or halves: a level may be one off.
        off = 0 if picture.shape == (8, 8) else 1
        np.testing.assert_allclose(seen, exact.ravel(), rtol=0, atol=off)
        assert shares == pytest.approx(probabilities(np.reshape(seen, (8, 8)))[0], abs=1e-5)
