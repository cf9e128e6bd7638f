"""What people bring: every format and colour mode, and every way to be no picture."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from cnnviz.imaging import ImageError, load_image, load_picture, sample_image

CAT = sample_image("cat")[100:160, 100:180]
MODES = dict.fromkeys(["PNG", "JPEG", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"], "RGB") | {"GIF": "P"}


def saved(image, kind="PNG", **options):
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def png(width, height, body=b"", *, depth=8, colour=2):
    """A PNG written by hand: a header of this size and any body."""

    def chunk(name, content):
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_formats_that_lose_nothing(kind):
    assert np.array_equal(load_image(saved(Image.fromarray(CAT), kind)), CAT)


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"quality": 95}), ("WEBP", {}), ("AVIF", {}), ("HEIF", {})]
)
def test_formats_that_lose_little(kind, options):
    loaded = load_image(saved(Image.fromarray(CAT), kind, **options))
    assert loaded.dtype == np.uint8
    assert loaded.shape == CAT.shape
    assert np.abs(loaded.astype(int) - CAT).mean() < 6


def test_the_result_is_ours_to_write_to():
    loaded = load_image(saved(Image.fromarray(CAT)))
    loaded[0, 0] = 1
    assert loaded.flags.c_contiguous


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_gives_its_first_frame(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    loaded = load_picture(data)
    assert (loaded.pixels == [255, 0, 0]).all()
    name = "pages" if kind == "TIFF" else "frames"
    assert loaded.notes == (f"The first of 3 {name} is shown.",)
    assert not load_picture(saved(frames[0], kind, **options)).notes
    if kind == "PNG":  # its other frames are left out as what no picture needs
        assert loaded.frames == 1
        return
    assert loaded.frames == 3
    last = load_picture(data, frame=2)
    assert (last.pixels == [0, 255, 0]).all()
    assert last.notes == (f"{name[:-1].capitalize()} 3 of 3 is shown.",)
    with pytest.raises(ImageError):
        load_picture(data, frame=3)


def test_the_pages_of_a_tiff_are_counted_without_smaller_copies_and_masks():
    for options in ({}, {"byteorder": ">"}, {"bigtiff": True}):
        data = io.BytesIO()
        with tifffile.TiffWriter(data, **options) as file:
            for kind in (0, 1, 0, 4, 2):  # a page, its copy, a page, a mask, one of many pages
                picture = CAT[:, :, 0] > 99 if kind == 4 else CAT[::-1] if kind == 2 else CAT
                file.write(picture, subfiletype=kind, metadata=None)
        assert load_picture(data.getvalue()).notes == ("The first of 3 pages is shown.",)
        last = load_picture(data.getvalue(), frame=2)
        assert np.array_equal(last.pixels, CAT[::-1])
        assert (last.notes, last.frames) == (("Page 3 of 3 is shown.",), 3)
        deep = io.BytesIO()
        with tifffile.TiffWriter(deep, **options) as file:
            for level in (0, 65535):
                file.write(np.full((3, 4), level, np.uint16), metadata=None)
        assert (load_picture(deep.getvalue(), frame=1).pixels == 255).all()


def test_an_animation_can_be_read_up_to_so_many_pixels(monkeypatch):
    frames = [Image.new("RGB", (8, 6), (level, 0, 0)) for level in range(5)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    monkeypatch.setattr("cnnviz.imaging.loading._MOST_PASSED", 3 * 8 * 6)
    assert load_picture(data).frames == 3


def test_of_several_heic_photos_in_a_file_the_main_one_is_shown():
    pictures = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    data = saved(pictures[0], "HEIF", save_all=True, append_images=pictures[1:], primary_index=1)
    loaded = load_picture(data)
    assert np.abs(loaded.pixels.astype(int) - [0, 0, 255]).max() < 12
    assert loaded.notes == ("The file has 2 pictures: the main one is shown.",)


def test_a_heic_photo_whose_header_lies_about_its_size_takes_no_memory():
    data = saved(Image.new("RGB", (2048, 2048), "grey"), "HEIF")
    size = b"ispe" + bytes(4) + struct.pack(">II", 2048, 2048)
    assert data.count(size) == 1
    assert load_image(data).shape == (2048, 2048, 3)
    for side in (64, 100_000):
        lie = data.replace(size, size[:8] + struct.pack(">II", side, side))
        with pytest.raises(ImageError, match="damaged" if side == 64 else "megapixels"):
            load_image(lie)


def test_an_animation_that_is_damaged_later_gives_its_first_frame():
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (load_image(data[:-20]) == [255, 0, 0]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_exif_orientation_is_applied(kind, orientation):
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :16] = 255  # white top left corner, wider than high
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright),
        7: np.rot90(upright, 2).swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif.tobytes())
    loaded = load_image(data).astype(int)
    assert loaded.shape == upright.shape
    assert np.abs(loaded - upright).mean() < 3


def test_a_palette():
    image = Image.fromarray(CAT).quantize(16)
    assert np.array_equal(load_image(saved(image)), np.asarray(image.convert("RGB")))


def test_transparency_is_put_over_white():
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[:, 0] = 10, 20, 30, 255
    pixels[:, 1] = 10, 20, 30, 0
    pixels[:, 2] = 0, 0, 0, 128
    row = load_image(saved(Image.fromarray(pixels)))[0]
    assert row.tolist() == [[10, 20, 30], [255, 255, 255], [127, 127, 127]]


def test_transparency_of_grey_palette_and_single_colours():
    grey = Image.fromarray(np.array([[[0, 255], [0, 0]]], np.uint8), "LA")
    assert load_image(saved(grey))[0].tolist() == [[0] * 3, [255] * 3]
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    palette.putpalette([9, 9, 9, 200, 0, 0])
    assert load_image(saved(palette, transparency=0))[0].tolist() == [[255] * 3, [200, 0, 0]]
    single = Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8))
    assert load_image(saved(single, transparency=(1, 2, 3)))[0].tolist() == [[255] * 3, [4, 5, 6]]


def test_16_bits_become_8():
    levels = np.array([[0, 257, 32896, 65535]], np.uint16)
    for kind in ("PNG", "TIFF"):
        loaded = load_image(saved(Image.fromarray(levels), kind))
        assert loaded[0, :, 0].tolist() == [0, 1, 128, 255]
    rows = b"".join(b"\0" + struct.pack(">6H", 0, 32896, 65535, 65535, 257, 0) for _ in range(2))
    colour = load_image(png(2, 2, rows, depth=16))
    assert colour[0].tolist() == [[0, 128, 255], [255, 1, 0]]


def test_numbers_without_a_white_are_stretched():
    floats = np.array([[-2.0, 0.0, 2.0, np.nan]], np.float32)
    loaded = load_image(saved(Image.fromarray(floats), "TIFF"))
    assert loaded[0, :, 0].tolist() == [0, 128, 255, 0]
    integers = np.array([[100_000, 200_000]], np.int32)
    assert load_image(saved(Image.fromarray(integers), "TIFF"))[0, :, 0].tolist() == [0, 255]
    flat = np.zeros((2, 2), np.float32)
    assert (load_image(saved(Image.fromarray(flat), "TIFF")) == 0).all()


def test_cmyk_grey_and_black_and_white():
    cmyk = Image.fromarray(CAT).convert("CMYK")
    assert np.abs(load_image(saved(cmyk, "JPEG", quality=95)).astype(int) - CAT).mean() < 6
    assert np.abs(load_image(saved(cmyk, "TIFF")).astype(int) - CAT).mean() < 2
    grey = load_image(saved(Image.fromarray(CAT[:, :, 1].copy())))
    assert np.array_equal(grey, np.repeat(CAT[:, :, 1:2], 3, axis=2))
    bits = Image.fromarray(np.array([[True, False]]))
    assert load_image(saved(bits))[0].tolist() == [[255] * 3, [0] * 3]


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 100,
        bytes(range(256)),
        saved(Image.fromarray(CAT), "PPM"),
        saved(Image.fromarray(CAT), "TGA"),
    ],
)
def test_what_is_no_picture_of_the_known_kinds_is_refused(data):
    with pytest.raises(ImageError, match="not a picture that can be read"):
        load_image(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty"),
        (b"hello, I am a text file", "text"),
        ("Grüße aus München".encode(), "text"),
        ("Grüße".encode("utf-16"), "text"),
        (b"<!DOCTYPE html><p>Not found</p>", "a web page"),
        (b"\n<html><script>alert(1)</script></html>", "a web page"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"%PDF-1.7", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "a PostScript drawing"),
        (saved(Image.fromarray(CAT), "ICO"), "an icon"),
        (b"\0\0\2\0\1\0\x20\x20" + bytes(40), "a cursor"),
        (saved(Image.fromarray(CAT), "TGA"), "a TGA picture"),
        (saved(Image.fromarray(CAT), "TGA")[:-26], "a TGA picture"),  # as before version 2
        (b"8BPS\0\1" + bytes(40), "a Photoshop document"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "a video"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a sound or a video"),
        (saved(Image.fromarray(CAT), "JPEG2000"), "a JPEG 2000 picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"PK\x03\x04" + bytes(30), "a zip archive"),
        (bytes(128) + b"DICM" + bytes(20), "a DICOM scan"),
    ],
)
def test_a_file_of_another_kind_is_named(data, name):
    with pytest.raises(ImageError, match=f"(?s)This file is {name}.*not a picture.*[.]$") as caught:
        load_image(data)
    assert "hoose" in str(caught.value) or "ave" in str(caught.value) or not data


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_numbers_of_fewer_bits_in_a_file_of_16_are_shown_as_such(kind, bits):
    top = 2**bits - 1
    levels = np.array([[0, top // 3, top - 1, top]], np.uint16)
    loaded = load_picture(saved(Image.fromarray(levels), kind))
    assert np.abs(loaded.pixels[0, :, 0] - np.rint(levels[0] * (255 / top))).max() == 0
    (note,) = loaded.notes
    assert f"end at {top:,} of 65,535" in note
    assert f"{bits}-bit" in note


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("largest", [0, 2**14, 65535])
def test_numbers_that_fill_16_bits_or_are_all_black_stay(kind, largest):
    loaded = load_picture(saved(Image.fromarray(np.array([[0, largest]], np.uint16)), kind))
    assert loaded.pixels[0, 1, 0] == round(largest / 257)
    assert not loaded.notes


def test_of_dark_colours_in_16_bits_it_is_said_where_they_end():
    rows = b"\0" + struct.pack(">3H", 4095, 100, 0)
    loaded = load_picture(png(1, 1, rows, depth=16))
    assert loaded.pixels.tolist() == [[[15, 0, 0]]]
    assert "end below 4,096 of 65,535" in loaded.notes[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "HEIF"])
def test_a_picture_cut_short_is_refused(kind):
    data = saved(
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)), kind
    )
    with pytest.raises(ImageError):
        load_image(data[: len(data) // 2])


def test_a_truncated_jpeg_is_called_damaged():
    data = saved(Image.fromarray(CAT), "JPEG")
    with pytest.raises(ImageError, match="damaged, cut short"):
        load_image(data[:-300])


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_can_be_had_as_far_as_it_goes(progressive):
    data = saved(Image.fromarray(CAT), "JPEG", quality=95, progressive=progressive)
    whole = load_picture(data, cut_short=True)
    assert not whole.notes
    part = load_picture(data[: len(data) * 2 // 3], cut_short=True)
    assert part.full_size == CAT.shape[:2]
    assert "cut short" in part.notes[0]
    upper = slice(0, CAT.shape[0] // 3)
    difference = np.abs(part.pixels[upper].astype(int) - whole.pixels[upper]).mean()
    assert difference < (6 if progressive else 1)
    if not progressive:
        assert (part.pixels[-8:] == 128).all()
    header = data.index(b"\xff\xda")
    for end in (100, header):
        with pytest.raises(ImageError, match="damaged, cut short"):
            load_picture(data[:end], cut_short=True)


def test_pictures_of_another_kind_cut_short_are_refused_all_the_same():
    for kind in ("PNG", "WEBP", "BMP", "TIFF"):
        data = saved(Image.fromarray(CAT), kind)
        with pytest.raises(ImageError):
            load_picture(data[: len(data) // 2], cut_short=True)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8_000, 12_000, 30_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_before_a_pixel_is_decoded(side, monkeypatch):
    data = png(side, side, bytes(1 + 3 * 4096))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was decoded"))
    tracemalloc.start()
    with pytest.raises(ImageError, match=r"50 megapixels at most|more than 400 megapixels"):
        load_image(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "GIF", "WEBP", "JPEG"])
def test_other_large_pictures_are_refused_by_their_header(kind, monkeypatch):
    data = saved(Image.new("L", (1200, 1000)), kind)
    monkeypatch.setattr("cnnviz.imaging.loading.MAX_PIXELS", 2**20)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was decoded"))
    monkeypatch.setattr("cnnviz.imaging.loading._MAX_COPIED", 2**20)
    name = "WebP" if kind == "WEBP" else kind
    with pytest.raises(
        ImageError, match=f"A {name} picture may have 1 megapixels at most, and this one has 2"
    ):
        load_image(data)


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({}, 4),
        ({"progressive": True}, 2),  # at 4:2:0, 3 bytes a pixel stand in memory
        ({"progressive": True, "subsampling": 0}, 1),  # 6 bytes
    ],
)
def test_a_larger_jpeg_is_taken_if_it_is_shrunk_while_it_is_decoded(options, most, monkeypatch):
    monkeypatch.setattr("cnnviz.imaging.loading.MAX_PIXELS", 2**20)
    monkeypatch.setattr("cnnviz.imaging.loading.MAX_JPEG_PIXELS", 4 * 2**20)
    monkeypatch.setattr("cnnviz.imaging.loading._MAX_COEFFICIENTS", 6 * 2**20)
    with pytest.raises(ImageError, match="A JPEG picture may have 4 megapixels at most, and this"):
        load_picture(saved(Image.new("L", (4400, 1000)), "JPEG", **options), max_pixels=250_000)
    for width in (1000, 2000, 4000):
        picture = Image.new("RGB", (width, 1000), "red")
        picture.paste("blue", (width // 2, 0, width, 1000))
        data = saved(picture, "JPEG", quality=95, **options)
        if width <= most * 1000:
            loaded = load_picture(data, max_pixels=250_000)
            assert loaded.full_size == (1000, width)
            assert loaded.pixels.shape[0] * loaded.pixels.shape[1] <= 251_000
            quarter = loaded.pixels.shape[1] // 4
            assert np.abs(loaded.pixels[:, quarter].astype(int) - [255, 0, 0]).max() < 4
            assert np.abs(loaded.pixels[:, 3 * quarter].astype(int) - [0, 0, 255]).max() < 4
        else:
            with pytest.raises(ImageError, match=f"JPEG picture may have {most} megapixels at"):
                load_picture(data, max_pixels=250_000)


def test_the_largest_allowed_picture_loads(monkeypatch):
    monkeypatch.setattr("cnnviz.imaging.loading.MAX_PIXELS", CAT.shape[0] * CAT.shape[1])
    assert load_image(saved(Image.fromarray(CAT))).shape == CAT.shape


@pytest.mark.parametrize(
    "data",
    [
        png(0, 5),
        png(5, 0),
        b"GIF89a\0\0\0\0\0\0\0;",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 0, 0, 1, 24, 0, 0, 1, 1, 0, 0),
    ],
)
def test_a_picture_without_pixels_is_refused(data):
    with pytest.raises(ImageError):
        load_image(data)


ALL = {kind: saved(Image.fromarray(CAT).convert(mode), kind) for kind, mode in MODES.items()}


@given(
    kind=st.sampled_from(sorted(ALL)),
    cut=st.floats(0, 1),
    place=st.floats(0, 1),
    bit=st.integers(0, 7),
)
@settings(deadline=None, max_examples=200)
def test_a_damaged_file_is_a_picture_or_a_sentence(kind, cut, place, bit):
    data = bytearray(ALL[kind])
    data[int(place * (len(data) - 1))] ^= 1 << bit
    try:
        loaded = load_image(bytes(data[: int(cut * len(data))]))
    except ImageError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
    else:
        assert loaded.dtype == np.uint8
        assert loaded.ndim == 3
