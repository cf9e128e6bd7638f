"""A network of one's own in front of pictures, with the same face as `ZooNetwork`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from cnnviz.datasets import normalise
from cnnviz.datasets import preprocess as cut_and_scaled
from cnnviz.zoo import preprocessing
from cnnviz.zoo.base import ZooError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.runs import RunConfig

MOST_SIDE = 320


class Pictures(Protocol):
    """How a network wants its pictures."""

    def preprocess(self, image: NDArray[np.uint8]) -> Tensor:
        """H×W×3 `uint8` to 1×C×S×S."""

    def seen(self, inputs: Tensor) -> NDArray[np.uint8]:
        """1×C×S×S back to S×S×3 `uint8`."""

    def inputs_of(self, pixels: NDArray[np.uint8]) -> Tensor:
        """S×S×3 `uint8` that are already cut out and scaled, to 1×C×S×S: undoes `seen`."""


@dataclass(frozen=True)
class PicturesAsPublished:
    """As for the published weights of a network of the zoo.

    Attributes:
        name: One of `NAMES`.
    """

    name: str

    def preprocess(self, image: NDArray[np.uint8]) -> Tensor:
        """See `Pictures`."""
        return preprocessing.preprocess(self.name, image)

    def seen(self, inputs: Tensor) -> NDArray[np.uint8]:
        """See `Pictures`."""
        return preprocessing.seen(self.name, inputs)

    def inputs_of(self, pixels: NDArray[np.uint8]) -> Tensor:
        """See `Pictures`."""
        return preprocessing.inputs_of(self.name, pixels)


@dataclass(frozen=True)
class PicturesByNumbers:
    """The middle square, scaled, and then (values from 0 to 1 − mean) / spread.

    Attributes:
        channels: 1 for grey, 3 for colours.
        side: Pixels.
        mean: For each channel.
        std: The spread, for each channel.
        invert: Whether dark and light are swapped.

    Raises:
        ZooError: They cannot be meant.
    """

    channels: int
    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    invert: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.channels not in {1, 3}:
            raise ZooError(
                f"The network reads {self.channels} channels: a picture here has 1, which is grey,"
                " or 3."
            )
        if not 1 <= self.side <= MOST_SIDE:
            raise ZooError(
                f"The network reads {self.side}×{self.side} pixels: here it is {MOST_SIDE} at most."
            )
        for what, values in (("mean", self.mean), ("spread", self.std)):
            if len(values) != self.channels or not all(map(math.isfinite, values)):
                raise ZooError(
                    f"The {what} has to be {self.channels}"
                    f" {'number' if self.channels == 1 else 'numbers'}, one for each channel."
                )
        if min(self.std) <= 0:
            raise ZooError("The spread has to be above 0: values are divided by it.")

    def preprocess(self, image: NDArray[np.uint8]) -> Tensor:
        """See `Pictures`."""
        shape = self.channels, self.side, self.side
        return self._normalised(cut_and_scaled(image, shape, invert=self.invert))

    def seen(self, inputs: Tensor) -> NDArray[np.uint8]:
        """See `Pictures`."""
        mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (self.mean, self.std))
        values = ((inputs[0] * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
        return np.ascontiguousarray(values.expand(3, -1, -1).permute(1, 2, 0).numpy())

    def inputs_of(self, pixels: NDArray[np.uint8]) -> Tensor:
        """See `Pictures`."""
        channels = pixels.transpose(2, 0, 1).astype(np.float32)
        if self.channels == 1:
            # Those of `seen` are equal; a picture that was changed since may have a tint.
            channels = channels.mean(0, keepdims=True)
        return self._normalised(channels)

    def _normalised(self, channels: NDArray[np.uint8] | NDArray[np.float32]) -> Tensor:
        return normalise(torch.from_numpy(np.ascontiguousarray(channels)), self.mean, self.std)[
            None
        ]


@dataclass(frozen=True, eq=False)
class OwnNetwork:
    """A network that somebody here trained or brought.

    Attributes:
        name: Tells it from all others.
        title: Its name on screen.
        model: The network, on the CPU, in evaluation mode.
        classes: What each of its logits stands for.
        pictures: How it wants its pictures.
        is_private: Whether only one person may see it.
    """

    name: str
    title: str
    model: nn.Module
    classes: tuple[str, ...]
    pictures: Pictures
    is_private: bool

    @property
    def trained(self) -> bool:
        """Whether it has learned weights: nobody brings others."""
        return True

    @property
    def parameters(self) -> int:
        """Numbers learned."""
        return sum(one.numel() for one in self.model.parameters())

    def preprocess(self, image: NDArray[np.uint8]) -> Tensor:
        """H×W×3 `uint8` to the 1×C×S×S that `model` reads."""
        return self.pictures.preprocess(image)

    def seen(self, inputs: Tensor) -> NDArray[np.uint8]:
        """What the network sees of a picture: 1×C×S×S back to S×S×3 `uint8`."""
        return self.pictures.seen(inputs)

    def inputs_of(self, pixels: NDArray[np.uint8]) -> Tensor:
        """What `model` reads of S×S×3 pixels that are already cut out and scaled: undoes `seen`."""
        return self.pictures.inputs_of(pixels)

    def inverted(self) -> OwnNetwork:
        """The same network, which is shown light as dark and dark as light."""
        if not isinstance(self.pictures, PicturesByNumbers):
            return self
        pictures = replace(self.pictures, invert=not self.pictures.invert)
        return replace(self, pictures=pictures, name=f"{self.name} inverted")


def pictures_of(config: RunConfig) -> PicturesByNumbers:
    """How the network of a run wants its pictures.

    Raises:
        ZooError: They are not square, not grey and not in three colours, or too large.
    """
    channels, height, width = config.input_shape
    if height != width:
        raise ZooError(
            f"This network reads {height}×{width} pixels: only square pictures can be shown to it"
            " here."
        )
    return PicturesByNumbers(channels, height, config.mean, config.std)
