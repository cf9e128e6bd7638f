"""A recipe, the window of one pixel, and the code that gives the same numbers."""

import io

import cv2
import numpy as np
import pytest
import tifffile
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from cnnviz.imaging import (
    KERNELS,
    Recipe,
    apply_kernel,
    encode_npy,
    encode_tiff,
    load_image,
    strengthen,
    to_grey,
    window_at,
)
from cnnviz.imaging.kernels import kernel_sum, resize_kernel
from cnnviz.imaging.snippets import opencv_code, skimage_code, torch_code

BORDERS = ("zero", "reflect", "replicate", "circular")
EVEN = np.array([[1, -2, 3, 0.5], [0, 1 / 3, -1, 2]], np.float32)
RECIPES = {
    "sobel-x": Recipe("kernel", KERNELS["sobel-x"].weights),
    "flipped": Recipe("kernel", KERNELS["emboss"].weights, flip=True),
    "ninths": Recipe("kernel", KERNELS["box-3"].weights),
    "unsharp": Recipe("kernel", KERNELS["unsharp-5"].weights),
    "even": Recipe("kernel", EVEN),
    "even-flipped": Recipe("kernel", EVEN, flip=True),
    "one": Recipe("kernel", np.array([[2.0]], np.float32)),
    "gaussian": Recipe("gaussian", size=7, sigma=1.3),
    "gaussian-even": Recipe("gaussian", size=4, sigma=1.0),
    "mean": Recipe("mean", size=5),
    "mean-even": Recipe("mean", size=2),
    "median": Recipe("median", size=5),
    "bilateral": Recipe("bilateral", sigma=1.5, levels=35.0),
    "magnitude": Recipe("sobel-magnitude"),
    "direction": Recipe("sobel-direction"),
}


@pytest.fixture
def picture(tmp_path, monkeypatch):
    """A picture, and the same as picture.png in the working folder for the code to read."""
    pixels = np.random.default_rng(0).integers(0, 256, (23, 31, 3), dtype=np.uint8)
    pixels = cv2.GaussianBlur(pixels, (3, 3), 1)
    cv2.imwrite(str(tmp_path / "picture.png"), pixels[:, :, ::-1])
    monkeypatch.chdir(tmp_path)
    return pixels


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("write", [opencv_code, torch_code, skimage_code])
def test_the_code_gives_the_numbers_on_screen(picture, write, recipe, colour, border):
    recipe = Recipe(**{**vars(recipe), "border": border})
    names = {}
    exec(compile(write(recipe, colour=colour), "snippet", "exec"), names)
    shown = recipe.apply(picture if colour else to_grey(picture).astype(np.uint8)).values
    given_ = np.asarray(names["result"], dtype=np.float32)
    assert given_.shape == shown.shape
    # OpenCV rounds a bilateral of a uint8 picture to whole levels.
    off = np.abs(given_ - shown)
    if recipe.kind == "sobel-direction":  # -180° and 180° are the same
        off = np.minimum(off, 360 - off)
    assert off.max() <= (1 if recipe.kind == "bilateral" else 0.01)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("flip", [False, True])
def test_a_kernel_for_each_channel_is_a_layer_of_a_network(picture, border, flip):
    channels = np.random.default_rng(4).normal(size=(3, 5, 4)).astype(np.float32)
    recipe = Recipe("kernel", channels.sum(0), border=border, flip=flip, channels=channels)
    x = torch.tensor(picture, dtype=torch.float32).permute(2, 0, 1)[None]
    mode = "constant" if border == "zero" else border
    weights = torch.tensor(channels).flip(1, 2) if flip else torch.tensor(channels)
    expected = F.conv2d(F.pad(x, (1, 2, 2, 2), mode=mode), weights[None])[0, 0].numpy()
    assert np.allclose(recipe.apply(picture).values, expected, atol=0.01)
    grey = to_grey(picture).astype(np.uint8)  # the same on a picture whose channels are equal
    equal = recipe.apply(np.repeat(grey[:, :, None], 3, axis=2)).values
    assert np.allclose(recipe.apply(grey).values, equal, atol=0.01)
    for write in (opencv_code, torch_code, skimage_code):
        names = {}
        exec(compile(write(recipe, colour=True), "snippet", "exec"), names)
        assert np.allclose(np.asarray(names["result"]), expected, atol=0.01), write


