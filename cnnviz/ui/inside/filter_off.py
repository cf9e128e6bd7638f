"""What the network answers without one of its filters, and which filters it needs most."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.gallery import Tile, gallery
from cnnviz.figures.confusion_matrix import confusion_difference_figure
from cnnviz.inspection import predict
from cnnviz.inspection.ablation import (
    Ablation,
    Replacement,
    affordable_pictures,
    confusion,
    predict_without,
)
from cnnviz.inspection.filter_code import ablation_code
from cnnviz.numbers.formatting import counted, formatted
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.computed_so_far import kept, stop, stopped
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_SOON = 0.5  # seconds after which a bar says how far it has got


def show_off(one: OneFilter) -> None:
    """Draw accuracy, confusions and the picture's answer without the filter, then the ranking."""
    ways: dict[Replacement, str] = {"zero": "0", "mean": "its mean"}
    replacement = choice(
        st.segmented_control, "Switch it off: its whole map becomes", ways, "zero", key="i_off",
        help="The mean is the fairer test where the next layer expects values far from 0: the"
        " network then loses only what the filter says about this picture.",
    )  # fmt: skip
    config = one.run.config
    count = affordable_pictures(config.spec, config.input_shape, one.layer)
    labels = one.pictures.samples.labels[:count]
    ablation = Ablation(one.model, one.layer, one.pictures.inputs(config, count), replacement)
    answers = kept().of((*one.key, replacement))
    for channel in (None, one.channel):
        if channel not in answers:
            answers[channel] = ablation.predicted(channel).astype(np.int16)
    _say_change(one, labels, answers)
    left, right = st.columns(2)
    with left:
        st.markdown("This picture’s answer")
        _show_answer(one, ablation.value(one.channel))
    with right:
        st.markdown("Confusions: percentage points more or fewer without the filter")
        with_it, without = (
            confusion(labels, answers[channel].astype(np.int64), len(config.classes))
            for channel in (None, one.channel)
        )
        chart(
            confusion_difference_figure(without, with_it, config.classes),
            key="i_off_confusion",
            alt="How the confusion matrix changes without the filter",
        )
    copy_code(
        "Copy the PyTorch lines",
        ablation_code(
            config,
            one.step,
            one.layer,
            one.channel,
            one.pictures.source(count),
            replacement=replacement,
        ),
        note=one.where,
    )
    _rank(one, ablation, answers, f"{one.key} {replacement}")
    _show_ranking(one, labels, answers)


def _say_change(one: OneFilter, labels: NDArray[Any], answers: dict[Any, NDArray[Any]]) -> None:
    before, after = answers[None], answers[one.channel]
    right, still = before == labels, after == labels
    with st.container(horizontal=True):
        st.metric("Accuracy with it", f"{right.mean():.1%}", width=170)
        change = 100 * (still.mean() - right.mean())
        st.metric(
            "Accuracy without it", f"{still.mean():.1%}", f"{change:+.1f} points",
            delta_color="off" if abs(change) < 0.05 else "normal", width=190,
        )  # fmt: skip
    lost, won = int((right & ~still).sum()), int((~right & still).sum())
    text = (
        f"On {one.pictures.told(len(labels))}. Without it the network answers"
        f" {counted(int((before != after).sum()), 'picture')} differently: {lost} no longer"
        f" correctly, {won} correctly now."
    )
    if abs(won - lost) < 0.005 * len(labels):
        text += (
            " So these pictures hardly need this filter; others may say the same: see “Similar"
            " filters”."
        )
    st.caption(text)


def _show_answer(one: OneFilter, value: float) -> None:
    config = one.run.config
    with_it = predict(one.model, one.subject.inputs).probabilities
    without = predict_without(
        one.model, one.subject.inputs, one.layer, one.channel, value
    ).probabilities
    before, after = int(with_it.argmax()), int(without.argmax())
    names = [plain(config.classes[at]) for at in (before, after)]
    if before == after:
        st.markdown(f"Still **{names[0]}**.")
    else:
        st.markdown(f"**{names[0]}** becomes **{names[1]}**.")
    shown = (with_it + without).argsort(descending=True)[:5].tolist()
    st.dataframe(
        {
            "Class": [config.classes[at] for at in shown],
            "With it": [100 * float(with_it[at]) for at in shown],
            "Without it": [100 * float(without[at]) for at in shown],
        },
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.1f%%")
            for name in ("With it", "Without it")
        },
        alt="Probabilities of the picture’s classes with and without the filter",
    )


def _rank(one: OneFilter, ablation: Ablation, answers: dict[Any, Any], name: str) -> None:
    """Switch off each filter that has not been yet, and say how far it has got."""
    missing = [channel for channel in range(one.shape[0]) if channel not in answers]
    if not missing or stopped(name):
        return
    place, begin = st.empty(), time.monotonic()
    bar: Any = None
    for at, channel in enumerate(missing):
        # When somebody presses anything, the script ends at the bar; what was found is kept.
        if bar is None and time.monotonic() - begin > _SOON:
            with place.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0)
                st.button(
                    "Stop", icon=":material/stop:", key="_i_stop", on_click=stop, args=(name,)
                )
        if bar is not None:
            bar.progress(at / len(missing), text=f"Switching off {at} of {len(missing)} filters")
        answers[channel] = ablation.predicted(channel).astype(np.int16)
    place.empty()


def _show_ranking(one: OneFilter, labels: NDArray[Any], answers: dict[Any, NDArray[Any]]) -> None:
    known = [channel for channel in range(one.shape[0]) if channel in answers]
    baseline = float((answers[None] == labels).mean())
    change = {
        channel: 100 * (float((answers[channel] == labels).mean()) - baseline) for channel in known
    }
    order = sorted(known, key=lambda channel: (change[channel], channel))
    st.markdown(
        f"All filters of {one.layer}, the most needed first: how many percentage points the"
        " accuracy changes by without each. Click one to look at it."
    )
    if len(known) < one.shape[0]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{len(known)} of {one.shape[0]} filters so far.", width="content")
            st.button("Go on", key="_i_go_on", on_click=stop, args=("",))
    found = one.peaks()
    gallery(
        [
            Tile(
                channel,
                one.patch(channel, int(found.best(channel, 1)[0]), 48).transpose(2, 0, 1),
                f"{channel}: {formatted(change[channel], '+.1f')}",
                f"Filter {channel}: {formatted(change[channel], '+.2f')} percentage points",
            )
            for channel in order
        ],
        key="i_ranking",
        chosen=one.channel,
        label="Filters, the most needed first",
        on_choose=lambda channel: choose("i_unit", channel),
    )
    with st.popover("Numbers", icon=":material/table:"):
        st.dataframe(
            {
                "Filter": order,
                "Accuracy without it": [baseline + change[channel] / 100 for channel in order],
                "Change, percentage points": [change[channel] for channel in order],
                "Answers changed": [int((answers[c] != answers[None]).sum()) for c in order],
            },
            hide_index=True,
            alt="Accuracy without each filter",
        )
