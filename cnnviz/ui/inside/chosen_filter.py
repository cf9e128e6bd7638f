"""A filter that was chosen, and results that are kept for its layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import streamlit as st

from cnnviz.inspection.patches import Peaks, field_on, peaks
from cnnviz.networks import field_of
from cnnviz.ui.shared.sample_set import SampleSet, pictures_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from cnnviz.runs import Run
    from cnnviz.ui.inside.picture import Subject

    P = ParamSpec("P")
    R = TypeVar("R")

_SIDE = 96


@dataclass(frozen=True, eq=False)
class OneFilter:
    """A filter, and the picture and the weights with which it is looked at.

    Attributes:
        run: The run.
        step: The snapshot.
        model: Its network.
        layer: Name of the layer.
        shape: Of the layer's output for one picture.
        channel: Number of the filter.
        subject: The page's own picture.
        where: Where copied code is to be run.
    """

    run: Run
    step: int
    model: nn.Module
    layer: str
    shape: tuple[int, ...]
    channel: int
    subject: Subject
    where: str

    @cached_property
    def pictures(self) -> SampleSet:
        """The test pictures that the filter is tried on."""
        return pictures_of(self.run)

    @property
    def key(self) -> tuple[str, int, str, str]:
        """The key under which results for the whole layer are kept."""
        return str(self.run.path), self.step, self.layer, self.pictures.few

    def peaks(self) -> Peaks:
        """The strongest cells of all filters of the layer."""
        return _peaks(self)

    def field(self, unit: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last row, and first and last column, that a cell of the layer sees."""
        config = self.run.config
        return field_of(config.spec, config.input_shape, self.layer, unit)

    def patch(self, channel: int, picture: int, side: int = _SIDE) -> NDArray[np.uint8]:
        """A test picture with what a filter's strongest cell sees of it."""
        found = self.peaks()
        unit = int(found.rows[picture, channel]), int(found.columns[picture, channel])
        return field_on(self.pictures.samples.images[picture], self.field(unit), side)


def kept_by_layer(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep up to `most` results of a function of a filter.

    They are kept by the filter's run, step, layer and pictures, and by the function's other
    arguments: the number of the filter is one of them if the result depends on it.
    """
    return st.cache_data(
        max_entries=most, show_spinner=False, hash_funcs={OneFilter: lambda one: one.key}
    )


@kept_by_layer(12)
def _peaks(one: OneFilter) -> Peaks:
    return peaks(one.model, one.layer, one.pictures.inputs(one.run.config))
