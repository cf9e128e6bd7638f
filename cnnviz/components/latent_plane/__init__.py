"""The plane of two numbers of an autoencoder: walk over it, and see what each place decodes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.networks.encoder_decoder import decoder, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.training.bottleneck import Bottleneck

_component = register("latent_plane")


def latent_plane(
    pictures: NDArray[np.uint8],
    labels: Sequence[int],
    classes: Sequence[str],
    plane: Bottleneck,
    reach: float,
    *,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw the plane with what it decodes to, and where some pictures lie on it.

    Args:
        pictures: N×28×28, light on a dark ground.
        labels: The class of each.
        classes: What the classes are called.
        plane: An autoencoder with two numbers, variational or not; its weights are sent in half
            precision.
        reach: Each number of the plane goes from minus this to this.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that decodes a place, with `FIRST` and `SECOND` to be replaced by its numbers.
    """
    data = payload(pictures, labels, classes, plane, reach, alt=alt, pytorch=pytorch)
    _component(key=key, data=data)


def payload(
    pictures: NDArray[np.uint8],
    labels: Sequence[int],
    classes: Sequence[str],
    plane: Bottleneck,
    reach: float,
    *,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "side": pictures.shape[1],
        "pictures": packed(pictures, np.int16),
        "labels": [int(label) for label in labels],
        "classes": list(classes),
        "reach": reach,
        "encoder": encoder(plane.encoded),
        "decoder": decoder(),
        "encoder_weights": packed_weights(plane.encoder, "float16"),
        "decoder_weights": packed_weights(plane.decoder, "float16"),
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
