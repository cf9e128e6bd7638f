"""Both networks, trained on somebody's own pictures and masks while it is watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.segmenter import segmenter
from cnnviz.networks import pytorch_code
from cnnviz.training.background import Background
from cnnviz.training.experiments.segmentation import SHAPE, Labelled, Step, learn_from, network
from cnnviz.ui.pictures_out.segmentation.watch import EVERY, TITLES, follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.datasets.scenes import Scene


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is learned from, and what the answers are seen on.

    Attributes:
        id: Tells it from all others.
        train: Pictures and the class of each of their pixels.
        tests: Those that are measured.
        classes: What the classes are called.
        scenes: What the answers are drawn on.
        truth: Where their truth is from, if it is known.
        over: What `tests` are, in words.
        unpainted: What the `scenes` are called, if they are those without a mask.
    """

    id: str
    train: Labelled
    tests: Labelled
    classes: tuple[str, ...]
    scenes: Sequence[Scene]
    truth: str
    over: str
    unpainted: tuple[str, ...] = ()


@st.cache_resource(scope="session", show_spinner=False)
def _latest() -> dict[str, Background[Step]]:
    """The session's training, by the id of its lesson; a new one ends the one before."""
    return {}


def training_on(id: str) -> Background[Step] | None:
    """The training on a lesson, if it was the last that was begun."""
    return _latest().get(id)


def begin(lesson: Lesson) -> None:
    """Train on a lesson, and on no other any more."""
    for before in _latest().values():
        before.cancel()
    _latest().clear()
    _latest()[lesson.id] = Background(
        lambda: learn_from(lesson.train, lesson.tests, len(lesson.classes), "weighted", mirror=True)
    )


def show(lesson: Lesson, *, key: str) -> None:
    """Draw the training on a lesson and what the networks say now, once it was begun."""
    training = training_on(lesson.id)
    if training:
        running = training.running
        st.fragment(_follow, run_every=EVERY if running else None)(training, running, lesson, key)


def _follow(training: Background[Step], running: bool, lesson: Lesson, key: str) -> None:  # noqa: FBT001 - a fragment's own
    if running and not training.running:
        st.rerun()
    if seen := training.seen():
        many = len(lesson.classes)
        segmenter(
            lesson.scenes,
            lesson.classes,
            {
                title: (network(many, skips=title == TITLES[0]), one.weights)
                for title, one in zip(TITLES, seen[-1].networks, strict=True)
            },
            key=key,
            alt="A picture of your own, and what two networks say of its pixels",
            pytorch=pytorch_code(network(many, skips=True), SHAPE),
            truth=lesson.truth,
        )
    follow(
        training, running, key=f"{key}_curve", over=lesson.over,
        foreground="all that is not background", classes="the classes",
    )  # fmt: skip
