"""Predict, then reveal: what a class can be asked about a run, and the answers.

Every answer is computed from the run's own tensors and events. Which filter made a map is settled
when it is asked, because the weights go on changing; the other answers are computed at the reveal.
"""

from __future__ import annotations

import base64
import random
import string
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.inspection.frames import Frame, read_frame
from cnnviz.numbers.formatting import isolated, percent
from cnnviz.runs import Run, RunError, list_runs, open_run
from cnnviz.runs.questions import MAX_OPTIONS, Option, Question, Tile
from cnnviz.runs.votes import read_questions, reveal
from cnnviz.training.labels import labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = string.ascii_uppercase  # what the pictures that a run watches are called
CLASS, FILTER, RUN = "class", "filter", "run"
CLASS_TEXT = "Which class will the network predict for this picture when the answer is revealed?"
_CHOICES = 4
_FLAT = 8  # codes of 256: a map that varies less shows nothing to judge by


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
    tile = _tile(images[probe].numpy(), 0.0, 255.0, "pixels")
    return Question(CLASS, CLASS_TEXT, tuple(map(Option, classes)), tile, picture=probe)


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
    tile = _tile(maps.codes[probe, right], maps.low, maps.high, "activations")
    step = f"{frame.step:,} steps"
    text = f"Which of these filters made this feature map of picture {LETTERS[probe]} after {step}?"
    words = f"It is filter {right} of the layer {filters.layer} after {step}."
    secret = {"answer": asked.index(right), "words": words}
    picture = _tile(run.load_probes()[0][probe].numpy(), 0.0, 255.0, "pixels")
    return Question(FILTER, text, options, tile, picture, probe, secret)


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
        RUN,
        "Which run will have the best test accuracy?",
        tuple(map(Option, labels(asked))),
        secret={"runs": [contestant.id for contestant in asked]},
    )


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


def open_question(run: Run) -> Question | None:
    """The run's last question, if it is still to be revealed."""
    last = last_question(run)
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
    answer, words = {CLASS: _class_answer, FILTER: _filter_answer, RUN: _run_answer}[question.kind](
        run, question
    )
    reveal(run, question.id, answer, words)


def last_question(run: Run) -> Question | None:
    """The question that the class was asked last; None if there is none, or none can be read."""
    try:
        questions = read_questions(run)
    except RunError:
        return None
    return questions[-1] if questions else None


def _class_answer(run: Run, question: Question) -> tuple[int | None, str]:
    frame, probe = _newest(run), question.picture
    if probe is None or probe >= len(frame.predicted):
        return None, "This picture is not among those that the run shows."
    classes, labelled = run.config.classes, int(run.load_probes()[1][probe])
    said, sure = frame.predicted[probe], max(frame.probabilities[probe])
    name = isolated(classes[said])
    words = f"After {frame.step:,} steps the network predicts {name} ({percent(sure)})"
    words += (
        ", which is correct."
        if said == labelled
        else f". The true class is {isolated(classes[labelled])}."
    )
    asked = [option.label for option in question.options]
    return (asked.index(classes[said]) if classes[said] in asked else None), words


def _filter_answer(_run: Run, question: Question) -> tuple[int | None, str]:
    return question.secret.get("answer"), question.secret.get("words", "")


def _run_answer(_run: Run, question: Question) -> tuple[int | None, str]:
    names = [option.label for option in question.options]
    best: dict[str, float] = {}
    for name, id in zip(names, question.secret.get("runs", ()), strict=False):
        try:
            state = open_run(id).known_state()
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
    return names.index(winners[0]), f"{isolated(winners[0])}, with a test accuracy of {top:.1%}."


def _newest(run: Run) -> Frame:
    steps = run.frame_steps()
    if not steps:
        raise RunError("This run has not saved any weights yet: wait a few seconds.")
    return read_frame(run.load_frame(steps[-1]))


def _tile(values: NDArray[np.uint8], low: float, high: float, palette: str) -> Tile:
    data = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return Tile(values.shape, data, low, high, palette)


def _plane(filter_: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return filter_[0] if len(filter_) == 1 else filter_
