"""The connections of a small layer: all of them, then local ones, then shared ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STAGES = ("full", "local", "shared")

_component = register("neurons")


def neurons(
    inputs: Sequence[float],
    weights: Mapping[str, Sequence[float]],
    kernel: int,
    *,
    key: str,
    alt: str,
    stage: str | None = None,
    on_edit: Callable[[str, dict[str, str]], None] | None = None,
) -> None:
    """Draw the neurons of a layer and their connections; weights are edited in the browser.

    Args:
        inputs: The n input numbers.
        weights: By stage: `full` m·n, output by output; `local` m·kernel; `shared` kernel.
        kernel: How many inputs a local neuron sees; m = n − kernel + 1.
        key: Streamlit key.
        alt: What the figure shows, for screen readers.
        stage: One of `STAGES` to open on; by default it walks through them.
        on_edit: Called with the stage on screen and, by stage, the weights that were edited,
            apart by spaces.
    """
    data = payload(inputs, weights, kernel, alt=alt, stage=stage)
    news = _component(key=key, data=data, on_edited_change=lambda: None).edited
    if on_edit and news and news["layer"] == data["id"]:
        on_edit(news["stage"], news["weights"])


def payload(
    inputs: Sequence[float],
    weights: Mapping[str, Sequence[float]],
    kernel: int,
    *,
    alt: str,
    stage: str | None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "alt": alt,
        "inputs": list(inputs),
        "weights": {name: list(weights[name]) for name in STAGES},
        "kernel": kernel,
    }
    # What is edited in the browser comes back through the address: only another layer is new.
    layer = {"inputs": content["inputs"], "kernel": kernel}
    return content | {"id": digest(layer), "stage": stage}
