"""Gradient descent on a kernel: every step computed before, played in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_component = register("descent")


def descent(
    image: NDArray[np.float64],
    target: NDArray[np.float64],
    kernels: NDArray[np.float64],
    outputs: NDArray[np.float64],
    losses: NDArray[np.float64],
    *,
    key: str,
    alt: str,
    start: int | None = None,
    url_parameter: str | None = None,
    pytorch: str = "",
) -> None:
    """Draw input, kernel, prediction, target and error at one step, and the loss at all.

    The server is not called while playing or scrubbing.

    Args:
        image: The input, H×W.
        target: What should come out, Ho×Wo.
        kernels: The kernel before the first step and after each, T×kh×kw.
        outputs: What it gives, T×Ho×Wo.
        losses: Sum of squared errors, T.
        key: Streamlit key. Another descent under the same key is played from its beginning.
        alt: What the figure shows, for screen readers.
        start: Step to open on, standing still; by default it plays.
        url_parameter: Name under which the address remembers the step a person stands on.
        pytorch: Code that gives these numbers.
    """
    data = payload(
        image, target, kernels, outputs, losses,
        alt=alt, start=start, url_parameter=url_parameter, pytorch=pytorch,
    )  # fmt: skip
    told = _component(key=key, data=data, on_step_change=lambda: None).step
    if url_parameter and told and told["id"] == data["id"]:
        if told["step"] is None:
            st.query_params.pop(url_parameter, None)
        else:
            st.query_params[url_parameter] = str(told["step"])


def payload(
    image: NDArray[np.float64],
    target: NDArray[np.float64],
    kernels: NDArray[np.float64],
    outputs: NDArray[np.float64],
    losses: NDArray[np.float64],
    *,
    alt: str,
    start: int | None = None,
    url_parameter: str | None = None,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "alt": alt,
        "image": packed(image),
        "target": packed(target),
        "kernels": packed(kernels),
        "outputs": packed(outputs),
        "losses": packed(losses),
        "stops": DIVERGING_STOPS,
        "weightStops": WEIGHT_STOPS,
        "urlParameter": url_parameter,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content), "start": start}
