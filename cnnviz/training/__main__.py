"""`python -m cnnviz.training <run folder>`: train a run, or resume it.

`python -m cnnviz.training --spare <data set>` gets ready, and trains the run that it is
told on its standard input; see `cnnviz.training.engines.spare`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cnnviz.runs import Run
from cnnviz.training.worker import prepare_threads, train

_USAGE = "Usage: python -m cnnviz.training <run folder>"


def main(arguments: list[str]) -> int:
    """Train; returns the exit code."""
    if len(arguments) == 2 and arguments[0] == "--spare":
        return _spare(arguments[1])
    if len(arguments) != 1 or not Path(arguments[0], "run.json").is_file():
        print(_USAGE, file=sys.stderr)  # noqa: T201 - a command line speaks
        return 2
    return train(Run(Path(arguments[0])))


def _spare(dataset: str) -> int:
    from cnnviz.training.engines import warm  # noqa: PLC0415

    prepare_threads()
    order = warm.wait_for_order(dataset)
    if order is None:
        # At once: the thread that warms up may be in the middle of an import.
        os._exit(0)
    run = Run(Path(order["run"]))
    warm.take_over_output(run.path)
    return train(run, in_line=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
