"""Races as they are run: begun lane by lane, found again, compared in time, stopped."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from cnnviz import training
from cnnviz.datasets import Dataset, DatasetError, load_dataset
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.training.data import own_dataset_tensors
from cnnviz.training.engines.settings import cores, slots
from cnnviz.training.race import times
from cnnviz.training.race.lanes import LEAST, MOST, lane_config, threads_each
from cnnviz.training.race.presets import race_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnviz.training.config import Length
    from cnnviz.training.race.lanes import Lane
    from cnnviz.training.race.times import Work


def begin(
    preset: str,
    pictures: str | Dataset,
    lanes: Sequence[Lane],
    length: Length,
    seed: int,
    *,
    together: bool,
) -> list[Run]:
    """Start a race.

    Args:
        preset: The question it began as, a key of `PRESETS`.
        pictures: An id of `cnnviz.datasets.ALL_DATASETS`, or somebody's own pictures.
        lanes: Two to six.
        length: How long, the same for all.
        seed: The same for all.
        together: Whether they train at the same time.

    Returns:
        The runs, one a lane; all have the same `config.group`, the id of the race.

    Raises:
        NetworkError: A lane's network cannot be had; then nothing is started.
        RunError: The pictures cannot be read, a lane cannot be trained with, or there are too few
            or too many.
        TrainingError: One cannot be started; those before it are stopped again.
    """
    if not LEAST <= len(lanes) <= MOST:
        raise RunError(f"A race has {LEAST} to {MOST} lanes.")
    try:
        dataset = load_dataset(pictures) if isinstance(pictures, str) else pictures
    except DatasetError as error:
        raise RunError(str(error)) from error
    group = race_id(preset)
    threads = threads_each(len(lanes), cores(), together=together)
    configs = [
        lane_config(
            dataset,
            lane,
            length=length,
            seed=seed,
            group=group,
            threads=threads,
            lanes=len(lanes) * (together and len(lanes) <= lanes_at_once(threads)),
        )
        for lane in lanes
    ]
    tensors = None if isinstance(pictures, str) else own_dataset_tensors(dataset)
    runs: list[Run] = []
    try:
        for lane, config in zip(lanes, configs, strict=True):
            runs.append(training.start(config, tensors=tensors))
            runs[-1].rename(lane.name)
    except (RunError, training.TrainingError):
        stop_all(runs)
        raise
    return runs


def lanes_at_once(threads: int) -> int:
    """How many lanes with so many threads can train at the same time."""
    return min(max(1, cores() // threads), slots())


def races(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs of each race in the order in which they were started, the newest race first.

    Those that came with cnnviz are last.
    """
    found: dict[str, list[Run]] = {}
    for run in runs:
        if group := _group(run.path):
            found.setdefault(group, []).append(run)
    newest = sorted(found, key=lambda group: (not is_shipped(found[group]), group), reverse=True)
    return {group: sorted(found[group], key=_begun) for group in newest}


def is_shipped(runs: Sequence[Run]) -> bool:
    """Whether they came with cnnviz."""
    return all(run.shipped for run in runs)


@functools.lru_cache(maxsize=2000)
def _group(path: Path) -> str:
    try:
        return Run(path).config.group
    except RunError:
        return ""


def _begun(run: Run) -> tuple[int, str]:
    """When a run was asked for, finer than the second that its id tells.

    A file that came with cnnviz was written when that was installed: of those, ids tell.
    """
    if run.shipped:
        return 0, run.id
    try:
        return (run.path / "run.json").stat().st_mtime_ns, run.id
    except OSError:
        return 0, run.id


def at_work(runs: Sequence[Run]) -> list[Run]:
    """Those that train, or wait to."""
    found = []
    for run in runs:
        try:
            if run.known_state().active:
                found.append(run)
        except RunError:
            continue
    return found


def uneven(runs: Sequence[Run]) -> str | None:
    """Why the times of runs cannot be compared; empty if they can, None while any is at work."""
    if at_work(runs):
        return None
    if runs and is_shipped(runs):
        return (
            "These runs came with cnnviz: their seconds and images per second are those of the"
            " machine that made them, which did other work, too."
        )
    lanes = [_work_of(run) for run in runs]
    spells = [spell for lane in lanes for spell in lane.spells]
    begin, end = min((a for a, _ in spells), default=0), max((b for _, b in spells), default=0)
    ids = {run.id for run in runs}
    others = [
        _work_of(run)
        for run in list_runs()
        if run.id not in ids
        # Most others were at another time, which the dates of their files tell.
        and _changed(run, "events.jsonl") >= begin
        and _changed(run, "run.json") <= end
    ]
    return times.uneven(lanes, others)


def _work_of(run: Run) -> Work:
    return _work(run.path, _changed(run, "events.jsonl"))


@functools.lru_cache(maxsize=500)
def _work(path: Path, changed: float) -> Work:  # noqa: ARG001 - part of the key
    try:
        return times.work_of(Run(path).kept_events())
    except RunError:
        return times.work_of(())


def _changed(run: Run, name: str) -> float:
    """When a file of a run was written last, in seconds since 1970; 0 if there is none."""
    try:
        return (run.path / name).stat().st_mtime
    except OSError:
        return 0.0


def stop_all(runs: Sequence[Run]) -> None:
    """Stop all that train or wait, those in line first, so that none takes a free place.

    Raises:
        RunError: The disk refused.
        TrainingError: A setting makes no sense.
    """
    for run in sorted(at_work(runs), key=lambda run: run.is_alive()):
        training.stop(run)
