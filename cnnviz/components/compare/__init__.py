"""A zoomable picture with its scale, alone or before and after: all of it in the browser."""

from __future__ import annotations

import base64
import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from cnnviz.components.sources import register
from cnnviz.imaging import encode_jpeg, encode_png, stops_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnviz.imaging import Border, Presented, Recipe, View
    from cnnviz.imaging.chain import Stage

# Up to here a PNG is small and quick; beyond, a JPEG with all of its colours is far smaller.
PNG_PIXELS = 300_000
JPEG_QUALITY = 85

_component = register("compare")


class Encoded(NamedTuple):
    """A picture as the browser gets it: worth keeping while it stays the same.

    Attributes:
        url: The pixels as a data URL.
        scale: What their colours mean.
    """

    url: str
    scale: dict[str, Any]


class Live(NamedTuple):
    """How the browser filters a picture itself: while a hand moves a setting, or a camera runs.

    Attributes:
        pixels: Name of the picture, as `cnnviz/components/pixels` or a camera offers it.
        recipe: The filter as it is set; None shows the picture itself.
        view: How the result is shown.
        moved: Streamlit keys of sliders and toggles, and the field of the recipe that each sets.
        kernel: Streamlit key of the number grid that shows the kernel.
        streams: Whether the picture is a camera's, of which the server knows nothing. Else the
            picture that it sends, which is the recipe's result, is shown when the hand rests.
    """

    pixels: str
    recipe: Recipe | None
    view: View
    moved: Mapping[str, str]
    kernel: str
    streams: bool = False

    def payload(self) -> dict[str, Any]:
        """The same as JSON-able data."""
        fields: dict[str, Any] | None = None
        if self.recipe is not None:
            fields = {
                one.name: getattr(self.recipe, one.name) for one in dataclasses.fields(self.recipe)
            }
            for name in ("weights", "channels"):
                if fields[name] is not None:
                    fields[name] = fields[name].tolist()
        return {
            "pixels": [self.pixels],
            "recipe": fields,
            "view": self.view,
            "moved": {key: [field] for key, field in self.moved.items()},
            "kernels": {self.kernel: []} if self.kernel else {},
            "streams": self.streams,
        }


class LiveStage(NamedTuple):
    """A filter of a chain, and what moves it.

    Attributes:
        stage: The filter as it is set.
        sliders: Streamlit keys of its numbers.
        kernel: Streamlit key of the number grid that shows its kernel; empty if there is none.
    """

    stage: Stage
    sliders: tuple[str, ...] = ()
    kernel: str = ""


class LiveChain(NamedTuple):
    """How the browser runs filters one after another itself while a hand moves one of them.

    Attributes:
        chains: The names of one or two pictures, as in `Live`, each with its filters; of two, the
            second result is taken off the first.
        border: As in `run_chain`.
        colour: Whether the pictures have colours.
        view: How the result is shown; by default as `view_of` says.
        equivalent: Of a chain whose stages from one to another are linear: their range, and the
            Streamlit key of the number grid that shows their one kernel.
        measured: Of two, the name under which the browser tells how close the results are.
    """

    chains: tuple[tuple[str, tuple[LiveStage, ...]], ...]
    border: Border
    colour: bool
    view: View | None = None
    equivalent: tuple[range, str] | None = None
    measured: str = ""

    def payload(self) -> dict[str, Any]:
        """The same as JSON-able data: what is moved has its path in the recipe."""
        placed = [
            (["chains", chain, at], one)
            for chain, (_, stages) in enumerate(self.chains)
            for at, one in enumerate(stages)
        ]
        views: tuple[View, ...] = ("signed", "absolute", "clipped")
        equivalent = None
        if self.equivalent:
            part, grid = self.equivalent
            equivalent = {"first": part.start, "end": part.stop, "name": grid}
        return {
            "pixels": [pixels for pixels, _ in self.chains],
            "recipe": {
                "border": self.border,
                "chains": [[_stage(one.stage) for one in stages] for _, stages in self.chains],
            },
            "view": self.view,
            "colours": {view: stops_of(view, colour=self.colour) for view in views},
            "moved": {
                key: [*path, "numbers", number]
                for path, one in placed
                for number, key in enumerate(one.sliders)
            },
            "kernels": {one.kernel: path for path, one in placed if one.kernel},
            "equivalent": equivalent,
            "measured": self.measured,
            "streams": False,
        }


