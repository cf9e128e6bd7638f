"""The PyTorch code of a sliding window: complete, and run as it is it gives the same numbers."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from cnnviz.convolution.arithmetic import Operands
from cnnviz.convolution.geometry import Pads, Pair, output_size
from cnnviz.convolution.pooling import PoolOperands
from cnnviz.convolution.windows import Array


def conv2d_code(given: Operands, *, flip: bool) -> str:
    """Write the PyTorch code of a correlation or, flipped, of a convolution."""
    typed = given.kernel[:, ::-1, ::-1] if flip else given.kernel
    lines = [_tensor("image", given.image[np.newaxis]), _tensor("kernel", typed[np.newaxis])]
    if flip:
        lines.append("kernel = kernel.flip(-2, -1)  # F.conv2d itself does not flip")
    pad, options = _padding(given.pads, given.mode)
    options += _option("stride", given.stride) + _option("dilation", given.dilation)
    bias, bias_option = _bias(given.bias)
    call = f"output = F.conv2d(image, kernel{options}{bias_option})[0, 0]"
    return _program([*lines, *pad, *bias, call])


def conv_transpose2d_code(
    image: Array, kernel: Array, *, stride: Pair, padding: Pair, dilation: Pair, bias: float
) -> str:
    """Write the PyTorch code of a transposed convolution."""
    lines = [_tensor("image", image[np.newaxis]), _tensor("kernel", kernel[:, np.newaxis])]
    options = _option("stride", stride) + _option("padding", padding, 0)
    options += _option("dilation", dilation)
    bias_lines, bias_option = _bias(bias)
    call = f"output = F.conv_transpose2d(image, kernel{options}{bias_option})[0, 0]"
    return _program([*lines, *bias_lines, call])


def pool_code(given: PoolOperands, reduction: Literal["max", "mean", "median"]) -> str:
    """Write the PyTorch code of a pooling of one channel."""
    # F.pad on every call: the poolings' own padding argument stops at half the window.
    pad: list[str] = []
    if given.pads != ((0, 0), (0, 0)):
        pad = [_pad_line(given.pads, given.mode)]
    options = f"{given.window}, stride={given.stride}"
    if reduction == "median":
        rows, columns = (
            output_size(
                given.image.shape[axis + 1],
                given.window[axis],
                given.stride[axis],
                given.pads[axis],
            ).size
            for axis in (0, 1)
        )
        call = [
            f"windows = F.unfold(image, {options})",
            f"output = windows.quantile(0.5, dim=1).reshape({rows}, {columns})",
        ]
    else:
        function = "max_pool2d" if reduction == "max" else "avg_pool2d"
        call = [f"output = F.{function}(image, {options})[0, 0]"]
    return _program([_tensor("image", given.image[np.newaxis]), *pad, *call])


def _program(lines: Iterable[str]) -> str:
    header = ["import torch", "import torch.nn.functional as F", ""]
    return "\n".join([*header, *lines, "print(output)", ""])


def _padding(pads: Pads, mode: str) -> tuple[list[str], str]:
    """Lines that pad ``image``, and the option of the call that spares them."""
    (top, bottom), (left, right) = pads
    if (top, left) == (bottom, right) and (mode == "zero" or pads == ((0, 0), (0, 0))):
        return [], _option("padding", (top, left), 0)
    return [_pad_line(pads, mode)], ""


def _pad_line(pads: Pads, mode: str) -> str:
    """Write the line that pads ``image``; torch counts left, right, top, bottom."""
    (top, bottom), (left, right) = pads
    how = {"zero": "", "empty": ', value=float("-inf")'}.get(mode, f', mode="{mode}"')
    return f"image = F.pad(image, ({left}, {right}, {top}, {bottom}){how})"


def _option(name: str, pair: Pair, default: int = 1) -> str:
    """Write a keyword argument, or nothing where it is the default."""
    if pair == (default, default):
        return ""
    return f", {name}={pair[0] if pair[0] == pair[1] else pair}"


def _bias(bias: float) -> tuple[list[str], str]:
    if bias == 0:
        return [], ""
    return [_tensor("bias", np.array([bias]))], ", bias=bias"


def _tensor(name: str, values: Array) -> str:
    """Write a float64 tensor with every digit that matters."""
    return f"{name} = torch.tensor({_brackets(values)}, dtype=torch.float64)"


def _brackets(values: Array) -> str:
    if values.ndim == 1:
        return "[" + ", ".join(_number(value) for value in values.tolist()) + "]"
    return "[" + ", ".join(_brackets(part) for part in values) + "]"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
