"""From a data set's id to its pictures in memory."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cnnviz.datasets.base import Dataset, DatasetError, make_dataset, make_picture_dataset
from cnnviz.datasets.catalogue import ALL_DATASETS, DATASETS, DatasetInfo, data_root
from cnnviz.datasets.digits import load_digits, load_mnist5k
from cnnviz.datasets.download import Progress, fetch, published_md5
from cnnviz.torchvision_door import torchvision_datasets

NOISE = 0.32
"""Standard deviation of the noise on digits, where white is 1."""


def load_dataset(
    id: str,
    *,
    root: Path | None = None,
    download: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Load a data set by its id.

    Args:
        id: A key of ``ALL_DATASETS``.
        root: Folder of the downloaded data sets; :func:`data_root` by default. It is only read,
            unless something is downloaded.
        download: Fetch what is missing or damaged. Without it, a missing file is an error.
        progress: Called now and then, on the calling thread, while downloading, with the bytes
            there and the bytes in all.

    Returns:
        The pictures and labels, as published; "digits" and "mnist5k" come without a split: every
        fifth picture of each class, in the file's order, is for testing.

    Raises:
        DatasetError: Unknown id, files missing or damaged, or the download failed.
    """
    info = ALL_DATASETS.get(id)
    if info is None:
        raise DatasetError(f"There is no data set “{id}”; choose one of {', '.join(ALL_DATASETS)}.")
    if info.embedded:
        return _EMBEDDED[id](info)
    root = root or data_root()
    if download:
        fetch(info, root, progress)
    check_archives(info, root)
    if id in _MADE_OF:
        source, made = _MADE_OF[id]
        return made(info, _load_torchvision(DATASETS[source], root))
    return _load_torchvision(info, root)


def is_available(id: str, root: Path | None = None) -> bool:
    """Whether the data set's files are all there (their sums are checked when it is loaded)."""
    info = ALL_DATASETS[id]
    folder = (root or data_root()) / info.folder
    return all((folder / name).is_file() for name, _ in info.archives)


def check_archives(info: DatasetInfo, root: Path) -> None:
    """Compare every archive with the MD5 sum that torchvision publishes for it.

    Raises:
        DatasetError: A file is missing, unreadable, or not the published one.
    """
    folder = root / info.folder
    missing = [name for name, _ in info.archives if not (folder / name).is_file()]
    if missing:
        raise DatasetError(
            f"{info.title} is not on this computer: download it, or put {', '.join(missing)} "
            f"in {folder}, or set CNNVIZ_DATA to the folder that has {info.folder or missing[0]}."
        )
    integrity = torchvision_datasets().utils.check_integrity
    for name, md5 in published_md5(info).items():
        try:
            sound = integrity(folder / name, md5)
        except OSError as error:
            raise DatasetError(f"{folder / name} cannot be read: {error.strerror}.") from error
        if not sound:
            raise DatasetError(
                f"{folder / name} is damaged or incomplete (its MD5 sum is not the published "
                f"one): download {info.title} again, or replace the file."
            )


_SEED = 0


def _load_scenes(info: DatasetInfo) -> Dataset:
    """Scenes of real digits; the same on every computer."""
    from cnnviz.datasets.scenes import make_scenes, stacked  # noqa: PLC0415 - OpenCV

    train = stacked(make_scenes(info.train, seed=_SEED))
    test = stacked(make_scenes(info.test, seed=_SEED, test=True))
    return _of_pictures(info, (train[0], test[0]), (train[1], test[1]))


def _clothes(info: DatasetInfo, found: Dataset) -> Dataset:
    """Scenes of real clothes; the same on every computer."""
    from cnnviz.datasets.scenes import make_scenes, stacked  # noqa: PLC0415 - OpenCV

    train = stacked(make_scenes(info.train, seed=_SEED, clothes=found))
    test = stacked(make_scenes(info.test, seed=_SEED, test=True, clothes=found))
    return _of_pictures(info, (train[0], test[0]), (train[1], test[1]))


