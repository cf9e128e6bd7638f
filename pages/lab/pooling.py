"""Pooling: what each rule keeps of a window, and what it does not notice."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.components.board import Link, Panel, board
from cnnviz.convolution import ConvolutionError, lecture_case, pool2d, trace, trace_pool
from cnnviz.ui import lab
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired

RULES = {"max": "Max", "mean": "Average", "lp": "L2", "holder": "Hölder mean"}
FORMULAS = {
    "max": r"\max_i x_i",
    "mean": r"\frac{1}{N} \sum_i x_i",
    "lp": r"\Big(\sum_i x_i^2\Big)^{1/2}",
    "holder": r"\Big(\frac{1}{N} \sum_i x_i^{%(p)g}\Big)^{1/%(p)g}",
}
CODE = {
    "max": "F.max_pool2d(x, %(k)d, %(s)d)",
    "mean": "F.avg_pool2d(x, %(k)d, %(s)d)",
    "lp": "F.lp_pool2d(x, 2.0, %(k)d, %(s)d)",
    "holder": "F.avg_pool2d(x**%(p)g, %(k)d, %(s)d) ** (1 / %(p)g)",
}
HEAD = "import torch\nimport torch.nn.functional as F\n\nx = torch.tensor({})[None, None]\n"

figure, side = st.columns([3, 1], gap="medium")
with figure:
    rule = choice(
        st.segmented_control, "Rule", RULES, "max", key="po_rule", label_visibility="collapsed"
    )
with side:
    power = 2.0
    if rule == "holder":
        power = paired("p", 1.0, 100.0, 3.0, key="po_p", step=0.5)
        st.caption("p = 1 is the average; the larger p, the nearer to the maximum.")
    window = paired(":violet[Window]", 1, 4, 2, key="po_k")
    stride = paired(":green[Stride]", 1, 4, 2, key="po_s")
    given = lecture_case("s0-maxpool-2x2s2")["inputs"]["image"]
    image = lab.grid_field(":blue[Input]", given, key="po_x")
numbers = {"k": window, "s": stride, "p": power}


def by_torch(values: np.ndarray) -> np.ndarray:
    x = torch.tensor(values)[None, None]
    pooled = {
        "max": lambda: F.max_pool2d(x, window, stride),
        "mean": lambda: F.avg_pool2d(x, window, stride),
        "lp": lambda: F.lp_pool2d(x, 2.0, window, stride),
        "holder": lambda: F.avg_pool2d(x**power, window, stride) ** (1 / power),
    }[rule]()
    return pooled[0, 0].numpy()


with figure:
    st.caption(
        "Each window becomes one number. Point at an output to see its window, or at an input to"
        " see what becomes of it."
    )
    try:
        traced = trace_pool(image, window, stride=stride)
        output = pool2d(image, window, reduction=rule, stride=stride, power=power)
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        st.stop()
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
        passed = f" {len(set(best.tolist()))} of {image.size} inputs decide everything."
    board(
        panels, links, key="po_board",
        alt=f"{RULES[rule]} pooling with a {window}×{window} window and stride {stride}",
        pytorch=f"{HEAD.format(image.tolist())}print({CODE[rule] % numbers})\n",
    )  # fmt: skip
    st.latex(FORMULAS[rule] % numbers)
    lab.check("And PyTorch", float(np.abs(output - by_torch(image)).max()), within=1e-6)
    st.markdown(
        f"{image.size} numbers in, {output.size} out:"
        f" **{1 - output.size / image.size:.0%} fewer**.{passed} There is nothing to learn, and"
        " every map is pooled by itself: 224×224×64 becomes 112×112×64."
    )

st.subheader("What does it not notice?")
st.caption("Move a feature a little, or make it larger, and see which pooled cells change.")
left, right = st.columns([1, 3], gap="medium")
with left:
    changes = {"move": "Move it", "scale": "Make it larger"}
    change = choice(st.segmented_control, "Change", changes, "move", key="po_change")
    if change == "move":
        amount = paired("Pixels to the right", 0, 4, 1, key="po_move")
    else:
        amount = paired("Times as large", 1, 3, 2, key="po_scale")
feature = np.zeros((8, 8))
feature[2:4, 0:2] = [[9, 4], [3, 6]]
changed = np.zeros((8, 8))
if change == "move":
    changed[:, amount:] = feature[:, : 8 - amount]
else:
    changed[2 : 2 + 2 * amount, : 2 * amount] = np.kron(feature[2:4, :2], np.ones((amount, amount)))
before, after = (trace_pool(f, 2) for f in (feature, changed))
moved = np.flatnonzero(before.output != after.output)
with right:
    board(
        [
            Panel("Before", feature, limits=(0, 9)),
            Panel("Pooled", before.output, note="max 2×2", sign="→", limits=(0, 9)),
            Panel("After", changed, sign="|", limits=(0, 9)),
            Panel("Pooled after", after.output, note="max 2×2", sign="→", limits=(0, 9)),
        ],
        [Link(1, 0, before.reads), Link(3, 2, after.reads)],
        key="po_change_board",
        alt="A feature before and after a change, with its max pooling",
        play=False,
        start=int(moved[0]) if len(moved) else 4,
    )
    st.markdown(
        f"**{len(moved)} of {before.output.size}** pooled cells changed, while"
        f" {np.count_nonzero(feature != changed)} of {feature.size} inputs did."
    )
if change == "scale":
    lab.erratum(
        "pooling gives scale invariance",
        "it forgives small shifts inside a window, and nothing else",
        "A feature twice as large covers other windows: the pooled picture changes with it.",
    )
else:
    st.caption(
        "A move inside a window changes nothing; a move over its edge does. That is invariance to"
        " small local shifts, no more."
    )

st.subheader("Stride 2 instead")
st.caption(
    "A convolution with stride 2 makes the picture just as small, and its weights can be learned."
    " With four weights of 1/4 it is average pooling."
)
kernel = lab.grid_field(":violet[Kernel]", np.full((2, 2), 0.25), key="po_w", height=80)
try:
    strided = trace(image, kernel, stride=2)
except ConvolutionError as error:
    st.error(str(error), icon=":material/grid_off:")
    st.stop()
board(
    [Panel("Input", image), Panel("Output of the convolution", strided.output, sign="→")],
    [Link(1, 0, strided.reads, strided.kernel.flat[strided.taps], sum=True)],
    key="po_strided",
    alt="The input convolved with stride 2",
    play=False,
    pytorch=HEAD.format(image.tolist())
    + f"print(F.conv2d(x, torch.tensor({kernel.tolist()})[None, None], stride=2))\n",
)
