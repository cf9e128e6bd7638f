"""Six networks that differ in local fields, shared weights and pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.contest import by_parameters, curves_by_step
from cnnviz.training.experiments.three_ideas import (
    KERNEL,
    MAPS,
    POOL,
    ROWS,
    SIDE,
    ideas_code,
    ideas_contest,
)
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.watching import watch

_MARK = {True: "✓", False: "–"}


if TYPE_CHECKING:
    from cnnviz.training.experiments.side_by_side import Contest


@st.cache_resource(max_entries=12, show_spinner=False)
def _contest(pictures: int, reach: int, seed: int) -> Contest:
    return ideas_contest(pictures, reach, seed)


def ideas_section() -> None:
    """Draw the settings, the six networks and how they learn."""
    figure, side = figure_and_settings()
    with side:
        pictures = paired(":blue[Training pictures]", 50, 1400, 500, step=50, key="ti_n")
        reach = paired(":violet[Moved by up to (pixels)]", 0, 2, 2, key="ti_reach")
        seed = paired("Weights and batches (seed)", 0, 9, 0, key="ti_seed")
    contest = _contest(pictures, reach, seed)

    def draw() -> None:
        final = {name: of["test"][-1].accuracy for name, of in contest.scores.items()}
        st.dataframe(
            {
                "Network": [row.title for row in ROWS],
                "Parameters": [contest.parameters[row.title] for row in ROWS],
                "Test accuracy": [100 * final[row.title] for row in ROWS],
                "Training accuracy": [
                    100 * contest.scores[row.title]["train"][-1].accuracy for row in ROWS
                ],
                "Local fields": [_MARK[row.local] for row in ROWS],
                "Shared weights": [_MARK[row.shared] for row in ROWS],
                "Pooling": [_MARK[row.pooled] for row in ROWS],
            },
            hide_index=True,
            column_config={
                "Parameters": st.column_config.NumberColumn(format="localized"),
                **{
                    name: st.column_config.ProgressColumn(
                        format="%.1f%%", min_value=0, max_value=100
                    )
                    for name in ("Test accuracy", "Training accuracy")
                },
            },
            alt="Parameters and accuracy of six networks",
        )
        each = contest.last_step // contest.rounds
        steps = [at * each for at in range(contest.round + 1)]
        left, right = st.columns(2)
        with left:
            chart(
                curves_by_step(
                    steps,
                    {
                        name: [score.accuracy for score in of["test"][: len(steps)]]
                        for name, of in contest.scores.items()
                    },
                    last=contest.last_step,
                    title="Test accuracy",
                    top=1,
                ),
                key="ti_curves",
                alt="Test accuracy of six networks, step by step",
            )
        with right:
            chart(
                by_parameters(
                    contest.parameters, {"Test pictures": final}, title="Test accuracy now"
                ),
                key="ti_parameters",
                alt="Test accuracy of six networks against their parameters",
                pytorch=ideas_code(),
            )

    with figure:
        watch(contest, draw, key="ti_pause")
        st.caption(
            f"Digits of 8×8 on {SIDE}×{SIDE} pixels. Each network has {MAPS} maps of 8×8 hidden"
            f" units with a ReLU, and ten outputs. *Local*: a unit sees {KERNEL}×{KERNEL} pixels"
            " instead of all. *Shared*: all units of a map have the same weights, which makes it a"
            f" convolution; only local fields can share. *Pooled*: the largest of {POOL}×{POOL}"
            " units goes on. All take the same steps on the same batches, with Adam."
        )
