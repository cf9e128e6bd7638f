"""The catalogue and kernels as text."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import correlate2d
from cnnviz.imaging import (
    KERNELS,
    explain_sum,
    format_kernel,
    format_weight,
    gaussian_kernel,
    kernel_file,
    kernel_json,
    kernel_sum,
    parse_kernel,
)
from cnnviz.imaging.kernels import normalised, symmetrised, turned

REQUIRED = [
    "identity", "box-3", "box-5", "box-7", "gaussian-3", "gaussian-5", "sharpen", "unsharp-5",
    "laplacian-4", "laplacian-4-neg", "laplacian-8", "laplacian-8-neg", "sobel-x", "sobel-y",
    "prewitt-x", "prewitt-y", "scharr-x", "scharr-y", "roberts-x", "roberts-y", "emboss",
]  # fmt: skip
KEEPS_BRIGHTNESS = {
    "identity", "box-3", "box-5", "box-7", "gaussian-3", "gaussian-5", "sharpen", "unsharp-5",
    "emboss",
}  # fmt: skip


def test_the_catalogue_is_complete_and_every_kernel_says_what_it_does():
    assert list(KERNELS) == REQUIRED
    for kernel in KERNELS.values():
        assert kernel.title
        assert kernel.does.endswith(".")
        assert kernel.weights.dtype == np.float32


@pytest.mark.parametrize("id_", REQUIRED)
def test_each_sum_is_0_for_edges_or_1_for_the_rest(id_):
    assert KERNELS[id_].sum == (1 if id_ in KEEPS_BRIGHTNESS else 0)


def test_the_catalogue_cannot_be_spoilt_by_a_page():
    with pytest.raises(ValueError, match="read-only"):
        KERNELS["identity"].weights[0, 0] = 5


def test_known_weights():
    binomial = np.array([1, 4, 6, 4, 1])
    assert np.array_equal(KERNELS["gaussian-5"].weights * 256, np.outer(binomial, binomial))
    assert KERNELS["unsharp-5"].weights[2, 2] == np.float32(476 / 256)
    assert KERNELS["unsharp-5"].weights[0, 0] == np.float32(-1 / 256)
    assert np.array_equal(KERNELS["laplacian-4-neg"].weights, -KERNELS["laplacian-4"].weights)
    assert np.array_equal(KERNELS["laplacian-8-neg"].weights, -KERNELS["laplacian-8"].weights)
    for name in ("sobel", "prewitt", "scharr"):
        assert np.array_equal(KERNELS[f"{name}-x"].weights.T, KERNELS[f"{name}-y"].weights)
    assert KERNELS["roberts-x"].weights.tolist() == [[1, 0], [0, -1]]


def test_emboss_is_lit_from_where_it_says():
    """A raised square: its upper left edge is light, its lower right one dark."""
    raised = np.zeros((9, 9))
    raised[3:6, 3:6] = 1
    relief = correlate2d(raised, KERNELS["emboss"].weights, padding=1) - raised
    assert (relief[3, 3], relief[5, 5]) == (relief.max(), relief.min())
    assert "lit from the top left" in KERNELS["emboss"].does


def test_the_sum_is_explained():
    assert "sum to 0" in explain_sum(KERNELS["sobel-x"].weights)
    assert "brightness stays the same" in explain_sum(KERNELS["box-7"].weights)
    assert "\N{MINUS SIGN}2" in explain_sum(np.array([[-2.0]]))
    assert "3 times as bright" in explain_sum(np.array([[1.0, 2.0]]))
    assert kernel_sum(np.full((7, 7), 1 / 49, dtype=np.float32)) == 1


@given(st.floats(0.3, 5), st.integers(1, 15))
@settings(deadline=None, max_examples=50)
def test_a_gaussian_sums_to_1_is_symmetric_and_has_the_density_s_ratios(sigma, size):
    weights = gaussian_kernel(sigma, size).astype(np.float64)
    assert weights.shape == (size, size)
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert np.allclose(weights, weights.T)
    assert np.allclose(weights, weights[::-1, ::-1])
    if size > 2:
        here, there = (size - 1) // 2, (size + 1) // 2
        offset = (size - 1) / 2
        ratio = np.exp(-((there - offset) ** 2 - (here - offset) ** 2) / (2 * sigma**2))
        assert weights[here, there] / weights[here, here] == pytest.approx(ratio, rel=1e-4)


def test_a_gaussian_reaches_three_sigma_and_refuses_nonsense():
    assert gaussian_kernel(1.0).shape == (7, 7)
    assert gaussian_kernel(2.5).shape == (17, 17)
    for sigma, size in ((0, 3), (-1, 3), (float("nan"), 3), (float("inf"), 3), (1, 0)):
        with pytest.raises(ValueError, match=r"must be"):
            gaussian_kernel(sigma, size)


sides = st.integers(1, 15)
numbers = st.floats(-999_999, 999_999, width=32)


@given(st.tuples(sides, sides).flatmap(lambda s: arrays(np.float32, s, elements=numbers)))
@settings(deadline=None, max_examples=100)
def test_text_reads_back_to_the_same_numbers(weights):
    assert np.array_equal(parse_kernel(format_kernel(weights)), weights)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_catalogue_survives_text(kernel):
    assert np.array_equal(parse_kernel(format_kernel(kernel.weights)), kernel.weights)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", [[1]]),
        ("-1 0 1; -2 0 2; -1 0 1", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]]),
        ("1, 2 ;\r\n 3 ,4", [[1, 2], [3, 4]]),
        ("1/4 -1/4", [[0.25, -0.25]]),
        ("\N{MINUS SIGN}2 1e-3", [[-2, 0.001]]),
    ],
)
def test_typed_kernels(text, expected):
    assert np.allclose(parse_kernel(text), np.array(expected, dtype=np.float32))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" ;\n", "empty"),
        ("1 2; 3", "row 1 has 2, row 2 has 1"),
        ("1 x; 2 3", "“x”"),
        ("1/0", "“1/0”"),
        ("nan", "“nan”"),
        ("inf", "“inf”"),
        ("-1e9", "too large"),
        ("1/2/3", "“1/2/3”"),
        ("__import__('os').getcwd()", "type the rows alone"),
        (" ".join("1" * 16), "15×15 is the largest"),
        (";".join("1" * 16), "15×15 is the largest"),
    ],
)
def test_a_bad_kernel_gets_one_sentence(text, says):
    with pytest.raises(ValueError, match=r"\.$") as error:
        parse_kernel(text)
    assert says in str(error.value)


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_any_text_is_a_kernel_or_a_sentence(text):
    try:
        weights = parse_kernel(text)
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
    else:
        assert np.isfinite(weights).all()


@pytest.mark.parametrize(
    ("weight", "text"),
    [(1 / 9, "1/9"), (-1 / 16, "-1/16"), (0.25, "0.25"), (-0.0, "0"), (3, "3"), (2 / 3, "2/3")],
)
def test_a_weight_is_written_briefly(weight, text):
    assert format_weight(weight) == text


SQUARE = st.integers(0, 4).flatmap(
    lambda half: arrays(np.float32, (2 * half + 1,) * 2, elements=st.integers(-9, 9))
)


@given(SQUARE)
def test_eight_turns_are_none_and_two_are_a_quarter(weights):
    quarter = turned(turned(weights))
    assert np.array_equal(quarter, np.rot90(weights, -1))
    for _ in range(6):
        quarter = turned(quarter)
    assert np.array_equal(quarter, weights)


def test_a_turned_sobel_is_a_known_one():
    diagonal = [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]
    assert turned(KERNELS["sobel-x"].weights).tolist() == diagonal
    for weights in (np.zeros((2, 2)), np.zeros((3, 1))):
        with pytest.raises(ValueError, match="square kernel of an odd size"):
            turned(weights)


@given(SQUARE)
def test_a_symmetrised_kernel_is_its_own_mirror_image_and_keeps_its_sum(weights):
    result = symmetrised(weights)
    for other in (result[::-1], result[:, ::-1], result.T):
        assert np.array_equal(result, other)
    assert result.sum() == pytest.approx(weights.sum(), abs=1e-3)


@given(SQUARE)
def test_a_normalised_kernel_sums_to_1_or_its_positive_half_does(weights):
    result = normalised(weights)
    if weights.sum():
        assert result.sum() == pytest.approx(1, abs=1e-4)
    elif weights.any():
        assert np.maximum(result, 0).sum() == pytest.approx(1, abs=1e-5)
    else:
        assert not result.any()


def test_a_kernel_in_a_file_is_read_back_to_the_same_numbers():
    weights = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    assert np.array_equal(parse_kernel(kernel_file({"Kernel": weights})), weights)
    both = kernel_file({"x": weights, "y": weights.T}).split("\n\n")
    for text, expected in zip(both, (weights, weights.T), strict=True):
        assert np.array_equal(parse_kernel(text.split(":\n")[1]), expected)
    read = json.loads(kernel_json({"Kernel": weights}, border="zero"))
    assert read["border"] == "zero"
    assert np.array_equal(np.array(read["kernels"]["Kernel"], np.float32), weights)
