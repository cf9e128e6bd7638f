"""The network of a run's snapshot and its test pictures, shared by all sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.inspection import InspectionError, Samples, load_model, load_samples
from cnnviz.networks import NetworkError
from cnnviz.runs import Run, RunError
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from torch import nn


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Run: lambda run: str(run.path)})
def _model(run: Run, step: int) -> nn.Module:
    return load_model(run, step)


def model_of(run: Run, step: int) -> nn.Module:
    """The network of a snapshot, shared by all sessions; stops the page when it has none.

    Sharing is safe: whatever `cnnviz.inspection` does with a model, it does under a lock that
    lives with the model.
    """
    try:
        return _model(run, step)
    except (InspectionError, NetworkError, RunError) as error:
        st.error(plain(str(error)), icon=":material/broken_image:")
        st.stop()


@st.cache_resource(
    max_entries=4,
    show_spinner="Reading the test pictures",
    hash_funcs={Run: lambda run: str(run.path)},
)
def samples_of(run: Run) -> Samples:
    """The test pictures that can be had for a run.

    Raises:
        InspectionError: None can be had.
    """
    return load_samples(run)
