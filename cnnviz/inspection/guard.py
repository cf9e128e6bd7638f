"""Look at a model without leaving a trace, from any number of threads."""

from __future__ import annotations

import contextlib
import threading
import weakref
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn


class InspectionError(ValueError):
    """What was asked cannot be shown for this model; the message says why."""


class NotFiniteError(InspectionError):
    """A network computes numbers that are not finite, so there is nothing to show."""

    def __init__(self) -> None:
        super().__init__("This network computes numbers that are not finite.")


_locks: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()
_locks_guard = threading.Lock()


def _lock_of(model: nn.Module) -> threading.RLock:
    # The lock lives exactly as long as its model. It is not an attribute of the model, which
    # would then no longer deep-copy.
    with _locks_guard:
        return _locks.setdefault(model, threading.RLock())


@contextlib.contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Hold `model` in evaluation mode, alone, and put everything back afterwards.

    Inside, no other thread is inside `untouched` for the same model. Afterwards, also after an
    exception, the mode of every module and the random state are what they were. Parameters,
    their `requires_grad` and `.grad`, and buffers need no putting back: evaluation mode writes
    no running statistics, and this package takes gradients with `torch.autograd.grad` from
    activations only.

    Args:
        model: The model that is looked at.

    Yields:
        Nothing.
    """
    gpus = {p.device.index for p in model.parameters() if p.device.type == "cuda"}
    with (
        _lock_of(model),
        # Evaluation mode draws nothing, but a forward may call F.dropout without `training=`.
        torch.random.fork_rng(sorted(gpus)),
        # Gradients can be taken inside, whatever mode the caller is in.
        torch.inference_mode(mode=False),
    ):
        # Module by module: `model.train(was)` would flatten a model frozen in part.
        modes = [(module, module.training) for module in model.modules()]
        try:
            for module, _ in modes:
                module.training = False
            yield
        finally:
            for module, was in modes:
                module.training = was
