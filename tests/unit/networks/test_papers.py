"""The networks of the papers: every count is the known one, and PyTorch agrees with each."""

import importlib
import json
import math
from collections import Counter

import pytest
import torch

from cnnviz.networks import (
    PAPER_NETWORKS,
    NetworkError,
    build,
    network_from_line,
    network_line,
    paper_network,
    summary,
)
from cnnviz.networks.modules import DigitCodes
from cnnviz.torchvision_door import torchvision_datasets

# Of LeNet-5 and AlexNet added up by hand below, of VGG and GoogLeNet from the papers' tables, of
# ResNet and DenseNet those of torchvision, which the authors' networks share.
PARAMETERS = {
    "lenet5": 60_000, "alexnet": 60_965_224, "zfnet": 62_357_608, "nin": 966_986,
    "vgg_a": 132_863_336, "vgg_b": 133_047_848, "vgg_c": 133_638_952, "vgg_d": 138_357_544,
    "vgg_e": 143_667_240, "googlenet": 6_998_552, "resnet18": 11_689_512, "resnet34": 21_797_672,
    "resnet50": 25_557_032, "resnet101": 44_549_160, "resnet152": 60_192_808,
    "densenet121": 7_978_856,
}  # fmt: skip


@pytest.mark.parametrize("name", PAPER_NETWORKS)
def test_parameters_and_classes_are_the_papers_and_pytorch_s(name):
    spec, shape = paper_network(name)
    rows = summary(spec, shape)
    with torch.device("meta"):
        model = build(spec, shape)
        scores = model(torch.empty(2, *shape))
    classes = 10 if name in {"lenet5", "nin"} else 1000
    assert scores.shape == (2, classes)
    assert rows[-1].output_shape == (classes,)
    assert sum(row.parameters for row in rows) == PARAMETERS[name]
    assert sum(weights.numel() for weights in model.parameters()) == PARAMETERS[name]


TWINS = {"vgg_a": "vgg11", "vgg_b": "vgg13", "vgg_d": "vgg16", "vgg_e": "vgg19"} | {
    name: name for name in PAPER_NETWORKS if name.startswith(("resnet", "densenet"))
}


@pytest.mark.parametrize(("name", "theirs"), TWINS.items())
def test_twins_of_torchvision_have_the_same_weights(name, theirs):
    """The papers' networks that torchvision has, too: not its AlexNet and GoogLeNet."""
    torchvision_datasets()  # makes torchvision importable
    make = getattr(importlib.import_module("torchvision.models"), theirs)
    with torch.device("meta"):
        ours, twin = build(*paper_network(name)), make()
    shapes = [Counter(tuple(w.shape) for w in model.parameters()) for model in (ours, twin)]
    assert shapes[0] == shapes[1]


def test_lenet5_layer_by_layer():
    """Parameters and connections as the paper prints them, with a bias for each unit."""
    spec, shape = paper_network("lenet5")
    rows = [row for row in summary(spec, shape) if row.kind not in {"tanh", "flatten"}]
    assert [row.parameters for row in rows] == [156, 0, 12, 1516, 0, 32, 48_120, 10_164, 0]
    # C1, S2, C3, S4, C5, F6 and the output; a unit of S2 has its four inputs and a bias.
    units = [28 * 28 * 6, 14 * 14 * 6, 10 * 10 * 16, 5 * 5 * 16, 120, 84, 10]
    macs = [rows[at].macs for at in (0, 3, 6, 7, 8)]
    assert macs == [117_600, 150_000, 48_000, 10_080, 840]
    with_biases = [macs[0] + units[0], 5 * units[1], macs[1] + units[2], 5 * units[3],
                   macs[2] + units[4], macs[3] + units[5], macs[4]]  # fmt: skip
    assert with_biases == [122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840]
    assert sum(with_biases) == 340_908


def test_alexnet_layer_by_layer():
    spec, shape = paper_network("alexnet")
    weights = [row for row in summary(spec, shape) if row.kind in {"conv", "linear"}]
    neurons = [math.prod(row.output_shape) for row in weights]
    # The paper and the lecture print 253,440 for the first.
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert [row.parameters for row in weights] == [
        34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000
    ]  # fmt: skip
    whole = json.loads(json.dumps(spec).replace('"groups": 2', '"groups": 1'))
    assert sum(row.parameters for row in summary(whole, shape)) == 62_378_344


def test_googlenet_s_modules_end_as_its_table_says():
    spec, shape = paper_network("googlenet")
    ends = [row.output_shape for row in summary(spec, shape) if row.kind == "concat"]
    assert ends == [
        (256, 28, 28), (480, 28, 28), (512, 14, 14), (512, 14, 14), (512, 14, 14), (528, 14, 14),
        (832, 14, 14), (832, 7, 7), (1024, 7, 7),
    ]  # fmt: skip


def test_convolutions_are_counted_as_the_names_count_them():
    for name, depth in {"vgg_a": 11, "vgg_b": 13, "vgg_c": 16, "vgg_d": 16, "vgg_e": 19}.items():
        kinds = Counter(row.kind for row in summary(*paper_network(name)))
        assert kinds["conv"] + kinds["linear"] == depth
    for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "densenet121"):
        rows = summary(*paper_network(name))
        on_the_way = [row for row in rows if row.kind in {"conv", "linear"}]
        shortcuts = [row for row in on_the_way if ".shortcut." in row.name]
        assert f"{len(on_the_way) - len(shortcuts)}" == name.strip("resntd")


@pytest.mark.parametrize("name", PAPER_NETWORKS)
def test_they_are_data_and_can_be_written_as_a_line(name):
    spec, _ = paper_network(name)
    assert json.loads(json.dumps(spec)) == spec
    if name in {"resnet101", "resnet152", "densenet121"}:
        return  # more layers than a typed line may have
    assert network_from_line(network_line(spec)) == spec


def test_an_unknown_name_is_refused():
    with pytest.raises(NetworkError, match="no network “vgg”; choose one of lenet5, alexnet"):
        paper_network("vgg")
    with pytest.raises(NetworkError, match="no network"):
        paper_network("_of")


def test_the_nearest_digit_scores_highest():
    codes = DigitCodes()
    assert (codes(codes.codes) == 0).sum() == 10  # all differ
    assert codes(codes.codes + 0.3).argmax(1).tolist() == list(range(10))


@pytest.mark.parametrize("name", PAPER_NETWORKS)
def test_a_line_holds_the_whole_network(name):
    spec, shape = paper_network(name)
    line = network_line(spec)
    again = network_from_line(line)
    assert network_line(again) == line
    assert [
        (row.name, row.output_shape, row.parameters, row.macs) for row in summary(again, shape)
    ] == [(row.name, row.output_shape, row.parameters, row.macs) for row in summary(spec, shape)]
