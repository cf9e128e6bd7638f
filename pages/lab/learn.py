"""Learn the kernel: gradient descent finds the weights that turn the input into the target."""

import numpy as np
import streamlit as st

from cnnviz.components.descent import descent
from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError
from cnnviz.inspection.gradient_descent import Descent, descend, descent_code
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.lab.learn.target import MOST_STEPS, RATES, choose_lesson, slide_section
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import DESCENT
from cnnviz.ui.shared.projecting import figure_and_settings

Rows = list[list[float]]


@st.cache_data(max_entries=64, show_spinner=False)
def learn(image: Rows, target: Rows, start: Rows, rate: float, steps: int) -> Descent:
    """Every step of the descent; the grids are small, and cached by all their numbers."""
    return descend(np.array(image), np.array(target), np.array(start), rate=rate, steps=steps)


def what_helps() -> str:
    """What brings the last loss nearer to the smallest, tried out.

    The loss after so many steps is convex in the rate: if a rate beside this one does better, the
    best is on that side.
    """
    found = ["more steps"] if lesson.steps < MOST_STEPS else []
    for other, words in ((rate - RATES[0], "a smaller rate"), (rate + RATES[0], "a larger rate")):
        within = RATES[0] <= round(other, 3) <= RATES[1]
        arrays = (image.tolist(), target.tolist(), lesson.start.tolist())
        if within and learn(*arrays, round(other, 3), lesson.steps).losses[-1] < path.losses[-1]:
            found.append(words)
    return " or ".join(found)


figure, side = figure_and_settings()
try:
    with side:
        lesson = choose_lesson()
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    slide_section()
    st.stop()
image, target, best, rate = lesson.image, lesson.target, lesson.best, lesson.rate
path = learn(image.tolist(), target.tolist(), lesson.start.tolist(), rate, lesson.steps)
left_over = abs(float(path.losses[-1] - best.residual))
diverges = path.diverged or (rate >= best.largest_rate and left_over > 1e-9)


@st.fragment
def play() -> None:
    """Only this runs again when a step is remembered in the address."""
    descent(
        image,
        target,
        path.kernels,
        path.outputs,
        path.losses,
        key="le_descent",
        alt="A kernel learned by gradient descent: input, kernel, prediction, target and error",
        start=DESCENT.read(),
        on_step=DESCENT.write,
        pytorch=descent_code(image, target, lesson.start, rate=rate, steps=lesson.steps),
    )


with figure:
    st.caption(
        f"The {path.kernels[0].size} weights start at zero or at random. At every step, each weight"
        " moves against its gradient, so the prediction gets closer to the target."
    )
    play()
    if diverges:
        st.error(
            f"**It diverges.** A learning rate of {rate:g} is too large for this input: each step"
            " overshoots the minimum and lands higher on the other side, so the loss grows"
            f" without limit. After {len(path.losses) - 1} steps it is"
            f" {thousands(path.losses[-1])}."
            + (
                f" Choose a learning rate below {best.largest_rate:.3g}."
                if best.largest_rate > RATES[0]
                else " So is every other rate here: make the numbers of the input smaller."
            ),
            icon=":material/trending_up:",
        )
    if not best.unique:
        st.info(
            "Other kernels give the same output on this input: it has too few different windows"
            " to determine all weights. Gradient descent finds one of these kernels.",
            icon=":material/call_split:",
        )

st.header("Without gradient descent")
st.caption(
    "Each cell of the target is one linear equation in the weights. Least squares solves them all"
    " at once, with no steps and no learning rate. It shows the best that descent can reach."
)
last = path.kernels[-1]
linked_grids(
    [
        Panel("After the last step", last, "weights"),
        Panel("Least squares", best.kernel, "weights", sign="|"),
    ],
    [Link(1, 0, np.arange(last.size)[:, None])],
    key="le_best",
    alt="The learned kernel beside the least squares solution",
    play=False,
    pytorch="import torch\n\n"
    f"x = torch.tensor({image.tolist()}, dtype=torch.float64)\n"
    f"target = torch.tensor({target.tolist()}, dtype=torch.float64)\n"
    f"windows = torch.nn.functional.unfold(x[None, None], {last.shape})[0].T\n"
    "best = torch.linalg.lstsq(windows, target.reshape(-1, 1), driver='gelsd')\n"
    f"print(best.solution.reshape{last.shape})\n",
)
if diverges:
    st.markdown("Descent moved away from this kernel; least squares needs no learning rate.")
elif left_over > 1e-4:
    st.markdown(
        f"Descent has not arrived yet: its loss is {left_over:.3g} above the minimum."
        f"{f' Try {advice}.' if (advice := what_helps()) else ''}"
    )
else:
    far = float(np.abs(last - best.kernel).max())
    with st.container(horizontal=True):
        lab.check("Loss matches least squares", left_over, within=1e-4)
        if best.unique and far <= 1e-3:
            lab.check("Kernel matches least squares", far, within=1e-3)
    if best.unique and far > 1e-3:
        st.caption(
            f"One weight is still off by {far:.2g}: this input hardly determines some weights, so"
            " descent is slow there."
        )
reachable = best.residual < 1e-12
st.markdown(
    "The smallest loss of all kernels of this size is "
    + ("**0**: the target can be reached." if reachable else f"**{best.residual:.4f}**.")
)

slide_section()
