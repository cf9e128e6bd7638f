"""The surfaces of one network or two and their contour lines, while they are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.landscape import contour_figure, surface_figure
from cnnviz.training.experiments.loss_landscape import CELLS, LEVELS, Height, Slice, heights
from cnnviz.ui.shared.piece_by_piece import gather, gathered
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from cnnviz.ui.learning.landscape.subjects import Subject, Way

Titles = tuple[str, str]


def _both(subjects: Sequence[Subject], planes: Sequence[Slice]) -> Iterator[tuple[Height, ...]]:
    """The same point of each, one point after the other."""
    each = [
        heights(one.model, plane, one.images, one.labels)
        for one, plane in zip(subjects, planes, strict=True)
    ]
    yield from zip(*each, strict=True)


def _grid(found: Sequence[Height]) -> tuple[slice, NDArray[np.float64]]:
    """A grid of as many points, and which of the places along an axis it has."""
    stride = CELLS // (round(len(found) ** 0.5) - 1)
    losses = np.zeros((CELLS + 1, CELLS + 1))
    for column, row, loss in found:
        losses[row, column] = loss
    which = slice(0, None, stride)
    return which, losses[which, which]


def show_surfaces(
    subjects: Sequence[Subject],
    planes: Sequence[Slice],
    key: object,
    *,
    titles: Titles,
    way: Way | None = None,
) -> None:
    """Draw the loss around one network or two, on one scale, coarse at first.

    Each surface has its contour lines below it; that of a single network has them beside it.

    Args:
        subjects: The networks.
        planes: A plane of each.
        key: What the losses depend on.
        titles: Names of the directions.
        way: The path of a run, if there is one.
    """
    found = gathered(("landscape", key), lambda: _both(subjects, planes))

    def draw() -> None:
        count = max((level for level in LEVELS if level <= len(found.items)), default=0)
        if not count:
            return  # no grid is whole yet; how many points there are is said
        points = found.items[:count]  # the finest grid that is whole
        shared = [loss for point in points for _, _, loss in point if np.isfinite(loss)]
        limits = (min(shared), max(shared))
        if way:
            limits = min(limits[0], *way.losses), max(limits[1], *way.losses)
        look: dict[str, Any] = {"limits": limits, "titles": titles, "about": str(key)}
        columns = st.columns(2, gap="medium")
        for at, (one, plane) in enumerate(zip(subjects, planes, strict=True)):
            which, losses = _grid([point[at] for point in points])
            across, up = (places[which] for places in plane.places)
            told = f"Loss of {one.title} over {losses.shape[1]}×{losses.shape[0]} points of a plane"
            path = _path(way) if way else ()
            surface = surface_figure(across, up, losses, **look)
            lines = contour_figure(across, up, losses, path=path, **look)
            with columns[at]:
                st.markdown(f"**{plain(one.title)}**: loss {one.loss:.3g} in the middle")
                chart(surface, key=f"la_surface_{at}", alt=told)
            with columns[at if len(subjects) == 2 else 1]:
                st.markdown("The same numbers as contour lines, four to a factor of ten")
                chart(lines, key=f"la_map_{at}", alt=f"{told}, as contour lines")

    gather(found, draw, LEVELS[-1], "Points of the plane")


def _path(way: Way) -> list[tuple[float, float, float, str]]:
    return [
        (x, y, loss, f"Step {step}")
        for (x, y), loss, step in zip(way.path.points.tolist(), way.losses, way.steps, strict=True)
    ]
