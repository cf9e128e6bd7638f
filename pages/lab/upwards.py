"""Upwards: transposed convolution as stamps, as a view and as a matrix; the checkerboard."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.components.board import Link, Panel, board
from cnnviz.convolution import (
    ConvolutionError,
    as_matrix,
    lecture_case,
    trace,
    trace_transposed,
    transposed2d,
)
from cnnviz.ui import lab
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired

EXAMPLES = {
    "s3-transposed-2to5": "2×2 to 5×5, stride 2",
    "s1-transposed-spreadsheet": "The spreadsheet: ones on ones",
}
VIEWS = {"stamps": "As stamps", "view": "As the output sees it", "matrix": "As a matrix"}
WHAT = {
    "stamps": "Each input cell stamps the kernel, times its number, onto the output, a stride"
    " apart; where stamps overlap they add up. Point at an input to see its stamp.",
    "view": "Seen from an output cell: it looks back at the few inputs that reach it, each with"
    " another weight of the kernel. Point at an output.",
    "matrix": "The convolution that goes down is a matrix W. This one goes up with W transposed:"
    " the same weights, rows and columns swapped.",
}
CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None]
kernel = torch.tensor({w})[None, None]
print(F.conv_transpose2d(x, kernel, stride={s}, padding={p}))
"""


