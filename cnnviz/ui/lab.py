"""What the pages of the convolution lab share: their list, their examples, their fields."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.board import Link
from cnnviz.convolution import lecture_source
from cnnviz.imaging import format_kernel
from cnnviz.ui.text import without_colour
from cnnviz.ui.typed import parse_grid

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cnnviz.convolution import Trace

SCREENSHOTS = Path(__file__).parents[2] / "assets" / "screenshots" / "lab"


@dataclass(frozen=True)
class Topic:
    """One page of the lab.

    Attributes:
        page: The file in pages/lab, without its ending, and the page's address.
        title: The page's title.
        icon: A Material icon.
        about: What there is to hold, in one sentence.
        terms: What the lecture decks call it; the tour searches them.
    """

    page: str
    title: str
    icon: str
    about: str
    terms: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything that a search looks at."""
        return " ".join((self.title, self.about, *self.terms)).casefold()


TOPICS = (
    Topic(
        "pixels",
        "Pixels are numbers",
        "apps",
        "Read and paint a picture as a grid of numbers; move it, shuffle it, compare neighbours.",
        ("image", "grey value", "flattening", "vector", "translation", "correlation", "weights"),
    ),
    Topic(
        "flip",
        "Convolution and correlation",
        "flip",
        "See what flipping the kernel changes, why order does not matter, and the integral as an"
        " area.",
        ("cross-correlation", "commutative", "f ∗ g", "∫ f(τ) g(t − τ) dτ", "symmetric kernel"),
    ),
    Topic(
        "sensor",
        "Signals, pictures, videos",
        "timeline",
        "Smooth a noisy sensor by the age of its readings; convolve in 1, 2 and 3 dimensions.",
        ("1-D convolution", "weighting function", "age", "conv1d", "conv3d", "video", "smoothing"),
    ),
    Topic(
        "matrix",
        "Convolution as a matrix",
        "grid_4x4",
        "Write a convolution as one large, mostly empty matrix, and see what that saves.",
        ("Toeplitz matrix", "sparse interactions", "linear operator", "operations", "g = W f"),
    ),
    Topic(
        "frequency",
        "The frequency domain",
        "equalizer",
        "Multiply spectra instead of sliding a kernel; see what wraps around and when it is"
        " faster.",
        ("Fourier transform", "FFT", "convolution theorem", "circular convolution", "separable"),
    ),
    Topic(
        "sharing",
        "From fully connected to convolutional",
        "hub",
        "Start fully connected, go local, then share weights: change one, and all copies change.",
        ("parameter sharing", "local connectivity", "fully connected", "locally connected"),
    ),
    Topic(
        "windows",
        "Stride, padding, dilation",
        "select_all",
        "See which windows are visited, how often each pixel is used, and what is never read.",
        ("full", "same", "valid", "zero padding", "output size", "downsampling", "does not fit"),
    ),
    Topic(
        "volumes",
        "Volumes",
        "view_in_ar",
        "Filter through the full depth and stack the maps; 1×1, depthwise, and what they cost.",
        ("RGB", "depth", "1×1 convolution", "depthwise", "grouped", "im2col", "parameters"),
    ),
    Topic(
        "field",
        "Receptive field",
        "center_focus_strong",
        "See how much of the picture a unit in a stack of layers sees, in theory and measured.",
        ("receptive field", "context", "dilated convolution", "effective receptive field"),
    ),
    Topic(
        "pooling",
        "Pooling",
        "compress",
        "Compare max, average, L2 and Hölder means: what they keep and what they discard.",
        ("max pooling", "average pooling", "L2 pooling", "Hölder mean", "invariance"),
    ),
    Topic(
        "activation",
        "Activation functions",
        "show_chart",
        "Follow a map's numbers along the activation curve; vary the temperature of softmax.",
        ("activation function", "ReLU", "sigmoid", "tanh", "softmax", "non-linearity", "logits"),
    ),
    Topic(
        "equivariance",
        "Equivariance",
        "open_with",
        "Drag an object: its map follows, unless stride, padding or pooling break equivariance.",
        ("translation equivariance", "shift", "invariance", "pooling", "weight sharing"),
    ),
    Topic(
        "upwards",
        "Upsampling",
        "expand",
        "See transposed convolution as stamps, from the output and as a matrix; the checkerboard.",
        ("transposed convolution", "deconvolution", "upsampling", "checkerboard artefact"),
    ),
    Topic(
        "backwards",
        "Backpropagation",
        "undo",
        "Follow the gradient back through a convolution or a pooling layer, checked three ways.",
        ("backpropagation", "gradient", "arg-max", "flipped kernel", "finite differences"),
    ),
    Topic(
        "learn",
        "Learn the kernel",
        "school",
        "Watch gradient descent find the kernel that turns an input into a target, step by step.",
        ("learned convolution", "parameters θ", "gradient descent", "learning rate", "blur"),
    ),
)


