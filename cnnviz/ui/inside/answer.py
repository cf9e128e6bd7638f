"""What a network answers on the page Look inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.classifier import classifier
from cnnviz.components.packing import fits_in_browser
from cnnviz.imaging.pixels import crisp
from cnnviz.inspection import overlay_size, upsample
from cnnviz.numbers.formatting import picture_size
from cnnviz.ui.inside.picture import PAD
from cnnviz.ui.shared.answer import show_scores
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.inspection import CAM, Prediction
    from cnnviz.runs import Run, RunConfig
    from cnnviz.ui.inside.picture import Subject


def show_input(subject: Subject) -> None:
    """Draw what the network saw."""
    size = picture_size(subject.pixels.shape[1:])
    st.markdown("What the network sees")
    st.image(
        crisp(subject.pixels),
        output_format="PNG",
        width=168,
        caption=f"{plain(subject.name)}, {size}",
        alt=f"{subject.name} at {size} pixels",
    )


def say_answer(subject: Subject, config: RunConfig, answer: Prediction) -> None:
    """Say what the network answered, and whether that is right."""
    best = answer.top(1)[0]
    guess = plain(config.classes[best])
    if subject.truth is None:
        st.markdown(f"The network predicts **{guess}**.")
        st.caption(f"It knows {len(config.classes)} classes and always predicts one of them.")
    elif subject.truth == best:
        st.markdown(f":green[:material/check:] The prediction is **{guess}**, which is correct.")
    else:
        st.markdown(
            f":red[:material/close:] The prediction is **{guess}**, but the true class is"
            f" **{plain(config.classes[subject.truth])}**."
        )


def answer_while_drawing(run: Run, step: int, subject: Subject, answer: Prediction) -> None:
    """Draw what the network answers to the drawing, computed in the browser."""
    weights = run.load_snapshot(step)
    if not fits_in_browser(weights):
        st.caption(
            "This network is too large to be sent to your browser: lift the pen to see the"
            " prediction."
        )
        say_answer(subject, run.config, answer)
        show_scores(run.config.classes, answer)
        return
    classifier(
        run.config,
        weights,
        key="i_answer",
        picture=PAD,
        waits=True,
        light=True,
        invitation="Draw on the pad, or choose a picture: the network answers at once.",
        about=f"It knows {len(run.config.classes)} classes and always predicts one of them. Your"
        " browser computes this, without the server.",
    )


def stretched(cam: CAM, subject: Subject) -> NDArray[np.float64]:
    """The map at the size at which it is laid over the picture."""
    return upsample(cam.raw, overlay_size(subject.pixels.shape[1:]))
