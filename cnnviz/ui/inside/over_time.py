"""The time machine on one picture: what each saved snapshot sees in it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st
import torch

from cnnviz.components.live import time_machine
from cnnviz.inspection import load_model
from cnnviz.inspection.frames import make_frame
from cnnviz.inspection.over_time import frames_over_time
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared.address import FRAME

if TYPE_CHECKING:
    from cnnviz.runs import Run
    from cnnviz.ui.inside.picture import Subject


@st.cache_data(max_entries=4000, show_spinner=False)
def _frame(
    _run: Run,
    _subject: Subject,
    _position: tuple[float, float],
    path: str,  # noqa: ARG001 - these four are the key
    picture: str,  # noqa: ARG001
    step: int,
    label: int | None,
) -> bytes:
    epoch, seconds = _position
    model, inputs = load_model(_run, step), _subject.inputs[None]
    if label is not None:
        return make_frame(model, inputs, [label], step=step, epoch=epoch, seconds=seconds)
    asked = torch.from_numpy(_subject.asked)[None]
    task = task_of(_run.config)
    return task.frame(model, inputs, asked, step=step, epoch=epoch, seconds=seconds)


def show_over_time(run: Run, subject: Subject, label: int | None) -> None:
    """Draw the picture through all snapshots, with a slider over the training steps.

    Args:
        run: The run.
        subject: The picture.
        label: The class whose evidence is shown beside the predicted one's: the true class if
            it is known. None for a network that gives pictures: then the subject has the one that
            is asked for.
    """
    steps = run.snapshot_steps()
    digest = hashlib.blake2b(subject.pixels.tobytes(), digest_size=16).hexdigest()

    def frame_at(step: int, epoch: float, seconds: float) -> bytes:
        return _frame(run, subject, (epoch, seconds), str(run.path), digest, step, label)

    frames = frames_over_time(run.known_state(), steps, frame_at)
    if not frames:
        st.info("This run has not saved any weights that can be shown yet.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Drag the slider, or press play, to see how the network saw this picture at"
            f" {_how_many(len(frames), len(steps))}.",
            width="stretch",
        )
        if run.known_state().active:
            st.button("Load newer weights", icon=":material/update:", key="_i_newer")
        elif len(frames) < len(steps):
            st.button("Compute the missing snapshots", icon=":material/more_time:", key="_i_newer",
                      help="Shows this picture at more of the saved steps.")  # fmt: skip
    time_machine(
        [frames[step] for step in sorted(frames)],
        key="i_time_machine",
        images=subject.pixels[None],
        labels=None if subject.truth is None or label is None else [label],
        classes=run.config.classes,
        step_parameter=FRAME.name,
        task=task_of(run.config).told() if label is None else None,
        asked=subject.asked,
    )


def _how_many(here: int, total: int) -> str:
    return f"each of {total} snapshots" if here == total else f"{here} of {total} snapshots"
