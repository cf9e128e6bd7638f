"""What was learned from a person's pictures, and what it says of the picture at hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.components.chart import chart
from cnnviz.components.evidence import evidence
from cnnviz.figures.learning import losses_figure
from cnnviz.inspection import Prediction, overlay_size, upsample
from cnnviz.inspection.attribution import rank_correlation
from cnnviz.numbers.formatting import counted, formatted
from cnnviz.training.experiments.transfer_learning import (
    FOLDS,
    MOST_THAWED,
    SIDE,
    TransferError,
    accuracy_from_scratch,
    accuracy_of_heads,
    blocks_of,
    feature_maps_of,
    fine_tune,
    learn,
    nearest,
    pooled,
    square,
)
from cnnviz.ui.own_classes.examples import labelled
from cnnviz.ui.shared.answer import show_scores
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.memory import Room
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import in_turns, known_of, session_kept, turn

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator
    from torch import Tensor

    from cnnviz.training.experiments.transfer_learning import Head, Thawed
    from cnnviz.ui.own_classes.examples import Example, OwnClass
    from cnnviz.zoo import ZooNetwork

_TUNED, _FULL = "_oc_thawed_network", "_oc_no_room"
_NEAREST = 5
_CHANNELS = 8
_room = Room(400 * 2**20)  # of thawed networks: thirty with all blocks that can be


@dataclass(frozen=True, eq=False)
class Taught:
    """A head, what it learned from, and its answer to the picture at hand.

    Attributes:
        head: The linear layer.
        names: Its classes.
        examples: N pictures with their features.
        labels: N class numbers.
        seen: S×S×3 `uint8`: the picture at hand, as the network reads it.
        maps: C×h×w: what the network makes of it.
        features: C: the averages of the maps.
        answer: What the head says.
        all_features: N×C: of the pictures.
        thawed: How many blocks below the head learned as well.
    """

    head: Head
    names: tuple[str, ...]
    examples: list[Example]
    labels: Tensor
    seen: NDArray[np.uint8]
    maps: Tensor
    features: Tensor
    answer: Prediction
    all_features: Tensor
    thawed: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What decides what was learned."""
        return tuple(one.id for one in self.examples), tuple(self.labels.tolist())

    @property
    def title(self) -> str:
        """What answers."""
        return f"{counted(self.thawed, 'block')} thawed" if self.thawed else "Frozen"


@dataclass(frozen=True, eq=False)
class _Tuned:
    """The network that was thawed last.

    Attributes:
        key: `Taught.key` of what it learned from.
        count: How many blocks were thawed.
        thawed: The blocks and the head.
    """

    key: tuple[object, ...]
    count: int
    thawed: Thawed


def teach(network: ZooNetwork, classes: list[OwnClass], place: DeltaGenerator) -> Taught | None:
    """Learn the classes and ask about the picture at hand; None where there is too little."""
    examples, labels = labelled(classes)
    features = torch.stack(
        [one.features for one in examples if one.features is not None] or [torch.zeros(1)]
    )
    try:
        head = learn(features, labels, len(classes))
    except TransferError as error:
        place.info(str(error), icon=":material/add_photo_alternate:")
        return None
    picture = current_picture()
    known = known_of(picture, ("own classes", picture.digest))
    if "maps" not in known:
        with turn(place):
            seen = square(picture.pixels)
            known["maps"] = seen, feature_maps_of(network, [seen])[0]
    seen, maps = known["maps"]
    names = tuple(one.name for one in classes)
    asked, answer = _answer(head, maps)
    return Taught(head, names, examples, labels, seen, maps, asked, answer, features)


def thaw(network: ZooNetwork, taught: Taught, place: DeltaGenerator) -> Taught | None:
    """The same with upper blocks that learned from these pictures; None where none did."""
    tuned: _Tuned | None = st.session_state.get(_TUNED)
    if tuned is None or tuned.key != taught.key:
        return None
    known = session_kept().of(("thawed", tuned.key, tuned.count, current_picture().digest))
    if "maps" not in known:
        with turn(place):
            known["maps"] = tuned.thawed.maps_of(network, [taught.seen])[0]
    maps, head = known["maps"], tuned.thawed.head
    asked, answer = _answer(head, maps)
    return replace(
        taught, head=head, maps=maps, features=asked, answer=answer, thawed=tuned.count,
        all_features=tuned.thawed.features,
    )  # fmt: skip


