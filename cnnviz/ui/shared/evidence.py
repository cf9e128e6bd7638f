"""A class activation map in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.numbers.formatting import formatted, percent
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.inspection import CAM


def describe(cam: CAM, classes: Sequence[str]) -> str:
    """The caption of a class activation map."""
    rows, columns = cam.raw.shape
    name = plain(classes[cam.class_index])
    text = (
        f"**{name}**: logit {formatted(cam.logit, '.2f')}, probability {percent(cam.probability)}."
        f" {cam.method} of the layer {cam.layer}, {rows}×{columns} cells."
    )
    return text + bias_words(cam.raw, cam.bias)


def bias_words(raw: NDArray[np.float64], bias: float | None) -> str:
    """A sentence on a map whose mean gives the logit with a bias; empty for one without a bias."""
    if bias is None:
        return ""
    mean = formatted(raw.mean(), "+.3f")
    return f" Mean {mean} and bias {formatted(bias, '+.3f')} add up to the logit."
