"""Weights, connections and operations of single layers."""

import numpy as np
import pytest

from cnnviz.convolution import (
    as_matrix,
    conv_connections,
    conv_parameters,
    conv_shape,
    linear_parameters,
    output_size,
    trace,
)
from cnnviz.networks import summary
from tests.unit.lecture.slides import checks, differ, same


@checks("s0-fc-200x200", "s2-hd-inputs", "s2-alexnet-input", "s3-3e6")
def test_one_neuron_that_sees_the_whole_image(inputs, expected):
    height, width, *depth = inputs["factors"]
    (count,) = expected.values()
    assert conv_parameters((height, width), *(depth or [1]), 1, bias=False).parameters == count
    assert linear_parameters(np.prod(inputs["factors"]), 1, bias=False).weights == count


@checks("s0-input-32x32x3", "s0-75-params", "s2-147", "s3-1x1x64")
def test_weights_of_one_filter(inputs, expected):
    height, width, depth = inputs["factors"]
    weights = conv_parameters((height, width), depth, 1).weights
    assert weights == next(iter(expected.values()))
    assert depth == expected.get("depth", depth)


@checks("s0-local-10x10")
def test_local_connections(inputs, expected):
    side, _, units = inputs["factors"]
    assert conv_connections((1, 1), side, 1, 1) == expected["per_unit"]
    assert conv_connections((1, units), side, 1, 1) == expected["total"]


@checks("s0-weight-sharing-100")
def test_shared_weights(inputs, expected):
    weights = conv_parameters(inputs["factors"], 1, 1).weights
    assert weights == expected["parameters_shared"]
    assert conv_connections((1, 10**5), 10, 1, 1) == expected["parameters_unshared"]


@checks("s0-W-nonzeros")
def test_the_matrix_of_a_layer_is_sparse(inputs, expected):
    rows, slots = inputs["factors"]
    channels, height, width = conv_shape((3, 32, 32), 5, 6)
    assert (channels * height * width, conv_parameters(5, 3, 1).weights) == (rows, slots)
    assert conv_connections((height, width), 5, 3, 6) == expected["nonzero_slots"]
    one_filter = as_matrix(trace(np.ones((3, 32, 32)), np.ones((3, 5, 5))))
    assert 6 * np.count_nonzero(one_filter) == expected["nonzero_slots"]
    same(np.count_nonzero(one_filter) / one_filter.size, expected["density"])
    shared = conv_parameters(5, 3, 6).weights
    assert shared == expected["distinct_weights"]
    assert 6 * one_filter.size / shared == pytest.approx(expected["ratio_dense_to_conv"])


@checks("s2-735")
def test_neurons_at_one_place(inputs, expected):
    depth, height, width, channels = inputs["factors"]
    assert depth == expected["depth"]
    assert conv_connections((1, 1), (height, width), channels, depth) == expected["weights"]


@checks("s2-423K", "s2-46M")
def test_unshared_weights(inputs, expected):
    rows, columns, depth, per_filter = inputs["factors"]
    image = {24: 30, 250: 256}[rows]
    assert conv_shape((3, image, image), 7, depth) == (depth, rows, columns)
    assert conv_parameters(7, 3, 1).weights == per_filter
    count = conv_connections((rows, columns), 7, 3, depth)
    assert count == expected["exact"]
    assert count == pytest.approx(expected["slide_rounded"], rel=0.002)


@checks("s2-85K")
def test_unshared_weights_of_the_wrong_depth(inputs, expected):
    rows, columns, depth, _ = inputs["factors"]
    count = conv_connections((rows, columns), 7, 3, depth)
    assert count == expected["correct"]
    differ(count, expected["slide_value"])
    shallow = conv_connections((rows, columns), 7, 3, 1)
    assert shallow == expected["depth_1_value"]
    assert round(shallow, -3) == expected["slide_value"]


@checks("s3-1x1x10")
def test_ten_classes(inputs, expected):
    height, width, _ = inputs["factors"]
    shape = conv_shape((64, 8, 8), 8, expected["classes"])
    assert shape == (expected["classes"], height, width)


@checks("s0-100-filters", "s1-520", "s2-shared-735", "s3-layer-params")
def test_parameters_of_a_convolution(inputs, expected):
    channels = (inputs["c_in"], inputs["c_out"])
    counted = conv_parameters(inputs["k"], *channels, bias=inputs["bias"])
    assert counted.parameters == expected["parameters"]
    assert counted.weights == expected.get("weights", counted.weights)
    assert counted.biases == expected.get("biases", counted.biases)
    if "reduction_from_unshared" in expected:
        unshared = conv_connections((24, 24), inputs["k"], *channels)
        assert unshared / counted.weights == expected["reduction_from_unshared"]


@checks("s1-23550", "s2-200M")
def test_parameters_of_a_dense_layer(inputs, expected):
    count = linear_parameters(inputs["n_in"], inputs["n_out"], bias=inputs["bias"]).parameters
    assert count == expected.get("parameters", expected.get("exact"))
    assert round(count, -7) == expected.get("slide_rounded", round(count, -7))


@checks("s3-edge-ops")
def test_operations_of_an_edge_filter(inputs, expected):
    rows, columns = inputs["h"], output_size(inputs["in_w"], 2).size
    assert columns == inputs["out_w"]
    outputs = trace(np.ones((rows, inputs["in_w"])), [[-1, 1]]).output.size
    assert outputs * inputs["ops_per_output"] == expected["conv_ops"]
    entries = linear_parameters(rows * inputs["in_w"], outputs, bias=False).weights
    assert entries == expected["matrix_entries"]
    assert 2 * entries == expected["matrix_ops"]
    assert 2 * entries / expected["conv_ops"] == pytest.approx(expected["speedup"])


@checks("s3-layer-table")
def test_layers_with_parameters(inputs, expected):
    kinds = {"CONV": "conv", "RELU": "relu", "POOL": "maxpool", "FC": "linear"}
    spec = [
        {"layer": "conv", "out": 4, "kernel": 3},
        {"layer": "relu"},
        {"layer": "maxpool", "kernel": 2},
        {"layer": "flatten"},
        {"layer": "linear", "out": 10},
    ]
    rows = {row.kind: row.parameters > 0 for row in summary(spec, (1, 8, 8))}
    assert {name: rows[kind] for name, kind in kinds.items()} == expected["parameters"]
