"""A class activation map in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.inspection import CAM


def describe(cam: CAM, classes: Sequence[str]) -> str:
    """The caption of a class activation map."""
    rows, columns = cam.raw.shape
    name = plain(classes[cam.class_index])
    text = (
        f"**{name}**: logit {number(cam.logit, '.2f')}, probability {_percent(cam.probability)}."
        f" {cam.method} of the layer {cam.layer}, {rows}×{columns} cells."
    )
    if cam.bias is not None:
        mean, bias = number(cam.raw.mean(), "+.3f"), number(cam.bias, "+.3f")
        text += f" Mean {mean} and bias {bias} add up to the logit."
    return text


def number(value: float, form: str) -> str:
    """Format a number, its sign a minus and not a hyphen."""
    return format(value, form).replace("-", "\u2212")


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0.0005 <= share <= 0.9995 else ("< 0.1%" if share < 0.5 else "> 99.9%")
