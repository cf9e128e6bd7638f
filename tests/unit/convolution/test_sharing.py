"""Shared and local weights fitted to data, against what made the data."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from cnnviz.convolution import ConvolutionError
from cnnviz.convolution.sharing import (
    EDGE,
    MEAN,
    Data,
    fit_pixels,
    fit_sharing,
    make_data,
    moved_at_random,
)


def test_without_noise_both_find_a_world_that_is_the_same_everywhere():
    fit = fit_sharing(
        make_data("same", 10, 8, noise=0, seed=0), make_data("same", 5, 8, noise=0, seed=1)
    )
    assert np.allclose(fit.shared, EDGE)
    assert np.allclose(fit.local, EDGE)
    assert max(fit.shared_error, fit.local_error) < 1e-20


def test_where_the_place_matters_only_local_weights_are_right():
    fit = fit_sharing(
        make_data("place", 10, 8, noise=0, seed=0), make_data("place", 5, 8, noise=0, seed=1)
    )
    assert np.allclose(fit.local, [EDGE] * 3 + [MEAN] * 3)
    assert fit.local_error < 1e-20
    assert fit.shared_error > 0.1


def test_few_noisy_examples_are_enough_only_when_shared():
    fit = fit_sharing(
        make_data("same", 6, 12, noise=0.5, seed=1), make_data("same", 300, 12, noise=0, seed=2)
    )
    assert fit.shared_error < fit.local_error / 3


def test_errors_are_the_means_of_squares():
    data = make_data("same", 7, 6, noise=0.3, seed=4)
    fit = fit_sharing(data, data)
    predicted = np.array([np.correlate(signal, fit.shared) for signal in data.signals])
    assert fit.shared_error == pytest.approx(np.square(predicted - data.targets).mean())


def test_targets_of_another_length_are_refused():
    with pytest.raises(ConvolutionError, match="give 4 outputs, not 5"):
        fit_sharing(Data(np.zeros((2, 6)), np.zeros((2, 5))), Data(np.zeros(0), np.zeros(0)))


def test_pixels_are_guessed_as_by_scikit_learns_ridge():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(40, 5, 4)), rng.normal(size=(9, 5, 4))
    fit = fit_pixels(train, test)
    assert fit.local.shape == (3, 2, 3, 3)
    others = np.delete(np.arange(9), 4)
    squares = []
    for row, column in np.ndindex(3, 2):
        here = [p[:, row : row + 3, column : column + 3].reshape(-1, 9) for p in (train, test)]
        ridge = Ridge(alpha=0.1, fit_intercept=False).fit(here[0][:, others], here[0][:, 4])
        np.testing.assert_allclose(fit.local[row, column].flat[others], ridge.coef_, atol=1e-8)
        squares.append((ridge.predict(here[1][:, others]) - here[1][:, 4]) ** 2)
    assert fit.local_error == pytest.approx(np.mean(squares))
    assert (fit.local[..., 1, 1] == 0).all()
    assert fit.shared[1, 1] == 0


def test_a_moved_picture_has_the_same_pixels():
    pictures = np.arange(24.0).reshape(2, 3, 4)
    moved = moved_at_random(pictures, seed=3)
    np.testing.assert_array_equal(np.sort(moved.reshape(2, -1)), np.sort(pictures.reshape(2, -1)))
    assert (moved != pictures).any()
