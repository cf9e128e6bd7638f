"""Evidence by one of the methods: computed once, watched while it is, drawn on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.evidence import evidence as draw_evidence
from cnnviz.imaging import diverging
from cnnviz.inspection import METHODS, Evidence, upsample
from cnnviz.inspection.attribution import evidence_steps
from cnnviz.inspection.attribution.agreement import averaged
from cnnviz.numbers.formatting import formatted, percent
from cnnviz.ui.shared.computed_so_far import stop, stopped
from cnnviz.ui.shared.evidence import bias_words
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import in_turns

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.ui.shared.zoo import Look

MOST_CELLS = 56
"""Rows and columns of numbers that are drawn; finer maps are averaged."""


def evidence_of(
    look: Look, method: str, class_index: int, layer: str | None, place: DeltaGenerator
) -> Evidence | None:
    """What a method says, from what is kept or computed now; None where somebody stopped it.

    Args:
        look: The network and its picture.
        method: One of `METHODS`.
        class_index: The class.
        layer: The layer; None for the usual one, or for a method that reads the picture.
        place: An `st.empty()` for the line and the progress.
    """
    how = METHODS[method]
    layer = (layer or look.best_layer) if how.reads in {"layer", "maps"} else None
    known = look.known("evidence", method, class_index, layer)
    name = f"{look.network.title} {look.picture.digest} {method} {class_index} {layer}"
    if "found" in known:
        found: Evidence = known["found"]
        return found
    if how.slow and stopped(name):
        with place.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{how.title}: stopped.", width="content")
            st.button("Go on", key=f"_go_on_{method}", on_click=stop, args=("",))
        return None
    steps = evidence_steps(look.network.model, look.inputs, class_index, method=method, layer=layer)
    if not how.slow:
        *_, last = in_turns(steps, place)
    else:
        with place.container():
            with st.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0, text=how.title)
                st.button(
                    "Stop", icon=":material/stop:", key=f"_stop_{method}", on_click=stop,
                    args=(name,),
                )  # fmt: skip
            line, so_far = st.empty(), st.empty()
        for last in in_turns(steps, line):
            bar.progress(
                last.done / last.total, text=f"{how.title}: {last.done} of {last.total} passes"
            )
            # When somebody presses anything, the script ends here, and the work with it.
            so_far.image(
                in_colours(last.evidence.raw), width=224, output_format="PNG", alt="So far"
            )
        place.empty()
    known["found"] = last.evidence
    return last.evidence


def in_colours(raw: NDArray[np.float64], side: int = 224) -> NDArray[np.uint8]:
    """A signed map as a picture of about `side` pixels: blue for positive, orange for negative."""
    limit = float(np.abs(raw).max()) or 1.0
    zoom = max(1, side // max(raw.shape))
    return diverging(raw.repeat(zoom, 0).repeat(zoom, 1) / limit, 1.0)


def show_evidence(look: Look, found: Evidence, *, key: str, limit: float | None = None) -> None:
    """Draw a map beside the picture that it lies on, with its words.

    Args:
        look: The network and its picture.
        found: The map.
        key: Streamlit key.
        limit: The number that has the full colour, where two maps share a scale.
    """
    how, name = METHODS[found.method], look.network.classes[found.class_index]
    rows, columns = found.raw.shape
    where = f"of the layer {plain(found.layer)}" if found.layer else "of the picture"
    text = (
        f"**{plain(name)}** by **{how.title}** {where}, {rows}×{columns}: logit"
        f" {formatted(found.logit, '.2f')}, probability {percent(found.probability)}."
    )
    text += bias_words(found.raw, found.bias)
    if not look.network.trained:
        text += " **Untrained:** nothing here was learned."
    st.markdown(text)
    cells = averaged(found.raw, (min(rows, MOST_CELLS), min(columns, MOST_CELLS)))
    if cells.shape != found.raw.shape:
        across = -(-rows // MOST_CELLS)
        st.caption(f"Each number is the mean of {across}×{across} pixels.")
    draw_evidence(
        cells, upsample(found.raw, look.backdrop.shape[:2]), look.backdrop, key=key, label=name,
        limit=limit,
    )  # fmt: skip
