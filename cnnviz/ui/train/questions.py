"""Predict, then reveal: what a presenter can ask the class about a run.

Every answer is computed from the run's own tensors and events: which filter gave a map when it
is asked, for the weights go on; the others when they are revealed.
"""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.imaging.pixels import crisp
from cnnviz.inspection.frames import Frame, read_frame
from cnnviz.runs import Run, RunError, list_runs, open_run
from cnnviz.runs.questions import MAX_OPTIONS, Option, Question, Tile
from cnnviz.runs.votes import close_voting, pose, read_questions, reveal
from cnnviz.ui.shared.actions import button
from cnnviz.ui.shared.run_list import run_label
from cnnviz.ui.shared.text import plain
from cnnviz.ui.train.again import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_ASK = "_t_ask"
_CLASS, _FILTER, _RUN = "class", "filter", "run"
_CLASS_TEXT = "Which class will the network predict for this picture when the answer is revealed?"
_TITLES = {_CLASS: "Which class?", _FILTER: "Which filter?", _RUN: "Which run wins?"}
_CHOICES = 4
_ENDED = " The winner is known when all of these runs have ended."
_STYLE = """<style> /* while a question is open */
@media (min-width: 641px) { /* stays in reach beside the question, wherever that stands */
    [data-testid="stLayoutWrapper"]:has(> .st-key-_t_head) {
        position: sticky;
        top: 3.75rem; /* below Streamlit's own bar, and below what steers the run */
        z-index: 49;
        padding: 0.5rem 0;
        background: light-dark(#fff, #171614);
    }
    [data-testid="stLayoutWrapper"]:has(> .st-key-_t_transport) ~ *:has(> .st-key-_t_head) {
        top: 7.25rem;
    }
}
</style>"""
_FLAT = 8  # codes of 256: a map that varies less shows nothing to judge by


def ask_the_class(run: Run) -> None:
    """Draw the presenter's buttons that ask a question, close the voting on it and reveal it."""
    last = _last_question(run)
    question = None if last is None or last.revealed else last
    # Until all of its runs have ended may be long: meanwhile something else can be asked.
    may_ask = question is None or question.kind == _RUN
    asked = st.popover(
        "Ask the class", icon=":material/how_to_vote:", key=_ASK, on_change="rerun",
        disabled=not may_ask,
    )  # fmt: skip
    with asked:
        if asked.open and may_ask:
            _choose(run)
    if last is None:
        return
    # From the first question on they stay, each in its place: if one went when it was pressed,
    # a second click would press what took its place.
    button(
        "Reveal",
        ":material/visibility:",
        lambda: reveal_now(run),
        primary=True,
        disabled=question is None,
        help="Until then, everybody who follows this run can vote; the count is shown below."
        + (_ENDED if last.kind == _RUN else ""),
    )
    button(
        "Close voting",
        ":material/lock:",
        lambda: close_voting(run, last.id),
        disabled=last.closed,
        help="No more votes count; they stay hidden until you reveal them.",
    )
    if question:
        st.html(_STYLE)


def _choose(run: Run) -> None:
    kind = st.segmented_control(
        "Ask", list(_TITLES), format_func=_TITLES.__getitem__, default=_CLASS, required=True,
        key="_t_ask_kind", label_visibility="collapsed",
    )  # fmt: skip
    if kind == _CLASS:
        try:
            images, _ = run.load_probes()
        except RunError:
            st.caption("The pictures appear once training has started.")
            return
        st.caption(_CLASS_TEXT)
        key = "_t_ask_probe"
        probe = st.number_input("Picture", 1, len(images), key=key) - 1
        picture = crisp(images[probe].numpy(), 160)
        st.image(picture, output_format="PNG", alt=f"Picture {probe + 1}")
        action: Callable[[], object] = lambda: pose(  # noqa: E731
            run, class_question(run, st.session_state[key] - 1)
        )
    elif kind == _FILTER:
        st.caption(
            "Which of four first-layer filters made this feature map? They are drawn at random."
        )
        action = lambda: pose(run, filter_question(run, random.Random()))  # noqa: E731
    else:
        names = labels(contestants(run))
        if len(names) < 2:
            st.caption("This needs a second run: start a race, or repeat this run with one change.")
            return
        st.caption(
            f"Which run will have the best test accuracy? {plain('; '.join(names))}." + _ENDED
        )
        action = lambda: pose(run, run_question(run))  # noqa: E731
    button("Ask", ":material/how_to_vote:", action, primary=True, closes=_ASK)


def _last_question(run: Run) -> Question | None:
    try:
        questions = read_questions(run)
    except RunError:
        return None
    return questions[-1] if questions else None


def open_question(run: Run) -> Question | None:
    """The run's last question, if it is still to be revealed."""
    last = _last_question(run)
    return None if last is None or last.revealed else last


