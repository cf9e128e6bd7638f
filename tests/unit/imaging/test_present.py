"""Results on screen: colours, scale and histogram."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import correlate2d
from cnnviz.imaging import (
    KERNELS,
    Recipe,
    apply_kernel,
    diverging,
    present,
    present_photo,
    sample_image,
    to_grey,
)
from cnnviz.imaging.filters import rounding_bound
from cnnviz.imaging.present import BINS
from cnnviz.imaging.recipe import Result

VALUES = np.array([[-300.0, -100.0, 0.0, 50.0, 200.0, 400.0]], np.float32)


def grey(presented):
    assert presented.pixels.ndim == 2
    return presented.pixels[0].tolist()


def test_each_view_of_the_same_numbers():
    result = Result(VALUES)
    assert grey(present(result, "clipped")) == [0, 0, 0, 50, 200, 255]
    assert grey(present(result, "relu")) == [0, 0, 0, 32, 128, 255]
    assert grey(present(result, "absolute")) == [191, 64, 0, 32, 128, 255]
    signed = present(result, "signed")
    assert np.array_equal(signed.pixels, diverging(VALUES, 400))


@pytest.mark.parametrize(
    ("view", "low", "high"),
    [("signed", -400, 400), ("absolute", 0, 400), ("relu", 0, 400), ("clipped", 0, 255)],
)
def test_the_scale_says_what_the_colours_mean(view, low, high):
    scale = present(Result(VALUES), view).scale
    assert (scale.low, scale.high) == (low, high)
    assert (scale.smallest, scale.largest) == (-300, 400)
    assert scale.counts.sum() == VALUES.size


@pytest.mark.parametrize("shape", [(100, 100), (100, 100, 3)])
def test_a_few_extreme_numbers_do_not_make_the_rest_pale(shape):
    values = np.random.default_rng(0).normal(0, 50, shape).astype(np.float32)
    values[0, 0] = -900
    for view in ("signed", "absolute", "relu"):
        scale = present(Result(values), view).scale
        assert scale.high == pytest.approx(np.quantile(np.abs(values), 0.995), abs=900 / 128)
        assert scale.smallest == -900
        assert scale.counts.sum() == values.size  # those beyond the ends are counted there


def test_a_signed_colour_picture_has_mid_grey_at_0():
    values = np.zeros((2, 2, 3), np.float32)
    values[0, 0] = 10, -10, 5
    presented = present(Result(values), "signed")
    assert presented.pixels[1, 1].tolist() == [128, 128, 128]
    assert presented.pixels[0, 0].tolist() == [255, 1, 192]
    assert presented.scale.counts.shape == (3, BINS)


@pytest.mark.parametrize("view", ["signed", "absolute", "relu", "clipped"])
@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 3)])
def test_all_zeros_and_all_negative_are_shown(view, shape):
    for value in (0, -5):
        presented = present(Result(np.full(shape, value, np.float32)), view)
        assert presented.scale.high > presented.scale.low
        assert presented.scale.counts.sum() == np.prod(shape)


# Numbers so small that 1/128 of them is not a float32 any more are no pictures.
NUMBERS = st.floats(-500, 500, width=32).filter(lambda v: v == 0 or abs(v) > 1e-30)


@given(st.lists(NUMBERS, min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_the_histogram_agrees_with_numpy(numbers):
    values = np.array([numbers], np.float32)
    for view in ("signed", "clipped"):
        scale = present(Result(values), view).scale
        clipped = np.clip(values, scale.low, scale.high)
        expected, edges = np.histogram(clipped, BINS, (scale.low, scale.high))
        # A number within float32 rounding of an inner edge may fall on either side of it.
        near = np.abs(clipped[..., None] - edges[1:-1]).min(axis=2) < 1e-3 * scale.high
        assert scale.counts.sum() == len(numbers)
        assert np.abs(scale.counts[0] - expected).sum() <= 2 * near.sum()


def test_a_photo_is_shown_as_it_is():
    photo = sample_image("cat")
    presented = present_photo(photo)
    assert np.array_equal(presented.pixels, photo)
    assert (presented.scale.low, presented.scale.high) == (0, 255)
    for channel in range(3):
        values, counts = np.unique(photo[:, :, channel], return_counts=True)
        expected = np.bincount(
            np.minimum(values / 255 * BINS, BINS - 1).astype(int), counts, minlength=BINS
        )
        assert np.array_equal(presented.scale.counts[channel], expected)


def test_a_direction_is_a_hue_dark_where_there_is_no_gradient():
    image = np.zeros((21, 21), np.uint8)
    rows, columns = np.mgrid[-10:11, -10:11]
    image = np.clip(255 - 20 * np.hypot(rows, columns), 0, 255).astype(np.uint8)
    presented = present(Recipe("sobel-direction").apply(image), "signed")
    pixels = presented.pixels.astype(int)
    right, left = pixels[10, 5], pixels[10, 15]  # brightness rises towards the middle
    assert right[2] > right[0]
    assert left[0] > left[2]
    assert pixels[0, 0].max() < 20
    assert presented.scale.unit == "°"
    assert presented.scale.counts.shape == (1, BINS)


def test_a_direction_in_colour_follows_the_strongest_channel():
    image = np.zeros((9, 9, 3), np.uint8)
    image[:, 5:, 0] = 250  # strong, rising to the right
    image[5:, :, 1] = 10  # weak, rising downwards
    colour = present(Recipe("sobel-direction").apply(image), "signed").pixels
    alone = present(Recipe("sobel-direction").apply(image[:, :, 0].copy()), "signed").pixels
    assert np.array_equal(colour[4, 4:6], alone[4, 4:6])


def test_the_page_s_first_picture_uses_the_whole_scale():
    pixels = to_grey(sample_image("astronaut")).astype(np.uint8)
    scale = present(Recipe("kernel", KERNELS["sobel-x"].weights).apply(pixels), "signed").scale
    assert scale.smallest < -300
    assert scale.largest > 300
    assert scale.low == -scale.high


def as_zero_sum(weights):
    """The weights with a middle that makes them sum to 0, as closely as float32 can."""
    weights = weights.astype(np.float64)
    middle = (weights.shape[0] - 1) // 2, (weights.shape[1] - 1) // 2
    weights[middle] -= weights.sum()
    return weights.astype(np.float32)


ELEVEN = as_zero_sum(np.full((11, 11), -1.0))
NINTHS = as_zero_sum(np.full((3, 3), 1 / 9))
SIDES = st.integers(1, 15)
ZERO_SUMS = (
    st.tuples(SIDES, SIDES)
    .flatmap(lambda s: arrays(np.float32, s, elements=st.floats(-1000, 1000, width=32)))
    .map(as_zero_sum)
    .filter(lambda w: np.abs(w).max() > 1e-3)
)
NEUTRAL = {2: [245, 245, 245], 3: [128, 128, 128]}


@given(
    weights=ZERO_SUMS,
    level=st.integers(0, 255),
    colour=st.booleans(),
    border=st.sampled_from(("reflect", "replicate", "circular")),
)
@example(weights=ELEVEN, level=128, colour=False, border="reflect")
@example(weights=NINTHS, level=128, colour=False, border="reflect")
@settings(deadline=None, max_examples=150)
def test_rounding_on_a_flat_picture_is_not_drawn_as_a_signal(weights, level, colour, border):
    image = np.full((20, 24, 3) if colour else (20, 24), level, np.uint8)
    result = Recipe("kernel", weights, border=border).apply(image)
    for view, neutral in (("signed", NEUTRAL[image.ndim]), ("absolute", 0), ("relu", 0)):
        presented = present(result, view)
        assert (presented.pixels == neutral).all()
        assert presented.scale.smallest == presented.scale.largest == 0


@given(weights=ZERO_SUMS, level=st.integers(0, 254))
@example(weights=ELEVEN, level=254)
@example(weights=NINTHS, level=254)
@settings(deadline=None, max_examples=150)
def test_a_step_of_one_grey_level_is_drawn(weights, level):
    image = np.full((40, 40), level, np.uint8)
    image[20:, 20:] += 1
    presented = present(Recipe("kernel", weights).apply(image), "signed")
    exact = correlate2d(image, weights, padding="valid")
    assert np.abs(exact).max() > 0
    assert (presented.pixels != 245).any()
    assert max(-presented.scale.smallest, presented.scale.largest) >= 0.9 * np.abs(exact).max()


@given(weights=ZERO_SUMS, seed=st.integers(0, 99), as_float=st.booleans())
@settings(deadline=None, max_examples=150)
def test_the_bound_on_rounding_holds(weights, seed, as_float):
    """On a grid of numbers whose exact sums are known in float64."""
    image = np.random.default_rng(seed).integers(0, 256, (18, 19), dtype=np.uint8)
    image = image.astype(np.float32) / 7 if as_float else image
    exact = correlate2d(image, weights)
    rows, columns = ((k - 1) // 2 for k in weights.shape)
    found = apply_kernel(image, weights)[
        rows : rows + len(exact), columns : columns + len(exact[0])
    ]
    # Twice: a sum within the bound of 0 became 0; and the result is rounded to float32 once.
    limit = 2 * rounding_bound(weights, image) + 2.0**-23 * np.abs(exact).max()
    assert np.abs(found - exact).max() <= limit
