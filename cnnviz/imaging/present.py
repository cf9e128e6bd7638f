"""Signed numbers to a picture on screen, with its scale and its histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from cnnviz.imaging.colour import DIVERGING_STOPS, diverging

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging.recipe import Result

View = Literal["signed", "absolute", "relu", "clipped"]

BINS = 128
SHARE = 0.995

_GREYS = ((0.0, "#000000"), (1.0, "#ffffff"))
_SIGNED = ((0.0, "#010101"), (0.5, "#808080"), (1.0, "#ffffff"))
# Right is blue and left orange, as positive and negative are; green is down, pink is up.
_COMPASS = (
    (0.0, "#ec8b2f"),
    (0.25, "#d666b0"),
    (0.5, "#4a97d2"),
    (0.75, "#3fae6a"),
    (1.0, "#ec8b2f"),
)


@dataclass(frozen=True)
class Scale:
    """What the colours of a picture mean, and how often each number occurs.

    Attributes:
        low: The number that gets the first colour.
        high: The number that gets the last one.
        stops: Colours from low to high, each with its place in 0..1.
        counts: How many numbers fall in each of `BINS` equal steps from low to high, one row
            per channel; for directions, how much gradient points there.
        smallest: The smallest number before any of them was turned into a colour.
        largest: The largest.
        unit: Written behind the numbers.
    """

    low: float
    high: float
    stops: tuple[tuple[float, str], ...]
    counts: NDArray[np.float32]
    smallest: float
    largest: float
    unit: str = ""


@dataclass(frozen=True)
class Presented:
    """A picture on screen.

    Attributes:
        pixels: H×W or H×W×3 RGB.
        scale: What its colours mean.
    """

    pixels: NDArray[np.uint8]
    scale: Scale


def present_photo(image: NDArray[np.uint8]) -> Presented:
    """Show a picture as it is: black is 0, white is 255."""
    return _greys(image, image, 255)


def present(result: Result, view: View) -> Presented:
    """Turn a filtered picture into one for the screen.

    Args:
        result: What a recipe gave; a direction is always shown by hue, darker where the
            gradient is weak.
        view: "signed" colours both signs on a scale symmetric about 0 (a colour picture
            shows 0 as mid-grey in each channel); "absolute" shows |x|, "relu" max(x, 0), both
            up to the largest; "clipped" cuts at 0 and 255, as saving the picture would.

    Returns:
        The pixels and their scale.
    """
    values = result.values
    if result.weight is not None:
        return _direction(values, result.weight)
    if view == "clipped":
        return _greys(values, values, 255)
    limit = _limit(values)
    if view == "absolute":
        return _greys(np.abs(values), values, limit)
    if view == "relu":
        return _greys(np.maximum(values, 0), values, limit)
    grey = values.ndim == 2
    pixels = diverging(values, limit) if grey else _levels(values, 127 / limit, 128)
    stops = stops_of(view, colour=not grey)
    counts = _histogram(values, -limit, limit)
    return Presented(pixels, Scale(-limit, limit, stops, counts, *_range(values)))


def stops_of(view: View, *, colour: bool) -> tuple[tuple[float, str], ...]:
    """The colours of a view, each with its place in 0..1: in each channel of a colour picture."""
    if view != "signed":
        return _GREYS
    return _SIGNED if colour else DIVERGING_STOPS


def _limit(values: NDArray[Any]) -> float:
    """The number that gets the full colour: `SHARE` of all numbers are nearer to 0.

    With the very largest instead, a few pixels would leave all others pale.
    """
    smallest, largest = _range(values)
    most = max(-smallest, largest)
    if most == 0:
        return 1.0
    levels = _levels(values, 127 / most, 128).reshape(values.shape[0], -1)
    histogram = cv2.calcHist([levels], [0], None, [256], [0, 256])
    counts = np.asarray(histogram, dtype=np.float32).ravel()
    distances = counts[128:]
    distances[1:] += counts[127:0:-1]
    level = int(np.searchsorted(np.cumsum(distances), SHARE * values.size))
    return most * (level + 1) / 128


def _greys(brightness: NDArray[Any], values: NDArray[Any], white: float) -> Presented:
    """Show 0 as black and `white` as white, clipping the rest."""
    counts = _histogram(brightness, 0, white)
    pixels = _levels(brightness, 255 / white, 0)
    return Presented(pixels, Scale(0.0, white, _GREYS, counts, *_range(values)))


def _direction(degrees: NDArray[np.float32], weight: NDArray[np.float32]) -> Presented:
    turn = (degrees + 180) / 360  # 0..1 from left over up, right and down to left again
    places = [place for place, _ in _COMPASS]
    colours = np.array([list(bytes.fromhex(colour[1:])) for _, colour in _COMPASS], np.float64)
    table = np.stack(
        [np.interp(np.linspace(0, 1, 256), places, colours[:, c]) for c in range(3)], axis=-1
    ).astype(np.float32)
    if degrees.ndim == 3:
        # The channel with the strongest gradient decides, as no pixel can have three hues.
        strongest = weight.argmax(axis=2)[:, :, None]
        turn = np.take_along_axis(turn, strongest, axis=2)[:, :, 0]
        weight = np.take_along_axis(weight, strongest, axis=2)[:, :, 0]
    brightness = np.minimum(weight / _limit(weight), 1)
    pixels = (table[(turn * 255).astype(np.uint8)] * brightness[:, :, None]).astype(np.uint8)
    step = np.minimum((turn * BINS).astype(np.intp), BINS - 1)
    counts = np.bincount(step.ravel(), weight.ravel(), minlength=BINS).astype(np.float32)
    smallest, largest = _range(degrees)
    return Presented(pixels, Scale(-180, 180, _COMPASS, counts[None], smallest, largest, "°"))


def _range(values: NDArray[Any]) -> tuple[float, float]:
    low, high, _, _ = cv2.minMaxLoc(values.reshape(values.shape[0], -1))
    return low, high


def _levels(values: NDArray[Any], scale: float, offset: float) -> NDArray[np.uint8]:
    """Multiply, shift, round and saturate in one pass."""
    flat = np.ascontiguousarray(values).reshape(values.shape[0], -1)
    levels = cv2.addWeighted(flat, scale, flat, 0, offset, dtype=cv2.CV_8U)
    return np.asarray(levels, dtype=np.uint8).reshape(values.shape)


def _histogram(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """Count the numbers in `BINS` equal steps; those beyond an end are counted at that end."""
    step = (high - low) / BINS
    # Half a step down, because OpenCV rounds to the nearest where a step is a floor.
    levels = _levels(values, 1 / step, -low / step - 0.5)
    counts = [
        cv2.calcHist([np.ascontiguousarray(channel)], [0], None, [256], [0, 256]).ravel()
        for channel in np.moveaxis(np.atleast_3d(levels), 2, 0)
    ]
    rows = np.asarray(counts, dtype=np.float32)
    rows[:, BINS - 1] += rows[:, BINS:].sum(axis=1)
    return rows[:, :BINS]
