"""Predict, then reveal: what a presenter can ask the class about a run.

Every answer is computed from the run's own tensors and events, when it is revealed.
"""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.inspection.frames import Frame, read_frame
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.runs.questions import (
    MAX_OPTIONS,
    Option,
    Question,
    Tile,
    pose,
    read_questions,
    reveal,
)
from cnnviz.ui.actions import button
from cnnviz.ui.text import plain
from cnnviz.ui.tiles import picture_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_ASK = "_t_ask"
_CLASS, _FILTER, _RUN = "class", "filter", "run"
_TITLES = {_CLASS: "Which class?", _FILTER: "Which filter?", _RUN: "Which run wins?"}
_CHOICES = 4
_FLAT = 8  # codes of 256: a map that varies less shows nothing to judge by


def ask_the_class(run: Run) -> None:
    """Draw the presenter's button that opens the questions, or that reveals the open one."""
    if open_question(run):
        button(
            "Reveal",
            ":material/visibility:",
            lambda: reveal_now(run),
            primary=True,
            help="Everybody who follows this run can vote until then; the count stands below.",
        )
        return
    asked = st.popover("Ask the class", icon=":material/how_to_vote:", key=_ASK, on_change="rerun")
    with asked:
        if asked.open:
            _choose(run)


def _choose(run: Run) -> None:
    kind = st.segmented_control(
        "Ask", list(_TITLES), format_func=_TITLES.__getitem__, default=_CLASS, required=True,
        key="_t_ask_kind", label_visibility="collapsed",
    )  # fmt: skip
    if kind == _CLASS:
        try:
            images, _ = run.load_probes()
        except RunError:
            st.caption("The pictures appear when training has begun.")
            return
        st.caption("Which class will the network say for this picture?")
        key = "_t_ask_probe"
        probe = st.number_input("Picture", 1, len(images), key=key) - 1
        st.image(picture_url(images[probe].numpy(), 160), alt=f"Picture {probe + 1}")
        action: Callable[[], object] = lambda: pose(  # noqa: E731
            run, class_question(run, st.session_state[key] - 1)
        )
    elif kind == _FILTER:
        st.caption("Which of four first-layer filters gave this feature map? Drawn anew each time.")
        action = lambda: pose(run, filter_question(run, random.Random()))  # noqa: E731
    else:
        others = [contestant.name for contestant in contestants(run)]
        if len(others) < 2:
            st.caption("This needs a second run: start a race, or train again with a change.")
            return
        st.caption(f"Which will be best on test images? {plain('; '.join(others))}.")
        action = lambda: pose(run, run_question(run))  # noqa: E731
    button("Ask", ":material/how_to_vote:", action, primary=True, closes=_ASK)


def open_question(run: Run) -> Question | None:
    """The run's last question, if it is still to be revealed."""
    try:
        questions = read_questions(run)
    except RunError:
        return None
    return questions[-1] if questions and not questions[-1].revealed else None


def reveal_now(run: Run) -> None:
    """Compute the open question's answer from what the run is now, and reveal it.

    Raises:
        InspectionError: A frame of the run is damaged.
        RunError: There is no open question, or the run cannot be read or written.
    """
    question = open_question(run)
    if question is None:
        raise RunError("There is no open question any more.")
    answer, words = {_CLASS: _class_answer, _FILTER: _filter_answer, _RUN: _run_answer}[
        question.kind
    ](run, question)
    reveal(run, question.id, answer, words)


def _newest(run: Run) -> Frame:
    steps = run.frame_steps()
    if not steps:
        raise RunError("This run has kept no weights yet: give it a few seconds.")
    return read_frame(run.load_frame(steps[-1]))


def _tile(values: NDArray[np.uint8], low: float, high: float, palette: str) -> Tile:
    data = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return Tile(values.shape, data, low, high, palette)


def class_question(run: Run, probe: int) -> Question:
    """Ask which class the network will say for a probe image.

    Raises:
        RunError: The run has no such probe image.
    """
    images, labels = run.load_probes()
    if not 0 <= probe < len(images):
        raise RunError("There is no such picture.")
    classes = list(run.config.classes)
    if len(classes) > MAX_OPTIONS:
        # As many as can be asked about, its own class among them, in their usual order.
        own = int(labels[probe])
        others = random.Random(probe).sample(
            [c for c in range(len(classes)) if c != own], MAX_OPTIONS - 1
        )
        classes = [classes[c] for c in sorted([own, *others])]
    shown = _tile(images[probe].numpy(), 0.0, 255.0, "pixels")
    text = "Which class will the network say for this picture?"
    return Question(_CLASS, text, tuple(Option(name) for name in classes), shown)


