"""The test pictures of one cell of a confusion matrix, and where the network looked in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.evidence import evidence
from cnnviz.components.gallery import Tile
from cnnviz.components.reveal import reveal
from cnnviz.datasets import DATASETS, DatasetError, is_available, normalise
from cnnviz.inspection import CAM, InspectionError, Samples, load_model, overlay_size, upsample
from cnnviz.inspection.misclassified import (
    Answers,
    images_tested,
    nearest_snapshot,
    pictures_tested,
    predict_all,
    two_maps,
)
from cnnviz.networks import NetworkError
from cnnviz.pages import page_at
from cnnviz.runs import Run, RunConfig, RunError
from cnnviz.ui.shared.address import CONFUSED
from cnnviz.ui.shared.evidence import describe
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.tiles import choose_tile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import nn

_MOST = 120
_CELL, _PANEL = "_t_cell", "_t_confused"
_CELL_NUMBERS = ("step", "true", "predicted")


def clicked_cell(run: Run, clicked: Mapping[str, Any] | None) -> None:
    """Draw the cell of the confusion matrix that was clicked last, or that the address names.

    Args:
        run: The run that is on screen.
        clicked: As `cnnviz.components.live.LiveResult.cell`.
    """
    if clicked:
        st.session_state[_CELL] = dict(clicked)
    cell = st.session_state.get(_CELL) or _linked_cell(run)
    if cell and cell.get("run", run.id) == run.id:
        CONFUSED.write(tuple(cell[name] for name in _CELL_NUMBERS))
        with st.container(border=True, key=_PANEL):
            show_confused(run, cell)
        reveal(_PANEL, str(cell["at"]) if "at" in cell else None)
    else:
        CONFUSED.write(None)  # it was a cell of another run


def _linked_cell(run: Run) -> dict[str, Any] | None:
    """The cell of the confusion matrix that the address names, at first visit."""
    found = CONFUSED.read()
    if found is None:
        return None
    cell = dict(zip(_CELL_NUMBERS, found, strict=True)) | {"run": run.id}
    st.session_state[_CELL] = cell
    return cell


def show_confused(run: Run, cell: Mapping[str, Any]) -> None:
    """Draw the pictures of a cell, and for a chosen one the evidence for both classes.

    The chosen picture is kept in the address, as its number in the test set.

    Args:
        run: The run.
        cell: `step`, `true` and `predicted`: a place in the confusion matrix of that step. It
            may come from an address, so it may hold anything.
    """
    classes = run.config.classes
    step, true, predicted = (cell.get(name) for name in ("step", "true", "predicted"))
    if not (
        isinstance(step, int)
        and isinstance(true, int)
        and isinstance(predicted, int)
        and max(true, predicted) < len(classes)
        and min(true, predicted, step) >= 0
    ):
        st.warning("There is no such cell in the confusion matrix of this run.")
        return
    try:
        snapshot = nearest_snapshot(run, step)
        model = _model(run, snapshot)
        tested = _tested(run, snapshot, images_tested(run, step), true)
    except (DatasetError, InspectionError, NetworkError, RunError) as error:
        st.warning(f"These pictures cannot be shown: {plain(str(error))}")
        return
    found = tested.cell(true, predicted)
    st.markdown(_headline(classes, true, predicted, len(found), tested))
    for line in _remarks(run, tested, step, (true, predicted)):
        st.caption(line)
    if len(found):
        _show_pictures(run, tested, model, found, (true, predicted))


def _headline(
    classes: tuple[str, ...], true: int, predicted: int, count: int, tested: Answers
) -> str:
    is_, said = plain(classes[true]), plain(classes[predicted])
    what = f"**{is_}**, correct" if true == predicted else f"**{is_} mistaken for {said}**"
    at = f"at step {tested.step:,}"
    return f"{what}: {count:,} of {len(tested.predicted):,} test pictures of {is_} {at}."


def _remarks(run: Run, tested: Answers, step: int, cell: tuple[int, int]) -> list[str]:
    lines = []
    if tested.step != step:
        at = next((e.confusion for e in run.known_state().evaluations if e.step == step), None)
        counted = f", where the matrix counts {at[cell[0]][cell[1]]:,}" if at else ""
        lines.append(
            f"These predictions use the weights of step {tested.step:,}, the last ones saved before"
            f" step {step:,}{counted}, so they differ a little."
        )
    if tested.problem:
        lines.append(
            f"Only the test pictures in the run's folder can be shown. {plain(tested.problem)}"
        )
    return lines


def _show_pictures(
    run: Run, tested: Answers, model: nn.Module, found: NDArray[np.int64], place: tuple[int, int]
) -> None:
    samples, first = tested.samples, found[:_MOST]
    numbers = {_number(samples, int(at)): int(at) for at in first}
    st.caption(
        "Choose a picture to see where the network found evidence for each class."
        + (f" These are the first {_MOST}." if len(found) > _MOST else "")
    )
    number = choose_tile(
        f"Test pictures of class {run.config.classes[place[0]]}",
        [
            Tile(number, samples.images[at], str(number), f"Test picture {number}")
            for number, at in numbers.items()
        ],
        next(iter(numbers)),
        key="t_wrong",
    )
    chosen = numbers[number]
    try:
        _show_evidence(run, samples.images[chosen], model, place)
    except InspectionError as error:
        st.info(plain(str(error)))
    if not tested.problem and not (run.path / "samples.safetensors").exists():
        inside = page_at("inside")
        st.page_link(
            inside.script,
            label=f"Look inside with test picture {number}",
            icon=inside.icon,
            query_params={
                "i_run": run.id,
                "i_step": str(tested.step),
                "i_sample": str(number),
            },
        )


def _show_evidence(
    run: Run, pixels: NDArray[np.uint8], model: nn.Module, place: tuple[int, int]
) -> None:
    config = run.config
    inputs = normalise(pixels, config.mean, config.std)
    maps = two_maps(model, inputs, *place)
    limit = max(float(np.abs(cam.raw).max()) for cam in maps) or 1.0
    backdrop = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    if backdrop.shape[2] == 1:
        backdrop = np.repeat(backdrop, 3, axis=2)
    second = "The second most probable class" if place[0] == place[1] else "The predicted class"
    for column, cam, part, role in zip(
        st.columns(2, gap="medium"),
        maps,
        ("true", "predicted"),
        ("The true class", second),
        strict=True,
    ):
        with column:
            st.markdown(_words(cam, config, role))
            evidence(
                cam.raw,
                upsample(cam.raw, overlay_size(pixels.shape[1:])),
                backdrop,
                key=f"_t_wrong_{part}",
                label=config.classes[cam.class_index],
                limit=limit,
            )
    st.caption(
        "In the numbers, blue is evidence for the class and orange is evidence against it; on the"
        " picture, only evidence for the class glows. Both maps share one scale, so you can compare"
        " them."
    )


def _words(cam: CAM, config: RunConfig, role: str) -> str:
    text = f"{role}: {describe(cam, config.classes)}"
    if not cam.has_evidence:
        text += f" No positive evidence for {plain(config.classes[cam.class_index])} anywhere."
    return text


def _number(samples: Samples, at: int) -> int:
    """What a picture is called: its place in the test set, else among those at hand."""
    return at if samples.indices is None else int(samples.indices[at])


def _set_of(run: Run) -> str:
    """What the test pictures of a run are cached under: runs on one data set share them."""
    config = run.config
    if config.dataset in DATASETS and is_available(config.dataset):
        return f"{config.dataset} {config.input_shape} {config.classes}"
    return str(run.path)


@st.cache_resource(max_entries=3, show_spinner="Reading the test pictures")
def _pictures(_run: Run, name: str) -> tuple[Samples, str]:  # noqa: ARG001 - the key
    return pictures_tested(_run)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Run: lambda run: str(run.path)})
def _model(run: Run, step: int) -> nn.Module:
    return load_model(run, step)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs={Run: lambda run: str(run.path)})
def _tested(run: Run, step: int, count: int | None, label: int) -> Answers:
    pictures = _pictures(run, _set_of(run))
    scale = (run.config.mean, run.config.std)
    return predict_all(_model(run, step), step, pictures, scale, count, label=label)
