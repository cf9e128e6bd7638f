"""A file lock that the operating system drops when its holder dies, however it dies.

It answers two questions at once: may I be the one writer of this run, and is the
run's training process still alive? A process id cannot: ids are reused, and a dead
child that nobody has waited for yet still has one.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _READING = os.O_RDWR

    def _try_lock(descriptor: int, *, exclusive: bool) -> bool:  # noqa: ARG001
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    _READING = os.O_RDONLY | os.O_NONBLOCK  # a pipe of that name would keep a reader waiting

    def _try_lock(descriptor: int, *, exclusive: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def hold(path: Path, *, patience: float = 2.0) -> Iterator[None]:
    """Hold the lock until the block ends or this process dies.

    Args:
        path: The lock file, made if missing.
        patience: How long to try, in seconds: a reader in `is_held` has the lock for
            a few microseconds, and that must not turn a writer away.

    Raises:
        BlockingIOError: Another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + patience
        while not _try_lock(descriptor, exclusive=True):
            if time.monotonic() > deadline:
                raise BlockingIOError(f"{path} is locked by another process")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some living process holds the lock."""
    try:
        descriptor = os.open(path, _READING)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor, exclusive=False)
    finally:
        os.close(descriptor)
