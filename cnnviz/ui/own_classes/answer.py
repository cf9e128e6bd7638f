"""The answer to the picture at hand: its evidence, its weights, and what thawing changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.evidence import evidence
from cnnviz.inspection import overlay_size, upsample
from cnnviz.inspection.attribution import rank_correlation
from cnnviz.numbers.formatting import counted, formatted
from cnnviz.training.experiments.transfer_learning import SIDE, nearest
from cnnviz.ui.own_classes.taught import choose_taught
from cnnviz.ui.shared.answer import show_scores
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from cnnviz.ui.own_classes.taught import Taught

_NEAREST = 5
_CHANNELS = 8


def show_answer(frozen: Taught, thawed: Taught | None) -> None:
    """Draw the answer to the picture at hand, the evidence for it, and what thawing changed."""
    taught = choose_taught(frozen, thawed)
    best = taught.answer.top(1)[0]
    st.markdown(
        f"Your picture is most like **{plain(taught.names[best])}**. The head knows"
        f" {len(taught.names)} classes and always chooses one of them."
    )
    picture, scores = st.columns([1, 2])
    with picture:
        _show_seen(taught)
    with scores:
        show_scores(taught.names, taught.answer, most=len(taught.names))
    numbers = range(len(taught.names))
    label = st.segmented_control(
        "Evidence for", numbers, default=best, required=True,
        format_func=lambda number: plain(taught.names[number]),
        key=f"_oc_label_{len(taught.names)}_{best}", wrap=True,
    )  # fmt: skip
    label = best if label is None else label
    raw = taught.head.evidence(taught.maps, label)
    if thawed is None:
        _show_evidence(taught, label, "oc_evidence")
    else:
        for place, one in zip(st.columns(2), (frozen, thawed), strict=True):
            with place:
                mark = " · answers now" if one is taught else ""
                st.markdown(f"**{one.title}**{mark}")
                _show_evidence(one, label, f"oc_evidence{one.thawed and 1}")
    mean, bias = float(raw.mean()), float(taught.head.biases[label])
    st.caption(
        f"Each cell is the sum of {len(taught.maps):,} maps, each times its weight. Their mean,"
        f" {formatted(mean, '.3f')}, and the bias, {formatted(bias, '.3f')}, add up to the logit,"
        f" {formatted(mean + bias, '.2f')}: for this head, the class activation map is exact."
    )
    st.markdown("The pictures that the network finds most alike")
    found = nearest(taught.all_features, taught.features, _NEAREST)
    with st.container(horizontal=True):
        for number, cosine in found:
            name = taught.names[int(taught.labels[number])]
            st.image(
                taught.examples[number].picture, width=96, output_format="PNG",
                caption=f"{plain(name)}, {formatted(cosine, '.2f')}", alt=f"A picture of {name}",
            )  # fmt: skip
    st.caption(
        "The number is the cosine between their features and yours: 1 is the same direction."
    )
    if thawed is not None:
        _show_change(frozen, thawed, label)


def _show_evidence(taught: Taught, label: int, key: str) -> None:
    raw = taught.head.evidence(taught.maps, label)
    evidence(
        raw, upsample(raw, overlay_size(taught.seen.shape[:2])), taught.seen,
        key=key, label=taught.names[label],
    )  # fmt: skip


def _show_change(frozen: Taught, thawed: Taught, label: int) -> None:
    """Say what thawing changed for the picture at hand."""
    st.markdown(f"#### What changed with {thawed.title}")
    before, after = frozen.answer, thawed.answer
    st.dataframe(
        {
            "Class": list(thawed.names),
            "Frozen, %": [formatted(100 * float(p), ".1f") for p in before.probabilities],
            "Thawed, %": [formatted(100 * float(p), ".1f") for p in after.probabilities],
            "Logit, frozen": [formatted(float(v), ".2f") for v in before.logits],
            "Logit, thawed": [formatted(float(v), ".2f") for v in after.logits],
        },
        hide_index=True, height="content",
        alt="Probabilities and logits of all classes, frozen and thawed",
    )  # fmt: skip
    rho = rank_correlation(
        frozen.head.evidence(frozen.maps, label), thawed.head.evidence(thawed.maps, label)
    )
    same = {*(number for number, _ in nearest(frozen.all_features, frozen.features, _NEAREST))} & {
        *(number for number, _ in nearest(thawed.all_features, thawed.features, _NEAREST))
    }
    agree = "" if math.isnan(rho) else f"Both maps: rank correlation ρ = {formatted(rho, '.2f')}. "
    st.caption(
        f"{agree}Of the {counted(min(_NEAREST, len(frozen.examples)), 'nearest picture')},"
        f" {len(same)} are the same. Both networks saw all your pictures, so whether one is better"
        " on new ones is said by the test under “How it learned”."
    )


def show_weights(frozen: Taught, thawed: Taught | None) -> None:
    """Draw the features that speak loudest in the difference between two classes' logits."""
    taught = choose_taught(frozen, thawed)
    also = "a little of that, and" if taught.thawed else "only"
    numbers = range(len(taught.names))
    best = taught.answer.top(1)[0]
    label = st.segmented_control(
        "What speaks for", numbers, default=best, required=True,
        format_func=lambda number: plain(taught.names[number]),
        key=f"_oc_weighed_{len(taught.names)}_{best}", wrap=True,
    )  # fmt: skip
    label = best if label is None else label
    weights = taught.head.weights[label]
    products = weights * taught.features
    order = products.abs().argsort(descending=True)[:_CHANNELS].tolist()
    rest = float(products.sum() - products[order].sum())
    bias = float(taught.head.biases[label])
    logit = float(taught.answer.logits[label])
    st.dataframe(
        {
            "Feature": [
                *(f"map {channel}" for channel in order),
                f"{len(weights) - len(order):,} other maps",
                "bias",
                "logit",
            ],
            "Its average": [
                *(formatted(float(taught.features[c]), ".3f") for c in order),
                "",
                "",
                "",
            ],
            "Weight": [*(formatted(float(weights[c]), ".4f") for c in order), "", "", ""],
            "Product": [
                formatted(value, ".4f") for value in (*products[order].tolist(), rest, bias, logit)
            ],
        },
        hide_index=True,
        height="content",
        column_config={
            name: st.column_config.TextColumn(alignment="right")
            for name in ("Its average", "Weight", "Product")
        },
        alt=f"What the logit of {taught.names[label]} is the sum of",
    )
    st.caption(
        "A feature is the average of one of the network's last maps. What it responds to was"
        f" learned from other photos; your pictures decided {also} its weight. The products and"
        " the bias add up to the logit."
    )


def _show_seen(taught: Taught) -> None:
    """Draw the picture at hand as the network reads it."""
    title = plain(current_picture().title)
    st.image(
        taught.seen, width=168, output_format="PNG", alt=f"{title}, as it is read",
        caption=f"{title}: the middle, at {SIDE}×{SIDE} pixels",
    )  # fmt: skip
