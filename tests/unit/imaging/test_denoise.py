"""The nine filters against the same noise."""

import cv2
import numpy as np
import pytest

from cnnviz.imaging import add_noise, denoise, psnr, sample_image, sigma_for, ssim

CLEAN = sample_image("coins")[:200, :200]


@pytest.mark.parametrize("clean", [CLEAN, CLEAN[:, :, 0].copy()], ids=["colour", "grey"])
def test_each_result_is_what_opencv_gives_and_is_measured_against_the_clean_picture(clean):
    noisy = add_noise(clean, "gaussian", 25)
    means, gaussians, medians = denoise(clean, noisy)
    for size, mean, gaussian, median in zip((3, 5, 7), means, gaussians, medians, strict=True):
        assert [mean.name, gaussian.name, median.name] == ["mean", "Gaussian", "median"]
        for one, by_opencv in (
            (mean, cv2.blur(noisy, (size, size))),
            (gaussian, cv2.GaussianBlur(noisy, (size, size), sigma_for(size))),
            (median, cv2.medianBlur(noisy, size)),
        ):
            assert one.recipe.size == size
            assert np.abs(one.pixels.astype(int) - by_opencv).max() <= 1
            assert one.psnr == psnr(clean, one.pixels)
            assert one.ssim == ssim(clean, one.pixels)


def test_the_sigma_is_the_one_opencv_chooses_for_a_size():
    assert [sigma_for(size) for size in (3, 5, 7)] == [0.8, 1.1, 1.4]


def test_the_median_wins_on_salt_and_pepper_and_loses_on_gaussian_noise():
    def best(kind, amount):
        filters = denoise(CLEAN, add_noise(CLEAN, kind, amount))
        return max((one for sizes in filters for one in sizes), key=lambda one: one.psnr).name

    assert best("salt-and-pepper", 0.1) == "median"
    assert best("gaussian", 25) == "Gaussian"
