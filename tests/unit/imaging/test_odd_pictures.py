"""Pictures from real life: odd metadata, colour profiles, transparency, large and small ones."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from cnnviz.imaging import ImageError, load_image, load_picture, sample_image

CAT = sample_image("cat")[100:148, 100:164]
RED_GREEN = np.zeros((48, 64, 3), np.uint8)
RED_GREEN[:, :32, 0], RED_GREEN[:, 32:, 1] = 220, 220


def saved(image, kind="PNG", **options):
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def chunk(name, content, *, right=True):
    checksum = zlib.crc32(name + content) ^ (not right)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def with_chunk(data, *chunks):
    """Put chunks behind the header of a PNG."""
    return data[:33] + b"".join(chunks) + data[33:]


def chunks_of(data):
    place = 8
    while place < len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], place, end
        place = end


# PNG: what does not decide a pixel cannot spoil the picture.


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(5_000_000))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(5_000_000))),
        chunk(b"iCCP", b"big\0\0" + zlib.compress(bytes(5_000_000))),
        chunk(b"iCCP", b"broken\0\0not deflated"),
        chunk(b"iCCP", b""),
        chunk(b"tEXt", b"Comment\0hello", right=False),
        chunk(b"tRNS", b"\0\1\0\2\0\3", right=False),
        chunk(b"tRNS", b"\0"),
        chunk(b"tIME", b"odd"),
        chunk(b"pHYs", b"odd"),
        chunk(b"gAMA", b"odd"),
        chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"),
        chunk(b"acTL", b"\0\0\0\0\0\0\0\0"),
        chunk(b"vpAg", bytes(9)),
    ],
)
def test_odd_ancillary_chunks_of_a_png_are_not_needed(extra):
    assert np.array_equal(load_image(with_chunk(saved(CAT), extra)), CAT)


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT", b"IEND"])
def test_a_wrong_checksum_of_what_is_needed_is_damage(name):
    data = bytearray(saved(CAT))
    end = next(end for found, _, end in chunks_of(data) if found == name)
    data[end - 1] ^= 1
    with pytest.raises(ImageError, match="damaged"):
        load_image(bytes(data))


@pytest.mark.parametrize("cut", [1, 6, 13, 40, 1000])
def test_a_png_cut_short_is_damage(cut):
    with pytest.raises(ImageError, match="damaged"):
        load_image(saved(CAT)[:-cut])


def test_what_follows_the_end_of_a_picture_does_not_matter():
    for kind, options in [("PNG", {}), ("BMP", {}), ("JPEG", {"quality": 95}), ("GIF", {})]:
        data = saved(CAT, kind, **options)
        assert np.array_equal(load_image(data + b"garbage" * 99), load_image(data))
        assert np.array_equal(load_image(data + data), load_image(data))


def test_a_gamma_alone_is_obeyed_as_browsers_do():
    grey = np.full((4, 4), 128, np.uint8)

    def level(*extra):
        return load_image(with_chunk(saved(grey), *extra))[0, 0, 0]

    def gamma(value):
        return chunk(b"gAMA", struct.pack(">I", value))

    assert level(gamma(45455)) == 128
    assert level(gamma(100_000)) == 188  # of linear light, sRGB: 1.055·0.502^(1/2.4) − 0.055
    assert level(gamma(100_000), chunk(b"sRGB", b"\0")) == 128
    assert level(gamma(0)) == 128


# EXIF and other notes in a JPEG.


def exif(*entries, order="<", tail=b""):
    """An EXIF block whose entries are written as they stand: (tag, type, count, four bytes)."""
    body = b"".join(struct.pack(order + "HHI4s", *entry) for entry in entries)
    start = struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", len(entries))
    mark = b"II" if order == "<" else b"MM"
    return b"Exif\0\0" + mark + start + body + bytes(4) + tail


def turned(order="<"):
    return (0x0112, 3, 1, struct.pack(order + "H", 6).ljust(4, b"\0"))


ODD = [
    (0x011A, 2, 3, b"72\0\0"),  # a resolution in words
    (0x0128, 1, 1, b"\2\0\0\0"),  # its unit as a byte
    (0x0128, 2, 2, b"2\0\0\0"),
    (0x0132, 4, 1, b"\1\2\3\4"),  # a date as a number
    (0x8769, 4, 1, b"\xff\xff\xff\x7f"),  # a directory beyond the end
    (0x010F, 2, 2**31, b"\x10\0\0\0"),  # a maker's name of 2 GB
    (0x0201, 99, 1, b"\0\0\0\0"),  # a type that does not exist
    (0x9286, 7, 4, b"\xff\xfe\xfd\xfc"),
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_only_the_orientation_is_read_of_exif(kind, odd):
    block = exif(*sorted([turned(), odd]))
    data = saved(CAT, kind, exif=block if kind != "PNG" else block[6:])
    upright = np.rot90(load_image(saved(CAT, kind)), -1)
    assert np.array_equal(load_image(data), upright)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("kind", "form"), [(1, "B3x"), (3, "H2x"), (4, "I"), (9, "i")])
def test_an_orientation_of_another_type_is_understood(order, kind, form):
    block = exif((0x0112, kind, 1, struct.pack(order + form, 8)), order=order)
    data = saved(CAT, "JPEG", exif=block)
    assert np.array_equal(load_image(data), np.rot90(load_image(saved(CAT, "JPEG"))))


@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0XX*\0\x08\0\0\0\1\0",
        exif((0x0112, 3, 1, b"\x09\0\0\0")),
        exif((0x0112, 2, 3, b"six\0")),
        exif((0x0112, 3, 0, b"\6\0\0\0")),
        exif(*[turned()])[:20],
    ],
)
def test_an_orientation_that_makes_no_sense_is_none(block):
    data = saved(CAT, "JPEG", exif=block)
    assert np.array_equal(load_image(data), load_image(saved(CAT, "JPEG")))


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


@pytest.mark.parametrize(
    "odd",
    [
        segment(0xE2, b"MPF\0II*\0" + b"\xff" * 30),  # the index of a phone's several pictures
        segment(0xED, b"Photoshop 3.0\x008BIM" + b"\xff" * 30),
        segment(0xE2, b"ICC_PROFILE\0\1\2half of one"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"),
        segment(0xFE, b"\xff\xfe\0"),
        b"\xff\xff\xff" + segment(0xFE, b"after fill bytes"),
    ],
)
def test_odd_segments_of_a_jpeg_are_not_needed(odd):
    data = saved(CAT, "JPEG")
    assert np.array_equal(load_image(data[:2] + odd + data[2:]), load_image(data))


def test_the_photo_of_a_phone_with_several_pictures_is_its_first():
    frames = [Image.fromarray(CAT), Image.fromarray(255 - CAT)]
    data = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert np.array_equal(load_image(data), load_image(saved(CAT, "JPEG")))


# Colour profiles.


def swapped():
    """An sRGB profile with the primaries of red and green exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    table = {}
    for at in range(132, 132 + 12 * struct.unpack_from(">I", profile, 128)[0], 12):
        table[bytes(profile[at : at + 4])] = at + 4
    red, green = table[b"rXYZ"], table[b"gXYZ"]
    profile[red : red + 8], profile[green : green + 8] = (
        profile[green : green + 8],
        profile[red : red + 8],
    )
    return bytes(profile)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF", "HEIF"])
