"""Files to arrays: what a person brings becomes H×W×3 uint8 RGB, or one clear sentence."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import pillow_heif
from PIL import Image, UnidentifiedImageError, features
from PIL.JpegImagePlugin import JpegImageFile

from cnnviz.imaging import tiff
from cnnviz.imaging.containers import (
    JPEG,
    PNG,
    DamagedError,
    Essential,
    essential,
    exif_orientation,
)
from cnnviz.imaging.file_kinds import describe
from cnnviz.imaging.levels import Levels, of_bits, stretched
from cnnviz.imaging.profiles import gamma_table, to_srgb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

# Only the picture itself: not its preview, nor maps of its depth.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
FORMATS = (
    *("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"),
    *(("AVIF",) if features.check("avif") else ()),
    "HEIF",
)
FILE_MEGABYTES = 20
"""Of the file of a picture, or of a zip of them, that somebody uploads."""

MAX_PIXELS = 50 * 2**20  # as cameras count: a photo of 8192×6144 is sold as 50 megapixels
MAX_JPEG_PIXELS = 4 * MAX_PIXELS  # if it is shrunk while it is decoded
_MAX_COEFFICIENTS = 300 * 2**20  # bytes of a JPEG that cannot be decoded row by row
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS  # of twice as many, Pillow reads not even the header
MAX_UNPACKED = 160 * 2**20  # bytes; of more, Pillow fears a bomb
# The readers of these hold several copies of a picture at once.
_ANIMATED = {"GIF", "WEBP", "AVIF"}
_COPIED, _MAX_COPIED = {"WEBP", "AVIF"}, 20 * 2**20
_BAND = 2**20  # pixels that are converted at a time
_MOST_PASSED = 2**30  # pixels of an animation up to a frame: each is made of those before it

_NO_PICTURE = (
    "This file is not a picture that can be read. Choose a PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF "
    "or AVIF file; renaming another kind of file does not help."
)
_TOO_LARGE = "{a} {kind} picture may have {most} megapixels at most, and this one has {has}. {do}"
_SMALLER = "Make it smaller and try again."
_SMALLER_OR_BASELINE = (
    "Make it smaller, or save it as a JPEG that is not progressive, and try again."
)
_SMALLER_OR_JPEG = "Make it smaller, or save it as JPEG, and try again."
_FAR_TOO_LARGE = f"The picture has more than {2 * MAX_JPEG_PIXELS >> 20} megapixels. {_SMALLER}"
_TOO_DEEP = (
    "The picture is larger than {} MB when it is unpacked. Make it smaller, or save it with 8 bits"
    " per colour, and try again."
)
_NO_PIXELS = "The picture has no pixels: its width or height is 0."
_DAMAGED = (
    "The picture is damaged, cut short or in a colour space that cannot be read. "
    "Save it again as PNG or JPEG."
)
_CUT_SHORT = "The file is cut short: what is missing of the picture is grey or blurred."
_JPEG_END = b"\xff\xd9"
_DARK = (
    "The numbers of this 16-bit picture end below {:,} of 65,535, so it is dark. Another program"
    " can make it lighter."
)
_UNSUPPORTED = (
    "This kind of TIFF cannot be read: {}. Save it as PNG, or as TIFF with 8 or 16 bits"
    " per colour, and choose that."
)


class ImageError(ValueError):
    """The bytes are no picture that can be used; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A picture, decoded.

    Attributes:
        pixels: H×W×3 RGB.
        full_size: Height and width in the file, upright.
        notes: What a person should know of how it was read: sentences.
        frames: How many frames or pages of the file can be read.
    """

    pixels: NDArray[np.uint8]
    full_size: tuple[int, int]
    notes: tuple[str, ...]
    frames: int = 1


class _Source(NamedTuple):
    """A picture whose rows can be had a few at a time.

    Attributes:
        width: Of what is read.
        height: The same.
        full_size: Width and height in the file.
        band: From the first row to the one after the last: a Pillow picture.
        icc: The colour profile.
        orientation: 1 to 8, as EXIF counts.
        table: New levels for old ones.
        notes: For people.
        frames: How many can be read.
    """

    width: int
    height: int
    full_size: tuple[int, int]
    band: Callable[[int, int], Image.Image]
    icc: bytes | None
    orientation: int
    table: list[int] | None = None
    notes: tuple[str, ...] = ()
    frames: int = 1


def load_image(data: bytes) -> NDArray[np.uint8]:
    """Decode a picture at its full size.

    Takes the first frame of an animation, turns it upright as its EXIF says, turns its colours
    into sRGB as its profile says, puts transparency over white and reduces 16 bits to 8; where
    grey numbers fill only 14 of these, 12, 10 or 8, the largest of so many bits is white. Numbers
    of 32 bits and more, with a sign or a fraction, have no agreed white: their range is stretched
    to 0..255. Where all of a picture is transparent, its colours are shown as they are.

    Args:
        data: The content of a PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF or AVIF file.

    Returns:
        The pixels, H×W×3 RGB.

    Raises:
        ImageError: If it is no picture, is damaged, has no pixels, or is too large, which the
            header tells before any pixel is decoded.
    """
    return load_picture(data).pixels


def load_picture(
    data: bytes,
    *,
    max_pixels: int | None = None,
    max_side: int | None = None,
    cut_short: bool = False,
    frame: int = 0,
) -> Loaded:
    """Decode a picture as :func:`load_image` does, and shrink it while it is decoded.

    Args:
        data: The content of the file.
        max_pixels: How many pixels to keep at most.
        max_side: How many pixels the longer side has at most.
        cut_short: Whether to take a JPEG that ends too early, with a note that says so.
        frame: Which frame of a GIF, WebP or AVIF, or which page of a TIFF; less than
            `Loaded.frames`.

    Returns:
        The pixels, and what to say of them.

    Raises:
        ImageError: As :func:`load_image`.
    """
    try:
        source = _open(data, _Limits(max_pixels, max_side), cut_short=cut_short, frame=frame)
        pixels, notes = _assemble(source, _Limits(max_pixels, max_side))
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(_FAR_TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise ImageError(_why_unknown(data)) from error
    except tiff.UnsupportedError as error:
        raise ImageError(_UNSUPPORTED.format(error)) from error
    except Exception as error:  # readers of damaged files fail in every way there is
        raise ImageError(_DAMAGED) from error
    width, height = source.full_size
    if source.orientation > 4:
        width, height = height, width
    upright = np.ascontiguousarray(_upright(pixels, source.orientation))
    return Loaded(upright, (height, width), notes, source.frames)


def _why_unknown(data: bytes) -> str:
    """Say of a file that no reader takes whether it is damaged, or of another kind."""
    starts = PNG, JPEG, b"GIF8", b"BM", b"II*\0", b"MM\0*"
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    is_avif = "AVIF" in FORMATS and data[4:12] in {b"ftypavif", b"ftypavis"}
    is_heic = data[4:8] == b"ftyp" and data[8:11] in {b"hei", b"hev", b"mif", b"msf"}
    if data.startswith(starts) or is_webp or is_avif or is_heic:
        return _DAMAGED
    return describe(data) or _NO_PICTURE


class _Limits(NamedTuple):
    pixels: int | None
    side: int | None

    def scale(self, width: int, height: int) -> float:
        """By how much a picture of this size is to be shrunk: at most 1."""
        scale = 1.0
        if self.pixels is not None:
            scale = min(scale, math.sqrt(self.pixels / (width * height)))
        if self.side is not None:
            scale = min(scale, self.side / max(width, height))
        return scale


def _check_size(width: int, height: int, kind: str) -> None:
    most = _MAX_COPIED if kind in _COPIED else MAX_PIXELS
    if width * height > most:
        name = {"WEBP": "WebP", "HEIF": "HEIC"}.get(kind, kind)
        raise _too_large(name, most, width * height, _SMALLER_OR_JPEG)
    if width * height == 0:
        raise ImageError(_NO_PIXELS)


def _too_large(kind: str, most: int, pixels: int, do: str) -> ImageError:
    megapixels = f"{math.ceil(pixels / 1e6):,}"
    article = "An" if kind == "AVIF" else "A"
    return ImageError(
        _TOO_LARGE.format(a=article, kind=kind, most=most >> 20, has=megapixels, do=do)
    )


def _draft(image: JpegImageFile, limits: _Limits, *, in_one_scan: bool) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth, if that is as large as wanted."""
    size = image.size
    pixels = size[0] * size[1]
    scale = limits.scale(*size) if pixels else 1
    image.draft(None, tuple(max(1, math.ceil(side * scale)) for side in size))  # type: ignore[arg-type]
    whole = image.size == size
    most = MAX_PIXELS if whole else MAX_JPEG_PIXELS
    if pixels > most:
        raise _too_large("JPEG", most, pixels, _SMALLER)
    if pixels > MAX_PIXELS and not in_one_scan:
        densities = [across * down for _, across, down, _ in image.layer]
        coefficients = sum(densities) / max(densities)  # of 2 bytes, a pixel
        most = int(_MAX_COEFFICIENTS / (2 * coefficients))
        if pixels > most:
            raise _too_large("progressive JPEG", most, pixels, _SMALLER_OR_BASELINE)


