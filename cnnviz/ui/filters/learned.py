"""A filter of the first layer of a run, as the kernel of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.gallery import Tile, gallery
from cnnviz.imaging import KERNELS, MAX_KERNEL_SIZE, WEIGHT_STOPS, diverging
from cnnviz.imaging.pixels import crisp
from cnnviz.imaging.recipe import CHANNELS
from cnnviz.inspection import InspectionError, filters, load_model
from cnnviz.inspection.kernel_by_hand import first_convolution, grey_kernels
from cnnviz.networks import NetworkError
from cnnviz.pages import page_at
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.training.labels import run_label
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_USUAL = "fashionmnist-gap"


def choose_learned(*, colour: bool) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Draw the choice of a run and of one of its first filters.

    Args:
        colour: Whether the picture has colours.

    Returns:
        Its kernel for a grey picture, kh×kw, and for one with colours a kernel for each channel,
        3×kh×kw; None where it reads one channel, or the picture has no more.
    """
    runs = {run.id: run for run in list_runs()}
    if not runs:
        st.info("There is no run yet: the page Train makes one. Until then, this is the identity.")
        return KERNELS["identity"].weights, None
    titles = {name: run_label(run) for name, run in runs.items()}
    usual = _USUAL if _USUAL in runs else next(iter(runs))
    run = runs[choice(st.selectbox, "Run", titles, usual, key="f_run")]
    try:
        steps = run.snapshot_steps()
        if not steps:
            raise InspectionError("It has saved no weights.")  # noqa: TRY301 - as of a damaged run
        layer, kernels, slices = _kernels(run, str(run.path), steps[-1])
    except (InspectionError, NetworkError, RunError) as error:
        st.error(f"{plain(str(error))} Choose another run; until then, this is the identity.")
        return KERNELS["identity"].weights, None
    channels = slices.shape[1]
    numbers = {channel: f"{channel}" for channel in range(len(kernels))}
    strongest = int(np.square(kernels).sum((1, 2)).argmax())
    label = f"Filter of {layer}, after {steps[-1]:,} steps"
    chosen = choice(st.selectbox, label, numbers, strongest, key="f_filter")
    limit = float(np.abs(kernels).max())
    gallery(
        [
            Tile(
                channel,
                crisp(diverging(kernel, limit, WEIGHT_STOPS).transpose(2, 0, 1), 48).transpose(
                    2, 0, 1
                ),
                str(channel),
                f"Filter {channel}",
            )
            for channel, kernel in enumerate(kernels)
        ],
        key="f_filters",
        chosen=chosen,
        label="Filters of the first layer",
        on_choose=lambda channel: choose("f_filter", channel),
        side=32,
    )
    in_colour = colour and channels == len(CHANNELS)
    if in_colour:
        st.caption(
            "Each channel of the picture goes through its own kernel, and the three results are"
            " added up, as in the network: of levels from 0 to 255, and without the bias."
        )
    elif channels > 1:
        st.caption(
            f"It has a kernel for each of {channels} channels. This is their sum: what it does to a"
            " grey picture. Choose Colour above for the three."
        )
    inside = page_at("inside")
    st.page_link(
        inside.script, label="Put a kernel in its place", icon=inside.icon,
        query_params={
            "i_run": run.id, "i_tab": "One filter", "i_unit_layer": layer, "i_unit": str(chosen),
            "i_view": "hand",
        },
    )  # fmt: skip
    return kernels[chosen], slices[chosen] if in_colour else None


@st.cache_data(max_entries=16, show_spinner=False)
def _kernels(
    _run: Run,
    path: str,  # noqa: ARG001 - with the step, the key
    step: int,
) -> tuple[str, NDArray[np.float32], NDArray[np.float32]]:
    """The first layer's name, its kernels for grey pictures, and those of each channel."""
    model = load_model(_run, step)
    layer = first_convolution(model, _run.config.input_shape[0])
    slices: NDArray[np.float32] = filters(model, layer).numpy()
    if max(slices.shape[2:]) > MAX_KERNEL_SIZE:
        raise InspectionError(f"Its first filters are larger than {MAX_KERNEL_SIZE} pixels.")
    return layer, grey_kernels(model, layer), slices
