"""The settings of the page The frequency domain."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.convolution import lecture_case
from cnnviz.convolution.spectrum import separable_kernel
from cnnviz.imaging import to_grey
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired, select
from cnnviz.ui.shared.small_picture import small_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution.spectrum import KernelName

SOURCES = {"deck": "A small drawing", "picture": "The picture"}
KERNELS: dict[KernelName, str] = {
    "gaussian": "Gaussian blur",
    "box": "Box blur",
    "motion": "Motion blur",
    "edges": "Vertical edges",
}
SIDE = 80  # of the picture: six grids of it are drawn cell by cell


@dataclass(frozen=True, eq=False)
class Operands:
    """What is to be convolved.

    Attributes:
        id: "deck" or "picture".
        image: H×W.
        kernel: kh×kw.
        padding: Zeros to add below and to the right.
        code: Python lines that make `x` and `kernel`, tensors.
        span: (low, high) of the image's greys; None for plain numbers.
        signed: Whether the result may be negative, or is no picture.
    """

    id: str
    image: NDArray[np.float64]
    kernel: NDArray[np.float64]
    padding: int
    code: str
    span: tuple[float, float] | None
    signed: bool


def choose_operands() -> Operands:
    """Draw the choice of image, kernel and padding."""
    source = choice(
        st.segmented_control,
        "Image",
        SOURCES,
        "deck",
        key="fq_source",
        label_visibility="collapsed",
    )
    if source == "deck":
        example = lecture_case("s3-fft")["inputs"]
        image = lab.grid_field(":blue[Image]", example["image"], key="fq_x")
        kernel = lab.grid_field(":violet[Kernel]", example["kernel"], key="fq_k", height=100)
        code = f"x = torch.tensor({image.tolist()})\nkernel = torch.tensor({kernel.tolist()})"
        return Operands(source, image, kernel, _padding(kernel), code, None, signed=True)
    grey = np.round(to_grey(small_square(SIDE))).astype(np.uint8)
    name = select(":violet[Kernel]", KERNELS, "gaussian", key="fq_kernel")
    length = paired(":violet[Side of the kernel]", 3, 31, 15, key="fq_side", step=2)
    column, row = separable_kernel(name, length)
    kernel = np.outer(column, row)
    code = (
        f'data = base64.b64decode("{base64.b64encode(grey.tobytes()).decode()}")\n'
        f"x = torch.frombuffer(bytearray(data), dtype=torch.uint8).view({SIDE}, {SIDE})\n"
        f"column = torch.tensor({column.tolist()}, dtype=torch.float64)\n"
        f"row = torch.tensor({row.tolist()}, dtype=torch.float64)\n"
        "kernel = torch.outer(column, row)"
    )
    image = grey.astype(np.float64)
    signed = name == "edges"
    return Operands(source, image, kernel, _padding(kernel), code, (0, 255), signed)


def _padding(kernel: NDArray[np.float64]) -> int:
    most = max(kernel.shape) - 1
    if not most:  # a slider needs two ends
        return 0
    chosen = paired(
        f":orange[Padding], 0 to {most}",
        0,
        most,
        most,
        key=f"fq_p{most}",
        help="Zeros added below and to the right. The kernel's side minus one is enough.",
    )
    return int(chosen)
