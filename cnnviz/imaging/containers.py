"""What in a PNG or JPEG file decides its pixels: all else is left out before it is decoded.

Cameras, phones and editors put text, previews and notes of their own into a picture. Much of
that is malformed, and none of it changes a pixel, but a reader that looks at it fails.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from cnnviz.imaging.tiff import orientation_of, read_tags

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
_EXIF = b"Exif\0\0"
_LARGEST_PROFILE = 1_000_000  # bytes, unpacked: Pillow unpacks no more
# JFIF, colour profile and Adobe's colour transform, of the segments that a reader may ignore.
_JPEG_NEEDED = {0xE0, 0xE2, 0xEE}
_JPEG_ROW_BY_ROW = {0xC0, 0xC1}  # frames that need not be progressive (ITU-T T.81, table B.1)


class Essential(NamedTuple):
    """A picture file without what is not needed to see it.

    Attributes:
        data: The file, in its own format.
        orientation: 1 to 8, as EXIF counts.
        gamma: The exponent of a PNG that names one and no other colour space.
        depth: Bits of a PNG's sample; 8 for all others.
        frames: How many an animated PNG has; 1 for all others.
        in_one_scan: Whether a JPEG has all of a row's colours together and whole, so that it is
            decoded row by row. A progressive one stands in memory whole.
    """

    data: bytes
    orientation: int = 1
    gamma: float | None = None
    depth: int = 8
    frames: int = 1
    in_one_scan: bool = False


class DamagedError(ValueError):
    """What is needed of the file is cut short or contradicts its checksum."""


def essential(data: bytes) -> Essential:
    """Leave out of a PNG or JPEG what does not decide its pixels; return others as they are.

    Raises:
        DamagedError: If what is needed is damaged.
    """
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(JPEG):
        return _jpeg(data)
    return Essential(data)


def _png(data: bytes) -> Essential:
    pieces = [PNG]
    found: dict[bytes, bytes] = {}
    place = len(PNG)
    while place < len(data) and b"IEND" not in found:
        length = int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        chunk = data[place : place + 12 + length]
        place += 12 + length
        needed = not name[:1].islower()  # the fifth bit of the name says so
        if len(chunk) < 12 + length:
            if needed:
                raise DamagedError("cut short")
            break
        if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            if needed:
                raise DamagedError("wrong checksum")
            continue
        content = chunk[8:-4]
        repeats = name in found and name != b"IDAT"  # only the first of each kind counts
        if not repeats and (needed or _is_sound(name, content, found)):
            found[name] = b"" if name == b"IDAT" else content
            if name not in {b"eXIf", b"acTL"}:
                pieces.append(chunk)
    if b"IEND" not in found:
        pieces.append(struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND")))
    header = found.get(b"IHDR", b"").ljust(13, b"\0")
    gamma = None
    if b"gAMA" in found and not found.keys() & {b"sRGB", b"iCCP", b"cICP"}:
        gamma = int.from_bytes(found[b"gAMA"], "big") / 100_000
    orientation = exif_orientation(found.get(b"eXIf"))
    frames = int.from_bytes(found.get(b"acTL", b"")[:4], "big")
    return Essential(b"".join(pieces), orientation, gamma, header[8], frames)


def _is_sound(name: bytes, content: bytes, found: dict[bytes, bytes]) -> bool:
    """Whether a chunk that a reader may ignore is worth reading."""
    if name == b"iCCP":
        return _unpacks(content)
    if name == b"tRNS":
        colours = found.get(b"IHDR", b"").ljust(13, b"\0")[9]
        return {0: len(content) == 2, 2: len(content) == 6, 3: 0 < len(content) <= 256}.get(
            colours, False
        )
    sizes = {b"gAMA": 4, b"cICP": 4, b"sRGB": 1, b"acTL": 8}
    return name == b"eXIf" or len(content) == sizes.get(name)


def _unpacks(content: bytes) -> bool:
    """Whether a colour profile is small enough to be read."""
    packed = content[content.find(b"\0") + 2 :]
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, _LARGEST_PROFILE)
    except zlib.error:
        return False
    return unpacking.eof


def _jpeg(data: bytes) -> Essential:
    pieces = [data[:2]]
    exif: bytes | None = None
    place = 2
    in_one_scan = False
    colours = 0
    while data[place : place + 1] == b"\xff":
        marker = data[place + 1] if place + 1 < len(data) else 0
        if marker == 0xFF:  # fill bytes may stand before a marker
            place += 1
            continue
        if marker == 0xDA:  # the pixels begin
            in_one_scan = data[place + 4 : place + 5] == bytes([colours])
            break
        if not 0xC0 <= marker <= 0xFE or 0xD0 <= marker <= 0xD9:
            break  # what follows is for the decoder to judge
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place:end]
        place = end
        if marker == 0xE1 and exif is None and segment[4:10] == _EXIF:
            exif = segment[4:]
        if marker in _JPEG_ROW_BY_ROW:
            colours = (segment[9:10] or b"\0")[0]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or (
            marker in _JPEG_NEEDED and segment[4:8] != b"MPF\0"
        ):
            pieces.append(segment)
    content = b"".join([*pieces, data[place:]])
    return Essential(content, exif_orientation(exif), in_one_scan=in_one_scan)


def exif_orientation(exif: bytes | None) -> int:
    """Read the orientation alone, whatever the other tags hold: 1 to 8, and 1 where none is."""
    return orientation_of(read_tags((exif or b"").removeprefix(_EXIF)))