def _load_noisy(info: DatasetInfo) -> Dataset:
    """Digits with noise, and without; the same on every computer."""
    from cnnviz.datasets.spoiled_pictures import noisy  # noqa: PLC0415 - OpenCV

    clean, random = load_mnist5k(DATASETS["mnist5k"]), np.random.default_rng(_SEED)
    targets = clean.train_images, clean.test_images
    train, test = (noisy(pictures, NOISE, random) for pictures in targets)
    return _of_pictures(info, (train, test), targets)


def _load_squeezed(info: DatasetInfo) -> Dataset:
    """Digits, which are asked for as they are."""
    digits = load_mnist5k(DATASETS["mnist5k"])
    return _of_pictures(info, (digits.train_images, digits.test_images), None)


def _load_grey_digits(info: DatasetInfo) -> Dataset:
    """Grey digits of which the colours are asked for; the same on every computer."""
    from cnnviz.datasets.colours import digits_in_colour, to_colour  # noqa: PLC0415 - OpenCV

    digits = load_mnist5k(DATASETS["mnist5k"])
    return to_colour(info.id, info.title, digits_in_colour(digits, _SEED))


def _load_grey_photos(info: DatasetInfo) -> Dataset:
    """Squares of grey photos of which the colours are asked for; the same on every computer."""
    from cnnviz.datasets.colours import photos_in_colour, to_colour  # noqa: PLC0415 - OpenCV

    return to_colour(info.id, info.title, photos_in_colour(info.train, info.test, _SEED))


def _grey(info: DatasetInfo, found: Dataset) -> Dataset:
    """Of pictures in colour: in grey, with their colours asked for."""
    from cnnviz.datasets.colours import to_colour  # noqa: PLC0415 - OpenCV

    colours = found.train_images, found.test_images[: info.test]
    return to_colour(info.id, info.title, colours)


def _load_invented(info: DatasetInfo) -> Dataset:
    """Noise, and as many digits; which stands beside which means nothing."""
    digits, random = load_mnist5k(DATASETS["mnist5k"]), np.random.default_rng(_SEED)
    targets = digits.train_images, digits.test_images
    train, test = (
        random.integers(0, 256, (len(one), *info.shape), dtype=np.uint8) for one in targets
    )
    return _of_pictures(info, (train, test), targets)


def _of_pictures(
    info: DatasetInfo,
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    targets: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None,
) -> Dataset:
    return make_picture_dataset(
        info.id, info.title, info.classes, pictures, targets, task=info.task
    )


_EMBEDDED = {
    "digits": load_digits,
    "mnist5k": load_mnist5k,
    "scenes": _load_scenes,
    "noisy": _load_noisy,
    "squeezed": _load_squeezed,
    "greydigits": _load_grey_digits,
    "greyphotos": _load_grey_photos,
    "sampled": _load_squeezed,
    "invented": _load_invented,
}
_MADE_OF = {"clothes": ("fashionmnist", _clothes), "greycifar10": ("cifar10", _grey)}
"""What is made of a data set of torchvision's kind: which one, and how."""


def _load_torchvision(info: DatasetInfo, root: Path) -> Dataset:
    """Read checked archives with torchvision's own loader.

    That loader wants them unpacked beside the archives and trusts what it finds there. They are
    unpacked in a temporary folder instead: the root may be read-only, and a half-unpacked file
    left by a crash cannot be taken for the real one. (CIFAR-10 is published as Python pickles;
    the loader opens one only if its MD5 sum, too, is the published one.)
    """
    datasets = torchvision_datasets()
    with TemporaryDirectory(prefix="cnnviz-") as temporary:
        target = Path(temporary, info.folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, _ in info.archives:
            datasets.utils.extract_archive(root / info.folder / name, target)
        loader = getattr(datasets, info.loader)
        train, test = (_arrays(loader(temporary, train=split)) for split in (True, False))
    return make_dataset(info.id, info.title, info.classes, train, test)


def _arrays(source: object) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """N×C×H×W pictures and labels of a torchvision data set (grey N×H×W, or colour N×H×W×3)."""
    data, targets = np.asarray(source.data), np.asarray(source.targets, dtype=np.int64)  # type: ignore[attr-defined]
    images = data[:, None] if data.ndim == 3 else data.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(images), targets
