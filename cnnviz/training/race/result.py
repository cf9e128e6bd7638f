"""How a race went, in words: who was ahead early, who at the end, and by how much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnviz.training.tasks import CLASSIFY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Evaluation, RunState
    from cnnviz.training.tasks import Measure, Task

_EARLY = 0.1
_ALIKE = 1.25
_SURE = 2.0
"""Standard errors of a difference between two shares; below that it may be chance."""


def verdict(names: Sequence[str], states: Sequence[RunState], task: Task = CLASSIFY) -> str:
    """Say it, once all lanes have been tested at their end.

    A difference in accuracy counts when it is more than twice its standard error, as for two
    samples of so many test pictures; else it is called a tie. Of other measures the error is not
    known: what they differ by is said, and that it is of one training each.

    Args:
        names: What the lanes are called.
        states: Their states, in the same order.
        task: What they were trained for; its first measure counts.

    Returns:
        Two sentences; empty while a lane is not finished, or with fewer than two lanes.
    """
    if len(states) < 2 or not all(s.status == "finished" and s.final for s in states):
        return ""
    steps = min(state.total_steps for state in states)
    early = [e for state in states if (e := _at(state, _EARLY * steps))]
    sentences = []
    first, last = min(e.step for e in early), max(e.step for e in early)
    # Lanes are tested by the clock: only tests at about the same step can be compared.
    if last <= min(_ALIKE * first, 0.5 * steps):
        when = f"{first:,}" if first == last else f"{first:,} to {last:,}"
        sentences.append(f"Early on, after {when} steps, {_order(names, early, task, past=True)}")
    final = [state.final for state in states if state.final]
    sentences.append(f"At the end, {_order(names, final, task, past=False)}")
    if task.output != "class":
        sentences.append("Each was trained once: with another seed, a small gap may turn round.")
    return " ".join(sentences)


def _at(state: RunState, step: float) -> Evaluation | None:
    """The evaluation nearest to a step, of those after the start."""
    trained = [e for e in state.evaluations if e.step > 0]
    return min(trained, key=lambda e: abs(e.step - step), default=state.final)


def _order(names: Sequence[str], scores: Sequence[Evaluation], task: Task, *, past: bool) -> str:
    if task.output != "class":
        return _order_by(task.measures[0], names, scores, past=past)
    ranked = sorted(zip(names, scores, strict=True), key=lambda lane: -lane[1].accuracy)
    (first, best), (_, second) = ranked[0], ranked[1]
    gap = best.accuracy - second.accuracy
    was, had = ("was", "had") if past else ("is", "has")
    each = [f"{name} {had} {score.accuracy:.1%}" for name, score in ranked]
    shares = f"{', '.join(each[:-1])} and {each[-1]} of the test pictures right"
    if gap > _SURE * _error(best, second):
        return f"{first} {was} ahead by {100 * gap:.1f} points: {shares}."
    alike = [n for n, s in ranked if best.accuracy - s.accuracy <= _SURE * _error(best, s)]
    who = ", ".join(alike[:-1]) + f" and {alike[-1]}"
    were = "were" if past else "are"
    if best.accuracy == ranked[-1][1].accuracy:
        share = f"{best.accuracy:.1%} of {best.images:,} test pictures"
        return f"{who} {were} tied: each {had} {share} right."
    tied = f"{who} {were} tied: {shares}."
    if gap == 0:
        return tied
    return (
        f"{tied} With {best.images:,} test pictures, a difference of {100 * gap:.1f} points may be"
        " chance."
    )


def _error(one: Evaluation, other: Evaluation) -> float:
    """Standard error of the difference between two shares of right answers."""

    def variance(score: Evaluation) -> float:
        # Laplace's rule, so that 100 % of a few is not taken for certain.
        share = (score.accuracy * score.images + 1) / (score.images + 2)
        return share * (1 - share) / max(1, score.images)

    return math.sqrt(variance(one) + variance(other))


def _order_by(
    measure: Measure, names: Sequence[str], scores: Sequence[Evaluation], *, past: bool
) -> str:
    values = [
        (name, score.measure(measure.name)) for name, score in zip(names, scores, strict=True)
    ]
    ranked = sorted(values, key=lambda lane: lane[1] if measure.lower else -lane[1])
    (first, best), (_, second) = ranked[0], ranked[1]
    gap = abs(best - second)
    by = f"{100 * gap:.1f} points" if measure.unit == "share" else measure.words(gap)
    each = [f"{name} {'had' if past else 'has'} {measure.words(value)}" for name, value in ranked]
    was = "was" if past else "is"
    less = ", of which less is better" if measure.lower else ""
    return (
        f"{first} {was} ahead by {by}: {', '.join(each[:-1])} and {each[-1]}"
        f" ({measure.title} on the test pictures{less})."
    )
