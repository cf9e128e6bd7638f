"""TIFF with any numbers: 8 to 64 bits, whole or floating, in any order of bytes and planes.

Pillow reads few of these kinds, and some of them wrongly, but its libtiff unpacks all of them. So
it is given the same packed bytes as a grey picture of 8 bits, as wide as a row has bytes; what the
bytes stand for is decided here (TIFF 6.0, and Adobe's note on predictor 3).
"""

from __future__ import annotations

import io
import struct
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import TiffImagePlugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PIL import Image

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK = 0, 1, 2, 5
# None, LZW, deflate by two names, PackBits, LZMA, Zstandard: those that keep every bit.
_LOSSLESS = {1, 5, 8, 32946, 32773, 34925, 50000}
_UINT, _INT, _FLOAT = 1, 2, 3
_DEPTHS = {
    _UINT: {8, 10, 12, 14, 16, 24, 32, 64},
    _INT: {8, 16, 32, 64},
    _FLOAT: {16, 32, 64},
}
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, CMYK: 4}
_SUBFILE, _COPY_OR_MASK = 254, 0b101
_MOST_PAGES = 100_000  # that are counted
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL = 256, 257, 258, 259, 262, 266
_OFFSETS, _SAMPLES, _ROWS, _COUNTS, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_EXTRA, _FORMAT, _ICC, _NO_DATA, _ORIENTATION = 338, 339, 34675, 42113, 274


# The letters of `struct` for the types of tags; fractions are not needed.
_LETTERS = {1: "s", 2: "s", 3: "H", 4: "I", 6: "b", 7: "s", 8: "h", 9: "i", 11: "f", 12: "d"} | {
    13: "I", 16: "Q", 17: "q", 18: "Q"
}  # fmt: skip
Tag = bytes | tuple[Any, ...]


class UnsupportedError(ValueError):
    """A genuine TIFF of a kind that is not read; the message names the kind."""


class Layout(NamedTuple):
    """What the header of a TIFF's first picture says.

    Attributes:
        height: In pixels.
        width: In pixels.
        samples: Numbers a pixel.
        kind: 1 whole, 2 whole with a sign, 3 floating.
        bits: Of each number.
        photometric: What the first numbers of a pixel mean.
        alpha: Which of the numbers is opacity, if one is, and whether the others are multiplied
            by it.
        icc: The colour profile.
        orientation: 1 to 8, as EXIF counts.
        no_data: The number that stands for none, as GDAL writes it.
        tags: All that the header holds.
        big_endian: The order of bytes.
    """

    height: int
    width: int
    samples: int
    kind: int
    bits: int
    photometric: int
    alpha: tuple[int, bool] | None
    icc: bytes | None
    orientation: int
    no_data: float | None
    tags: dict[int, Tag]
    big_endian: bool

    @property
    def size_in_bytes(self) -> int:
        """How much it is when it is unpacked."""
        return self.height * _bytes_of(self.width * self.samples * self.bits)


def read_layout(data: bytes) -> Layout | None:
    """Read the header of a TIFF.

    Returns:
        What it says; None if it is of a kind that Pillow reads: fewer than 8 bits, palettes, JPEG
        or fax inside, YCbCr, Lab.

    Raises:
        UnsupportedError: For a kind that neither reads.
    """
    tags = read_tags(data)
    samples = _number(tags, _SAMPLES, 1)
    bits = set(_numbers(tags, _BITS, 1))
    kinds = {kind if kind in _DEPTHS else _UINT for kind in _numbers(tags, _FORMAT, _UINT)}
    photometric = _number(tags, _PHOTOMETRIC, BLACK_IS_ZERO)
    compression = _number(tags, _COMPRESSION, 1)
    colours = _COLOURS.get(photometric)
    depth, kind = max(bits), max(kinds)
    usual = kind == _UINT and depth <= 8
    if len(bits) > 1 or len(kinds) > 1 or depth not in _DEPTHS[kind]:
        if usual:
            return None
        raise UnsupportedError(f"its numbers have {_listed(bits)} bits")
    if colours is None or not colours <= samples <= 64:
        if usual:
            return None
        raise UnsupportedError(
            f"its colours are stored in an unusual way (kind {photometric}, {depth} bits)"
        )
    if compression not in _LOSSLESS:
        if usual:
            return None
        raise UnsupportedError(f"its {depth}-bit numbers are compressed by method {compression}")
    extra = _numbers(tags, _EXTRA, 0)
    alpha = next(
        (
            (colours + i, code == 1)
            for i, code in enumerate(extra[: samples - colours])
            if code in {1, 2}
        ),
        None,
    )
    icc = tags.get(_ICC)
    return Layout(
        _number(tags, _HEIGHT, 0),
        _number(tags, _WIDTH, 0),
        samples,
        kind,
        depth,
        photometric,
        alpha,
        icc if isinstance(icc, bytes) else None,
        orientation_of(tags),
        _no_data(tags.get(_NO_DATA), depth if kind == _FLOAT else 64),
        tags,
        big_endian=data.startswith(b"MM"),
    )


