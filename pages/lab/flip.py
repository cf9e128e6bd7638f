"""Convolution and correlation: the flip, the order of the two, and the integral."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.components.sliding import Shape, sliding
from cnnviz.convolution import ConvolutionError, lecture_case, lecture_source, trace
from cnnviz.convolution.signals import symmetric
from cnnviz.inspection import torch_reference
from cnnviz.ui.lab.flip.order import order_does_not_matter
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import SLIDING
from cnnviz.ui.shared.choice import choose
from cnnviz.ui.shared.controls import select
from cnnviz.ui.shared.projecting import figure_and_settings

SHAPES: dict[Shape, str] = {
    "box": "Box",
    "triangle": "Triangle",
    "exponential": "Exponential",
    "gaussian": "Gaussian",
    "ramp": "Ramp",
}


def flip_and_compare() -> None:
    example = lecture_case("s3-correlation-vs-convolution")["inputs"]
    figure, side = figure_and_settings()
    with side:
        flip = st.toggle(
            "Flip the kernel", True, key="fl_flip", bind="query-params",
            help="On: convolution as in mathematics. Off: cross-correlation, which libraries call"
            " convolution.",
        )  # fmt: skip
        image = lab.grid_field(":blue[Picture I]", example["image"], key="fl_x")
        kernel = lab.grid_field(":violet[Kernel K]", example["kernel"], key="fl_k", height=100)
        if st.toggle("Make the kernel symmetric", key="fl_even", bind="query-params"):
            kernel = symmetric(kernel)
    with figure:
        st.caption(
            "In mathematics, a convolution rotates the kernel by 180° before sliding it. Use the"
            " switch to see which kernel gives which result. With a symmetric kernel there is no"
            " difference."
        )
        try:
            slid, turned = trace(image, kernel), trace(image, kernel, flip=True)
        except ConvolutionError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        used = turned if flip else slid
        cells = np.arange(used.output.size)[:, None]
        difference = turned.output - slid.output
        linked_grids(
            [
                Panel("I", image),
                Panel(
                    "K, rotated" if flip else "K",
                    used.weights[0],
                    "weights",
                    sign="⋆",
                ),
                Panel("Convolution I ∗ K", turned.output, sign="="),
                Panel("Correlation I ⋆ K", slid.output, sign="|"),
                Panel("Difference", difference, sign="|"),
            ],
            [
                lab.sums(2, 0, turned),
                lab.sums(3, 0, slid),
                lab.weighed(2 if flip else 3, 1, used),
                Link(4, 2, cells),
                Link(4, 3, cells, np.array([-1.0])),
            ],
            key="fl_grids",
            alt="Convolution and correlation of the same picture and kernel, and their difference",
            driver=2 if flip else 3,
            pytorch="import torch\nimport torch.nn.functional as F\n\n"
            f"I = torch.tensor({image.tolist()})[None, None]\n"
            f"K = torch.tensor({kernel.tolist()})[None, None]\n"
            "correlation = F.conv2d(I, K)\nconvolution = F.conv2d(I, K.flip(2, 3))\n"
            "print(convolution, correlation, convolution - correlation)\n",
        )
        with st.container(horizontal=True):
            exact = torch_reference.conv(image, kernel)
            lab.agree("Correlation matches torch conv2d", slid.output, exact)
            exact = torch_reference.conv(image, kernel[::-1, ::-1])
            lab.agree("Convolution matches conv2d with K flipped", turned.output, exact)
        if difference.any():
            st.markdown(f"**{np.count_nonzero(difference)} of {difference.size} cells differ.**")
        else:
            same = np.array_equal(kernel, kernel[::-1, ::-1])
            why = "the kernel is the same when rotated by 180°." if same else "by chance."
            st.markdown(f"**No difference:** {why}")
        lab.correction(
            "In deep learning, what is called a convolution is nearly always a **correlation**: the"
            " kernel is not flipped. For weights that are learned it makes no difference: training"
            " finds the kernel, flipped or not.",
            "the sum of h[u, v] · f[i + u, j + v], a correlation, is called a convolution there",
            "s0-first-formula-is-correlation",
        )
        st.caption(
            f":material/rule: On the {lecture_source('s2-conv-formula-vs-inner-product')}, the"
            " formula flips the kernel, and the pictures beside it do not."
        )


flip_and_compare()

order_does_not_matter()


def swap(f: Shape, g: Shape) -> None:
    """Let g stand, and f slide; the figure swaps their widths."""
    choose("fl_f", g)
    choose("fl_g", f)


st.header("Continuous convolution")
st.caption(
    "g is reversed and slides over f. The result at t is the area under the product of the two."
    " Swap them: other areas, the same result, since f ∗ g = g ∗ f."
)
with st.container(horizontal=True):
    shape_f = select(":blue[f]", SHAPES, "box", key="fl_f", width=180)
    shape_g = select(":violet[g]", SHAPES, "exponential", key="fl_g", width=180)
    st.button(
        "Swap f and g", icon=":material/swap_horiz:", key="_fl_swap", on_click=swap,
        args=(shape_f, shape_g), disabled=shape_f == shape_g,
    )  # fmt: skip
sliding(
    shape_f,
    shape_g,
    key="fl_sliding",
    alt=f"A {SHAPES[shape_f].lower()} and a reversed {SHAPES[shape_g].lower()} that slides over it",
    start=SLIDING.read(),
    url_parameter=SLIDING.name,
)
