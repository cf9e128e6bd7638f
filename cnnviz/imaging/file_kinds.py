"""What a file is that is no picture for us, and what its owner can do about it."""

from __future__ import annotations

_SAVE = "Save it as PNG or JPEG and choose that file."

# First bytes, what they belong to, and what to do.
_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Export the picture or the page as PNG and choose that file."),
    (b"%!PS", "a PostScript drawing", _SAVE),
    (b"8BPS", "a Photoshop document", _SAVE),
    (b"gimp xcf", "a GIMP project", "Export it as PNG and choose that file."),
    (b"\0\0\x01\0", "an icon (ICO)", _SAVE),
    (b"\0\0\x02\0", "a cursor (CUR)", _SAVE),
    (b"icns", "an icon (ICNS)", _SAVE),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _SAVE),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture", _SAVE),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", _SAVE),
    (b"\xff\x0a", "a JPEG XL picture", _SAVE),
    (b"FUJIFILMCCD-RAW", "a raw photo", _SAVE),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture", _SAVE),
    (b"#?RADIANCE", "a Radiance HDR picture", _SAVE),
    (b"PK\x03\x04", "a zip archive or an Office document", "Unpack it and choose one picture."),
    (b"Rar!", "an archive", "Unpack it and choose one picture."),
    (b"7z\xbc\xaf\x27\x1c", "an archive", "Unpack it and choose one picture."),
    (b"\x1f\x8b", "an archive", "Unpack it and choose one picture."),
    (b"\xd0\xcf\x11\xe0", "an Office document", "Save its picture as PNG and choose that file."),
    (b"\x1a\x45\xdf\xa3", "a video", "Choose a single frame, such as a screenshot."),
    (
        b"\x93NUMPY",
        "a NumPy array",
        "Save it as PNG, for example with cv2.imwrite, and choose that file.",
    ),
    (b"\x89HDF", "an HDF5 file", "Save one of its pictures as PNG and choose that file."),
    (b"SIMPLE  =", "a FITS file", _SAVE),
    (b"MZ", "a program", "Choose a picture instead."),
    (b"\x7fELF", "a program", "Choose a picture instead."),
)
# Brands of the family of MP4 (ISO/IEC 14496-12), in which newer photos travel, too.
_BRANDS: tuple[tuple[bytes, str, str], ...] = (
    (b"avif avis", "an AVIF picture, which this server cannot open", _SAVE),
    (b"crx ", "a raw photo", _SAVE),
)
_MARKUP = (
    ("<svg", "an SVG drawing", _SAVE),
    ("<!doctype html", "a web page", "Right-click the picture in it and choose Save image as."),
    ("<html", "a web page", "Right-click the picture in it and choose Save image as."),
)


# Whether a TGA has a palette, and the kind of its pixels: it has no mark of its own to begin with.
_TGA = (b"\0\x02", b"\0\x03", b"\0\x0a", b"\0\x0b", b"\x01\x01", b"\x01\x09")


def describe(data: bytes) -> str | None:
    """Say what a file is, and what to do, in one or two sentences; None if that is not known."""
    if not data:
        return (
            "This file is empty (0 bytes), not a picture that can be read. Download or export it"
            " again."
        )
    name = _name(data)
    return name and f"This file is {name[0]}, not a picture that can be read. {name[1]}"


def _is_tga(data: bytes) -> bool:
    if data[-18:-2] == b"TRUEVISION-XFILE":
        return True
    depth_fits = data[16:17] in {b"\x08", b"\x0f", b"\x10", b"\x18", b"\x20"}
    no_palette = data[1:2] == b"\x01" or not any(data[3:8])
    return data[1:3] in _TGA and no_palette and depth_fits


def _name(data: bytes) -> tuple[str, str] | None:
    if _is_tga(data):
        return "a TGA picture", _SAVE
    for start, kind, what_to_do in _STARTS:
        if data.startswith(start):
            return kind, what_to_do
    if data[4:8] == b"ftyp":
        for brands, kind, what_to_do in _BRANDS:
            if data[8:12] in brands.split(b" ") or data[8:12] == brands[:4]:
                return kind, what_to_do
        return "a video", "Choose a single frame, such as a screenshot."
    if data[:4] == b"RIFF":
        return "a sound or a video", "Choose a single frame, such as a screenshot."
    if data[128:132] == b"DICM":
        return "a DICOM scan", "Export it as PNG from its viewer and choose that file."
    return _text(data[:1000])


def _text(beginning: bytes) -> tuple[str, str] | None:
    encoding = "utf-16" if beginning[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    words = beginning.decode(encoding, errors="replace")
    for mark, kind, what_to_do in _MARKUP:
        if mark in words.lower():
            return kind, what_to_do
    strange = sum(
        letter == "\ufffd" or (letter < " " and letter not in "\t\r\n") for letter in words
    )
    if strange > 1:  # one letter may be cut in two at the end
        return None
    return "text", "Choose a PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF or AVIF file instead."
