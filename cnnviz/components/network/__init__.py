"""The map of a network: every layer as its real maps, computed in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.networks import summary
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from cnnviz.runs import RunConfig

LAYER = "any_layer"
"""What stands for the name of a layer in the code that is given to `network_map`."""

_component = register("network")


def network_map(
    config: RunConfig,
    weights: Mapping[str, Tensor] | None,
    inputs: Tensor,
    *,
    key: str,
    name: str,
    maps: Mapping[str, Tensor] | None = None,
    picture: str = "",
    pytorch: str = "",
    note: str = "",
    names: Mapping[str, str] | None = None,
    waits: bool = False,
    opens: bool = False,
) -> None:
    """Draw a network whole: the picture, the maps of all layers, the classes, and the wires.

    Pointing at a map or a cell shows what it is made of, choosing a cell its arithmetic, all
    without the server. The layers lie flat or stand in space, as a viewer chooses.

    Args:
        config: The network's run.
        weights: The network's, by name; None if they are too many to be sent. Then only its maps
            are seen, and nothing of how a number came about.
        inputs: C×H×W: the picture, normalised.
        key: Streamlit key. What is open stays open under the same key.
        name: What the picture is.
        maps: Without weights, what each layer gives for the picture, by the layer's name.
        picture: Streamlit key of a component whose picture is looked at instead, while it is
            painted; it gives it in the network's size.
        pytorch: Code that prints the maps of the layer `LAYER`.
        note: What to know before running it.
        names: What to call layers instead of their names in the module, for a network that is a
            chain of layers.
        waits: Whether the other component's picture is looked at only once it is painted.
        opens: Whether blocks show their branches, also where the map is then wider than the page.
    """
    content = payload(
        config, weights, inputs,
        name=name, maps=maps, picture=picture, pytorch=pytorch, note=note, names=names,
        waits=waits, opens=opens,
    )  # fmt: skip
    _component(key=key, data=content)


def payload(
    config: RunConfig,
    weights: Mapping[str, Tensor] | None,
    inputs: Tensor,
    *,
    name: str,
    maps: Mapping[str, Tensor] | None = None,
    picture: str = "",
    pytorch: str = "",
    note: str = "",
    names: Mapping[str, str] | None = None,
    waits: bool = False,
    opens: bool = False,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    called = dict(names or {})

    def renamed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        parts = {key: key.partition(".") for key in tensors}
        return {
            called.get(layer, layer) + dot + rest: tensors[key]
            for key, (layer, dot, rest) in parts.items()
        }

    # Kept in full: what is added up has to be PyTorch's numbers.
    content = {
        "network": described(config, weighs=weights is not None, names=called),
        "weights": packed_weights(renamed(weights or {})),
        "maps": packed_weights(renamed(maps or {})),
        "inputs": packed(inputs, np.float32),
        "name": name,
        "picture": picture,
        "pytorch": pytorch,
        "note": note,
        "layer": LAYER,
        "waits": waits,
        "opens": opens,
    }
    return content | {"id": digest(content)}


def described(
    config: RunConfig, *, weighs: bool = True, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the map shows of a network besides its numbers, as JSON-able data.

    Args:
        config: The network's run.
        weighs: Whether its weights are known to the browser.
        names: What to call layers, as for `network_map`.
    """
    shape = tuple(config.input_shape)
    called = dict(names or {})
    network = {
        "weighs": weighs,
        "spec": config.spec,
        "shape": shape,
        "mean": config.mean,
        "std": config.std,
        "classes": [isolated(name) for name in config.classes]
        if config.task in {"classify", "segment"}
        else [],
        "layers": [
            {
                "name": called.get(row.name, row.name),
                "kind": row.kind,
                "shape": row.output_shape,
                "parameters": row.parameters,
                "macs": row.macs,
                "field": row.receptive_field,
            }
            for row in summary(config.spec, shape)
        ],
        "stops": DIVERGING_STOPS,
        "weight_stops": WEIGHT_STOPS,
    }
    if called:
        network["names"] = called
    return network | {"id": digest(network)}
