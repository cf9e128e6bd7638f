import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz.datasets import normalise, preprocess


def test_the_middle_is_kept_and_averaged(rng):
    picture = rng.integers(0, 256, (8, 16, 3), dtype=np.uint8)
    seen = preprocess(picture, (3, 2, 2))
    # The crop is columns 4 to 11; each new pixel is the mean of 4×4 old ones.
    expected = picture[:, 4:12].reshape(2, 4, 2, 4, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    assert np.abs(seen - expected).max() <= 0.5


@pytest.mark.parametrize(("place", "first"), [(0, 0), (0.25, 2), (1, 8)])
def test_another_part_than_the_middle(rng, place, first):
    picture = rng.integers(0, 256, (8, 16, 3), dtype=np.uint8)
    for pixels in (picture, picture.swapaxes(0, 1)):
        seen = preprocess(pixels, (3, 8, 8), place=place)
        part = pixels[:, first : first + 8] if pixels is picture else pixels[first : first + 8]
        assert np.array_equal(seen, part.transpose(2, 0, 1))


def test_one_channel_is_luma():
    picture = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]]], np.uint8)
    seen = preprocess(picture, (1, 2, 2))
    expected = np.asarray(Image.fromarray(picture).convert("L"))
    assert np.abs(seen[0].astype(int) - expected).max() <= 1


def test_channels_keep_their_order():
    picture = np.full((9, 9, 3), (1, 2, 3), np.uint8)
    assert preprocess(picture, (3, 4, 4))[:, 0, 0].tolist() == [1, 2, 3]


def test_inverting_swaps_dark_and_light():
    picture = np.full((9, 9, 3), 200, np.uint8)
    assert np.unique(preprocess(picture, (1, 4, 4), invert=True)).tolist() == [55]


def test_a_picture_already_right_is_left_alone(rng):
    picture = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert np.array_equal(preprocess(picture, (3, 32, 32)), picture.transpose(2, 0, 1))


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    shape=st.tuples(st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 40)),
    level=st.integers(0, 255),
)
def test_any_picture_fits_any_shape(height, width, shape, level):
    seen = preprocess(np.full((height, width, 3), level, np.uint8), shape)
    assert seen.shape == shape
    assert seen.dtype == np.uint8
    assert seen.flags.c_contiguous
    assert np.unique(seen).tolist() == [level]


@pytest.mark.parametrize("as_tensor", [False, True])
def test_normalise_agrees_with_numpy(rng, as_tensor):
    images = rng.integers(0, 256, (5, 3, 4, 6), dtype=np.uint8)
    mean, std = (0.5, 0.25, 0.1), (0.2, 0.3, 0.4)
    expected = (images / 255 - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    result = normalise(torch.from_numpy(images) if as_tensor else images, mean, std)
    assert result.dtype == torch.float32
    assert torch.allclose(result.double(), torch.from_numpy(expected), atol=1e-6)
    single = normalise(images[0], mean, std)
    assert torch.equal(single, result[0])
