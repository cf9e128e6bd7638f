"""Where a network sees evidence: one map, or two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.inspection import METHODS, InspectionError
from cnnviz.inspection.attribution import rank_correlation
from cnnviz.numbers.formatting import formatted, sides
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.witness import evidence_of, show_evidence

if TYPE_CHECKING:
    from cnnviz.inspection import Evidence
    from cnnviz.ui.shared.zoo import Look


def show_witnesses(look: Look) -> None:
    """Draw the tab: choose a method, a class and a layer, and perhaps a second map."""
    st.caption(
        "Blue is evidence for the class, orange against it; evidence for it glows on the picture."
        " Point at a cell to see where it lies."
    )
    usual = "cam" if look.has_cam else "gradient" if look.usual_layer is None else "grad_cam"
    best = look.answer.top(1)[0]
    with settings("witness", horizontal=True):
        method = _method("Method", "rn_method", usual)
        class_index = _class(look, "Explain", "rn_class", best)
        layer = _layer(look, method)
        against = choice(
            st.segmented_control, "Compare with",
            {"none": "Nothing", "method": "Another method", "class": "Another class"}, "none",
            key="rn_compare",
        )  # fmt: skip
    other = (method, class_index)
    if against == "method":
        with settings("second", horizontal=True):
            other = _method("Second method", "rn_method2", "occlusion"), class_index
    elif against == "class":
        with settings("second", horizontal=True):
            second = look.answer.top(2)[-1]
            other = method, _class(look, "Second class", "rn_class2", second)
    _explain(method)
    progress = st.empty()
    wanted = [(method, class_index)] + ([other] if against != "none" else [])
    found: list[Evidence] = []
    for asked, about in wanted:
        got = evidence_of(look, asked, about, layer, progress)
        if got is not None:
            found.append(got)
    if len(found) == 2:
        _say_agreement(*found)
    # Two classes by one method are in the same unit, two methods are not.
    limit = None
    if len(found) == 2 and against == "class":
        limit = max(float(np.abs(one.raw).max()) for one in found) or None
    for at, (place, one) in enumerate(zip(st.columns(len(found) or 1), found, strict=False)):
        with place:
            show_evidence(look, one, key=f"rn_evidence{at}", limit=limit)


def _method(label: str, key: str, default: str) -> str:
    titles = {name: method.title for name, method in METHODS.items()}
    return choice(st.selectbox, label, titles, default, key=key, width=200)


def _class(look: Look, label: str, key: str, predicted: int) -> int:
    names: dict[int | str, str] = {"predicted": f"Predicted: {look.network.classes[predicted]}"}
    if key.endswith("2"):
        names = {"predicted": f"Next best: {look.network.classes[predicted]}"}
    names |= dict(enumerate(look.network.classes))
    chosen = choice(st.selectbox, label, names, "predicted", key=key, width=240)
    return predicted if chosen == "predicted" else int(chosen)


def _layer(look: Look, method: str) -> str | None:
    if METHODS[method].reads not in {"layer", "maps"}:
        return None
    layers = look.map_layers()
    names = {"best": "Recommended"}
    names |= {name: f"{name}, {sides(shape)}" for name, shape in layers.items()}
    chosen = choice(
        st.selectbox, "Layer", names, "best", key="rn_layer", width=240,
        help=f"Recommended is {look.best_layer}, whose maps decide at the end. At an earlier layer"
        " maps are finer, and the methods disagree more.",
    )  # fmt: skip
    return None if chosen == "best" else chosen


def _explain(method: str) -> None:
    how = METHODS[method]
    with st.expander(f"What {how.title} computes", icon=":material/functions:"):
        st.markdown(how.about)
        st.latex(how.formula)
        st.caption(
            f"y: the class’s logit, A: maps, g: their gradient, w: weights, x: the picture."
            f" {how.paper}. Negative values are kept: they are evidence against the class."
        )


def _say_agreement(one: Evidence, other: Evidence) -> None:
    rho = rank_correlation(one.raw, other.raw)
    if np.isnan(rho):
        st.markdown("One of the two maps is the same everywhere, so they cannot be compared.")
        return
    words = (
        "they put nearly the same places first" if rho > 0.8
        else "they agree in part" if rho > 0.4
        else "they hardly agree" if rho > -0.2
        else "they contradict each other"
    )  # fmt: skip
    st.markdown(
        f"Rank correlation of the two maps: **ρ = {formatted(rho, '.2f')}**: {words}. No method is"
        " the truth; see how far to trust one before you do."
    )


def cannot_show(error: InspectionError) -> None:
    """Say why something cannot be shown."""
    st.error(plain(str(error)))
