"""The picture that excites a filter: found by walking uphill along its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.inspection.activations import find
from cnnviz.inspection.guard import NotFiniteError, untouched
from cnnviz.inspection.outputs import check_channel, run_to
from cnnviz.networks import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from cnnviz.networks import Spec

STEPS = 48
RATE = 0.06  # of the range from black to white, the mean change of a pixel in a step
EVERY = 4  # so many steps from one picture shown to the next, and from one smoothing to the next
_MOST_FILTERS = 64
# As for switching filters off; see `cnnviz.inspection.ablation`.
_MOST_WORK, _VALUE = 25e9, 40
_SPREAD = 0.1  # of the noise to start from, around middle grey
LEAK = 0.1  # of the leaky ReLU that stands in for a ReLU
SIGMA = 0.5  # of the smoothing, in pixels


@dataclass(frozen=True, eq=False)
class Climb:
    """Where the pictures have got to.

    Attributes:
        step: Steps made so far.
        images: P×C×H×W `uint8`, one picture a filter.
        values: P, the mean over each filter's map for its picture.
    """

    step: int
    images: NDArray[np.uint8]
    values: NDArray[np.float32]


def climb(
    model: nn.Module,
    layer: str,
    channels: Sequence[int],
    start: NDArray[np.uint8],
    scale: tuple[Sequence[float], Sequence[float]],
    *,
    jitter: bool = True,
    smooth: bool = True,
    steps: int = STEPS,
    seed: int = 0,
) -> Iterator[Climb]:
    r"""Change a picture step by step so that a filter answers it more strongly.

    Activation maximisation after Erhan et al., *Visualizing higher-layer features of a deep
    network*, 2009, with the jitter of Mordvintsev et al., *Inceptionism*, 2015 and the blur of
    Yosinski et al., 2015. With $f$ the mean over a filter's map, and $g = \partial f / \partial x$,

    $x \leftarrow \operatorname{clip}(x + \eta\, g / \overline{|g|},\ 0,\ 1)$.

    All filters are one batch: in evaluation mode no picture has a say in another's answer. For a
    ReLU, $f$ is that of a leaky one in its place, which has a gradient also where the ReLU is off.

    Args:
        model: Any model.
        layer: Name of a layer that gives maps or a flat output.
        channels: P filters.
        start: C×H×W, the picture they all start from, before normalising.
        scale: Mean and spread per channel that the network was trained with.
        jitter: Shift the picture by up to an eighth of its sides before each step and back after
            it, so that no pattern depends on one place.
        smooth: Blur it a little after every few steps, so that single pixels do not win.
        steps: How many.
        seed: Of the shifts.

    Yields:
        The pictures as they begin, and after every few steps, and at the end.

    Raises:
        InspectionError: There is no such layer or filter, or it gives numbers that are not finite.
    """
    centre, spread = (torch.tensor(list(side)).view(-1, 1, 1) for side in scale)
    before = isinstance(find(model, layer), nn.ReLU)
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.from_numpy(start).float().div(255).expand(len(channels), *start.shape).clone()
    rows = torch.arange(len(channels))
    chosen = torch.tensor(list(channels))

    def look(now: Tensor) -> Climb:
        with untouched(model), torch.no_grad():
            output = run_to(model, layer, (now - centre) / spread)
        for channel in channels:
            check_channel(layer, channel, output.shape[1])
        values = output[rows, chosen].reshape(len(channels), -1).mean(1)
        if not bool(values.isfinite().all()):
            raise NotFiniteError
        images = now.mul(255).round().to(torch.uint8)
        return Climb(step, images.numpy(), values.numpy())

    step = 0
    yield look(pictures)
    for step in range(1, steps + 1):
        shift = [0, 0]
        if jitter:
            reach = [side // 8 for side in start.shape[1:]]
            shift = [int(torch.randint(-r, r + 1, (1,), generator=generator)) for r in reach]
        x = pictures.roll(shift, (2, 3)).requires_grad_()
        with untouched(model), torch.enable_grad():
            output = run_to(model, layer, (x - centre) / spread, before=before)
            cells = output[rows, chosen].reshape(len(channels), -1)
            aim = (F.leaky_relu(cells, LEAK) if before else cells).mean(1)
            (gradient,) = torch.autograd.grad(aim.sum(), x)
        size = gradient.abs().mean((1, 2, 3), keepdim=True).clamp_min(1e-20)
        x = (x.detach() + RATE * gradient / size).clamp(0, 1)
        pictures = x.roll([-by for by in shift], (2, 3))
        if step % EVERY == 0 and step < steps and smooth:
            pictures = _blurred(pictures)
        if step % EVERY == 0 or step == steps:
            yield look(pictures)


def affordable_filters(spec: Spec, shape: tuple[int, int, int], layer: str) -> int:
    """For how many filters of a layer pictures can be found in a few seconds.

    Args:
        spec: The layers of the network.
        shape: C, H, W of one picture.
        layer: Name of a layer.

    Returns:
        From 1 to 64, and no more than the layer has.
    """
    rows = summary(spec, shape)
    last = next(at for at, row in enumerate(rows) if row.name == layer)
    work = sum(row.macs + _VALUE * prod(row.output_shape) for row in rows[: last + 1])
    # A step goes forward once and back once, which costs twice as much.
    most = _MOST_WORK / (3 * STEPS * max(1, work))
    return max(1, min(_MOST_FILTERS, int(most), rows[last].output_shape[0]))


def noise(shape: tuple[int, int, int], seed: int = 0) -> NDArray[np.uint8]:
    """A picture of weak noise around middle grey: C×H×W."""
    draws = np.random.default_rng(seed).normal(0.5, _SPREAD, shape)
    return np.rint(255 * np.clip(draws, 0, 1)).astype(np.uint8)


def _blurred(pictures: Tensor) -> Tensor:
    """Blur each channel with a 3×3 Gaussian; the edge is repeated."""
    line = torch.exp(-(torch.tensor([-1.0, 0.0, 1.0]) ** 2) / (2 * SIGMA**2))
    kernel = torch.outer(line, line) / line.sum() ** 2
    flat = F.pad(pictures.flatten(0, 1)[:, None], (1, 1, 1, 1), mode="replicate")
    return F.conv2d(flat, kernel[None, None]).reshape(pictures.shape)
