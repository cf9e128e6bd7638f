"""Do the marked places matter? They are covered, or uncovered, in the order of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.sweep import Curve, Panel, mosaic, still, sweep
from cnnviz.inspection import METHODS
from cnnviz.inspection.trust.deletion_insertion import (
    area,
    covered,
    probabilities,
    random_ranking,
    ranking_of,
)
from cnnviz.numbers.formatting import formatted, percent
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.witness import evidence_of
from cnnviz.ui.shared.zoo import in_turns
from cnnviz.ui.trust.answer import best_of, choose_method, name_of
from cnnviz.ui.trust.code import COVERING

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.inspection.trust.deletion_insertion import Cover, Ranking
    from cnnviz.ui.shared.zoo import Look

_COVERS: dict[Cover, str] = {"mean": "Mean colour", "blur": "Blur", "black": "Black"}
_SEED = 0  # of the random order
# By the map, deleting and inserting; in random order, the same.
_CURVES = (("map", False), ("map", True), ("random", False), ("random", True))
_NAMES = {
    ("map", False): "Deleting by the map",
    ("map", True): "Inserting by the map",
    ("random", False): "Deleting at random",
    ("random", True): "Inserting at random",
}


def show_covering(look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "Cover the places that the map marks, the strongest first, and the answer should fall"
        " early; uncover them first and it should rise early. Compare with a random order, and"
        " with another cover: the network never saw a covered picture in its training either."
    )
    with settings("covering", horizontal=True):
        method = choose_method("tr_order", quick=False)
        cover = choice(st.segmented_control, "Covered with", _COVERS, "mean", key="tr_cover")
    best, place = best_of(look), st.empty()
    found = evidence_of(look, method, best, None, place)
    if found is None:
        return
    black = look.network.inputs_of(np.zeros((1, 1, 3), np.uint8))
    under = covered(look.inputs, cover, black)
    by_map = ranking_of(found.raw)
    rankings = {"map": by_map, "random": random_ranking(by_map.place.shape, _SEED)}
    known = look.known("covered", method, cover, best)

    def compute(curve: tuple[str, bool]) -> None:
        known[curve] = _values(look, under, rankings[curve[0]], curve)

    if _CURVES[0] not in known:
        compute(_CURVES[0])
    _draw(look, look.network.seen(under), rankings, known)
    if not found.has_evidence:
        st.info("The map has no evidence for the class anywhere; its order means little.")
    for curve in _CURVES:
        if curve not in known:
            # Drawn above already; the next curve joins when it is there.
            compute(curve)
            st.rerun()
    _show_areas(by_map.shares, known, METHODS[method].title)


def _values(
    look: Look, under: Tensor, ranking: Ranking, curve: tuple[str, bool]
) -> tuple[float, ...]:
    place = st.empty()
    with place.container():
        bar, line = st.progress(0.0, text=_NAMES[curve]), st.empty()
    values: list[float] = []
    asked = probabilities(
        look.network.model, look.inputs, best_of(look), under, ranking, insert=curve[1]
    )
    for values in in_turns(asked, line):
        done, total = len(values), len(ranking.counts)
        bar.progress(done / total, text=f"{_NAMES[curve]}: {done} of {total} pictures")
    place.empty()
    return tuple(values)


def _draw(
    look: Look,
    under: NDArray[np.uint8],
    rankings: dict[str, Ranking],
    known: dict[tuple[str, bool], tuple[float, ...]],
) -> None:
    by_map, at_random = rankings["map"], rankings["random"]
    deleted = [mosaic(under, order.place, order.counts) for order in (by_map, at_random)]
    panels = [
        Panel("Deleting by the map", (still(look.seen), deleted[0])),
        Panel(
            "Inserting by the map",
            (still(under), mosaic(look.seen, by_map.place, by_map.counts)),
        ),
        Panel("Deleting at random", (still(look.seen), deleted[1])),
    ]
    curves = [
        Curve(_NAMES[curve], known[curve], _colour(curve), dashed=curve[0] == "random")
        for curve in _CURVES
        if curve in known
    ]
    name = plain(name_of(look, best_of(look)))
    falls, cells = known["map", False], by_map.place.size
    words = [
        f"{count} of {cells} cells are changed. Without those that the map marks most, {name} has"
        f" probability {percent(falls[at])}"
        + (f"; with them alone, {percent(known['map', True][at])}." if len(curves) > 1 else ".")
        for at, count in enumerate(by_map.counts)
    ]
    sweep(
        panels, curves, [f"{share:.0%}" for share in by_map.shares], words,
        axis="Share changed", key="tr_covering", step_parameter="tr_share",
        alt=f"The picture while cells are covered, and the probability of {name}",
        pytorch=COVERING,
    )  # fmt: skip


def _colour(curve: tuple[str, bool]) -> str:
    return "blue" if curve[1] else "orange"


def _show_areas(
    shares: list[float], known: dict[tuple[str, bool], tuple[float, ...]], title: str
) -> None:
    areas = {curve: area(shares, list(known[curve])) for curve in _CURVES}
    st.dataframe(
        {
            "Area under the curve": ["Deleting: small is good", "Inserting: large is good"],
            f"By {title}": [formatted(areas["map", insert], ".2f") for insert in (False, True)],
            "At random": [formatted(areas["random", insert], ".2f") for insert in (False, True)],
        },
        hide_index=True,
        width="content",
        alt="The areas under the four curves",
    )
    deletes = areas["map", False] < areas["random", False]
    inserts = areas["map", True] > areas["random", True]
    st.markdown(
        "By both tests the map orders the places better than chance did."
        if deletes and inserts
        else "By neither test does the map order the places better than chance did."
        if not (deletes or inserts)
        else f"The tests disagree: by {'deleting' if deletes else 'inserting'} the map is better"
        f" than chance was, by {'inserting' if deletes else 'deleting'} it is not."
    )
    st.caption(
        "The probability over the share of cells that are changed; the area is that of trapezia."
        f" One random order, seed {_SEED}. Petsiuk et al., RISE, 2018. These two tests, three"
        " covers and other pictures often contradict one another, so do not read one number as"
        " the map’s faithfulness."
    )
