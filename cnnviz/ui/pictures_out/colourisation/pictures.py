"""Pictures to colour, and the networks that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.datasets import load_dataset
from cnnviz.datasets.colours import HUES, coloured_digits, patches, photo_parts, to_ycc
from cnnviz.imaging import cover
from cnnviz.networks import pytorch_code
from cnnviz.numbers.formatting import formatted
from cnnviz.training.experiments.colourisation import (
    SIDES,
    Colourers,
    Kind,
    network,
    shipped,
)
from cnnviz.ui.shared.picture import current_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS: dict[Kind, str] = {
    "digits": "Randomly coloured digits",
    "photos": "Photos",
    "cifar10": "CIFAR-10",
}
_SEED = 3
_PATCHES = 8
_EQUALLY_LIGHT = 64  # pixels that are taken to be
_ONE_TONE = 0.0125
"""Of Cb and Cr. Sepia photos, saved as JPEG, had 0.002 to 0.012; photos in colour from 0.014."""


@st.cache_resource(show_spinner=False)
def networks(kind: Kind) -> Colourers:
    """Those that come with the app."""
    return shipped(kind)


def class_titles(kind: Kind, colourers: Colourers) -> list[str]:
    """What the classes of colour are called."""
    if kind == "digits":
        return ["grey", *HUES]
    return [
        "grey" if at == 0 else f"({formatted(first, '.2f')}, {formatted(second, '.2f')})"
        for at, (first, second) in enumerate(colourers.centres.tolist())
    ]


def pictures(kind: Kind) -> tuple[NDArray[np.uint8], list[str]]:
    """N×side×side×3, none of which the networks have learned from, and what they show."""
    if kind == "digits":
        return _digits()
    own = current_picture()
    side = SIDES["photos"]
    first = cover(own.pixels, side, side)
    return np.concatenate([first[None], _patches()]), [
        own.title,
        *(f"Part of a photo that is new to the networks, {at + 1}" for at in range(_PATCHES)),
    ]


def has_colours(picture: NDArray[np.uint8]) -> bool:
    """Whether equally light pixels differ in colour, as they do not in grey or toned photos.

    Args:
        picture: side×side×3; its number of pixels is a multiple of 64.
    """
    grey, chroma = to_ycc(picture / 255)
    alike = chroma.reshape(-1, 2)[np.argsort(grey, axis=None)].reshape(-1, _EQUALLY_LIGHT, 2)
    away = alike - np.median(alike, axis=1, keepdims=True)
    return bool(np.sqrt((away**2).sum(2).mean()) > _ONE_TONE)


@st.cache_resource(show_spinner=False)
def _digits() -> tuple[NDArray[np.uint8], list[str]]:
    """Each digit once, those with two colours first, as the coin fell."""
    data = load_dataset("mnist5k")
    labels = [8, 6, 7, 5, 9, 0, 1, 2, 3, 4]
    places = [int(np.flatnonzero(data.test_labels == label)[4]) for label in labels]
    coloured = coloured_digits(data.test_images[places, 0], labels, np.random.default_rng(_SEED))
    return _levels(coloured), [f"The digit {label}" for label in labels]


@st.cache_resource(show_spinner=False)
def _patches() -> NDArray[np.uint8]:
    return _levels(patches(photo_parts(test=True), _PATCHES, np.random.default_rng(_SEED)))


def _levels(pictures: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(255 * pictures).astype(np.uint8)


def code(kind: Kind, colourers: Colourers) -> str:
    """PyTorch code that runs the network with classes."""
    side, count = SIDES[kind], len(colourers.centres)
    return (
        pytorch_code(network(count), (1, side, side))
        + f"""
centres = torch.rand({count}, 2) - 0.5  # Cb and Cr of each class
grey = torch.rand(1, 1, {side}, {side})  # 0 to 1
shares = model.eval()(grey).softmax(1)[0].permute(1, 2, 0)  # {side}×{side}×{count}
T = 0.38
annealed = (shares.log() / T).softmax(2) @ centres  # {side}×{side}×2
most_probable = centres[shares.argmax(2)]
print(annealed.shape, most_probable.shape)
"""
    )
