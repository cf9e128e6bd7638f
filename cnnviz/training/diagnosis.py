"""What goes wrong in training, in words: a function of what was recorded so far.

The rules would rather miss a small trouble than raise a false alarm: each asks for
several points in a row, and for a clear margin.
"""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from cnnviz.numbers.formatting import as_typed, counted, rough, short
from cnnviz.runs import Finding
from cnnviz.training.config import default_recipe
from cnnviz.training.tasks import CLASSIFY
from cnnviz.training.tasks.base import SHORTEST, after_few_steps, few_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Evaluation, Progress, RunConfig, RunState
    from cnnviz.training.tasks import Task

_DEAD = 0.9
_VANISHED = 1e-4
_EXPLODED = 1e3
_WHOLE = 1.0
_BY_HEART = 0.5  # the training loss, of the best test loss
_AS_BEFORE = 0.97  # the test loss at the end, of that before the first step
_LEARNED = 0.95  # the training loss, of that of guessing


def diagnose(state: RunState, classes: int, task: Task = CLASSIFY) -> list[Finding]:
    """Look for trouble in a run's history.

    Args:
        state: The run so far.
        classes: How many classes it tells apart.
        task: What it is trained for.

    Returns:
        What is wrong now, the gravest first; empty when all is well.
    """
    if task.output != "class":
        return _of_pictures(state, task)
    chance = math.log(max(2, classes))
    layers = _layers(state)
    by_heart = _overfitting(state) or _only_by_heart(state, classes)
    diverging = _diverging(state.progress, chance)
    if not by_heart:
        diverging = diverging or _ended_sure_and_wrong(state, chance)
    rules = (
        diverging,
        # A loss that rose to what guessing gives is one trouble, not two.
        None
        if diverging or by_heart
        else _flat(state, classes, dead="dead" in {f.kind for f in layers}),
        *layers,
        by_heart,
    )
    found = [finding for finding in rules if finding is not None]
    few = None if found else _too_few_steps(state, classes)
    return [few] if few else found


def _of_pictures(state: RunState, task: Task) -> list[Finding]:
    """Trouble of a network that gives pictures: what guessing would give is not known of these."""
    by_heart = _worse_and_worse(state, task) if task.by_heart else None
    rules = (*task.findings(state), *_layers(state), by_heart)
    found = [finding for finding in rules if finding is not None]
    few = None if found else _too_few_steps_for_pictures(state, task)
    return [few] if few else found


def _too_few_steps_for_pictures(state: RunState, task: Task) -> Finding | None:
    """What can be said of a run of few steps that ends where it began."""
    last = after_few_steps(state)
    first = state.evaluations[0] if state.evaluations else None
    if last is None or first is None or first.step > 0 or not task.by_heart:
        return None
    if last.loss <= _AS_BEFORE * first.loss:
        return None
    return few_steps(
        f"The test loss is {short(last.loss, 3)} after only {counted(last.step, 'step')}, and was"
        f" {short(first.loss, 3)} before the first"
    )


def _worse_and_worse(state: RunState, task: Task) -> Finding | None:
    """Learning by heart: the loss falls on the training pictures and rises on others."""
    if not state.evaluations or not state.progress:
        return None
    images = state.evaluations[-1].images
    tests = [e for e in state.evaluations if e.images == images]
    if len(tests) < 6:
        return None
    best, later = min(tests, key=lambda e: e.loss), tests[-3:]
    recent = _recent(state.progress, 0.2)
    if best in later or state.progress[-1].epoch - best.epoch < 1 or len(recent) < 3:
        return None
    if not _settles(state.progress):
        return None
    loss = _mean_loss(recent)
    if loss > _BY_HEART * best.loss or not all(e.loss > 1.25 * best.loss for e in later):
        return None
    return Finding(
        "overfitting",
        f"The test loss was {rough(best.loss)} at step {best.step:,} and is "
        f"{rough(later[-1].loss)} now, while the training loss is {rough(loss)}: the training "
        "pictures are learned by heart.",
        f"Train for fewer epochs, or on more pictures; look at {task.measures[0].title} too.",
    )


def nan_finding(config: RunConfig, train_images: int, peak: float) -> Finding:
    """What to say when the loss or a weight is not a number any more.

    Args:
        config: What the run was asked.
        train_images: How many there are.
        peak: The highest learning rate of the cycle, as it was last.
    """
    usual = default_recipe(config.network, train_images, config.recipe.optimiser, task=config.task)
    lower = min(usual.learning_rate, peak / 10)
    return Finding(
        "nan",
        "The numbers became too large for the computer, so the run was stopped. The weights of its "
        "last snapshot are still good.",
        f"The learning rate {as_typed(peak)} is too high for this network. Start again with a "
        f"lower one, such as {as_typed(lower)}.",
    )


