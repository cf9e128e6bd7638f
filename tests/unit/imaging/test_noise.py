"""Noise is seeded, of the size asked for, and measured as others measure it."""

import cv2
import numpy as np
import pytest
from skimage import metrics

from cnnviz.imaging import add_noise, median, psnr, sample_image, ssim

GREY = np.full((300, 300), 120, np.uint8)
COLOUR = np.full((300, 300, 3), 120, np.uint8)
KINDS = (("salt-and-pepper", 0.2), ("impulse", 0.2), ("gaussian", 20.0))


@pytest.mark.parametrize(("kind", "amount"), KINDS)
@pytest.mark.parametrize("image", [GREY, COLOUR], ids=["grey", "colour"])
def test_the_seed_decides(kind, amount, image):
    first = add_noise(image, kind, amount, seed=1)
    assert first.dtype == np.uint8
    assert first.shape == image.shape
    assert np.array_equal(first, add_noise(image, kind, amount, seed=1))
    assert not np.array_equal(first, add_noise(image, kind, amount, seed=2))
    assert (image == 120).all()
    assert np.array_equal(add_noise(image, kind, 0), image)


def test_salt_and_pepper_spoils_the_share_asked_for_half_each():
    noisy = add_noise(COLOUR, "salt-and-pepper", 0.2)
    assert set(np.unique(noisy)) == {0, 120, 255}
    assert (noisy.min(axis=2) == noisy.max(axis=2)).all()
    assert (noisy == 0).mean() == pytest.approx(0.1, abs=0.01)
    assert (noisy == 255).mean() == pytest.approx(0.1, abs=0.01)


def test_impulse_is_white_only():
    noisy = add_noise(GREY, "impulse", 0.3)
    assert set(np.unique(noisy)) == {120, 255}
    assert (noisy == 255).mean() == pytest.approx(0.3, abs=0.01)


def test_gaussian_has_the_deviation_asked_for_and_is_clipped():
    noisy = add_noise(COLOUR, "gaussian", 20.0).astype(float)
    assert noisy.mean() == pytest.approx(120, abs=0.3)
    assert noisy.std() == pytest.approx(20, abs=0.3)
    bright = add_noise(np.full((50, 50), 255, np.uint8), "gaussian", 50)
    assert bright.max() == 255


def test_psnr_agrees_with_opencv_and_scikit_image():
    clean = sample_image("cat")
    noisy = add_noise(clean, "gaussian", 15)
    assert psnr(clean, noisy) == pytest.approx(cv2.PSNR(clean, noisy), abs=1e-3)
    expected = metrics.peak_signal_noise_ratio(clean, noisy)
    assert psnr(clean, noisy) == pytest.approx(expected, abs=1e-3)
    assert psnr(clean, clean) == float("inf")


@pytest.mark.parametrize("kind", ["gaussian", "salt-and-pepper"])
def test_ssim_agrees_with_scikit_image(kind):
    clean = sample_image("cat")
    for amount in (0.05, 0.5, 5.0):
        noisy = add_noise(clean, kind, amount * 10 if kind == "gaussian" else min(amount, 1))
        for x, y, axis in ((clean, noisy, 2), (clean[:, :, 0], noisy[:, :, 0], None)):
            expected = metrics.structural_similarity(x, y, channel_axis=axis)
            assert ssim(x, y) == pytest.approx(expected, abs=1e-3)


def test_ssim_is_1_for_equal_pictures_and_follows_its_formula_on_flat_ones():
    clean = sample_image("coins")
    assert ssim(clean, clean) == pytest.approx(1)
    assert ssim(clean, add_noise(clean, "gaussian", 40)) < 0.5
    # On flat pictures only the luminance term is left: (2ab + c1) / (a² + b² + c1).
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    flat = np.full((20, 20), 100, np.uint8)
    assert ssim(flat, flat + 50) == pytest.approx(expected, abs=1e-5)


def test_the_median_wins_against_salt_and_pepper():
    clean = sample_image("camera")
    noisy = add_noise(clean, "salt-and-pepper", 0.1)
    assert psnr(clean, median(noisy, 3)) > psnr(clean, noisy) + 5
