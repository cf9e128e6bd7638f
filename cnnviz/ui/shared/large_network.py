"""Networks with more weights than a browser is sent: the server computes their maps instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.components.packing import fits_in_browser
from cnnviz.inspection import feature_maps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

ONLY_MAPS = (
    "This network has too many weights for your browser. So the server has computed its maps for"
    " this picture, and a cell shows its number, but not how it came about."
)


def weights_or_maps(
    model: nn.Module, inputs: Tensor
) -> tuple[Mapping[str, Tensor] | None, Mapping[str, Tensor] | None]:
    """A network's weights if they can be sent to a browser, else its maps.

    Args:
        model: The network.
        inputs: C×H×W: the picture, normalised.

    Returns:
        The weights by name, or None; and None, or what each layer gives for the picture, by the
        layer's name: of as many layers as can be sent, first to last.
    """
    weights = model.state_dict()
    if fits_in_browser(weights):
        return weights, None
    maps: dict[str, Tensor] = {}
    for name, values in feature_maps(model, inputs).items():
        if not fits_in_browser(maps | {name: values}):
            break
        maps[name] = values[0]
    return None, maps
