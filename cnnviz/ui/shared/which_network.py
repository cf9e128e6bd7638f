"""Which network is looked at: one that others trained, one that was trained here, or one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.imaging import digest
from cnnviz.inspection import InspectionError
from cnnviz.runs import Run, RunError, list_runs, open_run
from cnnviz.training.labels import run_label
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.network_file import bring_network
from cnnviz.ui.shared.picture import OWN, Picture, current_picture
from cnnviz.ui.shared.projecting import wide
from cnnviz.ui.shared.run_list import tells_classes
from cnnviz.ui.shared.run_model import model_of, samples_of
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import choose_from_zoo
from cnnviz.zoo import OwnNetwork, ZooError
from cnnviz.zoo.files import exported
from cnnviz.zoo.own import pictures_of

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.zoo import ZooNetwork

_SOURCES = {"zoo": "ImageNet", "run": "Trained here", "own": "Yours"}
_FIRST = "fashionmnist-gap"


def choose_network(notice: DeltaGenerator, *, key: str) -> tuple[ZooNetwork | OwnNetwork, Picture]:
    """Let the person choose a network and what it is shown; stops the page where it cannot be had.

    Args:
        notice: For what there is to say about it.
        key: Address parameter of a network of the zoo; those of all others begin with it.

    Returns:
        The network, and the picture of the header or, for a run, one of its test pictures.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        source = choice(st.segmented_control, "Networks", _SOURCES, "zoo", key=f"{key}_from")
        if source == "zoo":
            return choose_from_zoo(notice, key=key), current_picture()
        if source == "run":
            return _choose_run(notice, key)
    return bring_network(), current_picture()


def _choose_run(notice: DeltaGenerator, key: str) -> tuple[OwnNetwork, Picture]:
    runs = {run.id: run for run in list_runs() if tells_classes(run)}
    chosen = choice(
        st.selectbox, "Run", {id: run_label(run) for id, run in runs.items()}, _FIRST,
        key=f"{key}_run", width=wide(300), notice=notice,
        unknown="There is no run called “{}” here. Another one is shown instead.",
    )  # fmt: skip
    try:
        run = open_run(chosen)
        pictures, steps = pictures_of(run.config), run.snapshot_steps()
    except (RunError, ZooError) as error:
        notice.error(plain(str(error)), icon=":material/folder_off:")
        st.stop()
    if not steps:
        notice.info("This run has no saved weights.")
        st.stop()
    step, config = steps[-1], run.config
    network = OwnNetwork(
        f"run {run.id} {config.created} {step}", run.name, model_of(run, step), config.classes,
        pictures, is_private=False,
    )  # fmt: skip
    show = _what_to_show(key)
    if show == "test":
        picture = _test_picture(run, key, notice)
    else:
        picture = current_picture()
        if st.toggle(
            "Invert the picture", key=f"{key}_invert", bind="query-params",
            help="For a network that learned light strokes on black, and dark ones on white.",
        ):  # fmt: skip
            network = network.inverted()
    st.download_button(
        "Its weights", lambda: exported(run, step), file_name=f"{run.id}.safetensors",
        mime="application/octet-stream", on_click="ignore", icon=":material/download:",
        help=f"After {step:,} steps of training, as safetensors, with what the network is. “Yours”"
        " reads it back, here or on another computer.",
    )  # fmt: skip
    return network, picture


def _what_to_show(key: str) -> str:
    picture, state = current_picture(), st.session_state
    # Whoever brings a picture, or chooses another one at the top, wants to see that one.
    before = state.get(f"_{key}_picture", "" if picture.id == OWN else picture.digest)
    if before != picture.digest:
        choose(f"{key}_show", "own")
    state[f"_{key}_picture"] = picture.digest
    return choice(
        st.segmented_control, "Show", {"test": "Test picture", "own": "My picture"}, "test",
        key=f"{key}_show",
        help="“My picture” is the one chosen at the top right: a sample, an upload or a photo.",
    )  # fmt: skip


def _test_picture(run: Run, key: str, notice: DeltaGenerator) -> Picture:
    try:
        samples = samples_of(run)
    except InspectionError as error:
        notice.warning(f"{plain(str(error))} Choose “My picture” instead.")
        st.stop()
    last = len(samples.labels) - 1
    state, name = st.session_state, f"{key}_sample"
    if state.get(name, 0) > last:
        state[name] = last
    at = st.number_input(
        f"Picture, 0 to {last}", 0, last, key=name, width=wide(125), bind="query-params",
        help=plain(samples.origin),
    )  # fmt: skip
    colours = np.broadcast_to(samples.images[at], (3, *samples.images.shape[2:]))
    pixels = np.ascontiguousarray(colours.transpose(1, 2, 0))
    truth = run.config.classes[int(samples.labels[at])]
    return Picture(
        f"test {at}", f"Test picture {at}, {truth}", pixels, digest(pixels), samples.origin
    )
