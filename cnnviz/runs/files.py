"""Files of a run: written completely or not at all, and never read through a link."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from cnnviz.runs.config import RunError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags to open a run's file with: not what a link leads to, and no waiting at a pipe."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that, even after a crash, it has either the old or the new content.

    Raises:
        OSError: The disk refused; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def open_inside(folder: Path, name: str) -> BinaryIO:
    """Open a file of a run for reading.

    Args:
        folder: The run's folder.
        name: The file in it, such as `frames/12.safetensors`.

    Raises:
        RunError: It is no plain file, or a link leads to it: it could lead anywhere.
        OSError: It is missing, or the disk refused.
    """
    path = folder
    for part in name.split("/"):
        path = path / part
        if path.is_symlink():
            raise RunError(f"{name} is a link: only what lies in the run's folder is read.")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | NO_LINK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunError(f"{name} is not a file.")
    return os.fdopen(descriptor, "rb")


def read_inside(folder: Path, name: str) -> bytes:
    """The content of a file of a run.

    Raises:
        RunError: It is no plain file, or a link leads to it.
        OSError: It is missing, or the disk refused.
    """
    with open_inside(folder, name) as file:
        return file.read()
