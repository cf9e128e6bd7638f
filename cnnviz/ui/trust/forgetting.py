"""Does the map depend on what was learned? Layers forget, from the top down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.sweep import Curve, Panel, evidence_map, glow, still, sweep
from cnnviz.inspection.attribution.methods import GUIDED, METHODS
from cnnviz.inspection.trust.randomisation import STAGES, cascade
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import in_turns, turn
from cnnviz.ui.trust.answer import best_of, choose_method, name_of
from cnnviz.ui.trust.code import FORGETTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.inspection.trust.randomisation import Forgotten
    from cnnviz.ui.shared.zoo import Look

_MOST_PARAMETERS = 45_000_000  # a copy is made, and asked twenty times


def show_forgetting(look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "Replace the weights of the network by random ones, layer by layer from the top. What was"
        " learned is gone, so a map of what was learned must change. A map that stays as it was"
        " shows the picture, not the network."
    )
    if look.network.parameters > _MOST_PARAMETERS:
        st.info(
            f"{plain(look.network.title)} has {look.network.parameters / 1e6:.0f} million"
            f" parameters, and this test needs a copy of a network with"
            f" {_MOST_PARAMETERS / 1e6:.0f} million at most. Choose a smaller one.",
            icon=":material/memory:",
        )
        return
    with settings("forgetting", horizontal=True):
        method = choose_method("tr_map", quick=True)
    # The map of the trained network first, alone; the others join when they are there.
    own, title = _known(look, method) or [_trained(look, method)], METHODS[method].title
    guided = (_known(look, GUIDED.id) or [])[: len(own)]
    name = plain(name_of(look, best_of(look)))
    labels = ["trained", *(_block(step.layers[-1]) for step in own[1:])]
    maps = [step.evidence.raw for step in own]
    rows, columns = maps[0].shape
    panels = [
        Panel("Where it glows", (still(look.seen), glow(maps))),
        Panel(f"{title}, {rows}×{columns}", (evidence_map(maps),)),
    ]
    curves = [Curve(title, tuple(step.rho for step in own))]
    if guided:
        panels.append(Panel(GUIDED.title, (evidence_map([step.evidence.raw for step in guided]),)))
        rhos = tuple(step.rho for step in guided)
        curves.append(Curve(GUIDED.title, rhos, "orange", dashed=True))
    sweep(
        panels, curves, labels,
        [_words(own, guided, title, name, at) for at in range(len(own))],
        axis="Random down to", low=-1.0, key="tr_forgetting", step_parameter="tr_forgot",
        alt=f"Maps for {name} while layers are randomised from the top", pytorch=FORGETTING,
    )  # fmt: skip
    progress = st.empty()
    st.caption(
        "ρ is Spearman’s rank correlation with the map of the trained network: 1 is the same"
        " order of places, 0 no relation. Each map has its own scale, blue above 0 and orange"
        " below. Random weights: He’s normal distribution, one fixed draw; another draw gives"
        " other maps. Adebayo et al., Sanity Checks for Saliency Maps, 2018. They found that the"
        " verdict also depends on the measure: absolute values correlate more than signed ones."
    )
    if not guided or len(own) == 1:
        _forget(look, GUIDED.id if len(own) > 1 else method, progress)
        st.rerun()


def _known(look: Look, method: str) -> list[Forgotten] | None:
    found: list[Forgotten] | None = look.known("forgotten", method, best_of(look)).get("steps")
    return found


def _steps(look: Look, method: str) -> Iterator[Forgotten]:
    layer = None if method in {GUIDED.id, "gradient"} else look.best_layer
    return cascade(look.network.model, look.inputs, best_of(look), method=method, layer=layer)


def _trained(look: Look, method: str) -> Forgotten:
    """What a method says of the network as it is."""
    known = look.known("forgotten", method, best_of(look))
    if "first" not in known:
        with turn(st.empty()):
            known["first"] = next(_steps(look, method))
    first: Forgotten = known["first"]
    return first


def _forget(look: Look, method: str, place: DeltaGenerator) -> None:
    """Compute what a method says after each stage."""
    title = GUIDED.title if method == GUIDED.id else METHODS[method].title
    steps: list[Forgotten] = []
    with place.container():
        bar, line = st.progress(0.0, text=title), st.empty()
    for step in in_turns(_steps(look, method), line):
        steps.append(step)
        share = min(1.0, len(steps) / (STAGES + 1))
        bar.progress(share, text=f"{title}: {len(steps)} of about {STAGES + 1} networks")
    place.empty()
    look.known("forgotten", method, best_of(look))["steps"] = steps


def _block(layer: str) -> str:
    """The block that a layer is in, short enough for an axis."""
    first, _, rest = layer.partition(".")
    second = rest.partition(".")[0]
    return f"{first}.{second}" if second.isdigit() else first


def _words(own: list[Forgotten], guided: list[Forgotten], title: str, name: str, at: int) -> str:
    if at == 0:
        return f"All layers as they were trained. Both maps explain the logit of {name}."
    forgot = sum(len(step.layers) for step in own[: at + 1])
    total = sum(len(step.layers) for step in own)
    text = (
        f"{forgot} of {total} layers with weights are random, from the top down to"
        f" {own[at].layers[-1]}. {title}: ρ = {formatted(own[at].rho, '.2f')}"
    )
    if not guided:
        return f"{text}."
    rho = guided[at].rho
    stays = (
        ": it hardly noticed" if rho > 0.8
        else ": it still shows much of what it showed" if rho > 0.4
        else ""
    )  # fmt: skip
    return f"{text}. {GUIDED.title}: ρ = {formatted(rho, '.2f')}{stays}."
