"""Test pictures to show to a run's network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.datasets import DatasetError, load_dataset
from cnnviz.inspection.guard import InspectionError
from cnnviz.runs import RunError
from cnnviz.runs.config import OWN_DATASET

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.runs import Run, RunConfig


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures that the network was not trained on.

    Attributes:
        images: N×C×H×W `uint8`.
        labels: N, the true classes.
        indices: N, where each picture is in the test set; None if that is not known.
        origin: What these pictures are, in words.
        targets: The pictures that are asked for, N×H×W classes of pixels or N×C×H×W levels; None
            where a class is asked for, and else all labels are 0.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    indices: NDArray[np.int64] | None
    origin: str
    targets: NDArray[np.uint8] | None = None


def load_samples(run: Run) -> Samples:
    """The test pictures that can be had for a run.

    Those kept in its folder if it was given some (as the runs that come with cnnviz were), else
    the whole test set if it is on this computer, else the few pictures that training watched.

    Args:
        run: The run.

    Raises:
        InspectionError: None can be had, or those found do not fit the network.
    """
    config = run.config
    try:
        samples = _kept(run) or _whole_test_set(run)
    except (DatasetError, RunError) as error:
        try:
            probes = run.load("probes.safetensors")
        except RunError:
            raise InspectionError(f"There are no test pictures to show: {error}") from error
        origin = f"The test pictures that this run watched while training. {error}"
        samples = _samples(probes, origin)
    _check(samples, config)
    return samples


def whole_test_set(run: Run) -> Samples:
    """All test pictures of a run's data set, in the order of the set.

    Raises:
        DatasetError: The data set is not on this computer.
        InspectionError: It does not fit the run's network.
        RunError: The run's own pictures are missing or damaged.
    """
    samples = _whole_test_set(run)
    _check(samples, run.config)
    return samples


def _kept(run: Run) -> Samples | None:
    if not (run.path / "samples.safetensors").exists():
        return None
    title = run.config.dataset_title
    tensors = run.load("samples.safetensors")
    return _samples(tensors, f"{len(tensors['images'])} of the test pictures of {title}.")


def _whole_test_set(run: Run) -> Samples:
    config = run.config
    if config.dataset == OWN_DATASET:
        data = run.load("data.safetensors")
        tensors = {"images": data["test_images"], "labels": data["test_labels"]}
        if config.task != "classify":
            tensors["labels"] = data.get("test_targets", data["test_images"])
        return _samples(tensors, f"The test pictures of {config.dataset_title}.", known=True)
    dataset = load_dataset(config.dataset)
    # A copy: the cached test pictures must not keep the whole training set alive.
    images, labels = dataset.test_images.copy(), dataset.test_labels.copy()
    asked = dataset.test_targets
    targets = None if asked is None else asked.copy()
    if config.task != "classify" and targets is None:
        targets = images
    origin = f"The {len(images):,} test pictures of {dataset.title}."
    return Samples(images, labels, np.arange(len(images)), origin, targets)


def _samples(tensors: dict[str, Tensor], origin: str, *, known: bool = False) -> Samples:
    images: NDArray[Any] = tensors["images"].numpy()
    indices = tensors["indices"].numpy() if "indices" in tensors else None
    if known:
        indices = np.arange(len(images))
    labels: NDArray[Any] = tensors["labels"].numpy()
    if labels.ndim == 1:
        return Samples(images, labels, indices, origin)
    return Samples(images, np.zeros(len(images), np.int64), indices, origin, labels)


def _check(samples: Samples, config: RunConfig) -> None:
    labels = samples.labels
    if (
        len(samples.images) == 0
        or samples.images.shape[1:] != config.input_shape
        or labels.min() < 0
        or labels.max() >= len(config.classes)
    ):
        raise InspectionError("The test pictures found for this run do not fit its network.")
