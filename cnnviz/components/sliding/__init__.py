"""The continuous convolution: one function slides over the other, and the area is the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape = Literal["box", "triangle", "exponential", "gaussian", "ramp"]

_START = (0.0, 0.0, 1.0, 1.0)
_LIMITS = ((-8.0, 8.0), (-3.0, 3.0), (0.2, 3.0), (0.2, 3.0))

_component = register("sliding")


def sliding(
    f: Shape,
    g: Shape,
    *,
    key: str,
    alt: str,
    start: Sequence[float] | None = None,
    url_parameter: str | None = None,
) -> None:
    """Draw f(τ), g(t − τ), their product and its area; t and both functions can be dragged.

    Everything is computed in the browser, in every frame, by the midpoint rule in steps of 0.025.
    Functions have height 1. Their width is half the base of a box or triangle, the time in which
    an exponential falls to 1/e, the standard deviation of a Gaussian, the length of a ramp.

    Args:
        f: The function that stands.
        g: The one that is reversed and slid.
        key: Streamlit key. Other functions under the same key keep places and widths.
        alt: What the figure shows, for screen readers.
        start: t, f's place, f's width and g's width, as `url_parameter` remembers them, to open
            on, standing still; with None or another count of numbers it opens playing.
        url_parameter: Name under which the address remembers them; None to leave it alone.
    """
    _component(key=key, data=payload(f, g, alt=alt, start=start, url_parameter=url_parameter))


def payload(
    f: Shape,
    g: Shape,
    *,
    alt: str,
    start: Sequence[float] | None = None,
    url_parameter: str | None = None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    place = inside(start)
    return {
        "f": f,
        "g": g,
        "alt": alt,
        "start": place or _START,
        "still": place is not None,
        "urlParameter": url_parameter,
    }


def inside(place: Sequence[float] | None) -> tuple[float, ...] | None:
    """Four numbers, each moved inside its limits; None for any other count.

    >>> inside((1, 0.5, 2, 9))
    (1, 0.5, 2, 3.0)
    """
    if place is None or len(place) != len(_LIMITS):
        return None
    pairs = zip(place, _LIMITS, strict=True)
    return tuple(min(max(number, low), high) for number, (low, high) in pairs)
