"""From a picture to what a network reads, exactly as in its training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cnnviz.numbers.formatting import sides
from cnnviz.zoo.base import ZooError
from cnnviz.zoo.catalogue import LITE0, published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LITE0_SIDE = 224
# tensorflow/tpu cuts the middle out so that a picture scaled to 256 would lose 16 pixels a side.
_LITE0_MIDDLE = _LITE0_SIDE / (_LITE0_SIDE + 32)


def preprocess(name: str, image: NDArray[np.uint8]) -> Tensor:
    """Cut out the middle square, scale it and normalise it.

    Args:
        name: One of `NAMES`.
        image: H×W×3 `uint8`.

    Returns:
        1×3×h×w.

    Raises:
        ZooError: It is no such picture.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ZooError(
            "A picture has H×W×3 values of the kind uint8, 0 to 255; this one has"
            f" {sides(image.shape)} values of the kind {image.dtype}."
        )
    if name != LITE0:
        return torch.as_tensor(published(name).transforms()(Image.fromarray(image)))[None]
    height, width = image.shape[:2]
    side = max(1, round(_LITE0_MIDDLE * min(height, width)))
    top, left = (height - side) // 2, (width - side) // 2
    middle = Image.fromarray(np.ascontiguousarray(image[top : top + side, left : left + side]))
    scaled = middle.resize((_LITE0_SIDE, _LITE0_SIDE), Image.Resampling.BICUBIC)
    values = torch.from_numpy(np.asarray(scaled, np.float32).copy())
    return ((values - 127) / 128).permute(2, 0, 1)[None].contiguous()


def seen(name: str, inputs: Tensor) -> NDArray[np.uint8]:
    """What a network sees of a picture: `preprocess` without its normalisation.

    Args:
        name: One of `NAMES`.
        inputs: 1×3×h×w.

    Returns:
        h×w×3 `uint8`.
    """
    mean, spread = normalisation(name)
    columns = torch.tensor((mean, spread), dtype=inputs.dtype)[:, :, None, None]
    values = (inputs[0] * columns[1] + columns[0]) * 255
    pixels = values.round().clamp(0, 255).permute(1, 2, 0).to(torch.uint8)
    return np.ascontiguousarray(pixels.numpy())


def inputs_of(name: str, pixels: NDArray[np.uint8]) -> Tensor:
    """What a network reads of pixels that are already cut out and scaled: undoes `seen`.

    Args:
        name: One of `NAMES`.
        pixels: h×w×3 `uint8`.

    Returns:
        1×3×h×w.
    """
    mean, spread = (torch.tensor(v, dtype=torch.float32) for v in normalisation(name))
    values = torch.from_numpy(np.ascontiguousarray(pixels)).float() / 255
    return ((values - mean) / spread).permute(2, 0, 1)[None].contiguous()


def normalisation(name: str) -> tuple[Sequence[float], Sequence[float]]:
    """Mean and spread of each colour, of values from 0 to 1."""
    if name == LITE0:
        return (127 / 255,) * 3, (128 / 255,) * 3
    transforms = published(name).transforms()
    return transforms.mean, transforms.std
