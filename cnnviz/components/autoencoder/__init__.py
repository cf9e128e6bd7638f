"""Pictures through bottlenecks of several sizes, and through pooling, with what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed_pictures, packed_weights
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.networks.encoder_decoder import decoder, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.training.experiments.autoencoders import Bottleneck

_component = register("autoencoder")

POOLED = (2, 4, 7, 14)


def autoencoder(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    bottlenecks: Sequence[Bottleneck],
    *,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw a picture, and what is left of it after each bottleneck.

    Args:
        pictures: N×28×28, light on a dark ground.
        titles: What each shows.
        bottlenecks: The autoencoders, from the smallest to the largest; their weights are sent in
            half precision.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that runs one.
    """
    _component(key=key, data=payload(pictures, titles, bottlenecks, alt=alt, pytorch=pytorch))


def payload(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    bottlenecks: Sequence[Bottleneck],
    *,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        **packed_pictures(pictures),
        "titles": list(titles),
        "bottlenecks": [
            {
                "numbers": one.numbers,
                "encoder": encoder(one.numbers),
                "decoder": decoder(),
                "encoder_weights": packed_weights(one.encoder, "float16"),
                "decoder_weights": packed_weights(one.decoder, "float16"),
            }
            for one in bottlenecks
        ],
        "pooled": list(POOLED),
        "stops": DIVERGING_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