def read_tags(data: bytes) -> dict[int, Tag]:
    """Read the first directory of a TIFF, classic or Big, which is also the form of EXIF.

    Returns:
        Each tag's content: text and bytes as bytes, else numbers. A tag that cannot be read is
        left out; a file that is no TIFF has none.
    """
    directory = next(_directories(data), None)
    if directory is None:
        return {}
    place, count, order, is_big = directory
    entry, offset = ("HHQ8s", "Q") if is_big else ("HHI4s", "I")
    length = struct.calcsize(order + entry)
    tags: dict[int, Tag] = {}
    left = len(data)  # to read all of a file many times over would take for ever
    for at in range(place, min(place + count * length, len(data) - length + 1), length):
        tag, kind, number, value = struct.unpack_from(order + entry, data, at)
        letter = _LETTERS.get(kind, "")
        needed = number * struct.calcsize(order + letter)
        if not letter or not number or tag in tags or needed > left:
            continue
        if needed > len(value):
            left -= needed
            first = struct.unpack(order + offset, value)[0]
            value = data[first : first + needed]
        if len(value) >= needed:
            is_text = letter == "s"
            tags[tag] = (
                value[:needed] if is_text else struct.unpack_from(f"{order}{number}{letter}", value)
            )
    return tags


def pages(data: bytes) -> int:
    """Count the pages of a TIFF: not smaller copies of one, nor masks, as `NewSubfileType` says."""
    return sum(1 for _ in _pages(data))


def beginning_with(data: bytes, page: int) -> bytes:
    """The same TIFF, but with one of its pages, counted from 0, as the first; and none before it.

    Raises:
        StopIteration: There are not so many.
    """
    place, _, order, is_big = next(islice(_pages(data), page, None))
    counter, offset, link = ("Q", "Q", 8) if is_big else ("H", "I", 4)
    first = struct.pack(order + offset, place - struct.calcsize(order + counter))
    return b"".join((data[:link], first, data[link + len(first) :]))


def _pages(data: bytes) -> Iterator[tuple[int, int, str, bool]]:
    """The directories of the pages alone."""
    for directory in islice(_directories(data), _MOST_PAGES):
        place, count, order, is_big = directory
        value = place + (12 if is_big else 8)
        if not count or value + 4 > len(data):
            continue
        # Entries are sorted by their tags, and a header has none below this one.
        tag = struct.unpack_from(order + "H", data, place)[0]
        flags = struct.unpack_from(order + "I", data, value)[0] if tag == _SUBFILE else 0
        if not flags & _COPY_OR_MASK:
            yield directory


def _directories(data: bytes) -> Iterator[tuple[int, int, str, bool]]:
    """Follow the chain of a TIFF's directories.

    Returns:
        Of each: where its entries begin, how many there are, the order of bytes as `struct` has it,
        and whether it is of a BigTIFF.
    """
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 16:
        return
    is_big = struct.unpack_from(order + "H", data, 2)[0] == 43
    counter, offset, length, link = ("Q", "Q", 20, 8) if is_big else ("H", "I", 12, 4)
    size, seen = struct.calcsize(order + counter), {0}
    while link + struct.calcsize(order + offset) <= len(data):
        place = struct.unpack_from(order + offset, data, link)[0]
        if place in seen or place + size > len(data):
            return
        seen.add(place)
        count = struct.unpack_from(order + counter, data, place)[0]
        yield place + size, count, order, is_big
        link = place + size + count * length


