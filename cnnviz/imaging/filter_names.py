"""The filters a person can choose from: every kernel of the catalogue and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnviz.imaging.kernels import KERNELS, kernel_sum

if TYPE_CHECKING:
    from cnnviz.imaging.present import View
    from cnnviz.imaging.recipe import Recipe


class Filter(NamedTuple):
    """A filter's words.

    Attributes:
        title: Its name on screen.
        does: What it does to a picture, in one sentence.
    """

    title: str
    does: str


FILTERS: dict[str, Filter] = {
    "sobel-x": Filter("Sobel x", KERNELS["sobel-x"].does),
    "sobel-y": Filter("Sobel y", KERNELS["sobel-y"].does),
    "sobel-magnitude": Filter(
        "Sobel magnitude", "The length of the gradient: edges in every direction."
    ),
    "sobel-direction": Filter(
        "Sobel direction",
        "The direction in which brightness rises: blue right, orange left, green down, pink up.",
    ),
    **{name: Filter(kernel.title, kernel.does) for name, kernel in KERNELS.items()},
    "gaussian": Filter(
        "Gaussian blur of any σ", "The weights fall off with distance: a bell curve of width σ."
    ),
    "mean": Filter("Mean of any size", "Replaces each pixel by the mean of its neighbourhood."),
    "median": Filter(
        "Median", "Replaces each pixel by the middle value around it: no kernel can do this."
    ),
    "bilateral": Filter(
        "Bilateral", "Blurs but keeps edges: neighbours with a different brightness count less."
    ),
    "learned": Filter(
        "Learned by a network", "What a network learned to look for first, without its bias."
    ),
    "custom": Filter("Your own kernel", "Does what your numbers make it do."),
}
"""By id; "learned" and "custom" have no numbers of their own. Sobel comes first, as pages open."""


def natural_view(recipe: Recipe) -> View:
    """The view that suits a filter best: edges with their sign, pictures as pictures."""
    if recipe.kind == "kernel" and kernel_sum(recipe.kernels["Kernel"]) == 0:
        return "signed"
    return "absolute" if recipe.kind == "sobel-magnitude" else "clipped"