def _recent(progress: Sequence[Progress], share: float) -> list[Progress]:
    """The points of the last part of the steps done."""
    begin = progress[-1].step * (1 - share)
    return [p for p in progress if p.step > begin]


def _settles(progress: Sequence[Progress]) -> bool:
    """Whether the learning rate is well below its peak.

    Near the peak, steps so large that they spoil the answers to test images for a while are no
    learning by heart: what is learned by heart still is when the rate has fallen.
    """
    return progress[-1].learning_rate < 0.5 * max(p.learning_rate for p in progress)


def _mean_loss(points: Sequence[Progress]) -> float:
    return statistics.fmean(p.loss for p in points)


def _diverging(progress: Sequence[Progress], chance: float) -> Finding | None:
    if len(progress) < 8 or progress[-1].step < 60:
        return None
    recent = _recent(progress, 0.2)
    if len(recent) < 3 or progress[-1].step - recent[0].step < 20:
        return None
    loss = _mean_loss(recent)
    earlier = progress[: -len(recent)]
    best = min(
        (_mean_loss(earlier[i : i + 3]) for i in range(max(0, len(earlier) - 2))), default=math.inf
    )
    if loss > 1.5 * chance and loss > 0.9 * best:
        text = (
            f"The training loss is {rough(loss)}; random guessing would give {rough(chance)}. The "
            "network is confident but wrong."
        )
    elif loss > best + 0.5 * chance and loss > 2 * best:
        rise = f"rose from {rough(best)} to {rough(loss)}"
        text = f"The training loss {rise}: the network is unlearning."
    else:
        return None
    return Finding("diverging", text, "Lower the learning rate to a third, or use larger batches.")


def _last_test(state: RunState) -> Evaluation | None:
    """The test after the last step, which judges a run too short for a row of points."""
    last = state.final
    over = last is not None and last.step >= SHORTEST and last.step == state.total_steps
    return last if over else None


def _ended_sure_and_wrong(state: RunState, chance: float) -> Finding | None:
    last = _last_test(state)
    if last is None or last.loss <= 1.5 * chance or last.accuracy > 0.5:
        return None
    return Finding(
        "diverging",
        f"The test loss is {rough(last.loss)} at the end; random guessing would give "
        f"{rough(chance)}. The network is confident but wrong.",
        "Lower the learning rate to a third, or use larger batches.",
    )


def _flat(state: RunState, classes: int, *, dead: bool) -> Finding | None:
    what, loss = _stays(state, classes)
    if not what:
        return None
    text = (
        f"The {what} at {short(loss, 3)}, and random guessing gives"
        f" {short(math.log(max(2, classes)), 3)}: the network learns nothing."
    )
    ratios = [layer.ratio for layer in state.health[-1].layers] if state.health else []
    if dead:
        advice = "A layer is dead: start again with a lower learning rate or another seed."
    elif ratios and max(ratios) < 1e-4:
        advice = "The weights hardly change: raise the learning rate tenfold."
    elif ratios and max(ratios) > 0.1:
        advice = "The weights change too much: lower the learning rate to a tenth."
    else:
        advice = "Change the learning rate tenfold, up or down, or add batch normalisation."
    return Finding("flat", text, advice)


def _guessed(classes: int) -> float:
    """The accuracy above which it is not guessing, nor the most frequent of unequal classes."""
    return 1.5 / classes + 0.05


def _is_guessing(state: RunState, test: Evaluation, classes: int) -> bool:
    """Whether a test is no better than guessing, and the training pictures are not learned."""
    chance = math.log(max(2, classes))
    answers = sum(map(any, zip(*test.confusion or (), strict=True)))
    least = 0.9 if answers == 1 else 0.97
    if test.accuracy > _guessed(classes):  # much label smoothing keeps the loss up
        return False
    return test.loss > least * chance and not _learned(state, test, chance)


def _too_few_steps(state: RunState, classes: int) -> Finding | None:
    """What can be said of a run that ends before anything need be learned, and is guessing."""
    last = after_few_steps(state)
    if last is None or not _is_guessing(state, last, classes):
        return None
    return few_steps(
        f"The test loss is {short(last.loss, 3)} after only {counted(last.step, 'step')}, and"
        f" random guessing gives {short(math.log(max(2, classes)), 3)}"
    )


def _stays(state: RunState, classes: int) -> tuple[str, float]:
    """Which loss is that of guessing, and how large it is; empty if neither is."""
    progress, chance = state.progress, math.log(max(2, classes))
    guessing = _guessed(classes)
    last = _last_test(state)
    if last is not None and last.loss <= 1.5 * chance and _is_guessing(state, last, classes):
        return "test loss ends", last.loss
    if len(progress) < 8 or progress[-1].step < max(100, 0.1 * state.total_steps):
        return "", 0.0
    recent = _recent(progress, 0.4)
    loss, first = _mean_loss(recent), progress[0].loss
    if (
        len(recent) < 4
        or not 0.97 * min(first, chance) < loss <= 1.5 * chance
        or statistics.fmean(p.accuracy for p in recent) > guessing
    ):
        return "", 0.0
    return "training loss stays", loss


