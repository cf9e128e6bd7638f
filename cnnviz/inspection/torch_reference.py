"""The lab's results computed by PyTorch instead, which its figures are checked against.

Everything is computed in float64 and without gradients that outlive the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor

    from cnnviz.convolution.pooling import Pooling

    Array = NDArray[np.float64]


def conv(values: ArrayLike, kernel: ArrayLike, *, stride: int = 1, padding: int = 0) -> Array:
    """What PyTorch calls a convolution (it does not flip), in one, two or three dimensions.

    Args:
        values: One channel; its number of dimensions decides between `conv1d`, `conv2d`, `conv3d`.
        kernel: Of as many dimensions.
        stride: Step between windows.
        padding: Zeros at each end.
    """
    x, weights = _tensor(values), _tensor(kernel)
    operator = (F.conv1d, F.conv2d, F.conv3d)[x.ndim - 1]
    return _array(
        operator(x[None, None], weights[None, None], stride=stride, padding=padding)[0, 0]
    )


def conv_layer(volume: ArrayLike, filters: ArrayLike, biases: ArrayLike | None = None) -> Array:
    """All maps of a convolution layer with stride 1 and no padding.

    Args:
        volume: C×H×W.
        filters: N×C×h×w.
        biases: N; none if left out.

    Returns:
        N×(H − h + 1)×(W − w + 1).
    """
    bias = None if biases is None else _tensor(biases)
    return _array(F.conv2d(_tensor(volume)[None], _tensor(filters), bias)[0])


def conv_on_a_ring(image: Array, kernel: Array, size: tuple[int, ...]) -> Array:
    """A convolution, kernel flipped, whose windows leave at one end and come in at the other.

    Args:
        image: H×W, padded with zeros at its ends up to `size`.
        kernel: h×w.
        size: Height and width of the ring, and of the result.
    """
    high, wide = kernel.shape
    x = F.pad(_tensor(image), (0, size[1] - image.shape[1], 0, size[0] - image.shape[0]))
    x = F.pad(x[None, None], (wide - 1, 0, high - 1, 0), mode="circular")
    return _array(F.conv2d(x, _tensor(kernel[::-1, ::-1])[None, None])[0, 0])


def transposed(image: ArrayLike, kernel: ArrayLike, *, stride: int = 1, crop: int = 0) -> Array:
    """`F.conv_transpose2d` of one channel.

    Args:
        image: H×W.
        kernel: h×w.
        stride: Distance of two stamps.
        crop: Cells cut off at each edge; PyTorch calls it padding.
    """
    x, weights = _tensor(image)[None, None], _tensor(kernel)[None, None]
    return _array(F.conv_transpose2d(x, weights, stride=stride, padding=crop)[0, 0])


def upsampled(image: ArrayLike) -> dict[str, Array]:
    """A picture of H×W enlarged to 2H×2W in three ways, by name."""
    x, weights = _tensor(image)[None, None], np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16
    bilinear = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return {
        "Nearest": _array(F.interpolate(x, scale_factor=2, mode="nearest")[0, 0]),
        "Bilinear": _array(bilinear[0, 0]),
        "Transposed": transposed(image, weights, stride=2, crop=1),
    }


def pool(image: ArrayLike, window: int, *, rule: Pooling, stride: int, power: float = 2.0) -> Array:
    """Pooling of one channel; the arguments as in `cnnviz.convolution.pool2d`.

    Raises:
        ValueError: PyTorch has no such pooling.
    """
    x = _tensor(image)[None, None]
    match rule:
        case "max":
            pooled = F.max_pool2d(x, window, stride)
        case "mean":
            pooled = F.avg_pool2d(x, window, stride)
        case "lp":
            pooled = F.lp_pool2d(x, 2.0, window, stride)
        case "holder":
            windows = x.unfold(2, window, stride).unfold(3, window, stride)
            # Large numbers are made small first: their powers would overflow.
            largest = windows.amax((4, 5), keepdim=True).clamp(min=1)
            norms = torch.linalg.vector_norm(windows / largest, power, (4, 5))
            pooled = largest[..., 0, 0] * norms / window ** (2 / power)
        case _:
            raise ValueError(rule)
    return _array(pooled[0, 0])


def gradients(
    image: ArrayLike, kernel: ArrayLike | None, upstream: ArrayLike, *, rule: Pooling = "max"
) -> list[Array]:
    """∂L/∂x, and ∂L/∂w where there is a kernel, by autograd.

    Args:
        image: x, H×W.
        kernel: w, h×w; None for 2×2 pooling.
        upstream: ∂L/∂y, of the output's shape.
        rule: `max` or `mean`, for pooling.
    """
    leaves = [_tensor(values).requires_grad_() for values in (image, kernel) if values is not None]
    x = leaves[0][None, None]
    if kernel is not None:
        output = F.conv2d(x, leaves[1][None, None])
    else:
        output = (F.max_pool2d if rule == "max" else F.avg_pool2d)(x, 2)
    return [_array(g) for g in torch.autograd.grad(output, leaves, _tensor(upstream)[None, None])]


def activated(name: str, values: ArrayLike) -> Array:
    """Values of any shape after an activation function.

    Args:
        name: `relu`, `leaky` (a slope of 0.1 below 0), `gelu`, `sigmoid` or `tanh`.
        values: What goes in.
    """
    functions: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": torch.relu,
        "leaky": lambda x: F.leaky_relu(x, 0.1),
        "gelu": F.gelu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }
    return _array(functions[name](_tensor(values)))


def local_response_norm(maps: ArrayLike, *, n: int, alpha: float, beta: float, k: float) -> Array:
    """AlexNet's normalisation over `n` neighbouring maps, C×H×W; PyTorch divides `alpha` by `n`."""
    x = _tensor(maps)[None]
    return _array(F.local_response_norm(x, n, alpha=alpha * n, beta=beta, k=k)[0])


def _tensor(values: ArrayLike) -> Tensor:
    # A copy, because torch takes no array that was turned around.
    return torch.from_numpy(np.array(values, dtype=np.float64))


def _array(values: Tensor) -> Array:
    return np.asarray(values.numpy(), dtype=np.float64)
