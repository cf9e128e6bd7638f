"""Score-CAM: H. Wang et al., CVPR Workshops 2020, arXiv:1910.01279."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.inspection.attribution.question import Question

CHANNELS = 32


def steps(
    question: Question, maps: Tensor, channels: int = CHANNELS
) -> Iterator[tuple[int, int, Tensor]]:
    r"""$\sum_k \alpha_k A_k$ with $\alpha_k = y(x \odot H_k) - y(0)$; no gradient is used.

    $H_k$ is map $k$ stretched over the picture and scaled to 0…1, so $\alpha_k$ says what is left
    of the logit when only the places of that map are seen. One pass for each map is much, so only
    the maps that vary most over their cells are asked about: with fewer maps than `channels` it
    is the paper's, else an approximation.

    Args:
        question: What is asked.
        maps: K×h×w of the layer.
        channels: How many maps count.

    Yields:
        Passes done, passes in all, and the h×w map so far.
    """
    chosen = maps.std((1, 2)).topk(min(channels, len(maps))).indices.sort().values
    used = maps[chosen]
    spread = used.amax((1, 2), keepdim=True) - used.amin((1, 2), keepdim=True)
    scaled = (used - used.amin((1, 2), keepdim=True)) / spread.clamp(min=1e-12)
    masks = F.interpolate(
        scaled[:, None], size=question.x.shape[2:], mode="bilinear", align_corners=False
    )
    nothing = question.logits(torch.zeros_like(question.x))
    total = len(used)
    found = torch.zeros_like(maps[0])
    for part in question.parts(total):
        alpha = question.logits(question.x * masks[part].to(question.x.dtype)) - nothing
        found = found + torch.einsum("k,kij->ij", alpha, used[part])
        yield part.stop, total, found
