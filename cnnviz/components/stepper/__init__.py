"""The stepper: draws any `Trace` and steps through it, all of it in the browser."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution import Trace

_HERE = Path(__file__).parent
# One ES module: the browser is sent the files one after the other.
_SCRIPTS = (
    "../shared/numbers.js",
    "../shared/elements.js",
    "../shared/grid.js",
    "model.js",
    "view.js",
    "words.js",
    "painter.js",
    "outside.js",
    "stepper.js",
)
_STYLES = ("../shared/figure.css", "stepper.css")

_component = st.components.v2.component(
    "cnnviz_stepper",
    html=(_HERE / "stepper.html").read_text(encoding="utf-8"),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


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
        "paddedShape": trace.padded.shape,
        "outputShape": trace.output.shape,
        "padded": _packed(trace.padded),
        "kernel": None if trace.kernel is None else _packed(trace.kernel),
        "output": _packed(trace.output),
        "reads": _packed(trace.reads),
        "taps": _packed(trace.taps),
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
    digest = hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()
    return content | {"id": digest, "start": start}


def _packed(array: NDArray[Any]) -> dict[str, str]:
    if array.dtype.kind == "i":
        fits = array.size == 0 or array.max() <= np.iinfo(np.int16).max
        kind = np.dtype(np.int16 if fits else np.int32)
    else:
        kind = np.dtype(np.float64)
    data = np.ascontiguousarray(array, dtype=kind.newbyteorder("<")).tobytes()
    return {"dtype": kind.name, "data": base64.b64encode(data).decode("ascii")}
