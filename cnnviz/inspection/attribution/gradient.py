"""The gradient: K. Simonyan et al., Deep Inside Convolutional Networks, 2014, arXiv:1312.6034."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from cnnviz.inspection.attribution.question import Question


def steps(question: Question) -> Iterator[tuple[int, int, Tensor]]:
    r"""$\sum_c \partial y / \partial x_c$: how the logit grows as a pixel gets brighter.

    The paper shows the largest absolute value of the colours; their sum keeps the sign.

    Yields:
        1, 1, and the H×W map.
    """
    yield 1, 1, question.gradients(question.x)[0].sum(0)
