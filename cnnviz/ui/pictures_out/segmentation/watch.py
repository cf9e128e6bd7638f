"""A training of both networks, while it is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.learning import compared_figure
from cnnviz.training.experiments.segmentation import STEPS
from cnnviz.ui.shared.background_training import how_far

if TYPE_CHECKING:
    from cnnviz.training.background import Background
    from cnnviz.training.experiments.segmentation import Step

TITLES = ("U-Net", "Without skips")
EVERY = 0.7
"""Seconds between two looks."""


def follow(
    training: Background[Step],
    running: bool,  # noqa: FBT001 - as the page saw it last
    *,
    key: str,
    over: str,
    foreground: str,
    classes: str,
) -> None:
    """Draw how far a training is, and how well both networks do.

    Args:
        training: The training.
        running: Whether it was running when the page was drawn.
        key: Streamlit key of the chart.
        over: What they are tested on.
        foreground: What is not background.
        classes: What the classes besides the background are called together.
    """
    if not how_far(training, running, STEPS):
        return
    seen = training.seen()
    chart(
        compared_figure(
            [one.step for one in seen],
            {
                title: [one.networks[at].foreground for one in seen]
                for at, title in enumerate(TITLES)
            },
            across="Step",
            up=f"IoU of {foreground}",
        ),
        key=key,
        alt=f"Intersection over union on {over}, against the steps of the training",
    )
    st.caption(
        f"IoU on {over} now. "
        + "; ".join(
            f"{title}: {foreground} {one.foreground:.2f}, mean of {classes} {one.digits:.2f}"
            for title, one in zip(TITLES, seen[-1].networks, strict=True)
        )
        + "."
    )
