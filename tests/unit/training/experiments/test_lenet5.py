"""The LeNet-5 that reads drawn digits: its loss by hand, its names, its accuracy, its code."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.datasets import load_dataset
from cnnviz.inspection import feature_maps
from cnnviz.networks import paper_network, summary
from cnnviz.training.experiments import lenet5

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def tests():
    data = load_dataset("mnist5k")
    return torch.from_numpy(data.test_images), torch.from_numpy(data.test_labels)


def test_the_loss_is_equation_9_of_the_paper():
    distances, labels = [[4.0, 1.0, 9.0], [2.0, 30.0, 25.0]], [1, 0]
    expected = sum(
        row[label] + math.log(math.exp(-20) + sum(math.exp(-y) for y in row))
        for row, label in zip(distances, labels, strict=True)
    ) / len(labels)
    found = lenet5.loss_of(-torch.tensor(distances), torch.tensor(labels))
    assert float(found) == pytest.approx(expected, abs=1e-5)


def test_the_layers_bear_the_papers_names_and_sizes():
    rows = {row.name: row.output_shape for row in summary(*paper_network("lenet5"))}
    assert list(rows) == list(lenet5.NAMES)
    sizes = {paper: rows[ours] for ours, paper in lenet5.NAMES.items()}
    assert sizes["C1"] == (6, 28, 28)
    assert sizes["S2"] == sizes["S2 mean"] == (6, 14, 14)
    assert sizes["C3"] == (16, 10, 10)
    assert sizes["S4"] == (16, 5, 5)
    assert sizes["C5"] == (120, 1, 1)
    assert sizes["F6"] == (84,)


def test_the_shipped_network_reads_as_many_digits_as_is_said(tests):
    images, labels = tests
    with torch.no_grad():
        right = float(
            (lenet5.shipped()(lenet5.inputs_of(images)).argmax(1) == labels).float().mean()
        )
    assert right == pytest.approx(lenet5.accuracy(), abs=0.004)  # kept in half precision
    assert right > 0.95


def test_learning_takes_steps_that_are_repeated_with_the_seed(tests):
    images, labels = tests
    one, two = ([*lenet5.learn(images, labels, steps=2)][-1] for _ in range(2))
    assert (one.step, one.loss) == (two.step, two.loss)
    assert one.step == 2


@pytest.mark.parametrize("layer", ["C1", "S4 sum", "F6"])
def test_copied_code_gives_the_maps_of_the_paper_s_layer(tests, monkeypatch, layer):
    images, labels = tests
    seen = np.pad(images[7].numpy(), ((0, 0), (2, 2), (2, 2)))
    monkeypatch.chdir(ROOT)
    scope = {"__name__": "copied"}
    exec(lenet5.maps_code(seen, layer), scope)
    ours = next(name for name, paper in lenet5.NAMES.items() if paper == layer)
    expected = feature_maps(lenet5.shipped(), lenet5.inputs_of(images[7:8]))[ours][0]
    np.testing.assert_allclose(scope["maps"], expected, atol=1e-5)
    assert int(scope["scores"].argmax()) == int(labels[7])