def _layers(state: RunState) -> list[Finding]:
    if len(state.health) < 2:
        return []
    last = [health.layers for health in state.health[-3:]]
    names = [layer.name for layer in last[-1]]
    if not names or any([layer.name for layer in layers] != names for layers in last):
        return []
    found = []
    dead = [
        name
        for i, name in enumerate(names)
        if all((layers[i].dead or 0.0) >= _DEAD for layers in last[-2:])
    ]
    if dead:
        found.append(
            Finding(
                "dead",
                f"{_list(dead)}: at least nine in ten of the ReLUs after it output 0 for every "
                "picture. No gradient passes through them, so they cannot recover on their own.",
                "Start again with a lower learning rate, or with batch normalisation.",
            )
        )
    exploding = [
        name
        for i, name in enumerate(names)
        if all(layers[i].gradient > _EXPLODED or layers[i].ratio > _WHOLE for layers in last)
    ]
    if len(last) == 3 and exploding:
        found.append(
            Finding(
                "exploding",
                f"{_list(exploding)}: a single step changes the weights by more than their own"
                " size.",
                "Lower the learning rate to a tenth, or add batch normalisation.",
            )
        )
    most = [max(layer.gradient for layer in layers) for layers in last]
    if len(last) == 3 and not dead and len(names) > 2:
        weak = all(m > 0 and layers[0].gradient < _VANISHED * m for layers, m in zip(last, most))  # noqa: B905
        if weak:
            found.append(
                Finding(
                    "vanishing",
                    f"{names[0]} gets a gradient {most[-1] / max(last[-1][0].gradient, 1e-30):,.0f}"
                    " times weaker than the strongest layer: the first layers do not learn.",
                    "Use fewer layers, batch normalisation, ReLU, or skip connections.",
                )
            )
    return found


def _overfitting(state: RunState) -> Finding | None:
    """Learning by heart: better and better on the training images, worse on others."""
    if not state.evaluations or not state.progress:
        return None
    images = state.evaluations[-1].images
    tests: list[Evaluation] = [e for e in state.evaluations if e.images == images]
    if len(tests) < 6:
        return None
    best = min(tests, key=lambda e: e.loss)
    later = tests[-3:]
    since = state.progress[-1].epoch - best.epoch
    recent = [p for p in state.progress if p.step > best.step]
    if since < 1 or len(recent) < 3 or best in later or not _settles(state.progress):
        return None
    recent = recent[-max(3, len(recent) // 4) :]
    accuracy = statistics.fmean(p.accuracy for p in recent)
    loss = _mean_loss(recent)
    better = loss < _BY_HEART * best.loss
    worse = all(e.loss > 1.25 * best.loss + 0.05 and accuracy > e.accuracy + 0.05 for e in later)
    if not (better and worse):
        return None
    return Finding(
        "overfitting",
        f"The test loss was {rough(best.loss)} at step {best.step:,} and is "
        f"{rough(later[-1].loss)} now, while {accuracy:.0%} of the training images are right: "
        "they are learned by heart.",
        "Train for fewer epochs, or try random shifts, mirroring, more weight decay or more "
        "pictures.",
    )


def _learned(state: RunState, test: Evaluation, chance: float) -> bool:
    """Whether the training loss is, by now, below that of guessing, also among unequal classes."""
    progress, counts = state.progress, [sum(row) for row in test.confusion or ()]
    shares = [count / sum(counts) for count in counts if count]
    least = -sum(share * math.log(share) for share in shares) if shares else chance
    return bool(progress) and _mean_loss(_recent(progress, 0.2)) < _LEARNED * least


def _only_by_heart(state: RunState, classes: int) -> Finding | None:
    """At the end: better than guessing on the training images, and no better on others."""
    last, chance = _last_test(state), math.log(max(2, classes))
    if last is None or not state.progress:
        return None
    recent = _recent(state.progress, 0.2)
    loss = _mean_loss(recent)
    by_heart = _learned(state, last, chance) and (
        loss < _BY_HEART * last.loss
        or statistics.fmean(p.accuracy for p in recent) > last.accuracy + 0.1
    )
    if not by_heart or last.loss <= chance or last.accuracy > max(0.5, _guessed(classes)):
        return None
    return Finding(
        "overfitting",
        f"The training loss is {rough(loss)}, but the test loss ends at {rough(last.loss)}; random"
        f" guessing would give {rough(chance)}. The training images are learned by heart: on"
        " others, the network is often confident and wrong.",
        "Bring more pictures of each class, or try random shifts, mirroring or more weight decay.",
    )


def _list(names: Sequence[str]) -> str:
    first = list(names[:4])
    return ", ".join(first) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
