"""Python that finds the same centroids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.datasets import data_code
from cnnviz.training.experiments.k_means import CONTRAST, MOST_STEPS, PATCHES, WHITENING

if TYPE_CHECKING:
    from cnnviz.training.experiments.k_means import Stack

_CODE = """\
import torch

{data}
images = train_x[:2000].permute(0, 3, 1, 2) / 255

# Patches from random places, each normalised.
dice = torch.Generator().manual_seed({seed})
draw = lambda below: torch.randint(below, ({patches}, 1, 1), generator=dice)
height, width = images.shape[2:]
which, top, left = draw(len(images)), draw(height - {size} + 1), draw(width - {size} + 1)
side = torch.arange({size})
patches = images[which, 0, top + side[:, None], left + side].flatten(1)
points = patches - patches.mean(1, keepdim=True)
points = points / (points.square().mean(1, keepdim=True) + {contrast}).sqrt()
{whiten}
# k-means.
dice = torch.Generator().manual_seed({seed})
centroids = points[torch.randperm(len(points), generator=dice)[:{count}]]
for step in range({most} + 1):
    squares, nearest = torch.cdist(points, centroids).square().min(1)
    print(step, squares.mean().item())
    for k in range({count}):
        if (nearest == k).any():
            centroids[k] = points[nearest == k].mean(0)
"""
_WHITEN = """\

# Whitened (ZCA).
points = points - points.mean(0)
variances, axes = torch.linalg.eigh(points.T @ points / len(points))
points = points @ (axes * (variances + {eps}).rsqrt() @ axes.T)
"""


def k_means_code(dataset: str, stack: Stack, *, whiten: bool, seed: int) -> str:
    """Write the lines that run k-means on patches of a data set and print each step's distance.

    Args:
        dataset: Its id.
        stack: The sizes of the layers; only the first counts.
        whiten: Whether patches are whitened.
        seed: Of the patches and of the start.
    """
    return _CODE.format(
        data=data_code(dataset),
        seed=seed,
        patches=PATCHES,
        size=stack.size,
        contrast=CONTRAST,
        whiten=_WHITEN.format(eps=WHITENING) if whiten else "",
        count=stack.filters,
        most=MOST_STEPS,
    )
