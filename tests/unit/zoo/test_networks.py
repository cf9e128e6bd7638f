"""torchvision's networks: all are listed, build without memory, and have the published counts."""

import numpy as np
import pytest
import torch

from cnnviz import zoo
from cnnviz.torchvision_door import torchvision_models
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.catalogue import FAMILIES, network_row, network_rows

NOT_CONVOLUTIONAL = ("vit", "swin", "maxvit")


def test_every_convolutional_classifier_of_torchvision_is_listed():
    models = torchvision_models()
    there = {n for n in models.list_models(module=models) if not n.startswith(NOT_CONVOLUTIONAL)}
    assert set(zoo.NAMES) == there | {"efficientnet_lite0"}
    assert len(set(zoo.NAMES)) == len(zoo.NAMES)


def test_rows_are_complete():
    for row in network_rows():
        assert 0.5 < row.accuracy < 1, row
        assert row.macs > 1e7, row
        # Parameters take four bytes each, and a file has little else; GoogLeNet's has two heads
        # that helped in its training.
        if row.name != "googlenet":
            assert row.bytes == pytest.approx(4 * row.parameters, rel=0.06), row
        assert len(row.sha256) >= 8, row
    titles = [row.title for row in network_rows()]
    assert len(set(titles)) == len(titles)
    assert {"ResNet18", "RegNet X 1.6GF", "EfficientNet B0", "VGG11 with batch norm"} < set(titles)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_smallest_of_each_family_builds_and_runs_without_memory(family):
    row = min((network_row(name) for name in FAMILIES[family]), key=lambda row: row.parameters)
    network = build_without_memory(row.name)
    logits = network(torch.zeros(1, 3, row.side, row.side, device="meta"))
    assert logits.shape == (1, 1000)
    parameters = sum(p.numel() for p in network.parameters())
    # The heads that only training uses are counted by torchvision for Inception alone.
    assert parameters == (23_834_568 if row.name == "inception_v3" else row.parameters)


def test_untrained_networks_are_the_same_each_time_and_say_so():
    before = torch.get_rng_state()
    first, second = (zoo.load("squeezenet1_1", weights=False) for _ in range(2))
    assert torch.equal(before, torch.get_rng_state())
    image = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
    inputs = first.preprocess(image)
    assert inputs.shape == (1, 3, 224, 224)
    with torch.no_grad():
        assert torch.equal(first.model(inputs), second.model(inputs))
    assert "untrained" in first.title
    assert not first.trained
    # torchvision scales to 256 and cuts 224 out of the middle; back again it is the same picture.
    plain = np.full((400, 300, 3), (200, 100, 7), np.uint8)
    np.testing.assert_array_equal(
        first.seen(first.preprocess(plain)), np.full((224, 224, 3), (200, 100, 7))
    )


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(zoo.ZooError, match="“resnet19”: choose one of efficientnet_lite0"):
        zoo.load("resnet19")
