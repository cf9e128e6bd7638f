"""Occlusion: M. D. Zeiler, R. Fergus, ECCV 2014, arXiv:1311.2901."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.inspection.attribution.question import Question

_ACROSS = 7  # windows side by side
_LARGE = 64  # pixels a side from which windows do not overlap, since each costs a pass


def steps(
    question: Question, window: int | None = None, stride: int | None = None
) -> Iterator[tuple[int, int, Tensor]]:
    r"""$y(x) - y(x \text{ with a window covered})$, at each pixel the mean of its windows.

    A window is covered with 0, the mean colour. The logit may well grow: then what was covered
    spoke against the class.

    Args:
        question: What is asked.
        window: Side of the square, in pixels; a seventh of the shorter side by default.
        stride: From one to the next; the window, or half of it on small pictures.

    Yields:
        Windows done, windows in all, and the H×W map so far, 0 where no window was yet.
    """
    height, width = question.x.shape[2:]
    shorter = min(height, width)
    window = window or max(1, round(shorter / _ACROSS))
    stride = stride or (window if shorter > _LARGE else max(1, window // 2))
    corners = [
        (top, left)
        for top in _starts(height, window, stride)
        for left in _starts(width, window, stride)
    ]
    whole = question.logits(question.x)
    total = torch.zeros((height, width), dtype=torch.float64)
    counts = torch.zeros((height, width), dtype=torch.float64)
    for part in question.parts(len(corners)):
        here = corners[part]
        pictures = question.x.repeat(len(here), 1, 1, 1)
        for picture, (top, left) in zip(pictures, here, strict=True):
            picture[:, top : top + window, left : left + window] = 0
        lost = whole - question.logits(pictures)
        for (top, left), value in zip(here, lost, strict=True):
            total[top : top + window, left : left + window] += value
            counts[top : top + window, left : left + window] += 1
        yield part.stop, len(corners), total / counts.clamp(min=1)


def _starts(size: int, window: int, stride: int) -> range:
    """First pixels of the windows; the last window may reach over the edge."""
    return range(0, max(1, size - window + stride), stride)
