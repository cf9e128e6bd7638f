"""TIFFs of science and of scanners: every depth, sign, fraction, order and packing."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from cnnviz.imaging import ImageError, load_image, load_picture

HIGH, WIDE = 40, 56
RAMP = np.linspace(0, 1, HIGH * WIDE).reshape(HIGH, WIDE)
COLOURS = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)
LEVELS = np.rint(RAMP * 255)


def tiff(values, **options):
    data = io.BytesIO()
    tifffile.imwrite(data, values, **({"photometric": "minisblack"} | options))
    return data.getvalue()


def by_pillow(values, **options):
    data = io.BytesIO()
    Image.fromarray(values).save(data, "TIFF", **options)
    return data.getvalue()


def spread(shares, kind):
    """Shares of 1 as numbers of a kind, from its smallest to its largest; floats from 0 to 1."""
    if np.dtype(kind).kind == "f":
        return shares.astype(kind)
    limits = np.iinfo(kind)
    if np.dtype(kind).itemsize == 8:  # doubles have no room for all of these
        return (shares * 2.0**62).astype(kind)
    return np.rint(limits.min + shares * (float(limits.max) - limits.min)).astype(kind)


def near(loaded, shares, by=1):
    shares = shares if shares.ndim == 3 else shares[:, :, None]
    return np.abs(loaded - shares * 255.0).max() <= by


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packing", [{}, {"compression": "zlib", "predictor": True}])
@pytest.mark.parametrize("cut", [{}, {"tile": (16, 32)}, {"rowsperstrip": 7}])
def test_every_kind_of_number(kind, order, packing, cut):
    if np.dtype(kind).kind == "f" or np.dtype(kind).itemsize == 8:
        packing = packing and {"compression": "zlib"}  # the writer has no predictor for these
    options = {"byteorder": order} | packing | cut
    assert near(load_image(tiff(spread(RAMP, kind), **options)), RAMP)
    colours = spread(COLOURS, kind)
    assert near(load_image(tiff(colours, photometric="rgb", **options)), COLOURS)
    planes = np.ascontiguousarray(np.moveaxis(colours, 2, 0))
    data = tiff(planes, photometric="rgb", planarconfig="separate", **options)
    assert near(load_image(data), COLOURS)


@pytest.mark.parametrize("packing", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma"])
@pytest.mark.parametrize("predictor", [1, 2])
def test_every_packing_that_loses_nothing(packing, predictor):
    if packing == "packbits" and predictor > 1:
        pytest.skip("there is no such file")
    options = {"compression": packing, "tiffinfo": {317: predictor}}
    deep = spread(RAMP, "u2")
    assert near(load_image(by_pillow(deep, **options)), RAMP)
    colours = spread(COLOURS, "u1")
    assert np.array_equal(load_image(by_pillow(colours, **options)), colours)


@pytest.mark.parametrize("packing", ["tiff_lzw", "tiff_adobe_deflate"])
def test_the_predictor_of_fractions(packing):
    data = by_pillow(RAMP.astype(np.float32), compression=packing, tiffinfo={317: 3})
    assert near(load_image(data), RAMP)


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("samples", [1, 3])
def test_bits_that_fill_no_bytes(bits, samples):
    """Written by hand: packed without gaps, each row beginning at a byte."""
    shares = COLOURS if samples == 3 else RAMP[:, :, None]
    values = np.rint(shares[:, :-1] * (2**bits - 1)).astype(np.uint16)  # rows of an odd length
    places = (values.reshape(HIGH, -1, 1) >> np.arange(bits - 1, -1, -1)) & 1
    packed = np.packbits(places.reshape(HIGH, -1).astype(np.uint8), axis=1)
    wide = values.shape[1]
    # A picture of bytes with the same rows, whose header is then corrected.
    data = bytearray(tiff(packed, photometric="minisblack", metadata=None, software=False))
    data = rewritten(data, {256: wide, 258: bits, 277: samples, 262: 2 if samples == 3 else 1})
    assert near(load_image(data), shares[:, :-1])


def rewritten(data, tags):
    """Change numbers in the first directory of a little-endian TIFF."""
    data = bytearray(data)
    start = int.from_bytes(data[4:8], "little")
    for entry in range(
        start + 2, start + 2 + 12 * int.from_bytes(data[start : start + 2], "little"), 12
    ):
        tag = int.from_bytes(data[entry : entry + 2], "little")
        if tag in tags:
            size = {3: 2, 4: 4}[int.from_bytes(data[entry + 2 : entry + 4], "little")]
            data[entry + 8 : entry + 8 + size] = tags[tag].to_bytes(size, "little")
    return bytes(data)


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f4"])
def test_white_may_be_zero_in_every_depth(kind):
    assert near(load_image(tiff(spread(RAMP, kind), photometric="miniswhite")), 1 - RAMP)


def test_the_big_form_of_a_tiff():
    for order in "<>":
        data = tiff(spread(COLOURS, "u2"), photometric="rgb", bigtiff=True, byteorder=order)
        assert near(load_image(data), COLOURS)


def test_opacity_beside_deep_numbers():
    opacity = np.full((HIGH, WIDE, 1), 65535, np.uint16)
    opacity[0, 0], opacity[0, 1] = 0, 32896
    deep = np.concatenate([spread(COLOURS, "u2"), opacity], axis=2)
    for meaning in ("unassalpha", "assocalpha"):
        values = deep.copy()
        if meaning == "assocalpha":
            values[..., :3] = np.rint(values[..., :3] * (opacity / 65535.0))
        loaded = load_image(tiff(values, photometric="rgb", extrasamples=[meaning]))
        assert loaded[0, 0].tolist() == [255, 255, 255]
        expected = COLOURS[0, 1] * 128 + 127
        assert np.abs(loaded[0, 1] - expected).max() <= 2
        assert near(loaded[1:], COLOURS[1:])
    grey = tiff(np.concatenate([deep[..., :1], opacity], axis=2), extrasamples=["unassalpha"])
    assert near(load_image(grey)[1:], RAMP[1:])


def test_more_numbers_a_pixel_than_colours():
    five = np.concatenate([spread(COLOURS, "u2"), spread(COLOURS, "u2")[..., :2]], axis=2)
    data = tiff(five, photometric="rgb", extrasamples=["unspecified"] * 2)
    assert near(load_image(data), COLOURS)


def test_cmyk_of_8_and_16_bits():
    inks = np.concatenate([1 - COLOURS, np.zeros((HIGH, WIDE, 1))], axis=2)
    for kind in ("u1", "u2"):
        assert near(load_image(tiff(spread(inks, kind), photometric="separated")), COLOURS, by=2)


def test_lab_and_palettes_and_jpeg_inside():
    colours = spread(COLOURS, "u1")
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(Image.fromarray(colours), *spaces, outputMode="LAB")
    data = io.BytesIO()
    lab.save(data, "TIFF")
    assert np.abs(load_image(data.getvalue()).astype(int) - colours).mean() < 4
    palette = Image.fromarray(colours).quantize(64)
    data = io.BytesIO()
    palette.save(data, "TIFF")
    assert np.array_equal(load_image(data.getvalue()), np.asarray(palette.convert("RGB")))
    data = by_pillow(colours, compression="jpeg", quality=95)
    assert np.abs(load_image(data).astype(int) - colours).mean() < 6


def test_a_profile_of_a_deep_tiff_is_not_lost():
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = tiff(spread(COLOURS, "u2"), photometric="rgb", iccprofile=wide)
    assert near(load_image(data), COLOURS)


# Numbers without an agreed white.


def test_what_is_no_number_is_black_and_said():
    values = 1000 + 100 * RAMP.astype(np.float32)
    values[0, :4] = np.nan, np.inf, -np.inf, 1100
    loaded = load_picture(tiff(values))
    assert loaded.pixels[0, :4, 0].tolist() == [0, 0, 0, 255]
    assert near(loaded.pixels[1:], RAMP[1:], by=8)
    assert "1000" in loaded.notes[0]
    assert "1100" in loaded.notes[0]
    assert "not a number" in loaded.notes[1]


@pytest.mark.parametrize(
    ("marker", "kind", "tag"),
    [
        (-3.4028235e38, "f4", None),
        (3.4028235e38, "f4", None),
        (9.969209968386869e36, "f4", None),
        (-1.7976931348623157e308, "f8", None),
        (-9999, "f4", None),
        (-32768, "i2", None),
        (-9999, "i2", None),
        (12345, "f4", "12345"),
        (0.1, "f4", "0.1"),
        (65535, "u4", "65535"),
        (-3.4028235e38, "f4", "-3.4028234663852886e+38"),
    ],
)
def test_a_number_that_stands_for_none_does_not_squash_the_others(marker, kind, tag):
    values = np.rint(100 + 100 * RAMP).astype(kind)
    values[:5, :5] = marker
    extra = [(42113, 2, 0, tag, True)] if tag else []
    loaded = load_picture(tiff(values, extratags=extra))
    assert (loaded.pixels[:5, :5] == 0).all()
    assert near(loaded.pixels[5:], (values[5:] - 100) / 100, by=12)
    assert loaded.pixels.max() == 255
    assert "drawn black" in loaded.notes[-1]


def test_a_usual_marker_among_its_neighbours_is_a_number():
    values = np.linspace(-40_000, 10_000, HIGH * WIDE).reshape(HIGH, WIDE).astype(np.float32)
    values[3, 3] = -9999
    loaded = load_picture(tiff(values))
    assert near(loaded.pixels, (values + 40_000) / 50_000)
    assert len(loaded.notes) == 1


def test_colours_from_0_to_1_keep_these_as_black_and_white():
    half = (0.25 + COLOURS / 2).astype(np.float32)
    loaded = load_picture(tiff(half, photometric="rgb"))
    assert near(loaded.pixels, half)
    assert not loaded.notes
    brighter = load_picture(tiff(half * 8, photometric="rgb"))
    assert near(brighter.pixels, COLOURS)
    assert brighter.notes


def test_without_any_number_or_with_one_alone_it_is_black():
    for values in (np.full((4, 4), np.nan, np.float32), np.full((4, 4), 7.5)):
        assert (load_image(tiff(values)) == 0).all()


# What cannot be read, and what lies.


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({258: 20}, "20 bits"),
        ({262: 8}, "colours"),
        ({259: 7}, "compressed by method 7"),
    ],
)
def test_a_kind_that_cannot_be_read_is_named(tags, reason):
    data = rewritten(tiff(spread(RAMP, "u2"), metadata=None), tags)
    with pytest.raises(ImageError, match=f"This kind of TIFF cannot be read.*{reason}"):
        load_image(data)


@pytest.mark.parametrize("tags", [{278: 0}, {273: 2**31}, {279: 2**31}, {257: 400}, {256: 0}])
def test_a_deep_tiff_that_lies_is_refused(tags):
    data = rewritten(tiff(spread(RAMP, "u2"), metadata=None), tags)
    with pytest.raises(ImageError):
        load_image(data)


def test_a_deep_tiff_that_unpacks_to_too_much_is_refused_by_its_header():
    tags = {256: 6000, 257: 6000}
    with pytest.raises(ImageError, match="larger than 160 MB"):
        load_image(rewritten(tiff(spread(RAMP, "f8"), metadata=None), tags))
