"""The plane of two numbers of an autoencoder: walk over it, and see what each place decodes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed_pictures, packed_weights
from cnnviz.components.sources import register
from cnnviz.networks.encoder_decoder import decoder, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.training.experiments.autoencoders import Bottleneck

_component = register("latent_plane")


@dataclass(frozen=True, eq=False)
class Plane:
    """One of the planes to choose from.

    Attributes:
        id: What the address calls it.
        weight: That of the divergence in its loss, β.
        halves: An autoencoder with two numbers, variational or not; its weights are sent in half
            precision.
        reach: Each number of the plane goes from minus this to this.
    """

    id: str
    weight: float
    halves: Bottleneck
    reach: float


def latent_plane(
    pictures: NDArray[np.uint8],
    labels: Sequence[int],
    classes: Sequence[str],
    planes: Sequence[Plane],
    *,
    start: str,
    parameter: str,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw the plane with what it decodes to, and where some pictures lie on it.

    Args:
        pictures: N×28×28, light on a dark ground.
        labels: The class of each.
        classes: What the classes are called.
        planes: Those to choose from, by their weights.
        start: The id of the plane at first visit.
        parameter: Name of the plane in the address.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that decodes a place, with `FIRST` and `SECOND` to be replaced by its numbers.
    """
    data = payload(
        pictures, labels, classes, planes, start=start, parameter=parameter, alt=alt,
        pytorch=pytorch,
    )  # fmt: skip
    _component(key=key, data=data)


def payload(
    pictures: NDArray[np.uint8],
    labels: Sequence[int],
    classes: Sequence[str],
    planes: Sequence[Plane],
    *,
    start: str,
    parameter: str,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        **packed_pictures(pictures),
        "labels": [int(label) for label in labels],
        "classes": list(classes),
        "planes": [
            {
                "id": one.id,
                "weight": one.weight,
                "reach": one.reach,
                "encoder": encoder(one.halves.encoded),
                "decoder": decoder(),
                "encoder_weights": packed_weights(one.halves.encoder, "float16"),
                "decoder_weights": packed_weights(one.halves.decoder, "float16"),
            }
            for one in planes
        ],
        "start": start,
        "parameter": parameter,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