def reveal_now(run: Run) -> None:
    """Compute the open question's answer, and reveal it.

    Raises:
        InspectionError: A frame of the run is damaged.
        RunError: There is no open question, its answer is not known yet, or the run cannot be
            read or written.
    """
    question = open_question(run)
    if question is None:
        raise RunError("There is no longer an open question.")
    answer, words = {_CLASS: _class_answer, _FILTER: _filter_answer, _RUN: _run_answer}[
        question.kind
    ](run, question)
    reveal(run, question.id, answer, words)


def _newest(run: Run) -> Frame:
    steps = run.frame_steps()
    if not steps:
        raise RunError("This run has not saved any weights yet: wait a few seconds.")
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
    return Question(_CLASS, _CLASS_TEXT, tuple(map(Option, classes)), shown, probe)


def _class_answer(run: Run, question: Question) -> tuple[int | None, str]:
    frame, probe = _newest(run), question.picture
    if probe is None or probe >= len(frame.predicted):
        return None, "This picture is not among those that the run shows."
    classes, labelled = run.config.classes, int(run.load_probes()[1][probe])
    said, sure = frame.predicted[probe], max(frame.probabilities[probe])
    words = f"After {frame.step:,} steps the network predicts {classes[said]} ({sure:.0%})"
    words += (
        ", which is correct." if said == labelled else (f". The true class is {classes[labelled]}.")
    )
    asked = [option.label for option in question.options]
    return (asked.index(classes[said]) if classes[said] in asked else None), words


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
        raise RunError("No feature map shows anything yet: train a little longer.")
    probe, right = chance.choice(clear)
    wrong = [i for i in range(len(filters.codes)) if i != right]
    asked = [right, *chance.sample(wrong, min(_CHOICES - 1, len(wrong)))]
    chance.shuffle(asked)
    options = tuple(
        Option("ABCD"[place], _tile(_plane(filters.codes[i]), filters.low, filters.high, "weights"))
        for place, i in enumerate(asked)
    )
    shown = _tile(maps.codes[probe, right], maps.low, maps.high, "activations")
    step = f"{frame.step:,} steps"
    text = f"Which of these filters made this feature map of picture {probe + 1} after {step}?"
    words = f"It is filter {right} of the layer {filters.layer} after {step}."
    secret = {"answer": asked.index(right), "words": words}
    return Question(_FILTER, text, options, shown, probe, secret)


def _plane(filter_: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return filter_[0] if len(filter_) == 1 else filter_


def _filter_answer(_run: Run, question: Question) -> tuple[int | None, str]:
    return question.secret.get("answer"), question.secret.get("words", "")


def contestants(run: Run) -> list[Run]:
    """Runs to compare: those of the same race, else this one and the newest other on its data.

    None but the presenter's are added: what viewers train is not before everybody's eyes.
    """
    config = run.config
    race, others = [], []
    for other in list_runs():
        try:
            theirs = other.config
        except RunError:
            continue
        if other.id == run.id or (config.group and theirs.group == config.group):
            race.append(other)
        elif theirs.dataset == config.dataset and not (theirs.owner or other.shipped):
            others.append(other)
    return (race if len(race) > 1 else [*race, *others[:1]])[:MAX_OPTIONS]


def run_question(run: Run) -> Question:
    """Ask which run will have the best test accuracy.

    Raises:
        RunError: There is no other run to compare with.
    """
    asked = contestants(run)
    if len(asked) < 2:
        raise RunError("There is no second run to compare with.")
    # Nobody can change an id, so a run that is renamed meanwhile is found all the same.
    return Question(
        _RUN,
        "Which run will have the best test accuracy?",
        tuple(map(Option, labels(asked))),
        secret={"runs": [contestant.id for contestant in asked]},
    )


def labels(runs: Sequence[Run]) -> list[str]:
    """Names that tell runs apart, if need be with the settings that differ, or the time."""
    names = [run.name for run in runs]
    ways = (
        names,
        [f"{name} · {words}" for name, words in zip(names, differences(runs), strict=True)],
        [run_label(run) for run in runs],
    )
    for found in ways:
        if len(set(found)) == len(found):
            return found
    return [f"{label} · {run.id[-4:]}" for label, run in zip(ways[-1], runs, strict=True)]


def _run_answer(_run: Run, question: Question) -> tuple[int | None, str]:
    names = [option.label for option in question.options]
    best: dict[str, float] = {}
    for name, id in zip(names, question.secret.get("runs", ()), strict=False):
        try:
            state = open_run(id).state()
        except RunError:
            continue  # somebody deleted it
        if state.active:
            raise RunError(f"“{name}” has not ended yet: reveal the winner when it has.")
        # As in the table of a race: on all test images, unless it ended before that.
        whole = [e for e in state.evaluations if e.images == state.test_images]
        if tested := whole or state.evaluations:
            best[name] = max(evaluation.accuracy for evaluation in tested)
    if len(best) < len(names):
        return None, "Not all of these runs were evaluated."
    top = max(best.values())
    winners = [name for name, value in best.items() if value == top]
    if len(winners) > 1:
        return None, f"It is a tie: {top:.1%}."
    return names.index(winners[0]), f"{winners[0]}, with a test accuracy of {top:.1%}."
