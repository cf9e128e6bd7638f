"""Descriptions that are wrong, by mistake or on purpose."""

import pytest
import torch

from cnnviz.networks import NETWORKS, NetworkError, build, network_spec, plan, pytorch_code, summary
from cnnviz.training.config import check_trainable

CONV = {"layer": "conv", "out": 4, "kernel": 3}


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ([], "A network must be a list of at least one layer"),
        (None, "A network must be a list"),
        ({"layer": "relu"}, "A network must be a list"),
        ("relu", "A network must be a list"),
        (["relu"], "Layer 1 is not one of conv, .*: it is 'relu'"),
        ([{"layer": "relu"}, {}], r"Layer 2 is not one of"),
        ([{"layer": "Conv2d"}], "Layer 1 is not one of"),
        ([{"layer": ["conv"]}], "Layer 1 is not one of"),
        ([{"layer": "__import__('os').system('true')"}], "Layer 1 is not one of"),
        ([{"layer": "conv", "kernel": 3}], "conv1 needs a whole number from 1 to 4096 as its out"),
        ([{"layer": "conv", "kernel": 3}], "but it is missing"),
        ([CONV | {"out": 0}], "as its out, not 0"),
        ([CONV | {"out": True}], "as its out, not True"),
        ([CONV | {"out": 4.0}], r"as its out, not 4\.0"),
        ([CONV | {"out": "4"}], "as its out, not '4'"),
        ([CONV | {"out": None}], "as its out, not None"),
        ([CONV | {"kernel": [3, 3]}], r"as its kernel, not \[3, 3\]"),
        ([CONV | {"stride": 0}], "a whole number from 1 to 16 as its stride, not 0"),
        ([CONV | {"padding": "same"}], "as its padding, not 'same'"),
        ([CONV | {"padding": -1}], "as its padding, not -1"),
        ([CONV | {"groups": 2}], "conv1, has 2 groups, which must divide its 1 input channels"),
        ([CONV | {"out": 6}, CONV | {"groups": 3}], "conv2, has 3 groups, .* its 4 output chan"),
        ([CONV | {"groups": 2}], "PyTorch says: in_channels must be divisible by groups"),
        ([CONV | {"bias": False}], "conv1 needs a whole number from 0 to 1 as its bias, not False"),
        ([CONV | {"transposed": 1}], "conv1 has no 'transposed'"),
        ([{"layer": "tableconv", "out": 16, "kernel": 5}], "has a table for 6 maps, but its input"),
        ([{"layer": "flatten"}, {"layer": "rbf"}], "compares 84 features .*, not 64: put fc84"),
        ([CONV | {"x" * 500: 2}], "conv1 has no 'xxx.*…"),
        ([{"layer": "relu", "inplace": True}], "relu1 has no 'inplace'"),
        ([CONV | {"kernel": 9}], "Layer 1, conv1, covers 9×9, but its input of 1×8×8, padded"),
        ([CONV | {"kernel": 9}], "PyTorch says: Calculated padded input size per chann"),
        ([CONV | {"dilation": 4}], "conv1, covers 9×9"),
        ([CONV, {"layer": "maxpool", "kernel": 7}], "Layer 2, maxpool1, covers 7×7, .* of 4×6×6"),
        ([CONV, {"layer": "maxpool", "kernel": 7}], r"PyTorch says: Given input size: \(4x6x6\)"),
        ([CONV | {"layer": "local", "kernel": 9}], "PyTorch says: Given an input with spatial siz"),
        ([{"layer": "maxpool", "kernel": 2, "padding": 2}], "maxpool1, pads by 2.*PyTorch says: p"),
        ([{"layer": "linear", "out": 10}], "linear1, needs a flat input, not 1×8×8: put flatten"),
        ([{"layer": "flatten"}, CONV], "conv1, needs maps, but it comes after flatten"),
        ([{"layer": "flatten"}, {"layer": "gap"}], "gap1, needs maps"),
        ([{"layer": "dropout", "p": 1.5}], r"dropout1 needs a number from 0 to 1 as its p"),
        ([{"layer": "dropout", "p": float("nan")}], "as its p, not nan"),
        ([{"layer": "residual"}], r"residual1\.body must be a list"),
        ([{"layer": "residual", "body": []}], r"residual1\.body must be a list"),
        ([{"layer": "residual", "body": [CONV]}], r"4×6×6 \(body\) and 1×8×8 \(input\), which"),
        ([{"layer": "residual", "body": [CONV]}], "PyTorch says: The size of tensor a .6. must"),
        (
            [{"layer": "residual", "body": [CONV | {"kernel": 9}]}],
            r"Layer 1 of residual1\.body, conv1, covers 9×9",
        ),
        ([{"layer": "concat"}], "concat1 needs 2 to 16 branches, not 0"),
        ([{"layer": "concat", "branches": {"a": [CONV]}}], "concat1 needs 2 to 16 branches"),
        ([{"layer": "concat", "branches": [[CONV]]}], "concat1 needs 2 to 16 branches, not 1"),
        ([{"layer": "concat", "branches": [[CONV]] * 17}], "2 to 16 branches, not 17"),
        ([{"layer": "concat", "branches": [[CONV], []]}], r"concat1\.branch2 must be a list"),
        ([{"layer": "concat", "branches": [[CONV], CONV]}], r"concat1\.branch2 must be a list"),
        (
            [{"layer": "concat", "branches": [[CONV], [{"layer": "identity"}]]}],
            r"joins 4×6×6 \(branch1\) and 1×8×8 \(branch2\).*PyTorch says: Sizes of tensors",
        ),
        (
            [{"layer": "concat", "branches": [[CONV], [{"layer": "flatten"}]]}],
            r"joins 4×6×6 \(branch1\) and 64 \(branch2\).*PyTorch says: Tensors must have",
        ),
        ([{"layer": "residual", "body": [{"layer": "no"}]}], r"Layer 1 of residual1\.body is not"),
        ([{"layer": "residual", "body": [CONV], "code": "x"}], "residual1 has no 'code'"),
        (
            [{"layer": "residual", "body": [{"layer": "relu"}], "shortcut": []}],
            r"residual1\.shortcut must be a list",
        ),
        ([{"layer": "relu"}] * 1001, "more than 1,000 layers"),
        ([{"layer": "residual", "body": [{"layer": "relu"}] * 600}] * 2, "more than 1,000 layers"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("function", [build, summary, pytorch_code])
def test_a_wrong_description_gives_a_sentence(spec, sentence, function):
    with pytest.raises(NetworkError, match=sentence):
        function(spec, (1, 8, 8))


def test_too_many_parameters_are_counted_but_given_no_memory():
    spec = [{"layer": "flatten"}] + [{"layer": "linear", "out": 4096}] * 4
    sentence = "The network has 50,610,176 parameters, more than 20,000,000"
    with pytest.raises(NetworkError, match=sentence):
        build(spec, (1, 8, 8))
    with pytest.raises(NetworkError, match=sentence):
        check_trainable(spec, (1, 8, 8), 4096, 8)
    assert sum(row.parameters for row in summary(spec, (1, 8, 8))) == 50_610_176
    with torch.device("meta"):
        assert sum(values.numel() for values in build(spec, (1, 8, 8)).parameters()) == 50_610_176


def test_too_many_values_are_refused_before_any_are_made():
    with pytest.raises(NetworkError, match="values for each picture, more than 33,554,432"):
        build([CONV | {"out": 4096, "padding": 1}], (3, 1000, 1000))


def test_a_deep_nest_is_refused():
    spec = [{"layer": "relu"}]
    for _ in range(500):
        spec = [{"layer": "residual", "body": spec}]
    with pytest.raises(NetworkError, match="more than 4 blocks inside each other"):
        build(spec, (1, 8, 8))


@pytest.mark.parametrize(
    "shape", [(8, 8), (1, 8, 8, 1), (0, 8, 8), (1, 8, 2000), (1, 8.0, 8), (True, 8, 8), "188", None]
)
def test_a_wrong_shape_gives_a_sentence(shape):
    with pytest.raises(NetworkError, match="A picture's shape is three whole numbers"):
        build([CONV], shape)


@pytest.mark.parametrize("id", NETWORKS)
def test_named_networks_refuse_what_they_cannot_see(id):
    with pytest.raises(NetworkError, match="needs pictures of at least 8×8, not 7×9"):
        network_spec(id, (1, 7, 9), 10)
    with pytest.raises(NetworkError, match="at least 2 classes to tell apart, not 1"):
        network_spec(id, (1, 28, 28), 1)


@pytest.mark.parametrize("id", NETWORKS)
@pytest.mark.parametrize("side", range(8, 70))
def test_named_networks_work_from_8_pixels_up(id, side):
    assert summary(network_spec(id, (3, side, side), 5), (3, side, side))[-1].output_shape == (5,)


def test_pictures_too_long_for_their_width_give_a_sentence():
    with pytest.raises(NetworkError, match="is smaller: use larger pictures"):
        network_spec("gap", (1, 8, 1024), 10)


def test_an_unknown_name_is_refused():
    with pytest.raises(NetworkError, match="no network “resnet”; choose one of gap, lenet5, vgg"):
        network_spec("resnet", (1, 28, 28), 10)


def test_the_default_comes_first():
    assert next(iter(NETWORKS)) == "gap"


def test_only_numbers_reach_the_code():
    """Whatever is accepted can be written out as numbers and names of ours alone."""
    for id in NETWORKS:
        for layer in plan.flat(plan.plan(network_spec(id, (3, 32, 32), 10), (3, 32, 32))):
            assert all(type(v) in {int, float} for v in layer.call.args)
            assert all(type(v) is int for v in layer.call.kwargs.values())
