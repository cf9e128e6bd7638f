"""The test pictures that a run's filters are tried on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.datasets import DATASETS, is_available, normalise
from cnnviz.inspection.code import Source
from cnnviz.inspection.misclassified import pictures_tested
from cnnviz.numbers.formatting import counted

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.inspection import Samples
    from cnnviz.runs import Run, RunConfig

_MOST = 2000
_MOST_VALUES = 2**24  # of all their pixels: 64 MB as numbers


@dataclass(frozen=True, eq=False)
class SampleSet:
    """Test pictures, ordered so that the first few represent all of them.

    Attributes:
        samples: The pictures with their classes.
        few: Why these are not the first of the whole test set; empty if they are.
        file: The file of the run's folder that they come from, if they are few.
    """

    samples: Samples
    few: str
    file: str | None

    def inputs(self, config: RunConfig, count: int | None = None) -> Tensor:
        """The first `count` pictures, or all, preprocessed: N×C×H×W."""
        return normalise(self.samples.images[:count], config.mean, config.std)

    def source(self, count: int) -> Source:
        """Where code to copy finds the first `count` pictures."""
        return Source(min(count, len(self.samples.labels)), self.file)

    def told(self, count: int) -> str:
        """Words for the first `count` pictures."""
        count = min(count, len(self.samples.labels))
        if not self.few:
            return f"{counted(count, 'picture')} of the test set"
        return f"the {counted(count, 'test picture')} that this run kept"


@st.cache_resource(max_entries=3, show_spinner="Reading the test pictures")
def _pictures(_run: Run, _path: str, name: str) -> SampleSet:  # noqa: ARG001 - the key
    samples, few = pictures_tested(_run)
    most = min(_MOST, _MOST_VALUES // prod(samples.images.shape[1:]))
    first = dataclasses.replace(
        samples,
        images=samples.images[:most].copy(),
        labels=samples.labels[:most].copy(),
        indices=None if samples.indices is None else samples.indices[:most].copy(),
    )
    file = None
    if few:
        kept = (_run.path / "samples.safetensors").exists()
        file = "samples.safetensors" if kept else "probes.safetensors"
    return SampleSet(first, few, file)


def pictures_of(run: Run) -> SampleSet:
    """The first test pictures of a run's data set, or the few that it kept.

    Raises:
        InspectionError: There are none to be had.
    """
    dataset = run.config.dataset
    there = dataset in DATASETS and is_available(dataset)
    return _pictures(run, str(run.path), f"{run.path} {there}")


def say_which(pictures: SampleSet) -> None:
    """Say where the pictures come from, if they are not the whole test set's."""
    if pictures.few:
        st.caption(
            f"Only {counted(len(pictures.samples.labels), 'test picture')} of this run’s data set"
            " are on this computer, so these numbers are rough, and the accuracy can differ from"
            " that on the whole test set."
        )
