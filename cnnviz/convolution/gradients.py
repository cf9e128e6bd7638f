"""The gradients of a sliding window, read off its trace."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution.geometry import ConvolutionError
from cnnviz.convolution.trace import Trace
from cnnviz.convolution.windows import Array, pad_image


class Gradients(NamedTuple):
    """Gradients of a loss with respect to what went into a sliding window."""

    image: Array  # C x H x W
    kernel: Array | None  # C x kh x kw, of the kernel as applied
    bias: float


def backward(trace: Trace, upstream: ArrayLike) -> Gradients:
    """Carry a gradient back through a sliding window.

    A weighted sum sends ``upstream`` to each input times its weight and to each weight times its
    input; a mean spreads it evenly; a maximum gives it all to the first largest cell.

    Args:
        trace: the forward pass.
        upstream: Ho x Wo, the gradient of the loss with respect to ``trace.output``.

    Raises:
        ConvolutionError: if ``upstream`` has another shape than the output, or for a median.
    """
    upstream = np.asarray(upstream, dtype=np.float64)
    if upstream.shape != trace.output.shape:
        raise ConvolutionError(
            f"The upstream gradient must have the output's shape {trace.output.shape}, "
            f"not {upstream.shape}."
        )
    arriving = upstream.reshape(-1, 1)
    is_term = trace.reads >= 0
    terms = np.where(is_term, trace.padded.flat[trace.reads], 0.0)
    grad_kernel = None
    if trace.kernel is not None:
        sent = arriving * trace.kernel.flat[trace.taps]
        grad_kernel = np.zeros(trace.kernel.shape)
        np.add.at(grad_kernel.reshape(-1), trace.taps, (arriving * terms).sum(0))
    elif trace.reduction == "mean":
        sent = np.broadcast_to(arriving / trace.reads.shape[1], trace.reads.shape)
    elif trace.reduction == "max":
        largest = np.where(is_term, terms, -np.inf).argmax(1)
        sent = arriving * (np.arange(trace.reads.shape[1]) == largest[:, np.newaxis])
    else:
        raise ConvolutionError(f"The gradient of a {trace.operator} is not available.")
    grad_padded = np.zeros(trace.padded.size)
    np.add.at(grad_padded, trace.reads[is_term], sent[is_term])
    return Gradients(_unpad(trace, grad_padded), grad_kernel, float(upstream.sum()))


class Flow(NamedTuple):
    """Where the gradient of each input cell comes from.

    The gradient of padded cell c is the sum over t of ``shares[c, t]`` times the upstream
    gradient of output ``outputs[c, t]``; an output of -1 is no term.
    """

    outputs: NDArray[np.int32]  # cells x T
    shares: Array  # cells x T


def flow(trace: Trace) -> Flow:
    """Return how an upstream gradient reaches every cell of ``trace.padded``.

    Raises:
        ConvolutionError: for a median.
    """
    count, terms = trace.reads.shape
    if trace.kernel is not None:
        shares = np.broadcast_to(trace.kernel.flat[trace.taps], (count, terms))
    elif trace.reduction == "mean":
        shares = np.full((count, terms), 1 / terms)
    elif trace.reduction == "max":
        values = np.where(trace.reads >= 0, trace.padded.flat[trace.reads], -np.inf)
        shares = (np.arange(terms) == values.argmax(1)[:, np.newaxis]).astype(np.float64)
    else:
        raise ConvolutionError(f"The gradient of a {trace.operator} is not available.")
    output, term = np.nonzero(trace.reads >= 0)
    cell = trace.reads[output, term]
    order = np.argsort(cell, kind="stable")
    cell, output, share = cell[order], output[order], shares[output, term][order]
    uses = np.bincount(cell, minlength=trace.padded.size)
    place = np.arange(len(cell)) - np.repeat(np.cumsum(uses) - uses, uses)
    outputs = np.full((trace.padded.size, max(1, uses.max())), -1, dtype=np.int32)
    table = np.zeros(outputs.shape)
    outputs[cell, place], table[cell, place] = output, share
    return Flow(outputs, table)


def finite_differences(
    function: Callable[[Array], float], at: ArrayLike, step: float = 1e-6
) -> Array:
    """Measure a gradient: ``(f(x + h) - f(x - h)) / 2h`` for every entry of x.

    Args:
        function: of an array, to a number.
        at: the array x.
        step: h.
    """
    point = np.asarray(at, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (function(above) - function(below)) / (2 * step)
    return gradient


def _unpad(trace: Trace, grad_padded: Array) -> Array:
    """Add the gradient of every padded cell to the image cell it was copied from."""
    cells = np.arange(trace.image.size, dtype=np.float64).reshape(trace.image.shape)
    mode = "zero" if trace.mode == "empty" else trace.mode
    source = pad_image(cells, trace.pads, mode, fill=-1).astype(np.int64).reshape(-1)
    gradient = np.zeros(trace.image.size)
    np.add.at(gradient, source[source >= 0], grad_padded[source >= 0])
    return gradient.reshape(trace.image.shape)
