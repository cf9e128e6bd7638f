"""Small changes: does the answer stay, and does the map follow?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.sweep import Curve, Panel, evidence_map, glow, photos, sweep
from cnnviz.inspection.trust.changes import CHANGES, amounts_of, follow
from cnnviz.numbers.formatting import counted, formatted, percent, short
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import in_turns
from cnnviz.ui.trust.answer import best_of, name_of
from cnnviz.ui.trust.code import CHANGING

if TYPE_CHECKING:
    from cnnviz.inspection.trust.changes import Change, Followed
    from cnnviz.ui.shared.zoo import Look


def show_changing(look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "We would call it the same thing if it were moved, turned, darker or noisy. Does the"
        " network, and does the map go with it?"
    )
    with settings("changing", horizontal=True):
        id = choice(
            st.segmented_control, "Change", {c.id: c.title for c in CHANGES.values()}, "shift",
            key="tr_change",
        )  # fmt: skip
    change, best = CHANGES[id], best_of(look)
    found = _followed(look, change)
    name = plain(name_of(look, best))
    maps = [one.raw for one in found]
    rows, columns = maps[0].shape
    panels = [
        Panel("What the network sees", (photos([one.pixels for one in found]),)),
        Panel("Where it glows", (photos([one.pixels for one in found]), glow(maps))),
        Panel(f"Grad-CAM, {rows}×{columns}", (evidence_map(maps),)),
    ]
    if id == "adversarial":
        added = [one.pixels.astype(int) - look.seen for one in found]
        # Grey is nothing; the largest amount is black and white.
        levels = [np.rint(128 + d * (120 / change.amounts[-1])).astype(np.uint8) for d in added]
        panels[1] = Panel("What was added, enlarged", (photos(levels),))
        panels[2] = Panel("Where it glows", (photos([one.pixels for one in found]), glow(maps)))
    follows = tuple(one.follows for one in found)
    lowest = min(0.0, float(np.floor(10 * np.nanmin(follows)) / 10))
    sweep(
        panels,
        [
            Curve(f"Probability of {name}", tuple(one.probability for one in found)),
            Curve("The map follows: ρ", follows, "orange", dashed=True),
        ],
        [short(one.amount) for one in found],
        [_words(look, change, one, name) for one in found],
        axis=f"{change.title}, {change.unit}", low=lowest,
        key="tr_changing", step_parameter="tr_amount",
        alt=f"The picture while it is changed, and the probability of {name}",
        pytorch=CHANGING if id == "adversarial" else "",
    )  # fmt: skip
    st.caption(
        f"{change.about} ρ: the rank correlation of this map with that of the unchanged picture,"
        " moved as the picture was."
        + (
            " Goodfellow et al., 2015. One step along the gradient is not always the worst one:"
            " a larger ε can do less harm."
            if id == "adversarial"
            else ""
        )
    )


def _followed(look: Look, change: Change) -> list[Followed]:
    best = best_of(look)
    known = look.known("followed", change.id, best)
    if "all" not in known:
        place = st.empty()
        with place.container():
            bar, line = st.progress(0.0, text=change.title), st.empty()
        found: list[Followed] = []
        asked = follow(
            look.network.model, look.seen, look.network.inputs_of, best,
            change=change.id, layer=look.best_layer,
        )  # fmt: skip
        for one in in_turns(asked, line):
            found.append(one)
            done, total = len(found), len(amounts_of(change.id, len(look.seen)))
            bar.progress(done / total, text=f"{change.title}: {done} of {total} pictures")
        place.empty()
        known["all"] = found
    all_of_them: list[Followed] = known["all"]
    return all_of_them


def _words(look: Look, change: Change, one: Followed, name: str) -> str:
    best = best_of(look)
    number = short(one.amount)
    amount = {
        "brighten": f"{number} times as bright",
        "rotate": f"{number}°",
        "crop": f"{number}% of each side",
        "adversarial": f"ε = {counted(int(one.amount), 'level')}",
    }.get(change.id, f"{number} {change.unit}")
    answer = (
        f"still {name}, {percent(one.probability)}"
        if one.best == best
        else f"now {plain(name_of(look, one.best))}, {percent(one.best_probability)}; {name} has"
        f" {percent(one.probability)}"
    )
    return f"{amount}: {answer}. The map follows with ρ = {formatted(one.follows, '.2f')}."
