"""The stepper: draws any `Trace` and steps through it, all of it in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution import Trace


_component = register("stepper")


def stepper(
    trace: Trace,
    *,
    key: str,
    pixels: bool = False,
    start: tuple[int, int] | None = None,
    url_parameter: str | None = None,
) -> None:
    """Draw a trace: input, kernel and output, with hover, transport, sums and the code.

    It opens playing, or standing still for people who ask for reduced motion. Stepping never
    calls the server.

    Args:
        trace: What to step through; any operator.
        key: Streamlit key. A new trace under the same key keeps the position.
        pixels: Whether the input holds pixels, 0 to 255, to be shown in grey or, with three
            channels, in red, green and blue.
        start: Output cell (row, column) to open on, standing still.
        url_parameter: Name under which the page's address remembers the cell the person stands
            on, as "row,column"; None to leave the address alone.
    """
    _component(
        key=key,
        data=payload(trace, pixels=pixels, start=start, url_parameter=url_parameter),
    )


def payload(
    trace: Trace,
    *,
    pixels: bool = False,
    start: tuple[int, int] | None = None,
    url_parameter: str | None = None,
) -> dict[str, Any]:
    """Return what the browser needs, as JSON-able data; arrays are base64, little-endian."""
    content = {
        "operator": trace.operator,
        "reduction": trace.reduction,
        "bias": trace.bias,
        "mode": trace.mode,
        "pads": trace.pads,
        "stride": trace.stride,
        "dilation": trace.dilation,
        "window": trace.window,
        "imageShape": trace.image.shape,
        "padded": packed(trace.padded),
        "kernel": None if trace.kernel is None else packed(trace.kernel),
        "output": packed(trace.output),
        "reads": _places(trace.reads),
        "taps": _places(trace.taps),
        "unreadRows": trace.unread_rows,
        "unreadCols": trace.unread_cols,
        "formulas": trace.formulas,
        "pytorch": trace.pytorch,
        "pixels": pixels,
        "stops": DIVERGING_STOPS,
        "weightStops": WEIGHT_STOPS,
        "urlParameter": url_parameter,
    }
    # The digest tells the browser a new trace from the same one sent again; `start` is only
    # for the first sight of it.
    return content | {"id": digest(content), "start": start}


def _places(indices: NDArray[np.integer[Any]]) -> dict[str, Any]:
    """Indices in as few bytes as they need."""
    fits = indices.max(initial=0) <= np.iinfo(np.int16).max
    return packed(indices, np.int16 if fits else np.int32)
