"""Where is it, then? A threshold makes a box of a map; only a true box says how good it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.locate import Place, locate
from cnnviz.inspection import METHODS
from cnnviz.inspection.trust.boxes import THRESHOLDS, Box, overlap, overlaps
from cnnviz.numbers.formatting import formatted, percent
from cnnviz.training.experiments.digits_in_clutter import (
    SIDE,
    STEPS,
    TESTED,
    learn_scenes,
    make_scenes,
    scene_maps,
)
from cnnviz.ui.shared.computed_so_far import kept
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.witness import evidence_of
from cnnviz.ui.shared.zoo import turn
from cnnviz.ui.trust.answer import best_of, choose_method, name_of
from cnnviz.ui.trust.code import LOCATING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.shared.zoo import Look

_SHOWN = 12
_AT_A_TIME = 4  # steps of training in a turn
# Drawn by hand on what the network sees, in shares of its sides: top, left, height, width.
_TRUE = {"coffee": (0.0, 0.13, 0.64, 0.68)}
_MIDDLE = (0.25, 0.25, 0.5, 0.5)


def show_locating(look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "A map is not a box. Keep what reaches a share of its maximum, take the largest piece, and"
        " put a box around it: the share is your choice, and decides much of the result."
    )
    with settings("locating", horizontal=True):
        method = choose_method("tr_box_map", quick=False)
    best = best_of(look)
    found = evidence_of(look, method, best, None, st.empty())
    if found is not None:
        name = name_of(look, best)
        side = look.seen.shape[0]
        truth = _four(side * np.array(_TRUE.get(look.picture.id, _MIDDLE)))
        locate(
            [Place(look.seen, found.raw, name, truth)],
            key="tr_own_box", parameter="tr_threshold", drag=True, pytorch=LOCATING,
            alt=f"The box that {METHODS[method].title} gives for {plain(name)}, and the true one",
        )  # fmt: skip
        if not found.has_evidence:
            st.info("The map has no evidence for the class anywhere, so there is no box.")
    st.caption(
        "IoU, intersection over union: the area that both boxes share, divided by the area of"
        " the two together. 1 is a perfect fit; from 0.5 it usually counts as found. The true box"
        " of your picture is what you draw"
        + ("." if look.picture.id in _TRUE else "; until then, one in the middle stands for it.")
    )
    st.subheader("Digits in clutter: the true boxes are known")
    _show_clutter()


def _show_clutter() -> None:
    known = kept().of("clutter")
    if "iou" not in known:
        _learn(known)
    scenes, iou = known["scenes"], known["iou"]
    st.markdown(
        f"A small network learned in {STEPS} steps which digit a scene shows, never where. It"
        f" names {percent(known['accuracy'])} of {TESTED} new scenes rightly. One threshold moves"
        " all boxes."
    )
    places = [
        Place(scenes.pictures[n], known["maps"][n], f"{scenes.labels[n]}", _four(scenes.boxes[n]))
        for n in range(_SHOWN)
    ]
    locate(
        places, key="tr_clutter", parameter="tr_share_kept", means=iou.mean(1).tolist(),
        thresholds=THRESHOLDS, means_of=f"over {TESTED} scenes",
        alt=f"{_SHOWN} scenes with the boxes found and the true ones",
    )  # fmt: skip
    best = int(iou.mean(1).argmax())
    at_20 = THRESHOLDS.index(0.2)
    means, hits = iou.mean(1), (iou >= 0.5).mean(1)
    st.caption(
        f"At 20%, which Zhou et al. took in 2016, mean IoU is {formatted(means[at_20], '.2f')} and"
        f" {percent(hits[at_20])} of the digits count as found; at {THRESHOLDS[best]:.0%}, the best"
        f" for these scenes, {formatted(means[best], '.2f')} and {percent(hits[best])}. Without the"
        " true boxes nobody could know which share to take. A box of the usual size in the middle,"
        f" which needs no map, has {formatted(known['middle'], '.2f')}. And the map finds the part"
        " that decides, which need not be the whole digit."
    )


def _four(numbers: NDArray[Any]) -> tuple[int, int, int, int]:
    top, left, height, width = (round(float(number)) for number in numbers)
    return top, left, height, width


def _middle(boxes: list[Box]) -> float:
    """Mean IoU of a box of the mean size in the middle of each scene: what needs no map."""
    height, width = (
        round(sum(getattr(box, side) for box in boxes) / len(boxes)) for side in ("height", "width")
    )
    middle = Box((SIDE - height) // 2, (SIDE - width) // 2, height, width)
    return sum(overlap(middle, box) for box in boxes) / len(boxes)


def _learn(known: dict[str, Any]) -> None:
    """Train the network of the scenes, one for all people, and mark its boxes.

    Whoever is here trains it a few steps further in a turn; if nobody stays, it waits.
    """
    place = st.empty()
    with place.container():
        bar, line = st.progress(0.0, text="Learning the digits"), st.empty()
    while "iou" not in known:
        with turn(line):
            if "learning" not in known:
                known["learning"] = learn_scenes()
            for _ in range(_AT_A_TIME):
                known["at"] = next(known["learning"], known.get("at"))
            step, loss, model = known["at"]
            if step == STEPS and "iou" not in known:
                scenes = make_scenes(TESTED, test=True, seed=1)
                answers, maps = scene_maps(model, scenes)
                boxes = [Box(*_four(box)) for box in scenes.boxes]
                known |= {
                    "scenes": scenes,
                    "maps": maps,
                    "accuracy": float((answers == scenes.labels).mean()),
                    "iou": overlaps(maps, boxes, (SIDE, SIDE)),
                    "middle": _middle(boxes),
                }
        bar.progress(
            step / STEPS,
            text=f"Learning the digits: step {step} of {STEPS}, loss {formatted(loss, '.2f')}",
        )
    place.empty()
