"""The time machine on a person's own picture: what each kept snapshot sees in it."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.live import time_machine
from cnnviz.inspection import InspectionError, load_model
from cnnviz.inspection.frames import make_frame
from cnnviz.networks import NetworkError
from cnnviz.runs import Run, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnviz.ui.inside.picture import Shown

_SECONDS = 1.0


@st.cache_data(max_entries=4000, show_spinner=False)
def _frame(
    _run: Run,
    _shown: Shown,
    _position: tuple[float, float],
    path: str,  # noqa: ARG001 - these four are the key
    picture: str,  # noqa: ARG001
    step: int,
    label: int,
) -> bytes:
    epoch, seconds = _position
    model = load_model(_run, step)
    return make_frame(model, _shown.inputs[None], [label], step=step, epoch=epoch, seconds=seconds)


def show_over_time(run: Run, shown: Shown, label: int) -> None:
    """Draw the picture through all snapshots, with a slider over the training steps.

    Args:
        run: The run.
        shown: The picture.
        label: The class whose evidence is shown beside the predicted one's: the true class if
            it is known.
    """
    steps = run.snapshot_steps()
    frames = frames_of(run, shown, label, steps)
    if not frames:
        st.info("This run has not saved any weights that can be shown yet.")
        return
    truth = shown.truth is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Drag the slider, or press play, to see how the network saw this picture at"
            f" {_how_many(len(frames), len(steps))}.",
            width="stretch",
        )
        if run.state().active:
            st.button("Load newer weights", icon=":material/update:", key="_i_newer")
        elif len(frames) < len(steps):
            st.button("Compute the missing snapshots", icon=":material/more_time:", key="_i_newer",
                      help="Shows this picture at more of the saved steps.")  # fmt: skip
    time_machine(
        [frames[step] for step in sorted(frames)],
        key="i_time_machine",
        images=shown.seen[None],
        labels=[label] if truth else None,
        classes=run.config.classes,
        step_parameter="i_time",
    )


def _how_many(here: int, kept: int) -> str:
    return f"each of {kept} snapshots" if here == kept else f"{here} of {kept} snapshots"


def frames_of(
    run: Run, shown: Shown, label: int, steps: Sequence[int], *, patience: float = _SECONDS
) -> dict[int, bytes]:
    """What the snapshots see in a picture, by step.

    Those computed before are remembered. The rest are computed coarse to fine, the last one
    first, until the patience is used up; the next call goes on.

    Args:
        run: The run.
        shown: The picture.
        label: The class whose evidence is shown beside the predicted one's.
        steps: Snapshots, in order.
        patience: Seconds to spend; one frame at least is made.
    """
    digest = hashlib.blake2b(shown.seen.tobytes(), digest_size=16).hexdigest()
    points = run.state().progress
    known = [0, *(p.step for p in points)]
    epochs = np.interp(steps, known, [0.0, *(p.epoch for p in points)])
    seconds = np.interp(steps, known, [0.0, *(p.seconds for p in points)])
    frames: dict[int, bytes] = {}
    begun = time.monotonic()
    for i in coarse_to_fine(len(steps)):
        if frames and time.monotonic() - begun > patience:
            break
        position = (float(epochs[i]), float(seconds[i]))
        try:
            frames[steps[i]] = _frame(run, shown, position, str(run.path), digest, steps[i], label)
        except (InspectionError, NetworkError, RunError):
            continue  # thinned in this moment, or damaged: the others still tell the story
    return frames


def coarse_to_fine(count: int) -> Iterator[int]:
    """The indices 0 to count − 1: the last, the first, then halving the gaps."""
    done = set()
    stride = 1
    while stride < count:
        stride *= 2
    while stride:
        for i in range(count - 1, -1, -stride):
            if i not in done:
                done.add(i)
                yield i
        if 0 not in done and count:
            done.add(0)
            yield 0
        stride //= 2
