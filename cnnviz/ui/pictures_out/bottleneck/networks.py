"""The autoencoders that come with the app, and the pictures that go through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.components.latent_plane import Plane
from cnnviz.inspection.clothes import CLASSES, clothes
from cnnviz.networks import pytorch_code
from cnnviz.networks.encoder_decoder import decoder, encoder
from cnnviz.training.experiments.autoencoders import (
    KL_WEIGHTS,
    PLANE,
    SHAPE,
    SIZES,
    Bottleneck,
    places,
    plane_name,
    shipped,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

TITLES = CLASSES
_SHOWN = 16
_ENCODER = pytorch_code(encoder(_SHOWN), SHAPE).replace("model", "encoder")
_DECODER = pytorch_code(decoder(), (_SHOWN, 1, 1)).replace("model", "decoder")
RECONSTRUCT = (
    _ENCODER
    + _DECODER
    + f"""
picture = torch.rand(1, 1, 28, 28)  # 0 to 1
code = encoder(picture)  # 1×{_SHOWN}×1×1
again = decoder(code)
print("PSNR", -10 * (again - picture).square().mean().log10().item(), "dB")
"""
)
DECODE = (
    pytorch_code(decoder(), (PLANE, 1, 1)).replace("model", "decoder")
    + """
z = torch.tensor([FIRST, SECOND]).reshape(1, 2, 1, 1)
print(decoder(z).shape)
"""
)
"""`FIRST` and `SECOND` stand for the place on screen."""
FIRST_PLANE = "variational"
_IDS = {0.0: "plain", 2.0: FIRST_PLANE}
"""What the address calls the planes of these weights; others are called by their weight."""
WINDOWS = {2: "2×2", 4: "4×4", 7: "7×7"}
UNPOOL = """
import torch
import torch.nn.functional as F

picture = torch.rand(1, 1, 28, 28)
pooled, switches = F.max_pool2d(picture, WINDOW, return_indices=True)
nearest = F.interpolate(pooled, scale_factor=WINDOW)
nails = torch.zeros_like(picture)
nails[..., ::WINDOW, ::WINDOW] = pooled
unpooled = F.max_unpool2d(pooled, switches, WINDOW)
for name, again in {"nearest": nearest, "nails": nails, "switches": unpooled}.items():
    print(name, "PSNR", -10 * (again - picture).square().mean().log10().item(), "dB")
"""
"""`WINDOW` stands for the window on screen."""


@st.cache_resource(show_spinner=False)
def _shipped() -> dict[str, Bottleneck]:
    return shipped()


def bottlenecks() -> list[Bottleneck]:
    """From the smallest to the largest."""
    return [_shipped()[str(size)] for size in SIZES]


@st.cache_resource(show_spinner=False)
def planes() -> list[Plane]:
    """Those with two numbers, by the weight of the divergence; each shows all test pictures."""
    pictures = torch.from_numpy(clothes().images)
    found = []
    for weight in KL_WEIGHTS:
        halves = _shipped()[plane_name(weight)]
        far = float(places(halves, pictures).abs().max())
        reach = max(3.0, float(np.ceil(1.1 * far)))
        found.append(Plane(_IDS.get(weight, f"{weight:g}"), weight, halves, reach))
    return found


def samples() -> tuple[NDArray[np.uint8], list[int], list[str]]:
    """Test pictures, N×28×28, their labels and what they show."""
    known = clothes()
    labels = known.labels.tolist()
    return known.images[:, 0], labels, [CLASSES[label] for label in labels]
