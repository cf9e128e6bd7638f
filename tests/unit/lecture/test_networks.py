"""Whole networks: AlexNet, VGG and GoogLeNet."""

import itertools

import numpy as np
import pytest

from cnnviz.convolution import conv_parameters, conv_shape, linear_parameters, output_size
from tests.unit.lecture.slides import CASES, checks, differ, fractional_size


@checks("s1-alexnet-60M")
def test_alexnet(inputs, expected):
    dense = [linear_parameters(9216, 4096), linear_parameters(4096, 4096)]
    dense.append(linear_parameters(4096, 1000))
    for groups, total in ((2, expected["parameters"]), (1, expected["ungrouped"])):
        layers = [
            conv_parameters(11, 3, 96),
            conv_parameters(5, 96, 256, groups=groups),
            conv_parameters(3, 256, 384),
            conv_parameters(3, 384, 384, groups=groups),
            conv_parameters(3, 384, 256, groups=groups),
            *dense,
        ]
        assert sum(layer.parameters for layer in layers) == total
        if groups == 2:
            per_filter = [[layer.biases, layer.weights // layer.biases] for layer in layers]
            assert per_filter == inputs["layers"]
    assert f"{expected['parameters'] / 1e6:.0f}" == "61"
    assert expected["rounded"] == "60M"


@checks("s2-alexnet-neurons-1")
def test_neurons_of_alexnets_first_layer(inputs, expected):
    small, large = (fractional_size(size, inputs["k"], inputs["s"]) for size in inputs["m"])
    assert (small, large) == (expected["size_from_224"], expected["size_from_227"])
    neurons = np.prod(conv_shape((3, 227, 227), inputs["k"], 96, stride=inputs["s"]))
    assert neurons == expected["correct"] != expected["slide_value"]
    others = sum(CASES["s2-alexnet-neurons-2-8"]["expected"]["neurons"])
    assert neurons + others == expected["total_with_correct"]
    assert expected["slide_value"] + others == expected["total_with_slide_value"]


@checks("s2-alexnet-neurons-2-8")
def test_neurons_of_alexnets_other_layers(inputs, expected):
    def halve(size):
        return output_size(size, 3, 2).size

    first = output_size(227, 11, 4).size
    second = conv_shape((96, halve(first), halve(first)), 5, 256, padding=2)
    shape = (256, halve(second[1]), halve(second[2]))
    shapes = [second]
    for filters in (384, 384, 256):
        shape = conv_shape(shape, 3, filters, padding=1)
        shapes.append(shape)
    neurons = [*(int(np.prod(shape)) for shape in shapes), 4096, 4096, 1000]
    assert neurons == expected["neurons"]
    assert [int(np.prod(shape)) for shape in inputs["shapes"]] == neurons


def vgg(convs_per_block, *, third_is_1x1=False):
    """Parameters of a VGG network on 224x224 colour pictures (Simonyan & Zisserman, table 1)."""
    shape, total = (3, 224, 224), 0
    for convs, filters in zip(convs_per_block, (64, 128, 256, 512, 512), strict=True):
        for index in range(convs):
            kernel = 1 if third_is_1x1 and index == 2 else 3
            total += conv_parameters(kernel, shape[0], filters).parameters
            shape = conv_shape(shape, kernel, filters, padding=kernel // 2)
        shape = (filters, output_size(shape[1], 2, 2).size, output_size(shape[2], 2, 2).size)
    sizes = (int(np.prod(shape)), 4096, 4096, 1000)
    return total + sum(linear_parameters(*pair).parameters for pair in itertools.pairwise(sizes))


@checks("s2-vgg-params")
def test_vgg_parameters(inputs, expected):
    for name, convs in inputs["convs_per_block"].items():
        count = vgg(convs, third_is_1x1=name == "C")
        assert count == expected["exact"][name]
        assert round(count / 1e6) == expected["millions"][name]


@checks("s2-vgg-E-column")
def test_vgg_e_lost_three_layers(inputs, expected):
    assert inputs["convs_per_block"]["E"] == expected["slide_value"]["convs_per_block"]
    assert vgg(expected["slide_value"]["convs_per_block"]) == expected["params_of_printed_column"]
    assert vgg(expected["correct"]) != expected["params_of_printed_column"]
    weight_layers = sum(expected["correct"]) + inputs["fc_layers"]
    assert weight_layers == expected["correct_weight_layers"]
    assert weight_layers != expected["slide_value"]["weight_layers"]


@checks("s2-vgg-layer-counts")
def test_vgg_layer_counts(inputs, expected):
    blocks = inputs["convs_per_block"]
    counts = {name: sum(convs) + inputs["fc_layers"] for name, convs in blocks.items()}
    assert counts == expected["weight_layers"]


@checks("s0-vgg16-layers")
def test_vgg16(inputs, expected):
    blocks = expected["conv_per_block"]
    assert (len(blocks), sum(blocks) + expected["dense"]) == (
        expected["pools"],
        expected["weight_layers"],
    )
    assert vgg(blocks) == CASES["s2-vgg-params"]["expected"]["exact"]["D"]


def inception(module):
    """The six convolutions of an inception module (Szegedy et al., 2015)."""
    inputs, ones, reduce3, threes, reduce5, fives, pool = module
    return [
        conv_parameters(1, inputs, ones),
        conv_parameters(1, inputs, reduce3),
        conv_parameters(3, reduce3, threes),
        conv_parameters(1, inputs, reduce5),
        conv_parameters(5, reduce5, fives),
        conv_parameters(1, inputs, pool),
    ]


@checks("s1-1x1-reduction")
def test_inception_3a(inputs, expected):
    names = ("c_in", "b1", "r3", "b3", "r5", "b5", "pool_proj")
    depth, ones, _, threes, _, fives, pool = sizes = [inputs[name] for name in names]
    reduced = sum(layer.weights for layer in inception(sizes))
    assert reduced == expected["reduced_weights"]
    naive = [
        conv_parameters(kernel, depth, filters).weights
        for kernel, filters in ((1, ones), (3, threes), (5, fives))
    ]
    assert sum(naive) == expected["naive_weights"]
    assert ones + threes + fives + pool == expected["reduced_output_depth"]
    assert ones + threes + fives + depth == expected["naive_output_depth"]


@checks("s1-googlenet-4M")
def test_googlenet(inputs, expected):
    stem = [conv_parameters(7, 3, 64), conv_parameters(1, 64, 64), conv_parameters(3, 64, 192)]
    modules = inputs["modules_in_1x1_r3_3x3_r5_5x5_pool"]
    layers = [*stem, *itertools.chain.from_iterable(inception(module) for module in modules)]
    without_classifier = sum(layer.parameters for layer in layers)
    assert without_classifier == expected["without_final_fc"]
    total = without_classifier + linear_parameters(1024, 1000).parameters
    assert total == expected["correct"]
    differ(total / 1e6, expected["slide_value"] / 1e6)
    alexnet_total = CASES["s1-alexnet-60M"]["expected"]["parameters"]
    assert alexnet_total / total == pytest.approx(expected["ratio"], abs=1e-5)


@checks("s1-9-inception")
def test_inception_modules(inputs, expected):
    modules = CASES["s1-googlenet-4M"]["inputs"]["modules_in_1x1_r3_3x3_r5_5x5_pool"]
    assert len(modules) == expected["modules"]
    for (_, ones, _, threes, _, fives, pool), (depth, *_) in itertools.pairwise(modules):
        assert ones + threes + fives + pool == depth
