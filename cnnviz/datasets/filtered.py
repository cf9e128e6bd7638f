"""A chain of filters over every picture of a zip."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.sources import UnreadableError, list_zip
from cnnviz.imaging import ImageError, Result, encode_png, present, to_grey
from cnnviz.imaging.chain import run_chain, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from cnnviz.imaging import Border
    from cnnviz.imaging.chain import Stage

MOST_PICTURES = 300
MOST_BYTES = 100_000_000
"""Bytes of all results at most: they are held in memory until somebody fetches them."""


class Filtered(NamedTuple):
    """How far a zip has got.

    Attributes:
        done: How many files were looked at.
        files: How many there are.
        refused: Those that are no pictures, each with the reason.
        data: The zip of results once all are done; empty before.
    """

    done: int
    files: int
    refused: tuple[str, ...]
    data: bytes = b""


def filter_zip(
    data: bytes,
    stages: Sequence[Stage],
    border: Border,
    read: Callable[[bytes], NDArray[np.uint8]],
    *,
    colour: bool = False,
) -> Iterator[Filtered]:
    """Filter all pictures of a zip; each becomes a PNG in the colours shown.

    Args:
        data: The zip.
        stages: One filter or more.
        border: As in `run_chain`.
        read: Decodes a file, or raises `ImageError`.
        colour: Filter the three channels instead of the grey levels.

    Yields:
        How far it has got, after each file.

    Raises:
        DatasetError: It is no zip that can be used, or holds too many files, or too much comes out.
    """
    entries, _ = list_zip(data, "the pictures")
    if len(entries) > MOST_PICTURES:
        raise DatasetError(
            f"The zip holds {len(entries):,} files; at most {MOST_PICTURES} are filtered at a time."
        )
    file, refused = io.BytesIO(), list[str]()
    with zipfile.ZipFile(file, "w") as archive:  # a PNG does not shrink any further
        for done, entry in enumerate(entries):
            yield Filtered(done, len(entries), tuple(refused))
            try:
                image = read(entry.read())
            except (ImageError, UnreadableError) as error:
                refused.append(f"{entry.name}: {error}")
                continue
            source = image if colour else to_grey(image).astype(np.uint8)
            values = run_chain(source, stages, border)[-1]
            shown = present(Result(values), view_of(stages, values))
            archive.writestr("/".join(entry.parts) + ".png", encode_png(shown.pixels))
            if file.tell() > MOST_BYTES:
                raise DatasetError(
                    f"The first {done + 1} results alone have more than {MOST_BYTES // 1_000_000}"
                    " MB: use fewer or smaller pictures."
                )
    yield Filtered(len(entries), len(entries), tuple(refused), file.getvalue())
