"""A picture's exact pixels for components that filter it in the browser."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from cnnviz.components.sources import register
from cnnviz.imaging import encode_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_component = register("pixels", isolate_styles=False)


def send_pixels(data: dict[str, Any]) -> None:
    """Send what `payload` made. An element of its own: Streamlit sends the same one only once."""
    _component(key=f"pixels-{data['name']}", data=data, height=1)


def payload(image: NDArray[np.uint8], name: str) -> dict[str, Any]:
    """What the browser needs, as JSON-able data.

    Args:
        image: H×W or H×W×3.
        name: What the components that filter it know it by.
    """
    png = base64.b64encode(encode_png(image)).decode()
    return {"name": name, "url": f"data:image/png;base64,{png}", "colour": image.ndim == 3}
