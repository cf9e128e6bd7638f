"""Runs on disk: make, find and delete them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.folders import data_folder
from cnnviz.runs.config import RunConfig, RunError
from cnnviz.runs.files import replace_file
from cnnviz.runs.run import Run

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "SHIPPED",
    "Run",
    "create_run",
    "delete_run",
    "find_run",
    "list_runs",
    "open_run",
    "replace_file",
    "runs_root",
]

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "runs"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def runs_root() -> Path:
    """Where runs are kept: `CNNVIZ_RUNS`, else the user's own data folder."""
    if chosen := os.environ.get("CNNVIZ_RUNS"):
        return Path(chosen)
    return data_folder() / "runs"


def create_run(config: RunConfig, *, tensors: dict[str, Tensor] | None = None) -> Run:
    """Make a new run's folder; it appears complete or not at all.

    Args:
        config: What is asked; `created` is filled in.
        tensors: The data set, for one that is not found by its id; written to
            `data.safetensors`.

    Raises:
        RunError: The folder cannot be written.
    """
    now = dt.datetime.now().astimezone()
    config = dataclasses.replace(config, created=now.isoformat(timespec="seconds"))
    root = runs_root()
    try:
        name = _reserve(root, f"{now:%Y%m%d-%H%M%S}-{config.dataset}-{config.network}")
    except OSError as error:
        raise _unwritable(root, error) from error
    building = Run(root / f".{name}")
    try:
        text = json.dumps(config.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
        replace_file(building.path / "run.json", text.encode() + b"\n")
        if tensors is not None:
            building.write_tensors("data.safetensors", tensors)
        return Run(building.path.rename(root / name))
    except OSError as error:
        shutil.rmtree(building.path, ignore_errors=True)
        raise _unwritable(root, error) from error


def _reserve(root: Path, stem: str) -> str:
    """Find a name that no run has, and make the hidden folder in which its run is built."""
    root.mkdir(parents=True, exist_ok=True)
    while True:
        name = f"{stem}-{secrets.token_hex(2)}"
        hidden = root / f".{name}"
        try:
            hidden.mkdir()
        except FileExistsError:  # another run is being built under this name
            continue
        if not (root / name).exists():
            return name
        hidden.rmdir()


def _unwritable(root: Path, error: OSError) -> RunError:
    return RunError(f"The run's folder {root} cannot be written: {error.strerror}.")


def list_runs() -> list[Run]:
    """All runs, newest first, those shipped with cnnviz last.

    A folder that cannot be read is listed too; its `problem` says why.
    """
    return [*_in(runs_root(), shipped=False), *_in(SHIPPED, shipped=True)]


def _in(root: Path, *, shipped: bool) -> list[Run]:
    try:
        # A link could lead anywhere; `find_run` opens none either.
        paths = [
            p for p in root.iterdir() if _ID.fullmatch(p.name) and p.is_dir() and not p.is_symlink()
        ]
    except OSError:
        return []
    return [Run(path, shipped=shipped) for path in sorted(paths, reverse=True)]


def find_run(run_id: str) -> Run | None:
    """Find a run by its id, among the person's runs and the shipped ones, readable or not.

    Returns:
        None when there is none, or when its folder is a link to somewhere else.
    """
    if _ID.fullmatch(run_id):
        for root, shipped in ((runs_root(), False), (SHIPPED, True)):
            path = root / run_id
            if path.is_dir() and path.resolve().parent == root.resolve():
                return Run(path, shipped=shipped)
    return None


def open_run(run_id: str) -> Run:
    """Find a run by its id, among the person's runs and the shipped ones.

    Raises:
        RunError: There is none of that name, or it cannot be read.
    """
    run = find_run(run_id)
    if run is None:
        raise RunError(f"There is no run called “{run_id[:100]}”.")
    if problem := run.problem:
        raise RunError(f"The run {run_id} cannot be read: {problem}")
    return run


def delete_run(run: Run) -> None:
    """Delete a run for good.

    Raises:
        RunError: It is read-only, being trained, or the disk refused.
    """
    if run.shipped:
        raise RunError("This run is a bundled example and is read-only.")
    if run.is_alive():
        raise RunError("This run is being trained. Stop it first.")
    doomed = run.path.with_name(f".{run.id}.deleted")
    try:
        # Renamed first, so that no half-deleted folder is ever listed.
        run.path.rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise RunError(f"The run could not be deleted: {error.strerror}.") from error