def _open(data: bytes, limits: _Limits, *, cut_short: bool, frame: int) -> _Source:
    if pages := tiff.pages(data):
        data = tiff.beginning_with(data, frame)
    if data[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"} and (layout := _layout(data)):
        source = _open_numbers(data, layout)
        shown = _which(frame, pages, "pages")
        return source._replace(notes=(*shown, *source.notes), frames=max(1, pages))
    try:
        file = essential(data)
    except DamagedError as error:
        raise ImageError(_DAMAGED) from error
    notes: list[str] = []
    try:
        image, full_size = _decode(file, limits, frame)
    except OSError:
        if not (cut_short and data.startswith(JPEG)):
            raise
        # The decoder waits for more data, and makes do with what there is once it finds an end.
        image, full_size = _decode(file._replace(data=file.data + _JPEG_END), limits)
        darkest, lightest = image.convert("L").getextrema()
        if darkest == lightest:
            raise  # nothing of it is there
        notes.append(_CUT_SHORT)
    frames = 1
    if image.format == "TIFF":
        frames = max(1, pages)
        notes += _which(frame, frames, "pages")
    elif (number := max(file.frames, _frames(image, data))) > 1 and image.format == "HEIF":
        notes.append(f"The file has {number:,} pictures: the main one is shown.")
    else:
        notes += _which(frame, number, "frames")
        if image.format in _ANIMATED:
            frames = min(number, max(1, _MOST_PASSED // (full_size[0] * full_size[1])))
    levels = Levels(0, 65535)
    if image.format == "PNG" and file.depth == 16:
        colours = len(image.mode.removesuffix("A"))
        largest = int(np.reshape(image.getextrema(), (-1, 2))[:colours, 1].max())
        if image.mode.startswith("I"):
            levels = of_bits(largest, 16)
            notes += levels.notes
        elif 0 < largest < 64:  # colours have been brought to 8 bits
            notes.append(_DARK.format((largest + 1) * 256))
    orientation = file.orientation
    if image.format == "TIFF":
        orientation = tiff.orientation_of(tiff.read_tags(data))
    elif image.format not in {"PNG", "JPEG"}:
        orientation = exif_orientation(image.info.get("exif"))
    icc = image.info.get("icc_profile")
    table = None if icc else gamma_table(file.gamma)
    _mend_transparency(image, file)
    return _Source(
        *image.size,
        full_size,
        lambda top, bottom: _plain(image.crop((0, top, image.width, bottom)), levels),
        icc if isinstance(icc, bytes) else None,
        orientation,
        table,
        tuple(notes),
        frames,
    )


def _decode(
    file: Essential, limits: _Limits, frame: int = 0
) -> tuple[Image.Image, tuple[int, int]]:
    """Decode a picture, a JPEG no larger than is needed; return it and its size in the file."""
    image = Image.open(io.BytesIO(file.data), formats=FORMATS)
    full_size = image.size
    if isinstance(image, JpegImageFile):
        _draft(image, limits, in_one_scan=file.in_one_scan)
    _check_size(*image.size, str(image.format))
    if frame and image.format in _ANIMATED:
        image.seek(frame)
    image.load()
    return image, full_size


def _frames(image: Image.Image, data: bytes) -> int:
    """How many frames a GIF, WebP, AVIF or HEIC has, as far as it can be read."""
    if image.format == "GIF":  # it would lose its first frame while it counts
        image = Image.open(io.BytesIO(data), formats=("GIF",))
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - what comes after the first frame may be damaged in any way
        return 1


def _which(frame: int, number: int, name: str) -> list[str]:
    """Say which of several frames or pages is shown."""
    if number < 2:
        return []
    if frame == 0:
        return [f"The first of {number:,} {name} is shown."]
    return [f"{name[:-1].capitalize()} {frame + 1:,} of {number:,} is shown."]


def _layout(data: bytes) -> tiff.Layout | None:
    layout = tiff.read_layout(data)
    if layout:
        _check_size(layout.width, layout.height, "TIFF")
        if layout.size_in_bytes > MAX_UNPACKED:
            raise ImageError(_TOO_DEEP.format(MAX_UNPACKED >> 20))
    return layout


def _mend_transparency(image: Image.Image, file: Essential) -> None:
    """Bring the transparent colour of a PNG to the 8 bits that Pillow gives its pixels."""
    colour = image.info.get("transparency")
    if image.format != "PNG" or image.mode not in {"L", "RGB"} or colour is None:
        return
    if file.depth == 16 and isinstance(colour, tuple):
        image.info["transparency"] = tuple(part >> 8 for part in colour)
    elif file.depth < 8 and isinstance(colour, int):
        image.info["transparency"] = colour * 255 // (2**file.depth - 1)


def _plain(band: Image.Image, levels: Levels) -> Image.Image:
    """Bring 16 bits to 8, a palette to colours, and opacity of every form to a last channel."""
    if band.mode.startswith(("I", "F")):
        values = np.asarray(band)
        grey = Image.fromarray(levels.apply(values))
        colour = band.info.get("transparency")
        if colour is None:
            return grey
        opacity = Image.fromarray(np.where(values == colour, 0, 255).astype(np.uint8))
        return Image.merge("LA", (grey, opacity))
    if band.has_transparency_data:
        if band.mode in {"La", "RGBa"}:
            band = band.convert(band.mode.upper())
        return band if band.mode == "LA" else band.convert("RGBA")
    return band if band.mode in {"L", "RGB", "CMYK", "LAB"} else band.convert(_colours_of(band))


def _colours_of(band: Image.Image) -> str:
    return "L" if band.mode == "1" else "RGB"


def _open_numbers(data: bytes, layout: tiff.Layout) -> _Source:
    numbers = tiff.Numbers(data, layout)
    colours = 3 if layout.photometric == tiff.RGB else 4 if layout.photometric == tiff.CMYK else 1
    opacity = None if layout.alpha is None else layout.alpha[0]
    top_level = float(2**layout.bits - 1)
    levels = opaque = Levels(0, top_level)
    bands = (numbers.rows(*ends)[:, :, :colours] for ends in _ends(layout.width, layout.height))
    if layout.kind == 1 and layout.bits == 16 and colours < 4:  # of inks, little is light
        levels = of_bits(max(int(band.max()) for band in bands), 16)
    elif layout.kind != 1 or layout.bits > 16:
        levels = stretched(
            bands, layout.no_data, unit=layout.kind == 3 and layout.photometric == tiff.RGB
        )
        opaque = Levels(0, 1 if layout.kind == 3 else top_level / (2 if layout.kind == 2 else 1))

    def band(top: int, bottom: int) -> Image.Image:
        values = numbers.rows(top, bottom)
        pixels = levels.apply(values[:, :, :colours])
        if layout.photometric == tiff.WHITE_IS_ZERO:
            pixels = 255 - pixels
        channels = [pixels[:, :, i] for i in range(colours)]
        if opacity is not None and colours < 4:
            alpha = opaque.apply(values[:, :, opacity])
            if layout.alpha and layout.alpha[1]:  # the colours are multiplied by it
                shares = np.maximum(alpha, 1) / 255
                channels = [
                    np.rint(np.minimum(one / shares, 255)).astype(np.uint8) for one in channels
                ]
            channels.append(alpha)
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "CMYK" if colours == 4 else "RGBA"}[len(channels)]
        planes = [Image.fromarray(np.ascontiguousarray(channel)) for channel in channels]
        return Image.merge(mode, planes)

    size = layout.width, layout.height
    return _Source(*size, size, band, layout.icc, layout.orientation, None, tuple(levels.notes))


def _ends(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Cut a picture into bands: the first row of each, and the one after its last."""
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def _assemble(source: _Source, limits: _Limits) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Convert a picture band by band, so that it never stands in memory twice at full size."""
    width, height = source.width, source.height
    first = source.band(0, 1)
    mode = first.mode.removesuffix("A")
    transform = to_srgb(source.icc, mode)
    transparent = first.mode != mode
    notes = source.notes
    if transparent and not any(
        source.band(*ends).getchannel("A").getbbox() for ends in _ends(width, height)
    ):
        transparent = False
        notes += ("All of it is transparent: its colours are shown without the transparency.",)
    least = 255

    def convert(top: int, bottom: int) -> NDArray[np.uint8]:
        nonlocal least
        band = source.band(top, bottom)
        opacity = band.getchannel("A") if transparent else None
        if band.mode != mode:
            band = _without_opacity(band)
        band = transform(band) if transform else band.convert("RGB")
        if source.table:
            band = band.point(source.table * 3)
        if opacity:
            least = min(least, int(np.asarray(opacity).min()))
            white = Image.new("RGB", band.size, "white")
            band = Image.composite(band, white, opacity)
        return np.asarray(band)

    full = source.full_size
    scale = limits.scale(*full)
    new_size = tuple(max(1, round(side * scale)) for side in full)
    # Whole blocks of pixels first, as each band allows; what is left to do is little.
    across, down = (
        max(1, side // new) for side, new in zip((width, height), new_size, strict=True)
    )
    pixels = np.empty((-(-height // down), -(-width // across), 3), np.uint8)
    rows = max(1, _BAND // width // down) * down
    for top in range(0, height, rows):
        band = convert(top, min(top + rows, height))
        if across > 1 or down > 1:
            band = _blocks(band, down, across)
        pixels[top // down : top // down + len(band)] = band
    if scale < 1 and pixels.shape[1::-1] != new_size:
        pixels = np.asarray(cv2.resize(pixels, new_size, interpolation=cv2.INTER_AREA), np.uint8)
    if least < 255:
        notes += ("Where it is transparent, it is shown on white.",)
    return pixels, notes


def _without_opacity(band: Image.Image) -> Image.Image:
    channels = band.split()[:-1]
    return channels[0] if len(channels) == 1 else Image.merge("RGB", channels)


def _blocks(band: NDArray[np.uint8], down: int, across: int) -> NDArray[np.uint8]:
    """Take the mean of each block of pixels; those at the edges may be smaller."""
    high, wide = band.shape[:2]
    missing = (-high % down, -wide % across)
    if any(missing):
        band = np.pad(band, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
    size = band.shape[1] // across, band.shape[0] // down
    return np.asarray(cv2.resize(band, size, interpolation=cv2.INTER_AREA), np.uint8)


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn a picture as EXIF's orientation says (Exif 3.0, tag 274)."""
    if orientation > 4:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return pixels
