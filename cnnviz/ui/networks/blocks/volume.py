"""A small volume for building blocks: red, green, blue and grey of a cat, from far and near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from cnnviz.imaging.samples import sample_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 12
_CROPS = {"Cat, zoomed out": (0, 300, 75, 375), "Cat, zoomed in": (50, 180, 155, 285)}


def volumes() -> dict[str, NDArray[np.float32]]:
    """Each picture as 4×12×12 numbers from 0 to 1, of two decimals, by title."""
    photo = sample_image("cat")
    found = {}
    for title, (top, bottom, left, right) in _CROPS.items():
        small = cv2.resize(
            photo[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA
        )
        colours = small.transpose(2, 0, 1).astype(np.float32) / 255
        found[title] = np.concatenate([colours, colours.mean(0, keepdims=True)]).round(2)
    return found
