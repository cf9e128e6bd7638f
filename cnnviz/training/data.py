"""The whole data set on the device, and batches of it by index."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.datasets import Dataset, DatasetError, load_dataset
from cnnviz.runs.config import OWN_DATASET

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.runs import Recipe, Run

_ASKED = ("train_targets", "test_targets")
_OWN = ("train_images", "train_labels", "test_images", "test_labels")


def own_dataset_tensors(dataset: Dataset) -> dict[str, Tensor]:
    """A person's own pictures, as they travel to the training process in the run's folder."""
    names = [*_OWN, *(name for name in _ASKED if getattr(dataset, name) is not None)]
    return {name: torch.from_numpy(getattr(dataset, name)).contiguous() for name in names}


_kept: dict[str, Dataset] = {}


def keep_dataset(id: str) -> Dataset:
    """Load a data set for a run that may come; the first run that wants it takes it.

    Raises:
        DatasetError: It is not on this computer.
    """
    _kept.clear()
    _kept[id] = load_dataset(id)
    return _kept[id]


def load_run_dataset(run: Run) -> Dataset:
    """The data set a run asks for.

    Raises:
        DatasetError: It is not on this computer, or does not fit what the run recorded.
        RunError: The run's own pictures are missing or damaged.
    """
    config = run.config
    if config.dataset == OWN_DATASET:
        tensors = run.load("data.safetensors")
        if missing := [name for name in _OWN if name not in tensors]:
            raise DatasetError(f"data.safetensors of this run has no {missing[0]}.")
        dataset = Dataset(
            id=OWN_DATASET,
            title=config.dataset_title,
            classes=config.classes,
            train_images=tensors["train_images"].numpy(),
            train_labels=tensors["train_labels"].numpy(),
            test_images=tensors["test_images"].numpy(),
            test_labels=tensors["test_labels"].numpy(),
            mean=config.mean,
            std=config.std,
            task=config.task,
            train_targets=_given(tensors, "train_targets"),
            test_targets=_given(tensors, "test_targets"),
        )
    else:
        kept = _kept.pop(config.dataset, None)
        dataset = kept or load_dataset(config.dataset)
    if (dataset.shape, dataset.classes, dataset.task) != (
        config.input_shape, config.classes, config.task,
    ):  # fmt: skip
        raise DatasetError(f"{dataset.title} is not the data set this run was made for.")
    if len(dataset.train_images) < 2 or len(dataset.test_images) < 1:
        raise DatasetError("Training needs at least two training pictures and one test picture.")
    return dataset


def _given(tensors: dict[str, Tensor], name: str) -> NDArray[np.uint8] | None:
    return tensors[name].numpy() if name in tensors else None


@dataclasses.dataclass(frozen=True)
class _EpochPlan:
    """What one pass over the images does, drawn before it begins."""

    order: Tensor
    top: Tensor
    left: Tensor
    flip: Tensor


class Batches:
    """Training batches: picked, shifted, flipped and normalised on the device.

    A batch depends on the seed and its step alone, so a resumed run sees the batches
    that an unbroken one would.

    Args:
        images: N×C×H×W, `uint8`, on the CPU.
        labels: N, `int64`; or N×H×W or N×C×H×W, `uint8`, pictures that are shifted and flipped as
            the images are; those of another size stay as they are.
        recipe: Batch size, epochs, shift, flip and seed.
        normalise: What turns pixels into the network's input.
        device: Where the batches should be.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        recipe: Recipe,
        normalise: Normalise,
        device: torch.device,
    ) -> None:
        self._recipe = recipe
        self._device = device
        self._normalise = normalise
        # Channels last, with a black border as wide as the largest shift: one index
        # then picks the images, shifts and flips them.
        shift = recipe.shift
        self._pixels = self._kept(images, shift)
        moved = labels.shape[-2:] == images.shape[-2:]
        self._shape = labels.shape[1:] if moved else torch.Size()
        if moved:
            labels = self._kept(labels.view(len(labels), -1, *images.shape[2:]), shift)
        self._labels = labels.to(device)
        self._rows = torch.arange(images.shape[2], device=device)
        self._columns = torch.arange(images.shape[3], device=device)
        self.images = len(images)
        self.size = min(recipe.batch_size, len(images))
        self.per_epoch = len(images) // self.size
        self.total = max(1, round(recipe.epochs * self.per_epoch))
        self._epoch = -1
        self._plan: _EpochPlan | None = None

    def epoch(self, step: int) -> float:
        """Passes over the training images after `step` steps."""
        return step / self.per_epoch

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """The images (B×C×H×W float32, channels last) of a step, and labels (B) or pictures."""
        pixels, labels = self.pixels(step)
        return self._normalise(pixels), labels

    def pixels(self, step: int) -> tuple[Tensor, Tensor]:
        """The images (B×C×H×W uint8) of a step, and labels (B) or pictures; all moved alike."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch != self._epoch or self._plan is None:
            self._epoch, self._plan = epoch, self._draw(epoch)
        plan, part = self._plan, slice(position * self.size, (position + 1) * self.size)
        chosen = plan.order[part]
        if self._recipe.shift or self._recipe.flip:
            rows = plan.top[part, None] + self._rows
            columns = torch.where(plan.flip[part, None], self._columns.flip(0), self._columns)
            columns = columns + plan.left[part, None]
            places: tuple[Any, ...] = chosen[:, None, None], rows[:, :, None], columns[:, None, :]
        else:
            places = (chosen, slice(None), slice(None))
        pixels = self._pixels[places].permute(0, 3, 1, 2)
        if not self._shape:
            return pixels, self._labels[chosen]
        targets = self._labels[places].permute(0, 3, 1, 2)
        return pixels, targets.reshape(len(chosen), *self._shape)

    def _kept(self, pictures: Tensor, shift: int) -> Tensor:
        padded = F.pad(pictures, (shift, shift, shift, shift))
        return padded.permute(0, 2, 3, 1).contiguous().to(self._device)

    def _draw(self, epoch: int) -> _EpochPlan:
        # On the CPU, whatever the device: the same seed gives the same images anywhere.
        generator = torch.Generator().manual_seed(self._recipe.seed * 1_000_003 + epoch)
        count, reach = self.images, 2 * self._recipe.shift + 1
        order = torch.randperm(count, generator=generator)
        top = torch.randint(reach, (count,), generator=generator)
        left = torch.randint(reach, (count,), generator=generator)
        flip = torch.rand(count, generator=generator) < (0.5 if self._recipe.flip else 0.0)
        return _EpochPlan(*(t.to(self._device) for t in (order, top, left, flip)))


class Normalise:
    """`(x / 255 − mean) / std` per channel, on the device, for `uint8` images."""

    def __init__(
        self, mean: tuple[float, ...], std: tuple[float, ...], device: torch.device
    ) -> None:
        spread = torch.tensor(std, device=device).view(1, -1, 1, 1)
        self._scale = 1 / (255 * spread)
        self._offset = -torch.tensor(mean, device=device).view(1, -1, 1, 1) / spread

    def __call__(self, images: Tensor) -> Tensor:
        """N×C×H×W `uint8` to `float32`, channels last."""
        floats = images.to(torch.float32, memory_format=torch.channels_last)
        return floats.mul_(self._scale).add_(self._offset)
