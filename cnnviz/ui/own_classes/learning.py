"""How the head learned, how much it owes to the network below, and what thawing adds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.learning import losses_figure
from cnnviz.numbers.formatting import counted, formatted
from cnnviz.training.experiments.transfer_learning import (
    FOLDS,
    MOST_THAWED,
    TransferError,
    accuracy_from_scratch,
    accuracy_of_heads,
    blocks_of,
    fine_tune,
)
from cnnviz.ui.own_classes.taught import Tuned, keep, tuned_for
from cnnviz.ui.shared.zoo import in_turns, turn

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.ui.own_classes.taught import Taught
    from cnnviz.zoo import ZooNetwork

_FULL = "_oc_no_room"


def show_learning(network: ZooNetwork, taught: Taught, place: DeltaGenerator) -> None:
    """Draw how the head learned, how much it owes to the network below, and what thawing adds."""
    chart(
        losses_figure(taught.head.losses), key="oc_losses",
        alt="Loss of the head over the steps of its training",
    )  # fmt: skip
    known: dict[object, float] = st.session_state.setdefault("_oc_accuracies", {})
    heads, scratch = (*taught.key, "heads"), (*taught.key, "scratch")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        thawed = st.slider(
            "Blocks that learn, too, from the top", 1, MOST_THAWED, 2, key="oc_thawed",
            bind="query-params", width=330,
            help=f"Of the {len(blocks_of(network))} blocks of {network.title}. The upper ones are"
            " the most particular to the photos that it was trained on.",
        )  # fmt: skip
        asked = st.button("Fine-tune them", icon=":material/ac_unit:", key="_oc_tune")
    tuned = (*taught.key, "tuned", thawed)
    count = len(taught.names)
    try:
        if heads not in known:
            known[heads] = accuracy_of_heads(taught.all_features, taught.labels, count)
    except TransferError as error:
        st.info(str(error), icon=":material/add_photo_alternate:")
        return
    _show_accuracies(
        taught, thawed, frozen=known[heads], tuned=known.get(tuned), scratch=known.get(scratch)
    )
    if st.session_state.pop(_FULL, False):
        st.warning(
            "The server has no room for your thawed network at the moment, so the frozen one"
            " answers. Try again when others have left.",
            icon=":material/memory:",
        )
    last = tuned_for(taught)
    if last:
        st.caption(
            f":material/ac_unit: The network with {counted(last.count, 'block')} thawed learned"
            " from all your pictures, too, and answers under “Answer”."
        )
    there = last is not None and last.count == thawed
    if asked and not there and _tune(network, taught, thawed, known, tuned):
        st.rerun()
    if scratch not in known and st.button(
        "Train a network from scratch on them", icon=":material/model_training:", key="_oc_scratch",
        help="Three convolutions, 32×32 pixels, random weights at first, tested in the same parts.",
    ):  # fmt: skip
        bar = st.progress(0.0, text="Training from scratch")
        with turn(place):
            known[scratch] = accuracy_from_scratch(
                [one.picture for one in taught.examples], taught.labels, count,
                progress=lambda share: bar.progress(share, text="Training from scratch"),
            )  # fmt: skip
        st.rerun()


def _show_accuracies(
    taught: Taught, thawed: int, *, frozen: float, tuned: float | None, scratch: float | None
) -> None:
    """Draw what share is named rightly; None where a network has not been tried."""
    guessing = float(np.bincount(taught.labels.numpy()).max() / len(taught.labels))
    with st.container(horizontal=True):
        st.metric("On the trained network", f"{frozen:.0%}", width=200)
        if tuned is not None:
            gain = round(100 * (tuned - frozen))
            st.metric(
                f"With {counted(thawed, 'block')} thawed", f"{tuned:.0%}",
                delta=f"{gain:+d} points" if gain else "as when frozen",
                delta_color="normal" if gain else "off", delta_arrow="auto" if gain else "off",
                width=200,
            )  # fmt: skip
        if scratch is not None:
            st.metric("From scratch", f"{scratch:.0%}", width=200)
        st.metric("Always the largest class", f"{guessing:.0%}", width=200)
    st.caption(
        f"The share of your {len(taught.labels)} pictures that are named rightly by what has not"
        f" learned from them. They are dealt into {FOLDS} parts at most, and each part is tested"
        " after learning from the others. With so few pictures, one more or less right changes it"
        f" by {1 / len(taught.labels):.0%}."
    )


def _tune(
    network: ZooNetwork,
    taught: Taught,
    thawed: int,
    known: dict[object, float],
    key: object,
) -> bool:
    """Fine-tune while the person watches; whatever they press ends it. Whether it was finished."""
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text="Fine-tuning")
        st.button("Stop", icon=":material/stop:", key="_oc_tune_stop")
    line = st.empty()
    steps = fine_tune(
        network, [one.picture for one in taught.examples], taught.labels, len(taught.names), thawed
    )
    for step in in_turns(steps, line):
        loss = "" if math.isnan(step.loss) else f", loss {formatted(step.loss, '.3f')}"
        part = f"for part {step.part} of {step.parts}"
        if step.part > step.parts:
            part = "on all pictures"
        bar.progress(step.share, text=f"Fine-tuning {part}{loss}")
        if step.accuracy is not None and step.thawed is not None:
            known[key] = step.accuracy
            st.session_state[_FULL] = not keep(Tuned(taught.key, thawed, step.thawed))
            return True
    return False
