"""How many weights, biases and connections a layer has, and what shape it gives."""

from typing import NamedTuple

from cnnviz.convolution.geometry import (
    ConvolutionError,
    Pair,
    Size2d,
    as_pair,
    output_size,
    whole_number,
)


class ParameterCount(NamedTuple):
    """The learned numbers of one layer."""

    weights: int
    biases: int

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights + self.biases


def conv_parameters(
    kernel: Size2d, channels_in: int, channels_out: int, *, bias: bool = True, groups: int = 1
) -> ParameterCount:
    """Count a convolution layer: ``kh kw C_in C_out / groups`` weights and ``C_out`` biases.

    Raises:
        ConvolutionError: for a number out of range, or groups that do not divide the channels.
    """
    height, width = as_pair(kernel, "kernel")
    groups = whole_number(groups, "number of groups", 1)
    if channels_in % groups or channels_out % groups:
        raise ConvolutionError(
            f"{groups} groups do not divide {channels_in} input and {channels_out} output "
            "channels: choose a divisor of both."
        )
    weights = height * width * channels_in * channels_out // groups
    return ParameterCount(weights, channels_out if bias else 0)


def linear_parameters(inputs: int, outputs: int, *, bias: bool = True) -> ParameterCount:
    """Count a fully connected layer: every input joined to every output, a bias per output."""
    return ParameterCount(inputs * outputs, outputs if bias else 0)


def conv_shape(
    shape: tuple[int, int, int],
    kernel: Size2d,
    channels_out: int,
    *,
    stride: Size2d = 1,
    padding: Size2d = 0,
    dilation: Size2d = 1,
) -> tuple[int, int, int]:
    """Output (channels, height, width) of a convolution over an input of ``shape``."""
    window, step, pad, apart = (
        as_pair(kernel, "kernel"),
        as_pair(stride, "stride"),
        as_pair(padding, "padding", 0),
        as_pair(dilation, "dilation"),
    )
    rows = output_size(shape[1], window[0], step[0], pad[0], apart[0]).size
    columns = output_size(shape[2], window[1], step[1], pad[1], apart[1]).size
    return channels_out, rows, columns


def conv_connections(output_hw: Pair, kernel: Size2d, channels_in: int, channels_out: int) -> int:
    """Count the connections of a convolution layer, which is its weights if none were shared."""
    shared = conv_parameters(kernel, channels_in, channels_out, bias=False).weights
    return output_hw[0] * output_hw[1] * shared