def as_torch(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[None, None]


figure, side = st.columns([3, 1], gap="medium")
with side:
    name = choice(st.selectbox, "Example", EXAMPLES, next(iter(EXAMPLES)), key="up_example")
    given = lecture_case(name)["inputs"]
    image = lab.grid_field(":blue[Input]", given["image"], key=f"up_x_{name}", height=110)
    kernel = lab.grid_field(":violet[Kernel]", given["kernel"], key=f"up_w_{name}", height=100)
    stride = paired(":green[Stride]", 1, 4, given["stride"], key=f"up_s_{name}")
    crop = paired(":orange[Padding], cut off the output", 0, 3, given["pad"], key="up_p")

with figure:
    view = choice(
        st.segmented_control, "Show", VIEWS, "stamps", key="up_view", label_visibility="collapsed"
    )
    st.caption(WHAT[view])
    try:
        up = trace_transposed(image, kernel, stride=stride, padding=crop)
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        st.stop()
    panels = [Panel("Input", image), Panel("Output", up.output, sign="→")]
    links = [Link(1, 0, up.reads, up.kernel.flat[up.taps], sum=True)]
    down = trace(up.output, kernel, stride=stride, padding=crop)
    # Columns of W for the padding of `down` stand for cells that are cut off.
    rows, columns = (slice(crop, crop + n) for n in up.output.shape)
    kept = np.arange(down.padded.size).reshape(down.padded.shape[1:])[rows, columns].ravel()
    matrix = as_matrix(down)[:, kept]
    if view == "stamps":
        landed = (up.reads >= 0).sum(1).reshape(up.output.shape)
        panels.append(Panel("Stamps on each cell", landed, "counts", sign="|"))
        links.append(Link(2, 0, up.reads))
    elif view == "matrix":
        inputs, outputs = matrix.shape
        cells = np.arange(matrix.size)
        panels.insert(0, Panel("Wᵀ", matrix.T, "weights", zoom=0.6))
        panels[1], panels[2] = (
            Panel("Input", image, sign="·"),
            Panel("Output", up.output, sign="="),
        )
        links = [
            Link(2, 1, up.reads, up.kernel.flat[up.taps], sum=True),
            Link(0, 1, np.where(matrix.T.flat == 0, -1, cells % inputs)[:, np.newaxis]),
            Link(2, 0, np.arange(outputs)[:, np.newaxis] * inputs + np.arange(inputs)),
        ]
    board(
        panels, links, key=f"up_{view}", driver=0 if view == "stamps" else -1,
        alt=f"Transposed convolution. {WHAT[view]}",
        pytorch=CODE.format(x=image.tolist(), w=kernel.tolist(), s=stride, p=crop),
    )  # fmt: skip
    by_torch = F.conv_transpose2d(as_torch(image), as_torch(kernel), stride=stride, padding=crop)
    with st.container(horizontal=True):
        lab.check("And PyTorch", float(np.abs(up.output - by_torch[0, 0].numpy()).max()))
        gap = np.abs(matrix.T @ image.ravel() - up.output.ravel()).max()
        lab.check("Wᵀ · input and the stamps", float(gap))
    st.markdown("Height: " + "".join(part.text for part in up.size_formula(0)))

st.subheader("It is not the inverse")
st.caption("Up with Wᵀ and down again with W: the size is back, the numbers are not.")
board(
    [
        Panel("Input", image),
        Panel("Up", up.output, sign="→"),
        Panel("And down again", down.output, sign="→"),
    ],
    [Link(1, 0, up.reads, up.kernel.flat[up.taps], sum=True)],
    key="up_back",
    alt="The input, transposed-convolved and then convolved",
    play=False,
)

st.subheader("The checkerboard")
st.caption(
    "How many stamps land on each cell. Where the stride does not divide the kernel's side, some"
    " cells get more than their neighbours, and a flat picture comes out as a pattern."
)
left, right = st.columns([1, 3], gap="medium")
with left:
    length = paired(":violet[Kernel]", 1, 6, 3, key="up_ck")
    step = paired(":green[Stride]", 1, 4, 2, key="up_cs")
flat = np.ones((5, 5))
stamps = transposed2d(flat, np.ones((length, length)), stride=step)
pattern = stamps * step**2 / length**2  # a kernel of equal weights that keeps the brightness
edge = min(length - 1, (len(stamps) - 1) // 2)
middle = stamps[edge : len(stamps) - edge, edge : len(stamps) - edge]
with right:
    board(
        [
            Panel("Stamps on each cell", stamps, "counts"),
            Panel("A picture of ones, after it", pattern, "pixels", limits=(0, 2), sign="→"),
        ],
        [Link(1, 0, np.arange(stamps.size)[:, np.newaxis])],
        key="up_checker",
        alt="How often each output cell is stamped, and what becomes of a flat picture",
        play=False,
    )
    even = "**even** in the middle"
    uneven = f"**uneven**, {middle.min():g} to {middle.max():g} stamps in the middle"
    st.markdown(
        f"{length} divided by {step} leaves {length % step}:"
        f" {even if np.ptp(middle) == 0 else uneven}."
    )

st.subheader("Three ways up, side by side")
field, _ = st.columns([1, 3])
with field:
    small = lab.grid_field(
        ":blue[Input]", lecture_case("s1-upsample-nn")["inputs"]["image"], key="up_small", height=80
    )
weights = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16
ways = {
    "Nearest": F.interpolate(as_torch(small), scale_factor=2, mode="nearest"),
    "Bilinear": F.interpolate(
        as_torch(small), scale_factor=2, mode="bilinear", align_corners=False
    ),
    "Transposed": F.conv_transpose2d(as_torch(small), as_torch(weights), stride=2, padding=1),
}
ends = (min(0.0, float(small.min())), max(float(small.max()), float(small.min()) + 1e-9))
board(
    [
        Panel("Input", small, "pixels", limits=ends),
        *(
            Panel(title, values[0, 0].numpy(), "pixels", sign="→", limits=ends)
            for title, values in ways.items()
        ),
    ],
    [],
    key="up_ways",
    alt="Nearest, bilinear and transposed upsampling by 2",
    play=False,
    pytorch="import torch\nimport torch.nn.functional as F\n\n"
    f"x = torch.tensor({small.tolist()})[None, None]\n"
    "w = torch.outer(*[torch.tensor([1.0, 3, 3, 1])] * 2) / 16\n"
    "print(F.interpolate(x, scale_factor=2, mode='nearest'))\n"
    "print(F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False))\n"
    "print(F.conv_transpose2d(x, w[None, None], stride=2, padding=1))\n",
)
st.caption(
    "Nearest repeats, bilinear mixes neighbours with `align_corners=False`, and a transposed"
    " convolution does what its weights say: with these 4×4 ones it is bilinear but for the edge,"
    " where fewer stamps land. Its weights can be learned."
)
