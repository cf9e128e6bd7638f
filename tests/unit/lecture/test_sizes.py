"""Output sizes, strides, padding and receptive fields."""

import itertools

import numpy as np

from cnnviz.convolution import (
    Padding,
    WindowLayer,
    conv_parameters,
    conv_shape,
    output_size,
    receptive_fields,
    trace,
)
from tests.unit.lecture.slides import checks, fractional_size, same


@checks("s0-size-change")
def test_valid_and_same_sizes(inputs, expected):
    none, half = inputs["p"]
    assert output_size(inputs["m"], inputs["k"], 1, none).size == expected["valid"]
    assert output_size(inputs["m"], inputs["k"], 1, half).size == expected["same"]


@checks(
    "s0-stride2-halves",
    "s1-stride1",
    "s1-stride2",
    "s2-24-positions",
    "s2-good-practice",
    "s2-output-dims",
    "s3-7-3-s1",
    "s3-7-pad1",
)
def test_size_after_a_window(inputs, expected):
    sizes = [
        output_size(int(size), inputs["k"], inputs["s"], inputs["p"]).size
        for size in np.atleast_1d(inputs["m"])
    ]
    assert sizes == np.atleast_1d(expected["out"]).tolist()


@checks("s3-size-formula")
def test_size_formula_on_eight_layers(inputs, expected):
    assert [output_size(*example).size for example in inputs["examples"]] == expected["out"]


