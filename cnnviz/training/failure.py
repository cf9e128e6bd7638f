"""What went wrong, in a sentence for the page."""

from __future__ import annotations

import torch

from cnnviz.datasets import DatasetError
from cnnviz.networks import NetworkError
from cnnviz.runs import RunError


class DivergedError(ArithmeticError):
    """The loss or a weight is no longer a finite number."""


def explain(error: Exception) -> tuple[str, bool]:
    """A sentence for people, and whether resuming could help."""
    if isinstance(error, DivergedError):
        return str(error), False
    if isinstance(error, (DatasetError, RunError)):
        return str(error), True
    if isinstance(error, NetworkError):
        return str(error), False
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return "There was not enough memory: choose a smaller batch size or network.", False
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return (
            f"The run's folder could not be written ({reason}): free some space, then resume."
        ), True
    return f"Something unexpected happened ({type(error).__name__}): see log.txt of the run.", True