def orientation_of(tags: dict[int, Tag]) -> int:
    """Return how a picture is to be turned: 1 to 8, as EXIF counts, and 1 where nothing says so."""
    value = tags.get(_ORIENTATION, b"")
    if isinstance(value, bytes):  # a single byte, or text
        value = tuple(value[:1])
    return int(value[0]) if value and 1 <= value[0] <= 8 else 1


def _numbers(tags: dict[int, Tag], tag: int, default: int) -> list[int]:
    return [int(one) for one in tags.get(tag, ())] or [default]


def _number(tags: dict[int, Tag], tag: int, default: int) -> int:
    return _numbers(tags, tag, default)[0]


def _no_data(text: Tag | None, bits: int) -> float | None:
    try:
        number = float(bytes(text or b"").strip(b"\0 "))
        return float(np.dtype(f"f{bits // 8}").type(number))  # as the pixels hold it
    except (ValueError, TypeError):
        return None


def _listed(numbers: set[int]) -> str:
    return " and ".join(str(number) for number in sorted(numbers))


def _bytes_of(bits: int) -> int:
    return (bits + 7) // 8


class Numbers:
    """The numbers of a TIFF, unpacked, to be read a few rows at a time."""

    def __init__(self, data: bytes, layout: Layout) -> None:
        self.layout = layout
        tags = layout.tags
        self._planar = _number(tags, _PLANAR, 1) == 2 and layout.samples > 1
        self._together = 1 if self._planar else layout.samples  # samples of one plane
        self._predictor = _number(tags, _PREDICTOR, 1)
        self._tile = 0
        if _TILE_OFFSETS in tags:
            self._tile = _number(tags, _TILE_WIDTH, 0)
        planes = layout.samples if self._planar else 1
        self._planes = [self._unpack(data, plane, planes) for plane in range(planes)]

    def _unpack(self, data: bytes, plane: int, planes: int) -> Image.Image:
        """Let libtiff unpack one plane: a grey picture whose pixels are the bytes."""
        layout, tags = self.layout, self.layout.tags
        bits = self._together * layout.bits
        new = {_HEIGHT: layout.height, _BITS: 8, _PHOTOMETRIC: 1, _SAMPLES: 1}
        new[_COMPRESSION] = _number(tags, _COMPRESSION, 1)
        new[_FILL] = _number(tags, _FILL, 1)
        if self._tile:
            across = -(-layout.width // self._tile)
            tile_height = _number(tags, _TILE_HEIGHT, 0)
            wide = _bytes_of(self._tile * bits)
            new |= {_WIDTH: across * wide, _TILE_WIDTH: wide, _TILE_HEIGHT: tile_height}
            pieces = across * -(-layout.height // tile_height)
            offsets, counts = _numbers(tags, _TILE_OFFSETS, 0), _numbers(tags, _TILE_COUNTS, 0)
        else:
            rows = min(_number(tags, _ROWS, layout.height), layout.height)
            new |= {_WIDTH: _bytes_of(layout.width * bits), _ROWS: rows}
            pieces = -(-layout.height // rows)
            offsets, counts = _numbers(tags, _OFFSETS, 0), _numbers(tags, _COUNTS, 0)
            if new[_COMPRESSION] == 1 and len(counts) < pieces:  # some writers leave them out
                counts = [rows * new[_WIDTH]] * (pieces * planes)
        first = plane * pieces
        offsets, counts = offsets[first : first + pieces], counts[first : first + pieces]
        if len(offsets) < pieces or len(counts) < pieces or sum(counts) > len(data):
            raise ValueError("pieces are missing")
        file = io.BytesIO(_as_bytes_picture(data, new, offsets, counts))
        image = TiffImagePlugin.TiffImageFile(file)  # not `open`: it warns of many bytes a pixel
        image.load()
        return image

    def rows(self, top: int, bottom: int) -> NDArray[Any]:
        """Return the numbers of some rows: rows×W×samples, in the machine's order of bytes."""
        planes = [
            self._decode(np.asarray(plane.crop((0, top, plane.width, bottom))))
            for plane in self._planes
        ]
        return planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)

    def _decode(self, rows: NDArray[np.uint8]) -> NDArray[Any]:
        layout, together = self.layout, self._together
        high = len(rows)
        # A tile is predicted by itself: take each one's rows apart.
        wide = self._tile or layout.width
        runs = rows.reshape(high, -1, _bytes_of(wide * together * layout.bits))
        if self._predictor == 3 and layout.kind == _FLOAT:
            # Each run holds the first bytes of all its numbers, then the second ones, and so on.
            size = layout.bits // 8
            steps = runs.reshape(high, runs.shape[1], -1, together)
            whole = np.cumsum(steps, axis=2, dtype=np.uint8)
            planes = whole.reshape(high, runs.shape[1], size, -1)
            numbers = np.ascontiguousarray(np.moveaxis(planes, 2, 3)).view(f">f{size}")[..., 0]
        else:
            numbers = self._typed(runs, wide * together)
            if self._predictor == 2:
                steps = numbers.reshape(high, runs.shape[1], wide, together)
                integers = steps.view(f"u{steps.dtype.itemsize}")
                summed = np.cumsum(integers, axis=2, dtype=integers.dtype)
                numbers = summed.view(steps.dtype)
        pixels = numbers.reshape(high, -1, together)[:, : layout.width]
        return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)

    def _typed(self, runs: NDArray[np.uint8], count: int) -> NDArray[Any]:
        """Read bytes as numbers, still in the file's order but for those of no whole bytes."""
        layout = self.layout
        order = ">" if layout.big_endian else "<"
        if layout.bits in {10, 12, 14}:  # packed without a gap, the highest bit first
            bits = np.unpackbits(runs, axis=2)[..., : count * layout.bits]
            places = bits.reshape(*bits.shape[:2], count, layout.bits)
            values: NDArray[Any] = np.zeros(places.shape[:3], np.uint16)
            for place in range(layout.bits):
                values = (values << 1) | places[..., place]
            return values
        if layout.bits == 24:
            parts = runs.reshape(*runs.shape[:2], count, 3).astype(np.uint32)
            first, last = (0, 2) if layout.big_endian else (2, 0)
            return (parts[..., first] << 16) | (parts[..., 1] << 8) | parts[..., last]
        letter = {_UINT: "u", _INT: "i", _FLOAT: "f"}[layout.kind]
        numbers = np.ascontiguousarray(runs).view(f"{order}{letter}{layout.bits // 8}")
        return numbers.astype(numbers.dtype.newbyteorder("="), copy=False)


def _as_bytes_picture(
    data: bytes, tags: dict[int, int], offsets: list[int], counts: list[int]
) -> bytes:
    """Write a TIFF of the given tags, with these pieces of a file in it."""
    tiled = _TILE_WIDTH in tags
    names = (_TILE_OFFSETS, _TILE_COUNTS) if tiled else (_OFFSETS, _COUNTS)
    end = 8 + 2 + 12 * (len(tags) + 2) + 4
    tables = 8 * len(counts)
    places = [end + tables]
    for count in counts:
        places.append(places[-1] + count)
    fields: dict[int, tuple[int, int]] = {tag: (1, value) for tag, value in tags.items()}
    if len(counts) == 1:
        fields |= {names[0]: (1, places[0]), names[1]: (1, counts[0])}
    else:
        fields |= {names[0]: (len(counts), end), names[1]: (len(counts), end + tables // 2)}
    directory = b"".join(
        struct.pack("<HHII", tag, 4, count, value) for tag, (count, value) in sorted(fields.items())
    )
    table = struct.pack(f"<{2 * len(counts)}I", *places[:-1], *counts)
    pieces = [data[offset : offset + count] for offset, count in zip(offsets, counts, strict=True)]
    return b"".join(
        [b"II*\0", struct.pack("<IH", 8, len(fields)), directory, b"\0\0\0\0", table, *pieces]
    )