def _answer(head: Head, maps: Tensor) -> tuple[Tensor, Prediction]:
    asked = pooled(maps[None])
    logits = head.logits(asked)[0]
    return asked[0], Prediction(logits, logits.softmax(0))


def choose_taught(frozen: Taught, thawed: Taught | None) -> Taught:
    """Let the person choose which of both answers, where there are two."""
    if thawed is None:
        return frozen
    by = choice(
        st.segmented_control, "Who answers", {"thawed": thawed.title, "frozen": frozen.title},
        "thawed", key="oc_by",
        help="Frozen: the network as others trained it, and your head. Thawed: its upper blocks"
        " learned from your pictures as well.",
    )  # fmt: skip
    return frozen if by == "frozen" else thawed


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
        show_scores(taught.names, taught.answer)
    numbers = range(len(taught.names))
    label = st.segmented_control(
        "Evidence for", numbers, default=best, required=True,
        format_func=lambda number: plain(taught.names[number]),
        key=f"_oc_label_{len(taught.names)}_{best}",
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
        key=f"_oc_weighed_{len(taught.names)}_{best}",
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
    guessing = float(np.bincount(taught.labels.numpy()).max() / len(taught.labels))
    with st.container(horizontal=True):
        st.metric("On the trained network", f"{known[heads]:.0%}", width=200)
        if tuned in known:
            gain = round(100 * (known[tuned] - known[heads]))
            st.metric(
                f"With {counted(thawed, 'block')} thawed", f"{known[tuned]:.0%}",
                delta=f"{gain:+d} points" if gain else "as when frozen",
                delta_color="normal" if gain else "off", delta_arrow="auto" if gain else "off",
                width=200,
            )  # fmt: skip
        if scratch in known:
            st.metric("From scratch", f"{known[scratch]:.0%}", width=200)
        st.metric("Always the largest class", f"{guessing:.0%}", width=200)
    st.caption(
        f"The share of your {len(taught.labels)} pictures that are named rightly by what has not"
        f" learned from them. They are dealt into {FOLDS} parts at most, and each part is tested"
        " after learning from the others. With so few pictures, one more or less right changes it"
        f" by {1 / len(taught.labels):.0%}."
    )
    if st.session_state.pop(_FULL, False):
        st.warning(
            "The server has no room for your thawed network at the moment, so the frozen one"
            " answers. Try again when others have left.",
            icon=":material/memory:",
        )
    last: _Tuned | None = st.session_state.get(_TUNED)
    there = last is not None and last.key == taught.key
    if last is not None and there:
        st.caption(
            f":material/ac_unit: The network with {counted(last.count, 'block')} thawed learned"
            " from all your pictures, too, and answers under “Answer”."
        )
    if (
        asked
        and not (last is not None and there and last.count == thawed)
        and _tune(network, taught, thawed, known, tuned)
    ):
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
            _keep(_Tuned(taught.key, thawed, step.thawed))
            return True
    return False


def _keep(tuned: _Tuned) -> None:
    """Let a thawed network answer from now on; the one before goes."""
    st.session_state.pop(_TUNED, None)
    if not _room.has_room_for(tuned.thawed.bytes):
        st.session_state[_FULL] = True
        return
    _room.hold_bytes(tuned, tuned.thawed.bytes)
    st.session_state[_TUNED] = tuned


def _show_seen(taught: Taught) -> None:
    """Draw the picture at hand as the network reads it."""
    title = plain(current_picture().title)
    st.image(
        taught.seen, width=168, output_format="PNG", alt=f"{title}, as it is read",
        caption=f"{title}: the middle, at {SIDE}×{SIDE} pixels",
    )  # fmt: skip
