"""What k-means finds, step by step, and what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.film import film
from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.figures.accuracies import accuracies_figure
from cnnviz.imaging import WEIGHT_STOPS
from cnnviz.training.experiments.k_means import EPOCHS, contest, learn_layer, normalised
from cnnviz.training.experiments.k_means_code import k_means_code
from cnnviz.training.threads import one_thread
from cnnviz.ui.learning.without_labels.data import SEED, STACKS, pictures
from cnnviz.ui.shared.piece_by_piece import gather, gathered

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.training.experiments.k_means import Learned, Rival

_PATCHES = 24
_NAMES: dict[Rival, tuple[str, bool]] = {
    "pixels": ("Pixels", True),
    "noise": ("Random filters", True),
    "patches": ("Random patches", False),
    "first": ("One layer of centroids", False),
    "second": ("A second layer on it", False),
    "end_to_end": ("Trained end to end", True),
}


@st.cache_resource(max_entries=12, show_spinner="Running k-means")
def first_layer(id: str, *, whiten: bool) -> Learned:
    """The first layer of a data set, and how k-means found it."""
    stack = STACKS[id]
    images = pictures(id).images
    with one_thread():
        return learn_layer(images, stack.size, stack.filters, whiten=whiten, seed=SEED)


def _square(rows: Tensor, size: int) -> NDArray[np.float32]:
    found: NDArray[np.float32] = rows.reshape(-1, size, size).numpy()
    return found


def show_patches(learned: Learned) -> None:
    """Draw the first patches, as they are cut out and as k-means sees them."""
    size, some = learned.ready.size, learned.patches[:_PATCHES]
    white = "then whitened" if bool((learned.ready.mean != 0).any()) else "not whitened"
    map_sheet(
        [
            Group("Patches", _square(some, size), f"{_PATCHES} of {len(learned.patches):,}, pixels",
                  "patch", unsigned=True),
            Group("As k-means sees them", _square(learned.ready.points(some), size),
                  f"mean taken off, divided by the spread, {white}", "patch"),
        ],
        key="wl_patches", scale="layer", stops=WEIGHT_STOPS, side=40, alt="Patches.",
    )  # fmt: skip


def correlation(learned: Learned) -> tuple[float, float]:
    """The correlation of neighbouring pixels over all patches, before whitening and after."""
    size = learned.ready.size
    found = []
    for rows in (normalised(learned.patches), learned.ready.points(learned.patches)):
        cells = rows.reshape(-1, size, size)
        pair = np.stack([cells[:, :, :-1].flatten().numpy(), cells[:, :, 1:].flatten().numpy()])
        found.append(float(np.corrcoef(pair)[0, 1]))
    return found[0], found[1]


def show_film(id: str, learned: Learned, *, whiten: bool) -> None:
    """Draw the centroids from their start, which is patches, to their end."""
    stack = STACKS[id]
    film(
        np.stack([_square(step.centroids, stack.size) for step in learned.steps]),
        [step.distance for step in learned.steps],
        np.stack([step.counts.numpy() for step in learned.steps]),
        key="wl_film",
        value="Mean squared distance to the nearest centroid",
        tile="centroid",
        counted="patches are nearest to it",
        alt=f"{stack.filters} centroids of {stack.size}×{stack.size} at each step of k-means",
        pytorch=k_means_code(id, stack, whiten=whiten, seed=SEED),
    )


def show_contest(id: str, learned: Learned, labelled: int, *, whiten: bool) -> None:
    """Draw the accuracies while they are found out."""
    data, stack = pictures(id), STACKS[id]
    found = gathered(
        ("without labels", id, labelled, whiten),
        lambda: contest(
            data.images, data.split(labelled), stack, learned, whiten=whiten, seed=SEED
        ),
    )

    def draw() -> None:
        known: dict[Rival, float] = dict(found.items)
        chart(
            accuracies_figure(
                [(title, known.get(rival), grey) for rival, (title, grey) in _NAMES.items()]
            ),
            key="wl_contest",
            alt="Test accuracy by what the pictures are described with",
        )

    words = f"Features, then {EPOCHS} passes of training end to end"
    gather(found, draw, len(_NAMES) - 1 + EPOCHS, words)
