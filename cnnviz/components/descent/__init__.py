"""Gradient descent on a kernel: every step computed before, played in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    from collections.abc import Callable

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
    on_step: Callable[[int | None], None] | None = None,
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
        on_step: Called with the step that a person stands on, or None while it plays.
        pytorch: Code that gives these numbers.
    """
    data = payload(
        image, target, kernels, outputs, losses,
        alt=alt, start=start, pytorch=pytorch,
    )  # fmt: skip
    news = _component(key=key, data=data, on_step_change=lambda: None).step
    if on_step and news and news["id"] == data["id"]:
        on_step(news["step"])


def payload(
    image: NDArray[np.float64],
    target: NDArray[np.float64],
    kernels: NDArray[np.float64],
    outputs: NDArray[np.float64],
    losses: NDArray[np.float64],
    *,
    alt: str,
    start: int | None = None,
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
        "pytorch": pytorch,
    }
    return content | {"id": digest(content), "start": start}
