"""The numbers of one pixel, and the way into the stepper."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from cnnviz.components.arithmetic import number, stepper_links, weight
from cnnviz.imaging import KERNELS, Recipe, parse_kernel

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 50), dtype=np.uint8)
PICTURE = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def value_in_the_stepper(params, image):
    """What the stepper's page computes from a link, by `torch.nn.functional`."""
    row, column, size = (int(params[key]) for key in ("s_row", "s_col", "s_size"))
    assert 0 <= row <= image.shape[0] - size
    assert 0 <= column <= image.shape[1] - size
    assert 8 <= size <= 32
    kernel = params["s_kernel"]
    weights = parse_kernel(params["s_weights"]) if kernel == "custom" else KERNELS[kernel].weights
    if params.get("s_flip") == "true":
        weights = weights[::-1, ::-1]
    patch = torch.tensor(np.atleast_3d(image), dtype=torch.float64)
    patch = patch[row : row + size, column : column + size].permute(2, 0, 1)[None]
    stack = torch.tensor(weights.copy(), dtype=torch.float64).expand(1, patch.shape[1], -1, -1)
    output = F.conv2d(patch, stack)[0, 0]
    cell = [int(part) for part in params["s_cell"].split(",")]
    return float(output[*cell])


@given(
    shape=st.tuples(st.integers(1, 15), st.integers(1, 15)),
    flip=st.booleans(),
    colour=st.booleans(),
    row=st.integers(0, 39),
    column=st.integers(0, 49),
)
@settings(deadline=None, max_examples=150)
def test_the_stepper_opens_on_the_window_of_the_pixel(shape, flip, colour, row, column):
    image = PICTURE if colour else IMAGE
    weights = np.random.default_rng(2).integers(-3, 4, shape).astype(np.float32)
    recipe = Recipe("kernel", weights, border="zero", flip=flip)
    (link,) = stepper_links(recipe, "custom", image, (row, column))
    shown = value_in_the_stepper(link.params, image)
    top, left = row - (shape[0] - 1) // 2, column - (shape[1] - 1) // 2
    inside = 0 <= top <= 40 - shape[0] and 0 <= left <= 50 - shape[1]
    assert ("reaches beyond" in (link.note or "")) != inside
    assert ("three channels" in (link.note or "")) == colour
    if inside:
        result = recipe.apply(image).values[row, column]
        assert shown == pytest.approx(result.sum(), abs=0.1)


def test_a_kernel_of_the_catalogue_is_named_and_both_sobels_have_a_link():
    (link,) = stepper_links(Recipe("kernel", KERNELS["emboss"].weights), "emboss", IMAGE, (20, 20))
    assert link.params["s_kernel"] == "emboss"
    assert "s_weights" not in link.params
    assert "s_flip" not in link.params
    assert link.note is None
    x, y = stepper_links(Recipe("sobel-magnitude"), "custom", IMAGE, (20, 20))
    assert (x.params["s_kernel"], y.params["s_kernel"]) == ("sobel-x", "sobel-y")
    assert x.label != y.label


def test_no_link_where_the_stepper_has_no_patch():
    assert stepper_links(Recipe("median", size=3), "custom", IMAGE, (5, 5)) == []
    small = Recipe("mean", size=3)
    assert stepper_links(small, "custom", IMAGE[:7, :30], (3, 3)) == []
    assert stepper_links(Recipe("mean", size=15), "custom", IMAGE[:10, :10], (3, 3)) == []
    assert len(stepper_links(small, "custom", IMAGE[:8, :8], (3, 3))) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (-1e-9, "0"), (-12, "\N{MINUS SIGN}12"), (1 / 3, "0.333"),
     (1234.5, "1234"), (0.5, "0.5")],
)  # fmt: skip
def test_numbers_are_short_and_have_a_real_minus(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1 / 9, "1/9"), (-1 / 256, "\N{MINUS SIGN}1/256"), (0.0703125, "9/128"),
     (-2, "\N{MINUS SIGN}2"), (0.046771, "0.047"), (0.00012345, "1e\N{MINUS SIGN}04"),
     (476 / 256, "1.859")],
)  # fmt: skip
def test_weights_fit_a_cell(value, text):
    assert weight(value) == text