def _class_answer(run: Run, question: Question) -> tuple[int | None, str]:
    images, labels = run.load_probes()
    shown = question.shown.data if question.shown else ""
    found = [i for i, image in enumerate(images) if _tile(image.numpy(), 0, 255, "").data == shown]
    if not found:
        return None, "This picture is no longer among those that the run watches."
    frame, probe = _newest(run), found[0]
    classes, labelled = run.config.classes, int(labels[probe])
    said, sure = frame.predicted[probe], max(frame.probabilities[probe])
    words = f"After {frame.step:,} steps it says {classes[said]}, {sure:.0%} sure"
    words += ", which is right." if said == labelled else f". It is {classes[labelled]}."
    labels_asked = [option.label for option in question.options]
    return (labels_asked.index(classes[said]) if classes[said] in labels_asked else None), words


def filter_question(run: Run, chance: random.Random) -> Question:
    """Ask which of four filters gave a map of the newest frame.

    Raises:
        InspectionError: The frame is damaged.
        RunError: The run has no frame yet, or the network no filters to tell apart.
    """
    frame = _newest(run)
    if frame.filters is None or frame.maps is None:
        raise RunError("This network has no convolution to ask about.")
    maps, filters = frame.maps, frame.filters
    spread = np.ptp(maps.codes.reshape(*maps.codes.shape[:2], -1), axis=2)
    clear = [(p, m) for p, m in np.argwhere(spread >= _FLAT).tolist() if m < len(filters.codes)]
    if len(filters.codes) < 2 or not clear:
        raise RunError("There is no map yet that shows anything: train a little longer.")
    probe, right = chance.choice(clear)
    wrong = [i for i in range(len(filters.codes)) if i != right]
    asked = [right, *chance.sample(wrong, min(_CHOICES - 1, len(wrong)))]
    chance.shuffle(asked)
    options = tuple(
        Option("ABCD"[place], _tile(_plane(filters.codes[i]), filters.low, filters.high, "weights"))
        for place, i in enumerate(asked)
    )
    shown = _tile(maps.codes[probe, right], maps.low, maps.high, "activations")
    text = f"Which of these filters gave this map of picture {probe + 1}?"
    return Question(_FILTER, text, options, shown)


def _plane(filter_: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return filter_[0] if len(filter_) == 1 else filter_


def _filter_answer(run: Run, question: Question) -> tuple[int | None, str]:
    """Find the frame that was asked about, and in it the filter at the place of the map."""
    shown = question.shown.data if question.shown else ""
    for step in reversed(run.frame_steps()):
        frame = read_frame(run.load_frame(step))
        if frame.filters is None or frame.maps is None:
            break
        for maps in frame.maps.codes:
            for index, map_ in enumerate(maps):
                if _tile(map_, 0, 0, "").data != shown:
                    continue
                right = _tile(_plane(frame.filters.codes[index]), 0, 0, "").data
                tiles = [option.tile.data if option.tile else "" for option in question.options]
                if right in tiles:
                    layer = frame.filters.layer
                    words = f"It is filter {index} of the layer {layer}, after {step:,} steps."
                    return tiles.index(right), words
    return None, "The weights of that moment are no longer kept."


def contestants(run: Run) -> list[Run]:
    """Runs to compare: those of the same race, else this one and the newest other on its data."""
    config = run.config
    race, others = [], []
    for other in list_runs():
        try:
            theirs = other.config
        except RunError:
            continue
        if other.id == run.id or (config.group and theirs.group == config.group):
            race.append(other)
        elif theirs.dataset == config.dataset and not other.shipped:
            others.append(other)
    return (race if len(race) > 1 else [*race, *others[:1]])[:MAX_OPTIONS]


def run_question(run: Run) -> Question:
    """Ask which run will have the best test accuracy.

    Raises:
        RunError: There is no other run to compare with.
    """
    asked = tuple(Option(label) for label in map(_label, contestants(run)))
    if len(asked) < 2:
        raise RunError("There is no second run to compare with.")
    return Question(_RUN, "Which run will be the best on test images?", asked)


def _label(run: Run) -> str:
    """Its name, and the end of its id, which tells apart runs of one name."""
    return f"{run.name} · {run.id[-4:]}"


def _run_answer(_run: Run, question: Question) -> tuple[int | None, str]:
    best: dict[str, float] = {}
    # Nobody can change an id, so a run that is renamed meanwhile is found all the same.
    ends = {option.label.rpartition(" · ")[2]: option.label for option in question.options}
    for contestant in list_runs():
        if contestant.shipped or contestant.id[-4:] not in ends:
            continue
        try:
            tested = contestant.state().evaluations
        except RunError:
            continue
        if tested:
            best[ends[contestant.id[-4:]]] = max(evaluation.accuracy for evaluation in tested)
    labels = [option.label for option in question.options]
    if len(best) < len(labels):
        return None, "Not all of these runs have been tested yet."
    top = max(best.values())
    winners = [label for label, value in best.items() if value == top]
    if len(winners) > 1:
        return None, f"They are level: {top:.1%}."
    return labels.index(winners[0]), f"{winners[0]}, with {top:.1%} of test images right."
