"""Pooling against PyTorch, the median against SciPy, and their traces."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import median_filter

from cnnviz.convolution import ConvolutionError, Padding, median2d, pool2d, trace_pool

REDUCE = {"max": np.max, "mean": np.mean, "median": np.median}


@st.composite
def poolings(draw):
    """An image, a window, a stride and a padding of at most half the window, as torch allows."""
    window = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = (draw(st.integers(1, 3)), draw(st.integers(4, 9)), draw(st.integers(4, 9)))
    return {
        "image": random.normal(size=size) * 100,
        "window": window,
        "stride": draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "padding": tuple(draw(st.integers(0, side // 2)) for side in window),
    }


@settings(deadline=None)
@given(poolings())
def test_max_and_mean_are_torchs(chosen):
    image = torch.from_numpy(chosen["image"])[None]
    window, stride, padding = chosen["window"], chosen["stride"], chosen["padding"]
    for reduction, function in (("max", F.max_pool2d), ("mean", F.avg_pool2d)):
        expected = function(image, window, stride, padding)[0].numpy()
        np.testing.assert_allclose(pool2d(**chosen, reduction=reduction), expected, atol=1e-9)


@settings(deadline=None, max_examples=50)
@given(poolings(), st.sampled_from([1.0, 2.0, 3.0, 4.5]))
def test_lp_is_torchs_and_holder_divides_by_the_count_first(chosen, power):
    image, window = np.abs(chosen["image"]), chosen["window"]
    options = {"stride": chosen["stride"], "power": power}
    expected = F.lp_pool2d(torch.from_numpy(image)[None], power, window, chosen["stride"])[0]
    ours = pool2d(image, window, reduction="lp", **options)
    np.testing.assert_allclose(ours, expected.numpy(), rtol=1e-9)
    holder = pool2d(image, window, reduction="holder", **options)
    np.testing.assert_allclose(holder, ours / (window[0] * window[1]) ** (1 / power), rtol=1e-9)


def test_holder_goes_from_the_mean_to_the_maximum():
    image = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert pool2d(image, 2, reduction="holder", power=1)[0, 0] == 2.5
    assert pool2d(image, 2, reduction="holder", power=1e4)[0, 0] == pytest.approx(4, abs=1e-3)
    assert pool2d(np.zeros((2, 2)), 2, reduction="holder", power=3)[0, 0] == 0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(3, 3), (5, 3), (1, 5), (2, 2)]))
def test_median_is_scipys(seed, size):
    image = np.random.default_rng(seed).integers(0, 256, (7, 8)).astype(float)
    if size == (2, 2):  # of an even count NumPy takes the middle, SciPy the upper value
        windows = np.lib.stride_tricks.sliding_window_view(image, size)
        expected = np.sort(windows.reshape(6, 7, 4), axis=-1)[..., 1:3].mean(-1)
        np.testing.assert_array_equal(median2d(image, size), expected)
        return
    expected = median_filter(image, size=size, mode="nearest")
    ours = median2d(image, size, padding=Padding("same", "replicate"))
    np.testing.assert_array_equal(ours, expected)


@settings(deadline=None, max_examples=60)
@given(poolings(), st.sampled_from(sorted(REDUCE)), st.sampled_from(["zero", "reflect"]))
def test_the_trace_says_what_was_read_and_its_code_gives_the_same_numbers(chosen, reduction, mode):
    chosen["image"] = chosen["image"][0]
    chosen["padding"] = Padding(chosen["padding"], mode)
    traced = trace_pool(**chosen, reduction=reduction)
    np.testing.assert_allclose(traced.output, pool2d(**chosen, reduction=reduction))
    recomputed = [
        REDUCE[reduction](traced.padded.flat[reads[reads >= 0]]) for reads in traced.reads
    ]
    np.testing.assert_allclose(np.reshape(recomputed, traced.output.shape), traced.output)
    assert np.isfinite(traced.padded).all()
    scope = {}
    exec(traced.pytorch, scope)
    np.testing.assert_allclose(scope["output"].numpy(), traced.output, atol=1e-9)


def test_max_pooling_never_takes_the_padding():
    traced = trace_pool([[-5, -6], [-7, -8]], 2, padding=1)
    np.testing.assert_array_equal(traced.output, [[-5, -6], [-7, -8]])
    assert traced.mode == "empty"
    assert traced.reads.tolist()[0] == [-1, -1, -1, 5]
    assert traced.unread_rows == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"window": 5}, "covers 5 positions"),
        ({"window": 0}, "window must be a whole number of at least 1"),
        ({"padding": 2}, "entirely in the padding"),
        ({"reduction": "holder", "image": [[-1.0, 1.0], [1.0, 1.0]]}, "values of at least 0"),
        ({"reduction": "lp", "power": 0}, "power must be above 0"),
        ({"image": [[np.nan] * 4] * 4}, "not a finite number"),
    ],
)
def test_refusals_say_what_to_do(arguments, sentence):
    with pytest.raises(ConvolutionError, match=sentence):
        pool2d(**({"image": np.ones((4, 4)), "window": 2} | arguments))


def test_only_one_channel_is_traced():
    with pytest.raises(ConvolutionError, match="give a single channel"):
        trace_pool(np.ones((2, 4, 4)), 2)
