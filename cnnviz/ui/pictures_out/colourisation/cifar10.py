"""CIFAR-10 in grey, where it is on this computer, and networks that learn its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.colouriser import colouriser
from cnnviz.datasets import DatasetError, load_dataset
from cnnviz.datasets.catalogue import DATASETS, data_root
from cnnviz.numbers.formatting import formatted
from cnnviz.pages import page_at
from cnnviz.training.background import Background
from cnnviz.training.experiments.colourisation import Step, learn
from cnnviz.ui.pictures_out.colourisation.pictures import class_titles, code, networks
from cnnviz.ui.shared.background_training import how_far, train_or_stop
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 600
_EVERY = 1.0  # seconds
_SHOWN = 12
_SEED = 3


@st.cache_resource(show_spinner=False)
def _trainings() -> list[Background[Step]]:
    """The one that was begun last, for all who look: the same numbers for everybody."""
    return []


@st.cache_resource(show_spinner="Reading CIFAR-10…", max_entries=1)
def _tests(root: str) -> tuple[NDArray[np.uint8], list[str]]:  # noqa: ARG001 - the cache's key
    """A few test pictures, N×32×32×3, and what they show."""
    data = load_dataset("cifar10")
    count = len(data.test_labels)
    chosen = np.random.default_rng(_SEED).permutation(count)[:_SHOWN]
    return (
        data.test_images[chosen].transpose(0, 2, 3, 1),
        [data.classes[label] for label in data.test_labels[chosen].tolist()],
    )


def show_cifar10() -> None:
    """Draw test pictures of CIFAR-10 and offer to train on the others; else say how to get them."""
    try:
        images, titles = _tests(str(data_root()))
    except DatasetError as error:
        st.info(plain(str(error)), icon=":material/download:")
        megabytes = DATASETS["cifar10"].download_bytes / 1e6
        st.page_link(
            page_at("train").script,
            label=f"Download it on the page Train ({megabytes:.0f} MB)",
            query_params={"t_data": "cifar10"},
        )
        return
    training = _trainings()[-1] if _trainings() else None
    running = train_or_stop(
        training, _begin, label="Train both on CIFAR-10", key="co",
        help=f"{STEPS} steps of 32 pictures, the same for both networks: about a minute on two idle"
        " cores.",
    )  # fmt: skip
    st.fragment(_follow, run_every=_EVERY if running else None)(running, images, titles)


def _begin() -> None:
    _trainings()[:] = [Background(lambda: learn("cifar10", steps=STEPS, every=20))]


def _follow(running: bool, images: NDArray[np.uint8], titles: list[str]) -> None:  # noqa: FBT001 - a fragment's own
    """Draw what the networks make of the pictures now; the page again once their training ended."""
    training = _trainings()[-1] if _trainings() else None
    if training and running and not training.running:
        st.rerun()
    seen = training.seen() if training else []
    known = seen[-1].colourers if seen else networks("photos")
    colouriser(
        images, titles, class_titles("cifar10", known), known, key="co_cifar10",
        alt="A grey picture, its true colours, and the colours that two networks give it",
        pytorch=code("cifar10", known),
    )  # fmt: skip
    if training is None:
        st.caption(
            "These are test pictures. The networks come with the app and have learned from four"
            " photos, not from CIFAR-10. Train both to see them learn from its 50,000 pictures."
        )
    elif how_far(training, running, STEPS):
        last = training.seen()[-1]
        st.caption(
            f"Losses of the last batch: squared error {formatted(last.squared, '.3f')},"
            f" cross-entropy {formatted(last.entropy, '.3f')}."
        )
