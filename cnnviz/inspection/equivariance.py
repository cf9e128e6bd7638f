"""The scene of the equivariance page, computed by PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.convolution.equivariance import Scene


def _pads(scene: Scene) -> list[int]:
    """Left, right, top, bottom, so that stride 1 keeps the size."""
    high, wide = scene.kernel.shape
    left, top = (wide - 1) // 2, (high - 1) // 2
    return [left, wide - 1 - left, top, high - 1 - top]


def scene_output(scene: Scene, picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """What `scene.output(picture)` gives, from PyTorch."""
    x = torch.from_numpy(picture)[None, None]
    if scene.edges != "valid":
        x = F.pad(x, _pads(scene), "circular" if scene.edges == "circular" else "constant")
    x = F.conv2d(x, torch.from_numpy(scene.kernel)[None, None], stride=scene.stride)
    if scene.pooling == "max":
        x = F.max_pool2d(x, 2)
    elif scene.pooling == "mean":
        x = F.avg_pool2d(x, 2)
    output: NDArray[np.float64] = x[0, 0].numpy()
    return output


def scene_code(scene: Scene, shift: tuple[int, int] = (0, 0)) -> str:
    """PyTorch that prints the output with the object moved by (down, right)."""
    (top, left), side = scene.home, scene.side
    # Only what is on the canvas can be set; on a circular one it comes in again.
    if scene.edges == "circular":
        place = [f"    x[..., at % {side}, to % {side}] = value"]
    else:
        place = [
            f"    if 0 <= at < {side} and 0 <= to < {side}:",
            "        x[..., at, to] = value",
        ]
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        "",
        f"down, right = {shift[0]}, {shift[1]}  # the shift",
        f"x = torch.zeros(1, 1, {side}, {side}) + {scene.background:g}",
        f"kernel = torch.tensor({scene.kernel.tolist()})[None, None]",
        f"thing = torch.tensor({scene.object.tolist()})",
        "for cell, value in enumerate(thing.flatten()):",
        f"    at = down + {top} + cell // {scene.object.shape[1]}",
        f"    to = right + {left} + cell % {scene.object.shape[1]}",
        *place,
    ]
    if scene.edges != "valid":
        mode = "circular" if scene.edges == "circular" else "constant"
        lines.append(f'x = F.pad(x, {_pads(scene)}, "{mode}")')
    lines.append(f"x = F.conv2d(x, kernel, stride={scene.stride})")
    if scene.pooling != "none":
        lines.append(f"x = F.{'max' if scene.pooling == 'max' else 'avg'}_pool2d(x, 2)")
    return "\n".join([*lines, "print(x)", ""])
