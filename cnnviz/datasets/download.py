"""Fetching the published archives, with progress and plain errors."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.catalogue import DatasetInfo
from cnnviz.torchvision_door import torchvision_datasets

Progress = Callable[[int, int], None]

# Torchvision opens its connections without a time limit; this is how long one may bring nothing.
STALLED_S = 30.0
_POLL_S = 0.1


def published_md5(info: DatasetInfo) -> dict[str, str]:
    """MD5 sum of each archive, as torchvision's loader states it."""
    loader = getattr(torchvision_datasets(), info.loader)
    if info.loader == "CIFAR10":
        return {loader.filename: loader.tgz_md5}
    return dict(loader.resources)


def fetch(info: DatasetInfo, root: Path, progress: Progress | None = None) -> None:
    """Download the archives that are missing or damaged, checking their sums.

    They arrive in a temporary folder and are moved when all are there and sound, so neither a
    crash nor a second download at the same time can leave half a file.

    Args:
        info: The data set.
        root: Data root; created if need be.
        progress: Called on this thread with the bytes there and the bytes in all.

    Raises:
        DatasetError: No connection, a stalled one, a wrong file, or a folder that cannot be
            written.
    """
    folder = root / info.folder
    integrity = torchvision_datasets().utils.check_integrity
    try:
        sums = published_md5(info)
        wanted = {
            name: size for name, size in info.archives if not integrity(folder / name, sums[name])
        }
        if not wanted:
            return
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(
            dir=folder, prefix="download-", ignore_cleanup_errors=True
        ) as temporary:
            _watch(info, wanted, Path(temporary), progress)
            for name in wanted:
                Path(temporary, name).replace(folder / name)
    except OSError as error:
        raise DatasetError(
            f"{info.title} cannot be saved in {folder} ({_reason(error)}): set CNNVIZ_DATA to a "
            "folder that can be written, and try again."
        ) from error


def _watch(
    info: DatasetInfo, wanted: dict[str, int], temporary: Path, progress: Progress | None
) -> None:
    """Download on a thread of its own, and watch the files grow on this one.

    So ``progress`` may touch what belongs to the calling thread, such as a page, and a connection
    that hangs can be given up.
    """
    failures: list[Exception] = []

    def work() -> None:
        try:
            for name in wanted:
                _download(info, name, temporary)
        except Exception as error:  # noqa: BLE001 - it is raised again on the calling thread
            failures.append(error)

    worker = threading.Thread(target=work, name=f"download-{info.id}", daemon=True)
    worker.start()
    total = sum(wanted.values())
    seen, since = -1, time.monotonic()
    while worker.is_alive():
        worker.join(_POLL_S)
        there = sum(_size(temporary / name) for name in wanted)
        if there != seen:
            seen, since = there, time.monotonic()
        elif time.monotonic() - since > STALLED_S:
            raise _failure(info, temporary.parent, f"nothing arrived for {STALLED_S:g} seconds")
        if progress:
            progress(min(there, total), total)
    if failures:
        raise _failure(info, temporary.parent, _reason(failures[0])) from failures[0]


def _download(info: DatasetInfo, name: str, folder: Path) -> None:
    """Get one archive from the first of torchvision's mirrors that has the right one."""
    datasets = torchvision_datasets()
    loader = getattr(datasets, info.loader)
    mirrors = getattr(loader, "mirrors", None)
    urls = [f"{mirror}{name}" for mirror in mirrors] if mirrors else [loader.url]
    md5 = published_md5(info)[name]
    for url in urls:
        if not folder.is_dir():  # given up meanwhile; torchvision would make the folder again
            return
        try:
            datasets.utils.download_url(url, folder, name, md5)
        except (OSError, RuntimeError):
            if url == urls[-1]:
                raise
        else:
            return


def _failure(info: DatasetInfo, folder: Path, reason: str) -> DatasetError:
    names = ", ".join(name for name, _ in info.archives)
    return DatasetError(
        f"{info.title} could not be downloaded ({reason}): check the connection and try again, or "
        f"put {names} in {folder} by hand."
    )


def _reason(error: Exception) -> str:
    """The few words in an error that say why: a URL error wraps the system's own."""
    inner = getattr(error, "reason", error)
    if str(inner) == "File not found or corrupted.":
        return "the downloaded file is not the published one"
    return str(getattr(inner, "strerror", None) or inner)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
