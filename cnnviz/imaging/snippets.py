"""A recipe as code that gives the same numbers, with OpenCV, PyTorch and scikit-image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnviz.imaging.chain import has_gradient
from cnnviz.imaging.kernel_text import format_weight
from cnnviz.imaging.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.imaging.chain import Stage
    from cnnviz.imaging.filters import Border

_OPENCV_BORDERS: dict[Border, str] = {
    "zero": "cv2.BORDER_CONSTANT",
    "reflect": "cv2.BORDER_REFLECT_101",
    "replicate": "cv2.BORDER_REPLICATE",
    "circular": "cv2.BORDER_WRAP",
}
_SCIPY_BORDERS: dict[Border, str] = {
    "zero": "constant",
    "reflect": "mirror",
    "replicate": "nearest",
    "circular": "wrap",
}
# What `load_image` does with the kinds of files that people have, in a few lines.
_READ = """def read(path):
    \"\"\"Read a picture: upright, its colours in sRGB, what is transparent over white.\"\"\"
    file = ImageOps.exif_transpose(Image.open(path))
    profile, deep = file.info.get("icc_profile"), file.mode.startswith("I")
    seen = file.has_transparency_data and not deep
    opacity = file.convert("RGBA").getchannel("A") if seen else None
    if deep:  # 16 bits to 8
        file = Image.fromarray(np.rint(np.asarray(file) / 257).astype(np.uint8))
    elif file.mode not in ("L", "CMYK"):
        file = file.convert("RGB")
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError):  # a broken profile counts for nothing
            srgb, profile = ImageCms.createProfile("sRGB"), io.BytesIO(profile)
            file = ImageCms.profileToProfile(file, profile, srgb, 1, "RGB", flags=0x2000)
    file = file.convert("RGB")
    if opacity and opacity.getbbox():
        file = Image.composite(file, Image.new("RGB", file.size, "white"), opacity)
    return np.asarray(file)


