"""A training in the background: the button that starts or stops it, and its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.pages import page_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnviz.training.background import Background


def train_or_stop(
    training: Background[Any] | None,
    begin: Callable[[], None],
    *,
    label: str,
    key: str,
    help: str | None = None,
) -> bool:
    """Draw a button that stops a training while it runs, and begins one otherwise.

    Args:
        training: The one that was begun last, if any.
        begin: Begins another.
        label: What the button says that begins it.
        key: Of the buttons, `<key>_stop` and `<key>_train`.
        help: More about the training.

    Returns:
        Whether it runs.
    """
    running = training is not None and training.running
    if training and running:
        st.button("Stop", icon=":material/stop:", on_click=training.cancel, key=f"{key}_stop")
    elif st.button(label, icon=":material/play_arrow:", key=f"{key}_train", help=help):
        begin()
        st.rerun()
    return running


def train_live(label: str, data: str, network: str, run: str = "") -> None:
    """Link to Train with the pictures and the network chosen, for a run that a class can watch.

    Args:
        label: What the link says.
        data: Id of the data set.
        network: Id of the network.
        run: Id of one that comes with the app, to be wound back before there is another.
    """
    train = page_at("train")
    st.page_link(
        train.script,
        label=label,
        icon=train.icon,
        query_params={"t_data": data, "t_net": network} | ({"t_run": run} if run else {}),
    )


def how_far(training: Background[Any], running: bool, steps: int) -> bool:  # noqa: FBT001 - as a fragment has it
    """Draw the progress of a training, or what went wrong.

    Args:
        training: Its steps have a `step`, the number of updates until then.
        running: Whether it was running when the page was drawn.
        steps: Updates in all.

    Returns:
        Whether there is any step to see yet.
    """
    if training.error:
        st.error(f"The training failed: {training.error}", icon=":material/error:")
    seen = training.seen()
    if not seen:
        if not training.error:
            st.progress(0.0, text="Waiting for the processors")
        return False
    words = "Stopped" if training.cancelled else "Training" if running else "Trained"
    step = seen[-1].step
    st.progress(min(1.0, step / steps), text=f"{words}: step {step} of {steps}")
    return True
