"""A building block of a network: its settings, and all its maps, computed in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.networks import summary
from cnnviz.networks.blocks import block_code, filled, variants

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cnnviz.networks import Spec
    from cnnviz.networks.blocks import BuildingBlock
    from cnnviz.networks.layers import Shape

_component = register("block")


def block(
    which: BuildingBlock, pictures: Mapping[str, NDArray[np.float32]], *, key: str, alt: str
) -> None:
    """Draw a block's maps for a picture; settings, pointing and scaling need no server.

    Args:
        which: The block.
        pictures: What to look at, by title: C×H×W, all of one shape.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
    """
    _component(key=key, data=payload(which, pictures, alt=alt))


def payload(
    which: BuildingBlock, pictures: Mapping[str, NDArray[np.float32]], *, alt: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    first = next(iter(pictures.values()))
    shape: Shape = first.shape
    content = {
        "alt": alt,
        "shape": shape,
        "pictures": [
            {"title": title, "values": packed(values, np.float32)}
            for title, values in pictures.items()
        ],
        "controls": [
            {"title": one.title, "options": list(one.options.items()), "start": one.start}
            for one in which.controls
        ],
        "scaled": which.scaled,
        "compares": which.compares,
        "titles": which.titles,
        "variants": {
            " ".join(values): _variant(which, spec, shape)
            for values, spec in variants(which).items()
        },
        "codes": {
            " ".join(values): block_code(which, spec, shape)
            for values, spec in variants(which).items()
        },
        "stops": DIVERGING_STOPS,
    }
    return content | {"id": digest(content)}


def _variant(which: BuildingBlock, spec: Spec, shape: Shape) -> dict[str, Any]:
    return {
        "spec": spec,
        "weights": packed_weights(filled(which, spec, shape).state_dict()),
        "costs": {row.name: [row.parameters, row.macs] for row in summary(spec, shape)},
    }