image = read("picture.png")"""
_GREY = "image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)"


def _reading(modules: list[str], *, colour: bool) -> list[str]:
    lines = ["import contextlib", "import io", "", "import cv2", "import numpy as np", *modules]
    lines += ["from PIL import Image, ImageCms, ImageOps", "", "", _READ]
    return lines if colour else [*lines, _GREY]


def opencv_code(recipe: Recipe, *, colour: bool) -> str:
    """Write a script that reads ``picture.png`` and leaves the values in ``result``.

    Args:
        recipe: The filter.
        colour: Filter the three channels instead of the grey levels.

    Returns:
        Python that needs OpenCV, NumPy and Pillow.
    """
    return "\n".join([*_reading([], colour=colour), *_opencv_lines(recipe)]) + "\n"


def chain_code(stages: Sequence[Stage], border: Border, *, colour: bool = False) -> str:
    """Write a script that reads ``picture.png`` and leaves what a chain gives in ``result``.

    Args:
        stages: The filters.
        border: As in `run_chain`.
        colour: Filter the three channels instead of the grey levels.

    Returns:
        Python that needs OpenCV, NumPy and Pillow.
    """
    lines = [*_reading([], colour=colour), "result = image.astype(np.float32)"]
    for at, stage in enumerate(stages):
        recipe = stage.recipe
        lines += ["", f"# {at + 1}. {stage.title}", "image = result"]
        if recipe:
            lines += _opencv_lines(replace(recipe, border=border))
        elif stage.name == "gradient":
            lines += _opencv_lines(Recipe("sobel-magnitude", border=border))
        elif stage.name == "thin":
            lines += _THIN.splitlines() if has_gradient(stages, at) else []
        elif stage.name == "hysteresis":
            text = _HYSTERESIS_OF_EACH if colour else _HYSTERESIS
            lines += text.format(*sorted(stage.numbers)).splitlines()
        else:
            functions = {"absolute": "np.abs(image)", "relu": "np.maximum(image, 0)"}
            lines.append(f"result = {functions[stage.name]}")
    return "\n".join(lines) + "\n"


# `thin` and `hysteresis` of `cnnviz/imaging/canny.py`; `x` and `y` are the gradient's.
_THIN = """padded = np.pad(image, [(1, 1), (1, 1), (0, 0)][: image.ndim])
(h, w), eighth = image.shape[:2], np.sqrt(2) - 1  # tan 22.5°
beside = {
    (r, c): padded[1 + r : 1 + r + h, 1 + c : 1 + c + w] for r in (-1, 0, 1) for c in (-1, 0, 1)
}
level = np.abs(y) < eighth * np.abs(x)
steep = np.abs(y) > (eighth + 2) * np.abs(x)
falling = (x < 0) == (y < 0)
largest = np.select(
    [level, steep, falling],
    [
        (image > beside[0, -1]) & (image >= beside[0, 1]),
        (image > beside[-1, 0]) & (image >= beside[1, 0]),
        (image > beside[-1, -1]) & (image > beside[1, 1]),
    ],
    (image > beside[-1, 1]) & (image > beside[1, -1]),
)
result = np.where(largest, image, 0)"""
_HYSTERESIS = """weak = (image > {0}).astype(np.uint8)
count, groups = cv2.connectedComponents(weak, connectivity=8)
joined = np.zeros(count, np.float32)
joined[groups[image > {1}]] = 255
result = joined[groups]"""
_HYSTERESIS_OF_EACH = """result = np.zeros_like(image)
for channel in range(3):
    weak = (image[:, :, channel] > {0}).astype(np.uint8)
    count, groups = cv2.connectedComponents(weak, connectivity=8)
    joined = np.zeros(count, np.float32)
    joined[groups[image[:, :, channel] > {1}]] = 255
    result[:, :, channel] = joined[groups]"""


def _opencv_lines(recipe: Recipe) -> list[str]:
    """The lines that make `image`, of grey levels or of float32, the `result`."""
    border = f"borderType={_OPENCV_BORDERS[recipe.edge]}"
    if recipe.channels is not None:
        return _opencv_channels(recipe, border)
    if recipe.kind == "median":
        return [f"result = cv2.medianBlur(image, {recipe.size})"]
    if recipe.kind == "bilateral":
        return [f"result = cv2.bilateralFilter(image, 0, {recipe.levels}, {recipe.sigma})"]
    if recipe.border == "circular":
        return _opencv_wrapped(recipe)
    if recipe.kind == "gaussian" and recipe.size % 2:
        size = f"({recipe.size}, {recipe.size})"
        return [
            f"result = cv2.GaussianBlur(image.astype(np.float32), {size}, {recipe.sigma}, {border})"
        ]
    if recipe.kind.startswith("sobel"):
        return [
            f"x = cv2.Sobel(image, cv2.CV_32F, 1, 0, {border})",
            f"y = cv2.Sobel(image, cv2.CV_32F, 0, 1, {border})",
            _gradient(recipe, "np.hypot(x, y)", "np.degrees(np.arctan2(y, x))"),
        ]
    anchor = "" if _odd(recipe) else f"anchor={_anchor(recipe)}, "
    return [
        *_weights(recipe, "np.array", "np.float32"),
        f"result = cv2.filter2D(image, cv2.CV_32F, kernel, {anchor}{border})",
    ]


def _opencv_channels(recipe: Recipe, border: str) -> list[str]:
    """A kernel for each channel, and the sum of the three results."""
    lines, source, crop = _weights(recipe, "np.array", "np.float32"), "image", ""
    if recipe.border == "circular":
        top, bottom, left, right = _pads(recipe)
        lines.append(
            f"padded = cv2.copyMakeBorder(image, {top}, {bottom}, {left}, {right}, cv2.BORDER_WRAP)"
        )
        source, border = "padded", "borderType=cv2.BORDER_CONSTANT"
        crop = f"[{top}:{top} + image.shape[0], {left}:{left} + image.shape[1]]"
    anchor = f"anchor={_anchor(recipe)}, {border}"
    return [
        *lines,
        "result = sum(",
        f"    cv2.filter2D({source}[:, :, c], cv2.CV_32F, kernel[c], {anchor}){crop}",
        "    for c in range(3)",
        ")",
    ]


def _opencv_wrapped(recipe: Recipe) -> list[str]:
    """Pad by hand, because cv2.filter2D has no circular border."""
    top, bottom, left, right = _pads(recipe)
    anchor = "" if _odd(recipe) else f", anchor={_anchor(recipe)}"
    crop = f"[{top}:{top} + image.shape[0], {left}:{left} + image.shape[1]]"
    lines = [
        f"padded = cv2.copyMakeBorder(image, {top}, {bottom}, {left}, {right}, cv2.BORDER_WRAP)"
    ]
    if recipe.kind.startswith("sobel"):
        return [
            *lines,
            f"x = cv2.Sobel(padded, cv2.CV_32F, 1, 0){crop}",
            f"y = cv2.Sobel(padded, cv2.CV_32F, 0, 1){crop}",
            _gradient(recipe, "np.hypot(x, y)", "np.degrees(np.arctan2(y, x))"),
        ]
    return [
        *lines,
        *_weights(recipe, "np.array", "np.float32"),
        f"result = cv2.filter2D(padded, cv2.CV_32F, kernel{anchor}){crop}",
    ]


def torch_code(recipe: Recipe, *, colour: bool) -> str:
    """Write a script that reads ``picture.png`` and leaves the values in ``result``.

    Args:
        recipe: The filter.
        colour: Filter the three channels instead of the grey levels.

    Returns:
        Python that needs PyTorch, and Pillow, OpenCV and NumPy to read the file.
    """
    lines = [
        *_reading(["import torch", "import torch.nn.functional as F"], colour=colour),
        "x = torch.tensor(image, dtype=torch.float32)",
        # Channels go where a batch would: each is filtered alone.
        "x = x.permute(2, 0, 1)[:, None]" if colour else "x = x[None, None]",
    ]
    top, bottom, left, right = _pads(recipe)
    mode = "constant" if recipe.edge == "zero" else recipe.edge
    lines.append(f'padded = F.pad(x, ({left}, {right}, {top}, {bottom}), mode="{mode}")')
    if recipe.kernels:
        lines += _torch_linear(recipe)
    else:
        height, width = recipe.window
        lines.append(f"windows = padded.unfold(2, {height}, 1).unfold(3, {width}, 1).flatten(-2)")
        lines += _torch_bilateral(recipe) if recipe.kind == "bilateral" else _TORCH_MEDIAN
    planes = colour and recipe.channels is None
    lines.append("result = y[:, 0].permute(1, 2, 0)" if planes else "result = y[0, 0]")
    return "\n".join(lines) + "\n"


def skimage_code(recipe: Recipe, *, colour: bool) -> str:
    """Write a script that reads ``picture.png`` and leaves the values in ``result``.

    Args:
        recipe: The filter.
        colour: Filter the three channels instead of the grey levels.

    Returns:
        Python that needs scikit-image, which needs SciPy and Pillow, and OpenCV to read the file.
    """
    if recipe.kind == "bilateral":  # scikit-image's own has a square window and a rough table
        return "\n".join(_skimage_bilateral(recipe, colour=colour)) + "\n"
    mode = f'mode="{_SCIPY_BORDERS[recipe.edge]}"'
    module = "from skimage import filters"
    if recipe.kind == "median":
        lines = [f"return filters.median(image, np.ones(({recipe.size}, {recipe.size})), {mode})"]
    elif recipe.kind.startswith("sobel"):
        lines = [  # scikit-image divides by 4
            f"x = 4 * filters.sobel(image.astype(np.float32), axis=1, {mode})",
            f"y = 4 * filters.sobel(image.astype(np.float32), axis=0, {mode})",
            _gradient(recipe, "np.hypot(x, y)", "np.degrees(np.arctan2(y, x))").replace(
                "result =", "return"
            ),
        ]
    elif recipe.kind == "gaussian" and recipe.size % 2:
        reach = f"truncate={recipe.size // 2} / {recipe.sigma}, preserve_range=True"
        lines = [
            "image = image.astype(np.float32)",
            f"return filters.gaussian(image, {recipe.sigma}, {mode}, {reach})",
        ]
    else:
        module = "from scipy import ndimage  # scikit-image has no filter of any kernel"
        shifts = tuple(side % 2 - 1 for side in recipe.window)  # where an even kernel begins
        lines = [
            *_weights(recipe, "np.array", "np.float32"),
            "image = image.astype(np.float32)",
            f"return ndimage.correlate(image, kernel, {mode}, origin={shifts})",
        ]
        if recipe.channels is not None:
            each = f"ndimage.correlate(image[:, :, c], kernel[c], {mode}, origin={shifts})"
            lines[-1] = f"return sum({each} for c in range(3))"
    return "\n".join([
        *_reading([module], colour=colour),
        "",
        "",
        "def filtered(image):",
        *(f"    {line}" for line in lines),
        "",
        "",
        "result = np.dstack([filtered(image[:, :, channel]) for channel in range(3)])"
        if colour and recipe.channels is None
        else "result = filtered(image)",
    ]) + "\n"  # fmt: skip


def _skimage_bilateral(recipe: Recipe, *, colour: bool) -> list[str]:
    radius = recipe.window[0] // 2
    sides = f"({radius}, {radius}), ({radius}, {radius})"
    return [
        *_reading(["from skimage.util import view_as_windows"], colour=colour),
        "x = np.atleast_3d(image).astype(np.float32)",
        f'padded = np.pad(x, ({sides}, (0, 0)), mode="reflect")',
        f"size = {2 * radius + 1}, {2 * radius + 1}, x.shape[2]",
        "windows = view_as_windows(padded, size)[:, :, 0]",
        "difference = np.abs(windows - x[:, :, None, None]).sum(axis=-1, keepdims=True)",
        f"step = np.arange({-radius}, {radius + 1}) ** 2",
        "distance = (step[:, None] + step)[:, :, None]",
        f"weights = np.exp(-distance / (2 * {recipe.sigma}**2))",
        f"weights = weights * np.exp(-(difference**2) / (2 * {recipe.levels}**2))",
        f"weights = weights * (distance <= {radius}**2)",
        "result = (weights * windows).sum(axis=(2, 3)) / weights.sum(axis=(2, 3))",
        *([] if colour else ["result = result[:, :, 0]"]),
    ]


_TORCH_MEDIAN = ["y = windows.median(dim=-1).values"]


def _torch_linear(recipe: Recipe) -> list[str]:
    if recipe.channels is not None:
        return [
            *_weights(recipe, "torch.tensor", "torch.float32"),
            "y = F.conv2d(padded[:, 0][None], kernel[None])  # the channels are added up",
        ]
    if not recipe.kind.startswith("sobel"):
        return [
            *_weights(recipe, "torch.tensor", "torch.float32"),
            "y = F.conv2d(padded, kernel[None, None])",
        ]
    gradient = _gradient(recipe, "torch.hypot(gx, gy)", "torch.rad2deg(torch.atan2(gy, gx))")
    return [
        "sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])",
        "gx = F.conv2d(padded, sobel[None, None])",
        "gy = F.conv2d(padded, sobel.T[None, None])",
        gradient.replace("result", "y", 1),
    ]


def _torch_bilateral(recipe: Recipe) -> list[str]:
    radius = recipe.window[0] // 2
    return [
        f"step = torch.arange({-radius}, {radius + 1}) ** 2",
        "distance = (step[:, None] + step[None]).flatten()",
        "difference = (windows - x[..., None]).abs().sum(0, keepdim=True)",
        f"weights = torch.exp(-distance / (2 * {recipe.sigma}**2))",
        f"weights = weights * torch.exp(-(difference**2) / (2 * {recipe.levels}**2))",
        f"weights = weights * (distance <= {radius}**2)",
        "y = (weights * windows).sum(-1) / weights.sum(-1)",
    ]


def _gradient(recipe: Recipe, magnitude: str, direction: str) -> str:
    return f"result = {magnitude if recipe.kind == 'sobel-magnitude' else direction}"


def _weights(recipe: Recipe, function: str, dtype: str) -> list[str]:
    if recipe.channels is None:
        text = _rows(recipe.kernels["Kernel"])
    else:
        text = "[" + ", ".join(map(_rows, recipe.channels)) + "]"
    lines = [f"kernel = {function}({text}, dtype={dtype})"]
    if recipe.kind == "kernel" and recipe.flip:
        copied = "[..., ::-1, ::-1].copy()" if function == "np.array" else ".flip(-2, -1)"
        lines.append(f"kernel = kernel{copied}  # convolution: rotated by 180°")
    return lines


def _rows(weights: NDArray[Any]) -> str:
    rows = ("[" + ", ".join(format_weight(w) for w in row) + "]" for row in weights)
    return "[" + ", ".join(rows) + "]"


def _odd(recipe: Recipe) -> bool:
    height, width = recipe.window
    return bool(height % 2 and width % 2)


def _anchor(recipe: Recipe) -> tuple[int, int]:
    height, width = recipe.window
    return (width - 1) // 2, (height - 1) // 2


def _pads(recipe: Recipe) -> tuple[int, int, int, int]:
    height, width = recipe.window
    return (height - 1) // 2, height // 2, (width - 1) // 2, width // 2
