"""What a network predicts for a picture of the page, computed in the browser as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed_weights
from cnnviz.components.sources import register
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from cnnviz.runs import RunConfig

_component = register("classifier")


def classifier(
    config: RunConfig,
    weights: Mapping[str, Tensor],
    *,
    key: str,
    picture: str,
    about: str,
    invitation: str,
    waits: bool,
    light: bool,
) -> None:
    """Draw the probabilities of all classes, and what the network sees.

    The weights are sent whole, once for each page: Streamlit does not send again what has not
    changed. The server hears of nothing that is predicted.

    Args:
        config: The network's run. Its pictures are square, unless the component whose picture is
            classified gives them in the network's size.
        weights: The network's, by name.
        key: Streamlit key.
        picture: Streamlit key of the component whose picture is classified.
        about: What network this is, and how good.
        invitation: What is said while nothing is painted.
        waits: Whether nothing is predicted before something is painted.
        light: Whether the strokes are light on dark; else a picture that is mostly light is
            inverted.
    """
    data = payload(config, weights)
    settings = {"about": about, "invitation": invitation, "waits": waits, "light": light}
    _component(key=key, data=data | settings | {"picture": picture})


def payload(config: RunConfig, weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """What the browser needs of the network, as JSON-able data."""
    network = {
        "spec": config.spec,
        "shape": config.input_shape,
        "mean": config.mean,
        "std": config.std,
        "classes": [isolated(name) for name in config.classes],
        # Kept in full: what is added up has to be PyTorch's numbers.
        "weights": packed_weights(weights),
    }
    return network | {"id": digest(network)}
