"""Sample pictures that come with scikit-image, inside its wheel: nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sample:
    """A picture of the gallery.

    Attributes:
        id: Name used in links.
        title: What it shows.
        source: Who made it.
        licence: Under which terms it may be used.
        name: Its function in `skimage.data`.
    """

    id: str
    title: str
    source: str
    licence: str
    name: str

    def load(self) -> NDArray[np.uint8]:
        """Return the pixels, H×W×3; the same read-only array on every call."""
        return sample_image(self.id)


_ALL = (
    Sample("astronaut", "Astronaut", "NASA, Eileen Collins", "public domain", "astronaut"),
    Sample("cat", "Cat", "Stéfan van der Walt", "CC0", "cat"),
    Sample("coffee", "Coffee cup", "Rachel Michetti", "CC0", "coffee"),
    Sample("camera", "Camera operator", "Lav Varshney", "CC0", "camera"),
    Sample("coins", "Greek coins", "Brooklyn Museum", "no known copyright restrictions", "coins"),
    Sample("brick", "Brick wall", "CC0Textures", "CC0", "brick"),
    Sample("gravel", "Gravel", "CC0Textures", "CC0", "gravel"),
    Sample("clock", "Clock, blurred by motion", "Stéfan van der Walt", "public domain", "clock"),
    Sample("rocket", "Rocket launch", "SpaceX", "public domain", "rocket"),
    Sample("retina", "Retina, 2 megapixels", "Mikael Häggström", "CC0", "retina"),
)

SAMPLES: dict[str, Sample] = {sample.id: sample for sample in _ALL}


@cache
def sample_image(sample_id: str) -> NDArray[np.uint8]:
    """Return a sample picture.

    Args:
        sample_id: A key of `SAMPLES`.

    Returns:
        The pixels, H×W×3 RGB, read-only: callers share one array.

    Raises:
        KeyError: If there is no such sample.
    """
    from skimage import data  # noqa: PLC0415 - only where one is shown

    pixels = np.asarray(getattr(data, SAMPLES[sample_id].name)(), dtype=np.uint8)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    pixels = np.ascontiguousarray(pixels)
    pixels.setflags(write=False)
    return pixels