@checks("s0-positions")
def test_positions_of_one_filter(inputs, expected):
    side = output_size(inputs["m"], inputs["k"]).size
    assert (side, side**2) == (expected["side"], expected["units"])
    assert -(-(10**5) // side**2) == expected["maps_for_1e5_units"]


@checks("s1-shared-weights-formula")
def test_units_of_a_shared_kernel(inputs, expected):
    shape = conv_shape((1, inputs["m"], inputs["m"]), inputs["k"], 1)
    assert list(shape[1:]) == expected["hidden"]
    assert conv_parameters(inputs["k"], 1, 1).parameters == expected["parameters_per_map"]
    assert trace(np.ones((6, 6)), np.ones((5, 5)), bias=1.0).operator == "correlation"


@checks("s4-stride2-9-patches")
def test_nine_patches(inputs, expected):
    traced = trace(np.ones((inputs["m"],) * 2), np.ones((inputs["k"],) * 2), stride=inputs["s"])
    assert traced.output.shape == (expected["side"], expected["side"])
    assert len(traced.reads) == expected["patches"]


@checks("s0-stride-overlap")
def test_overlap_of_neighbouring_windows(inputs, expected):
    shared = []
    for stride in inputs["strides"]:
        row = trace(np.ones((1, 9)), np.ones((1, inputs["k"])), stride=stride)
        shared.append(len(set(row.reads[0]) & set(row.reads[1])))
    assert shared == expected["shared_columns"]


@checks("s2-6x6-2.5")
def test_a_size_that_needs_stride_2(inputs, expected):
    right = fractional_size(inputs["m"], inputs["k"], inputs["s"])
    assert right == expected["correct"] != expected["slide_value"]
    assert fractional_size(inputs["m"], inputs["k"], 2) == expected["with_stride_2"]


@checks("s3-7-3-s3-not-fit")
def test_a_stride_that_does_not_fit(inputs, expected):
    out = output_size(inputs["m"], inputs["k"], inputs["s"])
    assert out.size == expected["floor"]
    assert (out.remainder == 0) is expected["fits"]
    same(fractional_size(inputs["m"], inputs["k"], inputs["s"]), expected["real"])
    assert round(expected["real"], 1) == expected["slide_rounded"]


@checks("s2-padded-matrix-garbled")
def test_a_padded_image(inputs, expected):
    padded = trace(inputs["image"], np.ones((3, 3)), padding=inputs["p"]).padded[0]
    same(padded, expected["correct"])
    assert list(padded.shape) not in expected["printed_shapes"]


@checks("s3-pad-figure-garbled")
def test_a_padded_shape(inputs, expected):
    image = np.ones((inputs["m"], inputs["m"]))
    padded = trace(image, np.ones((3, 3)), padding=inputs["p"]).padded[0]
    assert list(padded.shape) == expected["correct_shape"] != expected["printed_shape"]


@checks("s3-preserve-pad")
def test_padding_that_keeps_the_size(inputs, expected):
    for kernel, pad in zip(inputs["k"], expected["pad"], strict=True):
        assert Padding("same").resolve((kernel, kernel)) == ((pad, pad), (pad, pad))


@checks("s3-pad-schemes")
def test_padding_schemes_for_any_kernel(inputs, expected):
    for size, kernel in itertools.product(range(8, 12), range(1, 8)):
        outs, pads = {}, {}
        for scheme in ("full", "same", "valid"):
            pads[scheme] = Padding(scheme).resolve((kernel, kernel))[1]
            outs[scheme] = output_size(size, kernel, 1, pads[scheme]).size
        assert outs == {"full": size + kernel - 1, "same": size, "valid": size - kernel + 1}
        assert pads["full"] == (kernel - 1, kernel - 1)
        assert pads["same"] == ((kernel - 1) // 2, kernel // 2)
        assert pads["valid"] == (0, 0)


@checks("s3-m5k3", "s3-m5k4")
def test_padding_schemes_in_numbers(inputs, expected):
    kernel = inputs["k"]
    for scheme in ("full", "same", "valid"):
        pads = Padding(scheme).resolve((kernel, kernel))[1]
        assert output_size(inputs["m"], kernel, 1, pads).size == expected[scheme]
        allowed = np.reshape(expected["zeros"][scheme], (-1, 2)).tolist()
        assert list(pads) in allowed


@checks("s0-28x28x1", "s0-28x28x6", "s0-1x1", "s3-32-filters", "s4-rgb-3-floats")
def test_shape_of_a_convolution(inputs, expected):
    height, width, depth = inputs["input"]
    options = {"stride": inputs["s"], "padding": inputs["p"]}
    shape = conv_shape((depth, height, width), inputs["k"], inputs["filters"], **options)
    channels, rows, columns = shape
    assert [rows, columns, channels] == expected.get("output", expected.get("example_output"))
    assert channels == expected.get("output_depth", channels)
    assert depth == expected.get("channels", depth)
    counted = conv_parameters(inputs["k"], depth, inputs["filters"])
    assert counted.weights == expected.get("weights", counted.weights)
    assert counted.parameters == expected.get("with_bias", counted.parameters)
    per_output = conv_parameters(inputs["k"], depth, 1).weights
    assert per_output == expected.get("dot_product_length", per_output)


@checks("s0-3-6-10-stack")
def test_two_layers(inputs, expected):
    height, width, depth = inputs["input"]
    shapes, counts = [(depth, height, width)], []
    for kernel, filters in inputs["layers"]:
        counts.append(conv_parameters(kernel, shapes[-1][0], filters))
        shapes.append(conv_shape(shapes[-1], kernel, filters))
    assert [[rows, columns, depth] for depth, rows, columns in shapes] == expected["shapes"]
    assert [count.weights for count in counts] == expected["weights"]
    assert [count.parameters for count in counts] == expected["with_bias"]


@checks("s0-receptive-field")
def test_receptive_fields_of_three_stacks(inputs, expected):
    def sizes(name):
        return [
            field.size
            for field in receptive_fields(
                WindowLayer(*kernel_stride) for kernel_stride in inputs[name]
            )
        ]

    assert sizes("layers_k_s") == expected["after_each"]
    assert sizes("two_3x3")[-1] == expected["two_3x3"]
    assert sizes("three_3x3")[-1] == expected["three_3x3"]
