"""What runs are called in lists, and what tells a few of them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks import NETWORKS
from cnnviz.runs import RunError
from cnnviz.training.repeat import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Run


def run_name(run: Run) -> str:
    """A run's name if it has one, else its data set and network; its id if it cannot be read."""
    try:
        config = run.config
        name = run.name
    except RunError:
        return run.id
    if name == config.title:
        known = NETWORKS.get(config.network)
        network = known.title if known else config.network_title or config.network
        name = f"{config.dataset_title} · {network}"
    return f"{name} (viewer’s run)" if config.owner else name


def run_label(run: Run) -> str:
    """When a run was started, which tells runs of one name apart and must not be cut off; its name.

    One that came with cnnviz has its name first. A lane of a race is named after what only it has,
    so its pictures are named, too.
    """
    name = run_name(run)
    try:
        when = run.config.created[:19].replace("T", ", ")
        if run.config.group:
            name = f"{run.config.dataset_title}, race: {name}"
    except RunError:
        return f"{name} · unreadable"
    return f"{name} · bundled example" if run.shipped else f"{when} · {name}"


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
