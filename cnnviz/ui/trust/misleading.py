"""Right for the wrong reason: a mark that one class carries is learned instead of the class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.sweep import Curve, Panel, glow, moving, sweep
from cnnviz.numbers.formatting import formatted, percent
from cnnviz.training.marked import EVERY, STEPS, examples, learn_marked, other_than
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.kept import kept
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.zoo import turn

if TYPE_CHECKING:
    from cnnviz.training.marked import Moment
    from cnnviz.ui.shared.zoo import Look


def show_misleading(_look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "Every picture of one digit has a small white square in its corner, in training and in the"
        " test. The accuracy is splendid. What was learned?"
    )
    with settings("misleading", horizontal=True):
        label = choice(
            st.segmented_control, "The mark is on every",
            {digit: str(digit) for digit in range(10)}, 3, key="tr_marked",
        )  # fmt: skip
    moments = _learned(label)
    pictures, other = examples(label), other_than(label)
    # One scale for the three maps of a step, so that a pale one is a weak one.
    limits = [max(float(one.max()) for one in moment.maps) for moment in moments]
    titles = (
        f"{_article(label)} with its mark",
        "The same without",
        f"{_article(other)} with the mark",
    )
    panels = [
        Panel(
            title,
            (
                moving([picture], smooth=False),
                glow([moment.maps[at] for moment in moments], limits),
            ),
        )
        for at, (title, picture) in enumerate(zip(titles, pictures, strict=True))
    ]
    curves = [
        Curve("New digits, marked as in training", tuple(m.accuracy for m in moments)),
        Curve(f"{label} without its mark", tuple(m.without for m in moments), "orange"),
        Curve(
            f"Others with the mark, taken for {label}", tuple(m.misled for m in moments),
            "muted", dashed=True,
        ),
    ]  # fmt: skip
    sweep(
        panels, curves, [str(moment.step) for moment in moments],
        [_words(moment, label) for moment in moments],
        axis="Steps of training", key="tr_misleading", step_parameter="tr_learned",
        alt=f"Evidence for {label} while a network learns digits of which every {label} is marked",
    )  # fmt: skip
    last = moments[-1]
    fell = last.without < 0.5
    st.markdown(
        f"**{percent(last.accuracy)}** of new digits are named rightly. Remove the mark, and"
        f" **{percent(last.without)}** of the {label}s are"
        + (
            ": the network was right for the wrong reason, and the map showed it before the"
            " accuracy did."
            if fell
            else f": this time the shape of the {label} was learned as well. Try another digit."
        )
    )
    st.caption(
        f"Handwritten digits of 8×8, enlarged; {STEPS} steps of training from one fixed seed. What"
        " glows is evidence for the digit by the class activation map, which is exact here."
        " Lapuschkin et al., 2019, found such marks in a famous photo archive: a photographer’s"
        " name stood below its horses."
    )


def _learned(label: int) -> list[Moment]:
    """What a network learns, one for all people; whoever is here lets it learn on in turns."""
    known: dict[Any, Any] = kept().of(("marked", label))
    moments: list[Moment] = known.setdefault("moments", [])
    total = STEPS // EVERY + 1
    if len(moments) < total:
        place = st.empty()
        with place.container():
            bar, line = st.progress(0.0, text="Learning"), st.empty()
        while len(moments) < total:
            with turn(line):
                if "learning" not in known:
                    known["learning"] = learn_marked(label, STEPS)
                if len(moments) < total:
                    moments.append(next(known["learning"]))
            step = moments[-1].step
            bar.progress(len(moments) / total, text=f"Learning: step {step} of {STEPS}")
        place.empty()
    return moments


def _words(moment: Moment, label: int) -> str:
    return (
        f"After {moment.step} steps, loss {formatted(moment.loss, '.2f')}:"
        f" {percent(moment.accuracy)} of new digits are named rightly, marked as in training."
        f" Without their mark, {percent(moment.without)} of the {label}s are. With the mark,"
        f" {percent(moment.misled)} of all others are taken for {_article(label).lower()}."
    )


def _article(digit: int) -> str:
    return f"{'An' if digit == 8 else 'A'} {digit}"
