"""Which run everybody sees: the one the presenter chose, else the presenter's newest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnnviz.runs.config import RunError
from cnnviz.runs.files import open_inside, replace_file
from cnnviz.runs.folder import find_run, list_runs, open_run, runs_root
from cnnviz.runs.values import parse_json

if TYPE_CHECKING:
    from cnnviz.runs.run import Run

FALLBACK = "fashionmnist-gap"
_FILE = "shown.txt"
_LAST_LINE = 4096


def show_run_to_all(run_id: str | None) -> None:
    """Choose the run that everybody's screen follows; None: the newest again.

    Raises:
        RunError: There is no such run, or the disk refused.
    """
    root = runs_root()
    try:
        if run_id is None:
            (root / _FILE).unlink(missing_ok=True)
            return
        open_run(run_id)
        root.mkdir(parents=True, exist_ok=True)
        replace_file(root / _FILE, run_id.encode() + b"\n")
    except OSError as error:
        raise RunError(f"The choice could not be written: {error.strerror}.") from error


def chosen_run() -> str | None:
    """What `show_run_to_all` last wrote; None when there is nothing of use."""
    try:
        # A run's id has at most 100 characters; whatever else lies there is no choice.
        with (runs_root() / _FILE).open("rb") as file:
            return file.read(200).decode("utf-8", "replace").strip() or None
    except OSError:
        return None


def shown_run() -> str:
    """The id of the run that everybody's screen follows.

    The chosen one if it is there; else, leaving out viewers' own, the newest that is being
    trained or in line; else the newest that can be read; else one that came with cnnviz.
    """
    chosen = chosen_run()
    if chosen is not None and find_run(chosen) is not None:
        return chosen
    readable = []
    for run in list_runs():
        try:
            if run.shipped or run.config.owner:
                continue
        except RunError:
            continue
        if run.is_alive() or _is_in_line(run):
            return run.id
        readable.append(run)
    return next((run.id for run in readable if run.problem is None), FALLBACK)


def _is_in_line(run: Run) -> bool:
    """Whether the last thing that happened is that the run has to wait for its turn."""
    try:
        # All events of all runs would take too long on each click.
        with open_inside(run.path, "events.jsonl") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_LINE))
            last = parse_json(file.read().rstrip(b"\n").rpartition(b"\n")[2])
    except (OSError, ValueError):
        return False
    return isinstance(last, dict) and last.get("status") == "waiting"
