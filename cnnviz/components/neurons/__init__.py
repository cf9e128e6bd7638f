"""The connections of a small layer: all of them, then local ones, then shared ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.packing import digest
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    url_prefix: str | None = None,
) -> None:
    """Draw the neurons of a layer and their connections; weights are edited in the browser.

    Args:
        inputs: The n input numbers.
        weights: By stage: `full` m·n, output by output; `local` m·kernel; `shared` kernel.
        kernel: How many inputs a local neuron sees; m = n − kernel + 1.
        key: Streamlit key.
        alt: What the figure shows, for screen readers.
        stage: One of `STAGES` to open on; by default it walks through them.
        url_prefix: The address remembers the stage under this name, and edited weights under
            this name with `_full`, `_local` or `_shared` added.
    """
    data = payload(inputs, weights, kernel, alt=alt, stage=stage, url_prefix=url_prefix)
    told = _component(key=key, data=data, on_edited_change=lambda: None).edited
    if url_prefix and told and told["layer"] == data["id"]:
        st.query_params[url_prefix] = told["stage"]
        for name, text in told["weights"].items():
            st.query_params[f"{url_prefix}_{name}"] = text


def payload(
    inputs: Sequence[float],
    weights: Mapping[str, Sequence[float]],
    kernel: int,
    *,
    alt: str,
    stage: str | None,
    url_prefix: str | None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "alt": alt,
        "inputs": list(inputs),
        "weights": {name: list(weights[name]) for name in STAGES},
        "kernel": kernel,
        "urlPrefix": url_prefix,
    }
    # What is edited in the browser comes back through the address: only another layer is new.
    layer = {"inputs": content["inputs"], "kernel": kernel}
    return content | {"id": digest(layer), "stage": stage}
