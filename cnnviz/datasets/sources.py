"""Listing the files of a zip or a folder that somebody gives us, trusting nothing.

Nothing is ever unpacked to disk: a file is read into memory, within limits that are checked both
on what the archive claims and on what is really read.
"""

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.names import zip_names

MB = 1_000_000
MAX_FILES = 20_000
MAX_FILE_BYTES = 20 * MB
MAX_BYTES = 500 * MB
# Pictures hardly shrink in a zip; only a file above a megabyte is worth suspecting.
MAX_RATIO = 200
MAX_DEPTH = 32
MAX_NAME = 100

# Each entry in a zip's list of files begins so.
_ENTRY_MARK = b"PK\x01\x02"
_JUNK = {
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "picasa.ini", "__pycache__",
    "@eadir", "@recycle", "@recently-snapshot", "@tmp", "#recycle", "#snapshot", "$recycle.bin",
    "recycler", "system volume information", "lost+found",
}  # fmt: skip
# Embeddings, overrides and isolates: they act on whatever stands after them.
_TURNS_TEXT = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why."""

    name: str
    reason: str

    @property
    def told(self) -> str:
        """That it is left out and why, in sentences."""
        return f"{self.name} is left out: {self.reason.removesuffix('.')}."


@dataclass(frozen=True)
class Entry:
    """A file: the parts of its path, and how to read it, which may raise `UnreadableError`."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The path as it is shown to people."""
        return shown("/".join(self.parts))


class UnreadableError(Exception):
    """A single file cannot be read; the message says why."""


def shown(name: str) -> str:
    """A file's name made safe to print: no control characters, not too long.

    Characters without a width, such as those that join emoji or separate Persian letters, are
    kept, except those that would turn the text around the name.
    """
    clean = "".join(
        "�" if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter
        for letter in name
        if letter not in _TURNS_TEXT
    )
    return clean if len(clean) <= MAX_NAME else f"{clean[: MAX_NAME - 1]}…"


def list_zip(data: bytes, wanted: str = "the class folders") -> tuple[list[Entry], str]:
    """List the files of a zip, but not what systems leave beside pictures.

    Args:
        data: The zip's bytes.
        wanted: What is to be zipped again where this zip cannot be used.

    Returns:
        The files, of several at one path the last, and a sentence if their names were guessed.

    Raises:
        DatasetError: Not a zip, nothing in it, a path that leaves it, or too many or too large
            files.
    """
    # Counted before the list is read into memory.
    if data.count(_ENTRY_MARK) > MAX_FILES:
        raise DatasetError(f"The zip has more than {MAX_FILES:,} files: use fewer pictures.")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        infos = archive.infolist()
        names, remark = zip_names(infos)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise DatasetError(
            f"This is not a zip file, or it is damaged: zip {wanted} again."
        ) from error
    entries: dict[str, Entry] = {}
    sizes: dict[str, int] = {}
    for info, name in zip(infos, names, strict=True):
        path = name.replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in {"", "."})
        if path.startswith("/") or ".." in parts or re.match("[A-Za-z]:", path):
            raise DatasetError(
                f"The zip holds the path “{shown(name)}”, which leads outside it: zip "
                f"{wanted} again."
            )
        if not parts or path.endswith("/") or _is_junk(parts):
            continue
        fault = _zip_fault(info) or _depth_fault(parts)
        entries[path] = Entry(parts, _unreadable(fault) if fault else _zip_reader(archive, info))
        sizes[path] = 0 if fault else info.file_size
    _check_total(sum(sizes.values()))
    if not entries:
        raise DatasetError("The zip is empty: put pictures into it, and zip them again.")
    return list(entries.values()), remark


def list_folder(folder: Path) -> list[Entry]:
    """List the files below a folder as `list_zip` does; links are not followed.

    Raises:
        DatasetError: Not a folder, or too many or too large files.
    """
    if not folder.is_dir():
        raise DatasetError(f"There is no folder {folder}: check the path.")
    entries: list[Entry] = []
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
            size, fault = 0, _depth_fault(parts)
            try:
                found = path.lstat()
            except OSError as error:
                fault = f"{error.strerror}"
            else:
                if stat.S_ISREG(found.st_mode):
                    size, fault = found.st_size, fault or _size_fault(found.st_size)
                else:
                    fault = "it is a link or a device, not a file"
            entries.append(Entry(parts, _unreadable(fault) if fault else _folder_reader(path)))
            total += 0 if fault else size
    _check_total(total)
    return entries


def _unreadable(fault: str) -> Callable[[], bytes]:
    def read() -> bytes:
        raise UnreadableError(fault)

    return read


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


def _depth_fault(parts: tuple[str, ...]) -> str | None:
    return f"it lies more than {MAX_DEPTH} folders deep" if len(parts) > MAX_DEPTH else None


def _is_junk(parts: tuple[str, ...]) -> bool:
    """Files that systems leave beside pictures: hidden ones, thumbnails and waste bins."""
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts) or parts[
        -1
    ].lower().endswith(("@synoeastream", "@synoresource"))


def _check_total(total: int) -> None:
    if total > MAX_BYTES:
        raise DatasetError(
            f"The pictures take {total / MB:,.0f} MB, more than {MAX_BYTES // MB} MB: use fewer "
            "or smaller ones."
        )
