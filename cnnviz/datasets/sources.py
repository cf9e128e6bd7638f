"""Listing the files of a zip or a folder that somebody gives us, trusting nothing.

Nothing is ever unpacked to disk: a file is read into memory, within limits that are checked both
on what the archive claims and on what is really read.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cnnviz.datasets.base import DatasetError

MB = 1_000_000
MAX_FILES = 20_000
MAX_FILE_BYTES = 20 * MB
MAX_BYTES = 500 * MB
# Pictures hardly shrink in a zip; only a file above a megabyte is worth suspecting.
MAX_RATIO = 200
MAX_DEPTH = 8
MAX_NAME = 100

# Each entry in a zip's list of files begins so.
_ENTRY_MARK = b"PK\x01\x02"
_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """A file: the parts of its path, and how to read it."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The path as it is shown to people."""
        return shown("/".join(self.parts))


class UnreadableError(Exception):
    """A single file cannot be read; the message says why."""


def shown(name: str) -> str:
    """A file's name made safe to print: no control characters, not too long."""
    clean = "".join(letter if letter.isprintable() else "�" for letter in name)
    return clean if len(clean) <= MAX_NAME else f"{clean[: MAX_NAME - 1]}…"


def list_zip(data: bytes) -> tuple[list[Entry], list[Skipped]]:
    """List the files of a zip.

    Raises:
        DatasetError: Not a zip, a path that leaves it, or too many or too large files.
    """
    # Counted before the list is read into memory.
    if data.count(_ENTRY_MARK) > MAX_FILES:
        raise DatasetError(f"The zip has more than {MAX_FILES:,} files: use fewer pictures.")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DatasetError(
            "This is not a zip file, or it is damaged: zip the class folders again."
        ) from error
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    total = 0
    for info in archive.infolist():
        path = info.filename.replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in {"", "."})
        if path.startswith("/") or ".." in parts or re.match("[A-Za-z]:", path):
            raise DatasetError(
                f"The zip holds the path “{shown(info.filename)}”, which leads outside it: zip "
                "the class folders again."
            )
        if not parts or path.endswith("/") or _is_junk(parts):
            continue
        reason = _zip_fault(info) or _name_fault(parts)
        if reason:
            skipped.append(Skipped(shown(path), reason))
            continue
        total += info.file_size
        entries.append(Entry(parts, _zip_reader(archive, info)))
    _check_total(total)
    return entries, skipped


def list_folder(folder: Path) -> tuple[list[Entry], list[Skipped]]:
    """List the files below a folder; links are not followed.

    Raises:
        DatasetError: Not a folder, or too many or too large files.
    """
    if not folder.is_dir():
        raise DatasetError(f"There is no folder {folder}: check the path.")
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    total = count = 0
    for where, _, names in os.walk(folder):
        count += 1 + len(names)
        if count > MAX_FILES:
            raise DatasetError(
                f"{folder} has more than {MAX_FILES:,} files and folders: choose one with fewer."
            )
        for name in names:
            path = Path(where, name)
            parts = path.relative_to(folder).parts
            if _is_junk(parts):
                continue
            try:
                found = path.lstat()
            except OSError as error:
                skipped.append(Skipped(shown("/".join(parts)), f"{error.strerror}"))
                continue
            if stat.S_ISREG(found.st_mode):
                reason = _size_fault(found.st_size) or _name_fault(parts)
            else:
                reason = "it is a link or a device, not a file"
            if reason:
                skipped.append(Skipped(shown("/".join(parts)), reason))
                continue
            total += found.st_size
            entries.append(Entry(parts, _folder_reader(path)))
    _check_total(total)
    return entries, skipped


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                return _within_limit(file.read(MAX_FILE_BYTES + 1))
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UnreadableError("it is damaged inside the zip") from error

    return read


def _folder_reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with path.open("rb") as file:
                return _within_limit(file.read(MAX_FILE_BYTES + 1))
        except OSError as error:
            raise UnreadableError(f"{error.strerror}") from error

    return read


def _within_limit(data: bytes) -> bytes:
    fault = _size_fault(len(data))
    if fault:
        raise UnreadableError(fault)
    return data


def _zip_fault(info: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, not a file"
    if info.flag_bits & 1:
        return "it is locked with a password"
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "it is compressed in a way other than the usual one (deflate)"
    if info.file_size > MB and info.file_size > MAX_RATIO * info.compress_size:
        return f"it unpacks to more than {MAX_RATIO} times its size"
    return _size_fault(info.file_size)


def _size_fault(size: int) -> str | None:
    return f"it is larger than {MAX_FILE_BYTES // MB} MB" if size > MAX_FILE_BYTES else None


def _name_fault(parts: tuple[str, ...]) -> str | None:
    if len(parts) > MAX_DEPTH:
        return f"it lies more than {MAX_DEPTH} folders deep"
    if max(map(len, parts)) > MAX_NAME:
        return f"its name is longer than {MAX_NAME} characters"
    if not all(part.isprintable() for part in parts):
        return "its name has characters that cannot be shown"
    return None


def _is_junk(parts: tuple[str, ...]) -> bool:
    """Files that systems leave beside pictures: hidden ones and thumbnails."""
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)


def _check_total(total: int) -> None:
    if total > MAX_BYTES:
        raise DatasetError(
            f"The pictures take {total / MB:,.0f} MB, more than {MAX_BYTES // MB} MB: use fewer "
            "or smaller ones."
        )
