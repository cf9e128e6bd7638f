"""All tricks together: each can be switched, and two networks learn beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.datasets import DATASETS
from cnnviz.figures.contest import curves_by_step
from cnnviz.networks import network_from_line, pytorch_code
from cnnviz.training.experiments.tricks_together import (
    DROPPED,
    LAYERS,
    MANY_MAPS,
    MAPS,
    RATES,
    Tricks,
    line_of,
    tricks_contest,
)
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.watching import watch

if TYPE_CHECKING:
    from cnnviz.training.experiments.side_by_side import Contest

_SWITCHES = {
    "relu": ("ReLU, not sigmoid", True),
    "norm": ("Batch norm", True),
    "skips": ("Skips", True),
    "adam": ("Adam, not plain SGD", True),
    "wide": (f"{MANY_MAPS} maps a layer, not {MAPS}", False),
    "dropout": ("Dropout", False),
}
_WITHOUT, _OWN = "Without any", "Your own"
_SETS = {"train": "training pictures", "test": "test pictures"}


@st.cache_resource(max_entries=16, show_spinner=False)
def _contest(tricks: Tricks, seed: int) -> Contest:
    return tricks_contest({_WITHOUT: Tricks(), _OWN: tricks}, seed)


def together_section() -> None:
    """Draw a switch for each trick, and how a network learns with them and without any."""
    figure, side = figure_and_settings()
    with side:
        tricks = Tricks(
            **{
                name: st.toggle(title, value=on, key=f"tt_{name}", bind="query-params")
                for name, (title, on) in _SWITCHES.items()
            }
        )
        seed = paired("Weights and batches (seed)", 0, 9, 0, key="tt_seed")
    contest = _contest(tricks, seed)

    def draw() -> None:
        rounds = contest.round + 1
        each = contest.last_step // contest.rounds
        chart(
            curves_by_step(
                [at * each for at in range(rounds)],
                {
                    f"{name}: {words}": [score.loss for score in of[which][:rounds]]
                    for which, words in _SETS.items()
                    for name, of in contest.scores.items()
                },
                last=contest.last_step,
                title="Loss",
                dashed=[f"{name}: {_SETS['train']}" for name in contest.scores],
            ),
            key="tt_curves",
            alt="Loss of two networks on training and test pictures, step by step",
        )
        st.dataframe(
            {
                "Network": list(contest.scores),
                "Parameters": [contest.parameters[name] for name in contest.scores],
                **{
                    f"Right, {words}": [
                        100 * of[which][rounds - 1].accuracy for of in contest.scores.values()
                    ]
                    for which, words in _SETS.items()
                },
            },
            hide_index=True,
            column_config={
                "Parameters": st.column_config.NumberColumn(format="localized"),
                **{
                    f"Right, {words}": st.column_config.ProgressColumn(
                        format="%.1f%%", min_value=0, max_value=100
                    )
                    for words in _SETS.values()
                },
            },
            alt="Parameters and accuracy of a network without tricks and of your own",
        )

    with figure:
        watch(contest, draw, key="tt_pause")
        st.caption(
            f"{LAYERS} convolutions of 3×3 and {MAPS} maps, an average over each map, and one"
            " linear layer, on digits of 8×8. Without any trick it is what people had before:"
            f" sigmoids, PyTorch's first weights, and plain steps of SGD (learning rate"
            f" {RATES['SGD']:g}; Adam's is {RATES['Adam']:g}). It does not learn. Switch the tricks"
            " off one by one: which can be spared? Dropout drops"
            f" {DROPPED:.0%} of the maps in front of the last layer in training, so it slows"
            " learning; it pays where a network overfits."
        )
        spec = network_from_line(line_of(tricks))
        copy_code("PyTorch code of your own", pytorch_code(spec, DATASETS["digits"].shape))
