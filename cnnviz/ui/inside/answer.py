"""What the page Look inside needs beside numbers: its choices, caches and wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.inspection import CAM, InspectionError, Prediction, load_model, upsample
from cnnviz.networks import NetworkError
from cnnviz.runs import Run, RunConfig, RunError, list_runs, open_run
from cnnviz.ui.inside.picture import Shown, overlay_size
from cnnviz.ui.shared import role
from cnnviz.ui.shared.choice import arriving, choice, choose, tell
from cnnviz.ui.shared.run_list import run_label
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator
    from torch import nn

DEFAULT_RUN = "fashionmnist-gap"


def number(value: float, form: str) -> str:
    """Format a number, its sign a minus and not a hyphen."""
    return format(value, form).replace("-", "\u2212")


def where_to_run(run: Run) -> str:
    """Where copied code finds the run's weights, for whoever asks."""
    if role.is_presenter():
        return f"Run it in the folder of this run: `{run.path.resolve()}`"
    return (
        "Run it in the folder of this run. That is on the presenter’s computer: ask them for a "
        "copy of it."
    )


def choose_run(notice: DeltaGenerator) -> Run:
    """Let the person choose one of the runs; stops the page when it cannot be read.

    Args:
        notice: Where to say what a link asks for in vain.
    """
    runs = {run.id: run for run in list_runs()}
    asked = st.query_params.get("i_run")
    problem, opened = "", arriving("i_run")
    if asked is not None and asked not in runs:
        name = plain(asked[:100])
        problem = f"There is no run called “{name}” here. Another one is shown instead."
    titles = {name: _run_title(run) for name, run in runs.items()}
    chosen = choice(
        st.selectbox,
        "Run",
        titles,
        DEFAULT_RUN,
        key="i_run",
        width=380,
        on_change=choose,  # no step of the last run: the new one is shown at its own end
        args=("i_step", ""),
    )
    with notice:
        tell("i_run", chosen, problem, opened=opened)
    try:
        return open_run(chosen)
    except RunError as error:
        st.error(plain(str(error)), icon=":material/folder_off:")
        st.stop()


def _run_title(run: Run) -> str:
    """A run's label; its time first, which tells one's own apart and must not be cut off."""
    name, _, when = run_label(run).rpartition(" · ")
    return f"{when} · {name}" if when[:1].isdigit() else f"{name} · {when}"


def choose_step(run: Run, *, hidden: bool) -> int:
    """Let the person choose one of the run's snapshots; stops the page when it has none.

    Args:
        run: The run.
        hidden: Whether the choice is not drawn; the last snapshot then.
    """
    steps = {str(step): str(step) for step in run.snapshot_steps()}
    if not steps:
        if run.state().active:
            st.button("Look again", icon=":material/refresh:", key="_i_again")
            st.info("This run has not saved any weights yet: wait a few seconds, then look again.")
        else:
            st.info("This run has no saved weights.")
        st.stop()
    last = next(reversed(steps))
    if hidden:
        return int(last)
    if len(steps) == 1:
        st.markdown(f"Training step {last}, the only snapshot so far.")
        return int(last)
    return int(choice(st.select_slider, "Training step", steps, last, key="i_step"))


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


def crisp(seen: NDArray[np.uint8], side: int = 240) -> NDArray[np.uint8]:
    """A network's input enlarged so that every pixel is a square: H×W or H×W×3."""
    zoom = max(1, round(side / max(seen.shape[1:])))
    image = seen[0] if len(seen) == 1 else seen.transpose(1, 2, 0)
    return np.ascontiguousarray(image.repeat(zoom, 0).repeat(zoom, 1))


def show_input(shown: Shown) -> None:
    """Draw what the network saw."""
    height, width = shown.seen.shape[1:]
    st.markdown("What the network sees")
    st.image(
        crisp(shown.seen),
        output_format="PNG",
        width=168,
        caption=f"{plain(shown.name)}, {width}×{height}",
        alt=f"{shown.name} at {width}×{height} pixels",
    )


def show_answer(shown: Shown, config: RunConfig, answer: Prediction) -> None:
    """Say what the network answered, and draw its five best answers."""
    best = answer.top(5)
    guess = plain(config.classes[best[0]])
    if shown.truth is None:
        st.markdown(f"The network predicts **{guess}**.")
        st.caption(f"It knows {len(config.classes)} classes and always predicts one of them.")
    elif shown.truth == best[0]:
        st.markdown(f":green[:material/check:] The prediction is **{guess}**, which is correct.")
    else:
        st.markdown(
            f":red[:material/close:] The prediction is **{guess}**, but the true class is"
            f" **{plain(config.classes[shown.truth])}**."
        )
    st.dataframe(
        {
            "Class": [config.classes[c] for c in best],
            "Probability": [round(100 * float(answer.probabilities[c]), 2) for c in best],
            "Logit": [number(float(answer.logits[c]), ".2f") for c in best],
        },
        hide_index=True,
        column_config={
            "Class": st.column_config.TextColumn(width=112),
            "Probability": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%.1f%%", width=84
            ),
            "Logit": st.column_config.TextColumn(width=56, alignment="right"),
        },
        alt="The five most probable classes",
    )


def stretched(cam: CAM, shown: Shown) -> NDArray[np.float64]:
    """The map at the size at which it is laid over the picture."""
    return upsample(cam.raw, overlay_size(shown.seen.shape[1:]))


def describe(cam: CAM, classes: Sequence[str]) -> str:
    """The caption of a class activation map."""
    rows, columns = cam.raw.shape
    name = plain(classes[cam.class_index])
    text = (
        f"**{name}**: logit {number(cam.logit, '.2f')}, probability {_percent(cam.probability)}."
        f" {cam.method} of the layer {cam.layer}, {rows}×{columns} cells."
    )
    if cam.bias is not None:
        mean, bias = number(cam.raw.mean(), "+.3f"), number(cam.bias, "+.3f")
        text += f" Mean {mean} and bias {bias} add up to the logit."
    return text


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0.0005 <= share <= 0.9995 else ("< 0.1%" if share < 0.5 else "> 99.9%")


def show_progress(run: Run, step: int) -> None:
    """Say at which step all this is, and how good the network was if it was tested just there."""
    text = f"After {step:,} step{'s' * (step != 1)} of training"
    for tested in run.state().evaluations:
        if tested.step == step:
            text += f": test accuracy {tested.accuracy:.1%} on {tested.images:,} pictures"
            break
    st.caption(f"{text}.")


def show_numbers(values: NDArray[Any], tile: str, *, key: str) -> None:
    """Draw a button that opens the numbers of one of N×H×W maps as a table."""
    with st.popover("Numbers", icon=":material/table:"):
        last = len(values) - 1
        chosen = 0
        if last:
            if st.session_state.get(key, 0) > last:
                st.session_state[key] = last
            chosen = st.number_input(f"{tile}, 0 to {last}", 0, last, key=key)
        st.dataframe(values[chosen], alt=f"Values of {tile.lower()} {chosen}")
