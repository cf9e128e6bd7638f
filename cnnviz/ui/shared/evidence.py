"""A class activation map in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.numbers.formatting import formatted, percent
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.inspection import CAM


def describe(cam: CAM, classes: Sequence[str]) -> str:
    """The caption of a class activation map."""
    rows, columns = cam.raw.shape
    name = plain(classes[cam.class_index])
    text = (
        f"**{name}**: logit {formatted(cam.logit, '.2f')}, probability {percent(cam.probability)}."
        f" {cam.method} of the layer {cam.layer}, {rows}×{columns} cells."
    )
    if cam.bias is not None:
        mean, bias = formatted(cam.raw.mean(), "+.3f"), formatted(cam.bias, "+.3f")
        text += f" Mean {mean} and bias {bias} add up to the logit."
    return text
