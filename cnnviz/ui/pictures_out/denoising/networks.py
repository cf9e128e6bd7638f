"""The pictures to spoil, and the networks that clean them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.inspection.clothes import CLASSES, clothes
from cnnviz.networks import pytorch_code
from cnnviz.training.experiments.denoising import SHAPE, digits, network, shipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.networks import Spec
    from cnnviz.training.experiments.denoising import Weights

_TITLES = {"U-Net": True, "Autoencoder, no skips": False}
_DIGITS = (3, 5, 8, 2)
_CLOTHES = (9, 1, 8, 2, 5, 7)  # labels of Fashion-MNIST
CODE = (
    pytorch_code(network(skips=True), SHAPE)
    + """
clean = torch.rand(1, 1, 28, 28)  # a picture, 0 to 1
spoiled = (clean + 0.3 * torch.randn_like(clean)).clamp(0, 1)
cleaned = model.eval()(spoiled).clamp(0, 1)
print("PSNR", -10 * (cleaned - clean).square().mean().log10().item(), "dB")
"""
)


@st.cache_resource(show_spinner=False)
def pictures() -> dict[str, NDArray[np.uint8]]:
    """Digits and clothes, 28×28, that no network here has learned from, by their titles."""
    small, labels = digits(test=True)
    found = {}
    for number in _DIGITS:
        found[f"A digit: {number}"] = small[int(np.flatnonzero(labels == number)[0]), 0]
    samples = clothes()
    for label in _CLOTHES:
        first = int(np.flatnonzero(samples.labels == label)[0])
        found[f"Clothes: {CLASSES[label]}"] = samples.images[first, 0]
    return found


@st.cache_resource(show_spinner=False)
def networks() -> dict[str, tuple[Spec, Weights]]:
    """The two networks by their titles, with the weights that come with the app."""
    return {
        title: (network(skips=skips), weights)
        for (title, skips), weights in zip(_TITLES.items(), shipped(), strict=True)
    }
