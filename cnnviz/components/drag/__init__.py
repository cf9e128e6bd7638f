"""An object to drag over a canvas: the convolved maps follow in the same frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS

if TYPE_CHECKING:
    from cnnviz.convolution.equivariance import Scene

_component = register("drag")


def drag(
    scene: Scene,
    *,
    key: str,
    alt: str,
    shift: tuple[int, int],
    play: bool,
    pytorch: str = "",
) -> dict[str, Any] | None:
    """Draw the moved object, its output, the first output moved by as much, and the difference.

    Args:
        scene: The object and what is done with it.
        key: Streamlit key. Another scene under the same key keeps the shift.
        alt: What the figure shows, for screen readers.
        shift: How far the object is moved at first, down and right.
        play: Whether it is walked there from home, unless less motion is asked for.
        pytorch: Code that computes the output.

    Returns:
        What is on screen after a pause: `scene` (its id), `shift`, `output` (rows of numbers) and
        `gap`, and whether a person `moved` it; None before that.
    """
    data = payload(scene, alt=alt, shift=shift, play=play, pytorch=pytorch)
    reply = _component(key=key, data=data, on_shown_change=lambda: None).shown
    return dict(reply) if reply and reply["scene"] == data["id"] else None


def payload(
    scene: Scene,
    *,
    alt: str,
    shift: tuple[int, int],
    play: bool,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "object": scene.object.tolist(),
        "side": scene.side,
        "home": scene.home,
        "background": scene.background,
        "kernel": scene.kernel.tolist(),
        "stride": scene.stride,
        "edges": scene.edges,
        "pooling": scene.pooling,
        "pytorch": pytorch,
    }
    more = {"alt": alt, "shift": shift, "play": play}
    return content | more | {"stops": DIVERGING_STOPS, "id": digest(content)}
