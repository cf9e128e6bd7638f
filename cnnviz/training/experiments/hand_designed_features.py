"""What hand-designed features are worth beside learned ones: one classifier on each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.imaging.descriptors import hog_features
from cnnviz.inspection import feature_maps
from cnnviz.inspection.digits import RUN
from cnnviz.inspection.models import load_model
from cnnviz.training.experiments.k_means import Split, learn_layer, linear_accuracy, pooled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from cnnviz.training.experiments.k_means import Layer

KINDS = {
    "pixels": "Pixels",
    "hog": "HOG, by hand",
    "centroids": "k-means, without labels",
    "network": "A network, with labels",
}


class Worth(NamedTuple):
    """What a kind of features is worth: which of `KINDS`, how many, the share named rightly."""

    kind: str
    numbers: int
    share: float


def accuracies(labelled: int) -> Iterator[Worth]:
    """How well softmax regression tells digits apart by each kind of feature.

    Args:
        labelled: How many training digits it learns from, at most all 1,435. The network was
            trained on all of them, and k-means sees all of them, without labels.

    Yields:
        What each of `KINDS` is worth on the test digits, one after the other.
    """
    data = load_dataset("digits")
    parts = [np.asarray(data.train_images)[:labelled], np.asarray(data.test_images)]
    labels = [torch.as_tensor(data.train_labels[:labelled]), torch.as_tensor(data.test_labels)]
    for kind, features in zip(KINDS, (_pixels, _hog, _centroids, _network), strict=True):
        train, test = (features(images) for images in parts)
        share = linear_accuracy(Split(train, labels[0], test, labels[1]))
        yield Worth(kind, train.shape[1], share)


def _pixels(images: np.ndarray) -> Tensor:
    return torch.as_tensor(images.reshape(len(images), -1) / 255, dtype=torch.float32)


def _hog(images: np.ndarray) -> Tensor:
    """Of the digits at 32×32, in cells of 8×8."""
    large = [cv2.resize(one[0], (32, 32), interpolation=cv2.INTER_CUBIC) for one in images]
    return torch.as_tensor(hog_features(np.stack(large), 8), dtype=torch.float32)


@cache
def _patch_layer() -> Layer:
    """32 filters of 5×5 that k-means finds in whitened patches of the training digits."""
    images = torch.as_tensor(load_dataset("digits").train_images / 255, dtype=torch.float32)
    return learn_layer(images, 5, 32, whiten=True, seed=0).layer()


def _centroids(images: np.ndarray) -> Tensor:
    return pooled(_patch_layer().maps(torch.as_tensor(images / 255, dtype=torch.float32)))


def _network(images: np.ndarray) -> Tensor:
    config = RUN.config
    x = normalise(torch.as_tensor(images).float(), config.mean, config.std)
    return feature_maps(load_model(RUN), x)["flatten1"]
