"""Overfitting: networks with ever more parameters on few pictures, and curves that part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.contest import by_parameters, curves_by_step
from cnnviz.training.experiments.three_ideas import HIDDEN, hidden_title, overfitting_contest
from cnnviz.ui.shared.controls import paired, select
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.watching import watch

_SETS = {"train": "training pictures", "test": "test pictures"}


if TYPE_CHECKING:
    from cnnviz.training.experiments.side_by_side import Contest


@st.cache_resource(max_entries=12, show_spinner=False)
def _contest(pictures: int, wrong: float, seed: int) -> Contest:
    return overfitting_contest(pictures, wrong, seed)


def overfitting_section() -> None:
    """Draw the settings, two curves of one network, and all networks by their parameters."""
    figure, side = figure_and_settings()
    with side:
        pictures = paired(":blue[Training pictures]", 20, 1400, 100, step=20, key="of_n")
        wrong = paired(":violet[Wrong labels (%)]", 0, 50, 20, step=5, key="of_wrong")
        titles = {str(hidden): hidden_title(hidden) for hidden in HIDDEN}
        hidden = select("Network of the curves", titles, "256", key="of_hidden")
        seed = paired("Weights and batches (seed)", 0, 9, 0, key="of_seed")
    contest = _contest(pictures, wrong / 100, seed)
    name = titles[hidden]

    def draw() -> None:
        rounds = contest.round + 1
        of = contest.scores[name]
        losses = {words: [s.loss for s in of[which][:rounds]] for which, words in _SETS.items()}
        gap = losses["test pictures"][-1] - losses["training pictures"][-1]
        best = min(range(rounds), key=losses["test pictures"].__getitem__)
        each = contest.last_step // contest.rounds
        left, right = st.columns(2)
        with left:
            chart(
                curves_by_step(
                    [at * each for at in range(rounds)], losses, last=contest.last_step,
                    title=f"Loss, {name}", dashed=[_SETS["train"]],
                ),
                key="of_curves",
                alt=f"Loss of a network with {name} on training and test pictures, step by step",
            )  # fmt: skip
        with right:
            errors = {
                words: {
                    net: 1 - scores[which][rounds - 1].accuracy
                    for net, scores in contest.scores.items()
                }
                for which, words in _SETS.items()
            }
            chart(
                by_parameters(
                    contest.parameters, errors, title="Error now", pictures=pictures, joined=True
                ),
                key="of_parameters",
                alt="Error on training and test pictures against parameters",
            )
        st.markdown(
            f"**{name}: {contest.parameters[name]:,} parameters for {pictures} pictures.** The"
            f" curves are {gap:.2f} apart. The test loss was lowest after"
            f" {best * each} steps: to stop there is *early stopping*."
        )

    with figure:
        watch(contest, draw, key="of_pause")
        st.caption(
            "Networks of one hidden layer on digits of 8×8. The dotted line marks as many"
            " parameters as there are training pictures. A wrong label can only be learned by"
            " heart: a network that gets all training pictures right has memorised them. More"
            " pictures close the gap. The largest networks need not be the worst: the error by"
            " parameters often falls again."
        )