def test_a_profile_is_turned_into_srgb(kind):
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 98, "subsampling": 0}}.get(kind, {})
    loaded = load_image(saved(RED_GREEN, kind, icc_profile=swapped(), **options))
    assert np.abs(loaded[24, 8].astype(int) - [0, 220, 0]).max() < 12
    assert np.abs(loaded[24, 56].astype(int) - [220, 0, 0]).max() < 12


def test_a_profile_is_applied_below_transparency_and_to_a_palette():
    alpha = np.dstack([RED_GREEN, np.full((48, 64), 255, np.uint8)])
    alpha[0, 0, 3] = 0
    loaded = load_image(saved(alpha, icc_profile=swapped()))
    assert loaded[0, 0].tolist() == [255, 255, 255]
    assert np.abs(loaded[24, 8].astype(int) - [0, 220, 0]).max() < 12
    palette = Image.fromarray(RED_GREEN).quantize(4)
    loaded = load_image(saved(palette, icc_profile=swapped()))
    assert np.abs(loaded[24, 8].astype(int) - [0, 220, 0]).max() < 12


def grey_profile(gamma):
    """A grey ICC profile, version 2, with one gamma."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"grey\0" + bytes(79)
    tags, place = [], 132 + 12 * 3
    for name, content in [(b"desc", text), (b"wtpt", white), (b"kTRC", curve)]:
        tags.append((name, place, content))
        place += len(content)
    table = struct.pack(">I", 3) + b"".join(
        struct.pack(">4sII", name, at, len(content)) for name, at, content in tags
    )
    header = struct.pack(">I4sI4s4s4s", place, b"lcms", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return header + table + b"".join(content for _, _, content in tags)


def test_a_grey_profile_is_turned_into_srgb():
    grey = np.full((4, 4), 128, np.uint8)
    loaded = load_image(saved(grey, icc_profile=grey_profile(1.0)))
    assert np.abs(loaded.astype(int) - 188).max() <= 1


@pytest.mark.parametrize("icc", [b"no profile", swapped()[:200], grey_profile(1.0), b"\0" * 5000])
def test_a_profile_that_is_broken_or_for_other_colours_is_ignored(icc):
    assert np.array_equal(load_image(saved(CAT, icc_profile=icc)), CAT)


def test_the_profile_of_srgb_changes_no_pixel():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(load_image(saved(CAT, icc_profile=srgb)), CAT)


def test_a_cmyk_jpeg_of_adobe_is_no_negative():
    cmyk = Image.fromarray(CAT).convert("CMYK")
    for icc in (None, b"broken", swapped()):
        loaded = load_image(saved(cmyk, "JPEG", quality=95, icc_profile=icc))
        assert np.abs(loaded.astype(int) - CAT).mean() < 6


# Transparency.


def v5_bitmap(opacity):
    """A bitmap of 32 bits with a mask for opacity, as screenshot tools write it."""
    bgra = np.dstack([CAT[::-1, :, ::-1], np.full(CAT.shape[:2], opacity, np.uint8)])
    body = np.ascontiguousarray(bgra).tobytes()
    header = struct.pack("<IiiHHIIiiII", 124, 64, 48, 1, 32, 3, len(body), 0, 0, 0, 0)
    header += struct.pack("<4I4s", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs") + bytes(48 + 4 * 4)
    return b"BM" + struct.pack("<IHHI", 14 + 124 + len(body), 0, 0, 138) + header[:124] + body


def test_a_bitmap_whose_opacity_is_nowhere_set_is_opaque():
    assert np.array_equal(load_image(v5_bitmap(0)), CAT)
    assert np.array_equal(load_image(v5_bitmap(255)), CAT)
    assert np.abs(load_image(v5_bitmap(128)).astype(int) - (CAT * (128 / 255) + 127)).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_where_all_is_transparent_the_colours_are_shown_and_it_is_said(kind):
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    clear = np.dstack([CAT, np.zeros(CAT.shape[:2], np.uint8)])
    loaded = load_picture(saved(clear, kind, **options))
    assert np.array_equal(loaded.pixels, CAT)
    assert "All of it is transparent" in loaded.notes[0]
    grey = load_picture(saved(Image.fromarray(clear[:, :, 2:].copy(), "LA")))
    assert np.array_equal(grey.pixels[:, :, 0], CAT[:, :, 2])
    clear[5, 5, 3] = 255
    loaded = load_picture(saved(clear, kind, **options))
    assert loaded.notes == ("Where it is transparent, it is shown on white.",)
    assert np.array_equal(loaded.pixels[5, 5], CAT[5, 5])
    assert (loaded.pixels[0] == 255).all()
    clear[:, :, 3] = 255
    assert not load_picture(saved(clear, kind, **options)).notes


def raw_png(width, height, depth, colour, rows, *extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("depth", "row", "clear", "expected"),
    [
        (16, struct.pack(">2H", 1000, 30000), 1000, [255, 117]),
        (16, struct.pack(">2H", 30001, 30000), 30001, [255, 117]),  # alike in 8 bits
        (8, b"\x07\x80", 7, [255, 128]),
        (4, b"\x2f", 2, [255, 255]),
        (4, b"\x5a", 10, [85, 255]),
        (2, b"\x60", 1, [255, 170]),
        (1, b"\x40", 0, [255, 255]),
        (1, b"\x40", 1, [0, 255]),
    ],
)
def test_the_transparent_grey_of_every_depth_lies_over_white(depth, row, clear, expected):
    data = raw_png(2, 1, depth, 0, b"\0" + row, chunk(b"tRNS", struct.pack(">H", clear)))
    assert load_image(data)[0, :, 0].tolist() == expected


def test_the_transparent_colour_of_16_bits_lies_over_white():
    row = struct.pack(">6H", 1000, 2000, 3000, 65535, 0, 32768)
    data = raw_png(2, 1, 16, 2, b"\0" + row, chunk(b"tRNS", row[:6]))
    assert load_image(data)[0].tolist() == [[255, 255, 255], [255, 0, 128]]


def test_a_palette_with_several_opacities_lies_over_white():
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    palette.putpalette([0, 0, 0, 10, 20, 30, 200, 0, 0])
    loaded = load_image(saved(palette, transparency=bytes([0, 255, 128])))
    assert loaded[0].tolist() == [[255, 255, 255], [10, 20, 30], [227, 127, 127]]
    frames = [Image.fromarray(CAT).quantize(8)] * 2
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=0)
    assert load_image(data).shape == CAT.shape


# Sizes.


def test_a_large_picture_is_shrunk_while_it_is_decoded():
    large = np.asarray(Image.fromarray(sample_image("cat")).resize((800, 600)))
    expected = cv2.resize(large, (200, 150), interpolation=cv2.INTER_AREA)
    for kind in ("PNG", "TIFF", "BMP", "JPEG"):
        data = saved(large, kind)
        loaded = load_picture(data, max_pixels=200 * 150)
        assert loaded.full_size == (600, 800)
        assert loaded.pixels.shape == (150, 200, 3)
        difference = np.abs(loaded.pixels.astype(int) - expected)
        assert difference.mean() < (3 if kind == "JPEG" else 0.5)
    odd = load_picture(saved(large), max_side=350)
    assert odd.pixels.shape == (262, 350, 3)
    assert load_picture(saved(large), max_pixels=10**9, max_side=10**6).pixels.shape == large.shape
    turned = load_picture(
        saved(large, "JPEG", exif=exif((0x0112, 3, 1, b"\6\0\0\0"))), max_side=350
    )
    assert turned.pixels.shape == (350, 262, 3)
    assert turned.full_size == (800, 600)


@pytest.mark.parametrize("size", [(1, 100_000), (4, 100_000), (70_000, 20), (1, 1), (1, 7), (2, 2)])
def test_strips_and_specks_keep_at_least_a_pixel_a_side(size):
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
    loaded = load_picture(saved(pixels), max_pixels=4_000_000, max_side=4096)
    assert loaded.pixels.shape == (
        *(max(1, round(side * min(1, 4096 / max(size)))) for side in size),
        3,
    )
    assert abs(loaded.pixels.mean() - pixels.mean()) < 2
    assert np.array_equal(load_image(saved(pixels)), pixels)


def test_a_photo_sold_as_50_megapixels_is_taken(monkeypatch):
    monkeypatch.setattr("cnnviz.imaging.loading._assemble", lambda *_: (CAT, ()))
    monkeypatch.setattr(Image.Image, "load", lambda _: None)
    header = bytearray(saved(Image.new("L", (8, 8)), "JPEG"))
    at = header.index(b"\xff\xc0") + 5
    header[at : at + 4] = struct.pack(">HH", 6144, 8192)
    assert load_picture(bytes(header)).full_size == (6144, 8192)
