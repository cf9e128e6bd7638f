"""A filter in a volume: what the browser adds up is PyTorch's number, and colours tell filters."""

import numpy as np
import torch

from tests.unit.components.node import in_node

SUMS = """
import { hueOf, stepSums } from "./cnnviz/components/volume/sums.js";
const { volume, spots } = data;
console.log(JSON.stringify({ sums: spots.map((spot) => stepSums(volume, ...spot)),
  hues: [...Array(32).keys()].map(hueOf) }));
"""


def test_the_channels_and_the_bias_add_up_to_the_convolution():
    rng = np.random.default_rng(0)
    x, bank, bias = rng.normal(size=(3, 6, 7)), rng.normal(size=(2, 3, 3, 3)), rng.normal(size=2)
    volume = {
        "pixels": x.ravel().tolist(), "sides": [6, 7], "bank": bank.ravel().tolist(),
        "kernel": 3, "biases": bias.tolist(),
    }  # fmt: skip
    spots = [[0, 0, 0], [1, 3, 4], [1, 2, 1]]
    found = in_node(SUMS, data={"volume": volume, "spots": spots})
    tensors = [torch.from_numpy(array) for array in (x[None], bank, bias)]
    expected = torch.nn.functional.conv2d(*tensors)[0].numpy()
    alone = torch.nn.functional.conv2d(*tensors[:2]).numpy()[0]
    for (filter_, row, column), sums in zip(spots, found["sums"], strict=True):
        assert np.isclose(sums["total"], expected[filter_, row, column])
        assert np.isclose(sum(sums["channels"]), alone[filter_, row, column])
        window = x[:, row : row + 3, column : column + 3] * bank[filter_]
        assert np.allclose(sums["channels"], window.sum((1, 2)))
        assert sums["products"] == 27
    assert len(set(found["hues"])) == 32