def _stage(stage: Stage) -> dict[str, Any]:
    """A filter as JSON-able data; one with a name brings its kernel."""
    weights = stage.recipe.weights if stage.recipe else None
    return {
        "name": stage.name,
        "numbers": stage.numbers,
        "weights": None if weights is None else weights.tolist(),
    }


def encode(picture: Presented) -> Encoded:
    """Make a picture ready for `compare`: exact if it is small, else with little loss."""
    pixels = picture.pixels
    if pixels.shape[0] * pixels.shape[1] <= PNG_PIXELS:
        kind, content = "png", encode_png(pixels)
    else:
        kind, content = "jpeg", encode_jpeg(pixels, JPEG_QUALITY)
    url = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return Encoded(url, vars(picture.scale) | {"counts": picture.scale.counts.tolist()})


def compare(
    picture: Encoded,
    *,
    key: str,
    title: str,
    alt: str,
    size: tuple[int, int],
    before: Encoded | None = None,
    group: str | None = None,
    window: tuple[int, int] = (1, 1),
    pixel: tuple[int, int] | None = None,
    pickable: bool = False,
    live: Live | LiveChain | None = None,
) -> tuple[int, int] | None:
    """Draw a picture that can be zoomed, moved and pointed at, with its scale and histogram.

    Wheel or pinch zooms, dragging moves, the arrow keys move a cursor. With `before`, a
    divider is dragged across the two. Pictures of one group zoom and move together, and
    pointing at one outlines the same place on all of them, without the server.

    Args:
        picture: What to show; it may be smaller than the picture it stands for.
        key: Streamlit key.
        title: Written above it.
        alt: What it shows, for screen readers.
        size: Height and width of the picture it stands for: places are counted in its pixels.
        before: A second picture of the same size, shown left of the divider.
        group: Name shared by pictures that move together; alone by default.
        window: Height and width to outline around the pointer, placed as a kernel is.
        pixel: Row and column to keep outlined.
        pickable: Whether a click anywhere in the group is returned by this one.
        live: How the picture follows a hand; else it waits for the server.

    Returns:
        Row and column of the pixel clicked last, or None.
    """
    data = payload(
        picture, before, title=title, alt=alt, size=size, group=group or key, window=window,
        pixel=pixel, pickable=pickable, live=live,
    )  # fmt: skip
    _component(key=key, data=data, on_pixel_change=lambda: None)
    return clicked(key, size)


def payload(
    picture: Encoded,
    before: Encoded | None = None,
    *,
    title: str,
    alt: str,
    size: tuple[int, int],
    group: str,
    window: tuple[int, int] = (1, 1),
    pixel: tuple[int, int] | None = None,
    pickable: bool = False,
    live: Live | LiveChain | None = None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    high, wide = window
    return {
        "title": title,
        "alt": alt,
        "height": size[0],
        "width": size[1],
        "picture": picture.url,
        "before": before.url if before else None,
        "scale": picture.scale,
        "group": group,
        # Rows above and columns before the pixel, then height and width.
        "window": [(high - 1) // 2, (wide - 1) // 2, high, wide],
        "pixel": pixel,
        "pickable": pickable,
        "live": live.payload() if live else None,
    }


def clicked(key: str, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the pixel clicked last in a picture, which may not be drawn yet in this run.

    Args:
        key: Of the picture.
        size: Height and width; a click on an earlier, larger picture is moved inside.
    """
    pixel = st.session_state.get(key, {}).get("pixel")
    if not pixel:
        return None
    row, column = (min(int(at), side - 1) for at, side in zip(pixel, size, strict=True))
    return row, column
