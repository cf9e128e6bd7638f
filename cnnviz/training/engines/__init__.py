"""Where runs are trained: on this machine, or on many through Ray.

`CNNVIZ_ENGINE` chooses: `local` (the default) or `ray`. A run is the same folder either way.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cnnviz.training.engines.base import Engine, TrainingError
from cnnviz.training.engines.settings import engine_name

if TYPE_CHECKING:
    from cnnviz.training.engines.dispatcher import Dispatcher

__all__ = ["Engine", "TrainingError", "close_engines", "engine"]

_engines: dict[str, Dispatcher] = {}
_guard = threading.Lock()


def engine() -> Engine:
    """This process's engine, made when first asked for.

    Raises:
        TrainingError: `CNNVIZ_ENGINE` names none, or Ray is not installed.
    """
    name = engine_name()
    with _guard:
        if name not in _engines:
            _engines[name] = _make(name)
        return _engines[name]


def close_engines() -> None:
    """Close what `engine` made; runs at work go on."""
    with _guard:
        closing = list(_engines.values())
        _engines.clear()
    for one in closing:
        one.close()


def _make(name: str) -> Dispatcher:
    if name == "ray":
        from cnnviz.training.engines.ray import RayEngine  # noqa: PLC0415 - optional

        return RayEngine()
    from cnnviz.training.engines.local import LocalEngine  # noqa: PLC0415

    return LocalEngine()
