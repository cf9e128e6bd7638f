"""Pooling: what each rule keeps of a window, and what it does not notice."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError, lecture_case, pool2d, trace, trace_pool
from cnnviz.convolution.geometry import output_size
from cnnviz.convolution.pooling import Pooling
from cnnviz.inspection import torch_reference
from cnnviz.ui.lab.pooling.invariance import pooling_change
from cnnviz.ui.lab.pooling.volume import pooled_volume, without_pooling
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

RULES: dict[Pooling, str] = {"max": "Max", "mean": "Average", "lp": "L2", "holder": "Hölder mean"}
FORMULAS = {
    "max": r"\max_i x_i",
    "mean": r"\frac{1}{N} \sum_i x_i",
    "lp": r"\Big(\sum_i x_i^2\Big)^{1/2}",
    "holder": r"\Big(\frac{1}{N} \sum_i x_i^{%(p)s}\Big)^{1/%(p)s}",
}
LIMIT = r"\lim_{p \to \infty} \Big(\frac{1}{N} \sum_i x_i^p\Big)^{1/p} = \max_i x_i"
POWERS = ("1", "1.5", "2", "2.5", "3", "4", "5", "7", "10", "15", "20", "30", "50", "100", "inf")
CODE = {
    "max": "F.max_pool2d(x, %(k)d, %(s)d)",
    "mean": "F.avg_pool2d(x, %(k)d, %(s)d)",
    "lp": "F.lp_pool2d(x, 2.0, %(k)d, %(s)d)",
    "holder": "torch.linalg.vector_norm(x.unfold(2, %(k)d, %(s)d).unfold(3, %(k)d, %(s)d),"
    " float('%(p)s'), (4, 5)) / (%(k)d * %(k)d) ** (1 / float('%(p)s'))",
}
HEAD = (
    "import torch\nimport torch.nn.functional as F\n\n"
    "x = torch.tensor({}, dtype=torch.float64)[None, None]\n"
)

figure, side = figure_and_settings()
with figure:
    rule = choice(
        st.segmented_control, "Rule", RULES, "max", key="po_rule", label_visibility="collapsed"
    )
with side:
    power = "2"
    if rule == "holder":
        titles = {p: p.replace("inf", "∞") for p in POWERS}
        power = choice(st.select_slider, "p, from 1 to ∞", titles, "3", key="po_p")
        st.caption(
            "p = 1 is the average; the larger p is, the closer the result is to the maximum (p ="
            " ∞)."
        )
    window = paired(":violet[Window]", 1, 4, 2, key="po_k")
    stride = paired(":green[Stride]", 1, 4, 2, key="po_s")
    default = lecture_case("s0-maxpool-2x2s2")["inputs"]["image"]
    image = lab.grid_field(":blue[Input]", default, key="po_x")
numbers = {"k": window, "s": stride, "p": power}
p = float(power)
reduction: Pooling = "max" if rule == "holder" and p == np.inf else rule


def show_pooling() -> None:
    st.caption(
        "Each window becomes one number. Point at an output to see its window, or at an input to"
        " see where it goes."
    )
    try:
        traced = trace_pool(image, window, stride=stride)
        output = pool2d(image, window, reduction=reduction, stride=stride, power=p)
        exact = torch_reference.pool(image, window, rule=reduction, stride=stride, power=p)
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    panels = [Panel("Input", image), Panel("Output", output, sign="→")]
    links = [Link(1, 0, traced.reads)]
    passed = ""
    if rule == "max":
        windows = image.flat[traced.reads]
        best = traced.reads[np.arange(len(windows)), windows.argmax(1)]
        winners = np.zeros(image.size)
        winners[best] = np.arange(1, len(best) + 1)
        panels.insert(1, Panel("Winners", winners.reshape(image.shape), "groups", note="by window"))
        links = [Link(2, 0, traced.reads), Link(2, 1, best[:, np.newaxis])]
        passed = f" Only {len(set(best.tolist()))} of {image.size} inputs determine the output."
    linked_grids(
        panels, links, key="po_grids",
        alt=f"{RULES[rule]} pooling with a {window}×{window} window and stride {stride}",
        pytorch=f"{HEAD.format(image.tolist())}print({CODE[rule] % numbers})\n",
    )  # fmt: skip
    st.latex(FORMULAS[rule] % numbers if power != "inf" else LIMIT)
    lab.agree("Matches PyTorch", output, exact, within=1e-6)
    lost, large = 1 - output.size / image.size, output_size(224, window, stride).size
    fewer = f": **{lost:.0%} fewer**" if lost else ""
    st.markdown(
        f"{image.size} numbers in, {output.size} out{fewer}.{passed} There is nothing to learn, and"
        f" every map is pooled separately: 224×224×64 becomes {large}×{large}×64."
    )


with figure:
    show_pooling()

if rule == "mean":
    slip = lecture_case("s2-avgpool-text")["expected"]["slide_value"]
    lab.correction(
        "Average pooling **keeps the average**: the sum over the window, divided by its number of"
        " cells.",
        f"“at each location {slip}”, a sentence about max pooling; its formula is the average, but"
        " divides by r·c, the place of the output, and not by the window's size",
        "s2-avgpool-text",
    )
pooled_volume(reduction, window, stride, p)
pooling_change()
without_pooling()

st.header("Stride 2 instead of pooling")
st.caption(
    "A 2×2 convolution with stride 2 shrinks the picture as much as 2×2 pooling with stride 2, and"
    " its weights can be learned. With four weights of 1/4, it is average pooling."
)
field, _ = st.columns([1, 3])
with field:
    kernel = lab.grid_field(":violet[Kernel]", np.full((2, 2), 0.25), key="po_w", height=80)
try:
    strided = trace(image, kernel, stride=2)
except ConvolutionError as error:
    st.error(str(error), icon=":material/grid_off:")
    st.stop()
linked_grids(
    [Panel("Input", image), Panel("Output of the convolution", strided.output, sign="→")],
    [lab.sums(1, 0, strided)],
    key="po_strided",
    alt="The input convolved with stride 2",
    play=False,
    pytorch=HEAD.format(image.tolist())
    + f"print(F.conv2d(x, torch.tensor({kernel.tolist()}).double()[None, None], stride=2))\n",
)