def files():
    """Files that a plain `imread` takes for other pixels than the page shows, by name."""
    random = np.random.default_rng(3)
    rgba = random.integers(0, 256, (23, 31, 4), dtype=np.uint8)
    picture = Image.fromarray(rgba)
    deep = random.integers(0, 65536, (23, 31), dtype=np.uint16)
    turned = Image.Exif()
    turned[274] = 6
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = (profile.find(name) for name in (b"rXYZ", b"gXYZ"))
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    yield "transparent", picture, {}
    yield "invisible", Image.fromarray(rgba * np.uint8([1, 1, 1, 0])), {}
    yield "grey with opacity", picture.convert("LA"), {}
    yield "palette", picture.convert("RGB").quantize(16), {"transparency": 3}
    yield (
        "one transparent colour",
        picture.convert("RGB"),
        {"transparency": tuple(rgba[0, 0, :3].tolist())},
    )
    yield "16 bits", Image.fromarray(deep), {}
    yield "black and white", picture.convert("1"), {}
    yield "CMYK", picture.convert("CMYK"), {"format": "JPEG"}
    yield "turned", picture.convert("RGB"), {"format": "JPEG", "exif": turned}
    yield "turned and transparent", picture, {"exif": turned}
    yield "profile", picture.convert("RGB"), {"icc_profile": bytes(profile)}
    yield "profile and opacity", picture, {"icc_profile": bytes(profile)}
    yield "broken profile", picture.convert("RGB"), {"icc_profile": bytes(profile[:200])}


@pytest.mark.parametrize("write", [opencv_code, torch_code, skimage_code])
@pytest.mark.parametrize(("file", "options"), [pytest.param(*f[1:], id=f[0]) for f in files()])
def test_the_code_gives_the_downloaded_numbers_of_any_file(
    tmp_path, monkeypatch, write, file, options
):
    monkeypatch.chdir(tmp_path)
    file.save("picture.png", **({"format": "PNG"} | options))
    shown = load_image((tmp_path / "picture.png").read_bytes())
    for colour in (False, True):
        names = {}
        exec(compile(write(RECIPES["unsharp"], colour=colour), "snippet", "exec"), names)
        expected = RECIPES["unsharp"].apply(shown if colour else to_grey(shown).astype(np.uint8))
        result = np.asarray(names["result"])
        for downloaded in (
            np.load(io.BytesIO(encode_npy(expected.values))),
            tifffile.imread(io.BytesIO(encode_tiff(expected.values))),
        ):
            assert downloaded.dtype == np.float32
            assert downloaded.shape == result.shape
            assert downloaded.min() < 0
            assert np.allclose(result, downloaded, atol=0.01)


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    shape=st.tuples(st.integers(1, 15), st.integers(1, 15)),
    border=st.sampled_from(BORDERS),
    colour=st.booleans(),
    data=st.data(),
)
@settings(deadline=None, max_examples=150)
def test_a_window_times_the_kernel_is_the_pixel_of_the_result(size, shape, border, colour, data):
    random = np.random.default_rng(1)
    image = random.integers(0, 256, (*size, 3) if colour else size, dtype=np.uint8)
    weights = random.integers(-3, 4, shape).astype(np.float32)
    row = data.draw(st.integers(0, size[0] - 1))
    column = data.draw(st.integers(0, size[1] - 1))
    window = window_at(image, row, column, shape, border)
    assert window.shape == (*shape, 3) if colour else shape
    expected = apply_kernel(image, weights, border=border)[row, column]
    assert np.allclose(np.tensordot(weights, window.astype(float), 2), expected, atol=0.1)


def test_the_median_and_the_bilateral_read_their_own_border():
    image = np.random.default_rng(2).integers(0, 256, (9, 9), dtype=np.uint8)
    for border in BORDERS:
        recipe = Recipe("median", size=5, border=border)
        for row, column in ((0, 0), (4, 4), (8, 3)):
            expected = recipe.apply(image).values[row, column]
            assert np.median(recipe.read(image, row, column)) == expected
    assert Recipe("bilateral", sigma=2.0).window == (7, 7)
    assert Recipe("bilateral", sigma=0.3).window == (3, 3)


def test_strength_goes_from_nothing_through_the_kernel_and_beyond():
    sharpen = KERNELS["sharpen"].weights
    assert np.array_equal(strengthen(sharpen, 0), KERNELS["identity"].weights)
    assert np.array_equal(strengthen(sharpen, 1), sharpen)
    assert strengthen(sharpen, 2).tolist() == [[0, -2, 0], [-2, 9, -2], [0, -2, 0]]
    for kernel in KERNELS.values():
        if kernel.sum == 1:
            assert kernel_sum(strengthen(kernel.weights, 1.7)) == pytest.approx(1, abs=1e-5)
    even = np.full((2, 2), 0.25, np.float32)
    assert strengthen(even, 0).tolist() == [[1, 0], [0, 0]]


@given(st.tuples(*[st.integers(1, 15)] * 4))
@settings(deadline=None, max_examples=100)
def test_a_resized_kernel_keeps_its_middle(sizes):
    height, width, new_height, new_width = sizes
    weights = np.arange(1, height * width + 1, dtype=np.float32).reshape(height, width)
    result = resize_kernel(weights, new_height, new_width)
    assert result.shape == (new_height, new_width)
    middle = (height - 1) // 2, (width - 1) // 2
    assert result[(new_height - 1) // 2, (new_width - 1) // 2] == weights[middle]
    back = resize_kernel(result, height, width)
    if new_height >= height and new_width >= width:
        assert result.sum() == weights.sum()
        assert np.array_equal(back, weights)
