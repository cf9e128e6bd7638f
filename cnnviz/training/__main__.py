"""`python -m cnnviz.training <run folder>`: train a run, or resume it.

torch is imported late here: the number of threads has to be set before, and the
page that waits for a sign of life should not wait for an import.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunError, list_runs

if TYPE_CHECKING:
    from cnnviz.runs.events import EventWriter

_USAGE = "Usage: python -m cnnviz.training <run folder>"


def main(arguments: list[str]) -> int:
    """Train; returns the exit code."""
    if len(arguments) != 1 or not Path(arguments[0], "run.json").is_file():
        print(_USAGE, file=sys.stderr)  # noqa: T201 - a command line speaks
        return 2
    run = Run(Path(arguments[0]))
    try:
        _ = run.config
        with run.writing() as writer:
            return _train(run, writer)
    except (RunError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


def _train(run: Run, writer: EventWriter) -> int:
    threads = run.state().threads or _thread_share(run)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    # A thread that spins while it waits for another takes the core from it when the page,
    # the browser or a second run wants one too. On 2 cores: 9,400 images/s spinning as usual
    # and about 8,700 sleeping soon when nothing else ran, but 300 against 2,000 when others did.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")
    writer.write("status", status="starting", process=os.getpid(), threads=threads)

    import torch  # noqa: PLC0415

    from cnnviz.training.failure import explain  # noqa: PLC0415
    from cnnviz.training.loop import Trainer  # noqa: PLC0415

    torch.set_num_threads(threads)
    try:
        Trainer(run, writer).train()
    except Exception as error:  # noqa: BLE001 - whatever happened, the page must say so
        traceback.print_exc()
        message, resumable = explain(error)
        with contextlib.suppress(OSError):
            writer.write("status", status="failed", message=message, resumable=resumable)
        return 1
    return 0


def _thread_share(run: Run) -> int:
    """This process's share of the cores; a resumed run keeps the count it began with.

    Another count adds in another order and gives slightly other numbers.
    """
    if asked := os.environ.get("OMP_NUM_THREADS", ""):
        return max(1, int(asked)) if asked.isdigit() else 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    others = sum(other.is_alive() for other in list_runs() if other.path != run.path)
    return max(1, (cores or 1) // (others + 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
