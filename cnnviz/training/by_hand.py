"""What hand-designed features are worth beside learned ones: one classifier on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.imaging.descriptors import hog_features
from cnnviz.inspection import feature_maps
from cnnviz.inspection.digits import RUN
from cnnviz.inspection.models import load_model
from cnnviz.training.centroids import Split, linear_accuracy

if TYPE_CHECKING:
    from torch import Tensor

KINDS = {
    "pixels": "Pixels",
    "hog": "HOG, designed by hand",
    "network": "A network's last features, learned",
}


def accuracies(labelled: int) -> dict[str, tuple[int, float]]:
    """How well softmax regression tells digits apart by each kind of feature.

    Args:
        labelled: How many training digits it learns from, at most all 1,435. The network was
            trained on all of them.

    Returns:
        For each of `KINDS`, the number of features and the share of the test digits that is right.
    """
    data = load_dataset("digits")
    parts = [np.asarray(data.train_images)[:labelled], np.asarray(data.test_images)]
    labels = [torch.as_tensor(data.train_labels[:labelled]), torch.as_tensor(data.test_labels)]
    makers = {"pixels": _pixels, "hog": _hog, "network": _network}
    found = {}
    for kind, features in makers.items():
        train, test = (features(images) for images in parts)
        split = Split(train, labels[0], test, labels[1])
        found[kind] = (train.shape[1], linear_accuracy(split))
    return found


def _pixels(images: np.ndarray) -> Tensor:
    return torch.as_tensor(images.reshape(len(images), -1) / 255, dtype=torch.float32)


def _hog(images: np.ndarray) -> Tensor:
    """Of the digits at 32×32, in cells of 8×8."""
    large = [cv2.resize(one[0], (32, 32), interpolation=cv2.INTER_CUBIC) for one in images]
    return torch.as_tensor(hog_features(np.stack(large), 8), dtype=torch.float32)


def _network(images: np.ndarray) -> Tensor:
    config = RUN.config
    x = normalise(torch.as_tensor(images).float(), config.mean, config.std)
    return feature_maps(load_model(RUN), x)["flatten1"]
