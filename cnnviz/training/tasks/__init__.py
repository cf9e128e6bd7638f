"""What a network can be trained for: one entry each, and nothing else knows them apart.

A task says what is asked for, how a network must end to give it, what is made small, how well it
is done, and what a frame shows of it. The loop, the recorder and the views ask it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.training.tasks.base import Loss, Measure, Pupil, Score, Task
from cnnviz.training.tasks.classify import Classify
from cnnviz.training.tasks.colour import Colour
from cnnviz.training.tasks.generate import Generate
from cnnviz.training.tasks.restore import Autoencode, Denoise
from cnnviz.training.tasks.segment import Segment, overlaps
from cnnviz.training.tasks.variational import Variational

if TYPE_CHECKING:
    from cnnviz.runs import RunConfig

__all__ = ["CLASSIFY", "TASKS", "Loss", "Measure", "Pupil", "Score", "Task", "overlaps", "task_of"]

CLASSIFY = Classify()
TASKS: dict[str, Task] = {
    task.id: task
    for task in (CLASSIFY, Segment(), Denoise(), Colour(), Autoencode(), Variational(), Generate())
}
"""All tasks, by the ids of `cnnviz.runs.config.TaskId`."""


def task_of(config: RunConfig) -> Task:
    """What a run is trained for."""
    return TASKS[config.task]
