"""The engines' settings: environment variables, each with a default that suits one person."""

from __future__ import annotations

import os

from cnnviz.training.engines.base import TrainingError

# Beyond that, runs at work together are told apart by nobody, and their data sets fill
# the memory.
_MOST_SLOTS = 4
_RAY_CPUS = 2


def engine_name() -> str:
    """`CNNVIZ_ENGINE`: `local` (the default) or `ray`.

    Raises:
        TrainingError: It is something else.
    """
    name = os.environ.get("CNNVIZ_ENGINE", "").strip() or "local"
    if name not in ("local", "ray"):
        raise TrainingError(f"CNNVIZ_ENGINE is “{name[:40]}”; it must be local or ray.")
    return name


def cores() -> int:
    """Processor cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def slots() -> int:
    """How many runs may be at work together: `CNNVIZ_SLOTS`, else one a core, at most 4."""
    return chosen_slots() or min(cores(), _MOST_SLOTS)


def chosen_slots() -> int | None:
    """`CNNVIZ_SLOTS`, or None if it is not set."""
    return _whole("CNNVIZ_SLOTS", 0, least=1) or None


def viewer_runs() -> int:
    """How many viewers' runs may be at work together: `CNNVIZ_VIEWER_RUNS`; 0 means none may."""
    return _whole("CNNVIZ_VIEWER_RUNS", 0, least=0)


def ray_cpus() -> int:
    """Cores for a run on Ray that asks for no number itself: `CNNVIZ_RAY_CPUS_PER_RUN`."""
    return _whole("CNNVIZ_RAY_CPUS_PER_RUN", _RAY_CPUS, least=1)


def ray_gpus() -> float:
    """Share of a GPU for a run on Ray: `CNNVIZ_RAY_GPUS_PER_RUN`, such as 0.25; 0 means none.

    Raises:
        TrainingError: It is no such number.
    """
    text = os.environ.get("CNNVIZ_RAY_GPUS_PER_RUN", "").strip()
    try:
        share = float(text or 0)
    except ValueError:
        share = -1.0
    if not (0 <= share <= 1 or (1 < share <= 64 and share.is_integer())):
        raise TrainingError(
            f"CNNVIZ_RAY_GPUS_PER_RUN is “{text[:40]}”; it must be 0 to 1, or a whole number."
        )
    return share


def thread_share(asked: int, others: int) -> int:
    """Threads for a run that starts.

    Args:
        asked: By the run itself; 0 if it leaves that open.
        others: Runs at work on this machine now.

    Returns:
        `OMP_NUM_THREADS` if that is set, else what was asked, else this run's share.
    """
    if fixed := os.environ.get("OMP_NUM_THREADS", ""):
        return max(1, int(fixed)) if fixed.isdigit() else 1
    return asked or max(1, cores() // (others + 1))


def _whole(name: str, default: int, *, least: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= 10_000:
        raise TrainingError(f"{name} is “{text[:40]}”; it must be a whole number from {least}.")
    return int(text)