def themed(picture: Path) -> Path:
    """Return the dark version of a page's picture where the app is dark and there is one."""
    dark = picture.with_stem(f"{picture.stem}-dark")
    return dark if st.context.theme.type == "dark" and dark.exists() else picture


def thumbnail(topic: Topic) -> Path | None:
    """The picture of a topic's page, if there is one."""
    path = SCREENSHOTS / f"{topic.page}.webp"
    return themed(path) if path.exists() else None


def grid_field(
    label: str, default: ArrayLike, *, key: str, height: int = 130, one_row: bool = False
) -> NDArray[np.float64]:
    """Draw a field for a grid of numbers, kept in the address.

    Args:
        label: Its words.
        default: The numbers at first visit.
        key: The address parameter.
        height: Of the field, in CSS pixels.
        one_row: Whether more than one row is refused.

    Returns:
        The numbers, H×W; those of `default`, below a sentence that says why, where the text
        cannot be read. The text stays.
    """
    start = np.asarray(default, dtype=np.float64)
    help_ = (
        "Separate numbers by spaces; one line per row. Fractions such as 1/9 are fine. You can"
        " paste"
        " what NumPy, MATLAB or a spreadsheet writes."
    )
    text = st.text_area(
        label,
        format_kernel(start).replace(";", "\n"),
        height=height,
        key=key,
        bind="query-params",
        help=help_,
    )
    try:
        grid, problem = parse_grid(text or ""), ""
    except ValueError as error:
        grid, problem = start, str(error)
    if one_row and len(grid) > 1:
        grid, problem = start, f"There are {len(grid)} rows: type one."
    if problem:
        st.error(f"{without_colour(label)}: {problem}", icon=":material/grid_off:")
    return grid


def correction(right: str, claim: str, case: str) -> None:
    """State what is right and, below and more quietly, where a lecture says otherwise.

    Args:
        right: One or two sentences that need no lecture to be understood.
        claim: What the lecture says instead, without a full stop.
        case: Id of the example, for its place in the lectures.
    """
    with st.container(gap="xsmall"):
        st.markdown(right)
        source = lecture_source(case)
        st.caption(f":material/rule: {source[0].upper()}{source[1:]}, says otherwise: {claim}.")


def check(words: str, difference: float, *, within: float = 1e-9) -> None:
    """Say of two independently computed results how far they are apart."""
    holds = bool(difference <= within)
    shown = "0" if difference == 0 else f"{difference:.1e}".replace("-", "\u2212")
    badge = ":green-badge[:material/check:]" if holds else ":red-badge[:material/close:]"
    # Words in a badge would be cut off on a phone: it never breaks a line.
    st.markdown(f"{badge} :small[{words} (largest difference {shown})]", width="content")


def agree(words: str, ours: ArrayLike, theirs: ArrayLike, *, within: float = 1e-9) -> None:
    """`check` of two results, number by number.

    Args:
        words: What is compared.
        ours: Numbers.
        theirs: As many of them, in the same order; the shapes may differ.
        within: The largest difference that is rounding, beside numbers of about 1: larger numbers
            are rounded in larger steps.
    """
    one, other = (np.asarray(values, dtype=np.float64).ravel() for values in (ours, theirs))
    size = max(1.0, float(np.abs(other).max(initial=0)))
    check(words, float(np.abs(one - other).max(initial=0)), within=within * size)


def sums(source: int, target: int, traced: Trace) -> Link:
    """Each output of a weighted sum, panel `source`, is made of its window in panel `target`."""
    assert traced.kernel is not None
    return Link(source, target, traced.reads, traced.kernel.flat[traced.taps], sum=True)


def weighed(source: int, target: int, traced: Trace) -> Link:
    """Each output, panel `source`, uses every weight of the kernel, panel `target`."""
    return Link(source, target, np.tile(traced.taps, (traced.output.size, 1)))


def thousands(number: float) -> str:
    """Write a count with commas."""
    return f"{number:,.0f}"


def as_rows(cells: dict[str, Any]) -> dict[str, list[Any]]:
    """A one-row table for `st.dataframe`."""
    return {name: [value] for name, value in cells.items()}
