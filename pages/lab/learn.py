"""Learn the kernel: gradient descent finds the weights that turn the input into the target."""

import numpy as np
import streamlit as st

from cnnviz.components.board import Link, Panel, board
from cnnviz.components.descent import descent
from cnnviz.convolution import ConvolutionError, correlate2d, lecture_case, trace
from cnnviz.convolution.fitting import fit_kernel
from cnnviz.imaging import KERNELS
from cnnviz.inspection.descent import Descent, descend, descent_code
from cnnviz.ui import lab
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired

TARGETS = {
    "right": "The deck's blur, corrected",
    "printed": "The deck's blur, as printed",
    "filter": "Made by a filter",
    "kernel": "Made by a kernel you type",
    "typed": "A target you type",
}
LARGEST = 16
FILTERS = {name: kernel.title for name, kernel in KERNELS.items() if kernel.weights.shape == (3, 3)}
learned, blur = lecture_case("s4-learned-theta"), lecture_case("s4-blur")
slide = np.array(learned["expected"]["slide_value"], float)
right = np.array(learned["inputs"]["target"], float)


@st.cache_data(max_entries=64, show_spinner=False)
def learn(image: list, target: list, start: list, rate: float, steps: int) -> Descent:
    """Every step of the descent; the grids are small, and cached by all their numbers."""
    return descend(np.array(image), np.array(target), np.array(start), rate=rate, steps=steps)


figure, side = st.columns([3, 1], gap="medium")
with side:
    source = choice(st.selectbox, "The target", TARGETS, "right", key="le_target")
    image = lab.grid_field(":blue[Input]", learned["inputs"]["image"], key="le_x", height=190)
    target = {"right": right, "printed": slide}.get(source)
    if max(image.shape) > LARGEST:
        figure.error(
            f"The input has {image.shape[0]}×{image.shape[1]} cells: {LARGEST}×{LARGEST} is the"
            " largest whose every step can be shown.",
            icon=":material/grid_off:",
        )
        st.stop()
    try:
        if source == "filter":
            name = choice(st.selectbox, "Filter", FILTERS, next(iter(FILTERS)), key="le_filter")
            target = correlate2d(image, KERNELS[name].weights)
        elif source == "kernel":
            hidden = lab.grid_field(
                ":violet[The kernel to be found]", blur["inputs"]["kernel"], key="le_k", height=100
            )
            target = correlate2d(image, hidden)
        elif source == "typed":
            target = lab.grid_field("Target", slide, key="le_y", height=150)
        theta = (3, 3) if source != "kernel" else hidden.shape
        best = fit_kernel(image, target, theta)
    except ConvolutionError as error:
        figure.error(str(error), icon=":material/grid_off:")
        st.stop()
    rate = paired("Learning rate", 0.001, 0.1, 0.02, step=0.001, format="%g", key="le_rate")
    steps = paired("Steps", 20, 600, 300, step=20, key="le_steps")
    seed = paired("Start from", 0, 9, 0, key="le_seed", help="0: all weights 0. Else random ones.")
    st.caption(f"Descent converges below a rate of {best.largest_rate:.4f}, for this input.")

start = np.random.default_rng(seed).normal(0, 0.3, theta).round(2) if seed else np.zeros(theta)
path = learn(image.tolist(), target.tolist(), start.tolist(), rate, steps)


@st.fragment
def play() -> None:
    """Only this runs again when a step is remembered in the address."""
    shown = st.query_params.get("le_step", "")
    descent(
        image,
        target,
        path.kernels,
        path.outputs,
        path.losses,
        key="le_descent",
        alt="A kernel learned by gradient descent: input, kernel, prediction, target and error",
        start=int(shown) if shown.isdecimal() else None,
        url_parameter="le_step",
        pytorch=descent_code(image, target, start, rate=rate, steps=steps),
    )


with figure:
    st.caption(
        "The nine weights start anywhere. At every step each moves against its gradient, and the"
        " prediction comes nearer to the target."
    )
    play()
    if path.diverged or path.losses[-1] > path.losses[0]:
        st.error(
            f"**It diverges**: every step overshoots further. Take a rate below"
            f" {best.largest_rate:.4f}.",
            icon=":material/trending_up:",
        )
    if not best.unique:
        st.info(
            "Other kernels give the same output on this input: it shows too few different windows"
            " to tell all weights apart. Descent finds one of them.",
            icon=":material/call_split:",
        )

st.subheader("Without descent")
st.caption(
    "Each cell of the target is one linear equation in the weights. Least squares solves them"
    " together, with no steps and no learning rate: it tells what descent can reach."
)
last = path.kernels[-1]
board(
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
    f"windows = torch.nn.functional.unfold(x[None, None], {theta})[0].T\n"
    "best = torch.linalg.lstsq(windows, target.reshape(-1, 1), driver='gelsd')\n"
    f"print(best.solution.reshape{theta})\n",
)
with st.container(horizontal=True):
    if best.unique:
        lab.check(
            "Learned against least squares", float(np.abs(last - best.kernel).max()), within=1e-3
        )
    lab.check("Loss against least squares", float(path.losses[-1] - best.residual), within=1e-4)
reachable = best.residual < 1e-12
st.markdown(
    "The smallest loss of all kernels of this size is "
    + ("**0**: the target can be reached." if reachable else f"**{best.residual:.4f}**.")
)

st.subheader("The target on the slide")
wrong = fit_kernel(learned["inputs"]["image"], slide)
lab.erratum(
    "this target comes from one 3×3 kernel",
    f"no 3×3 kernel gives it; the best leaves a loss of {wrong.residual:.4f}",
    "Four cells of the blurred image are wrong on the blur slide already, and the learning slide"
    " repeats them. With them right, descent and least squares find the blur kernel exactly.",
)
traced = trace(learned["inputs"]["image"], blur["inputs"]["kernel"])
words = [
    f"printed {a:g}, right is {b:g}" if a != b else f"{a:g}, as it should be"
    for a, b in zip(slide.flat, right.flat, strict=True)
]
board(
    [
        Panel("Input", traced.image[0]),
        Panel("Its blur", traced.output, sign="→"),
        Panel("On the slide", slide, sign="|", words=words),
        Panel("Wrong cells", (slide - right).round(9), sign="→", words=words, note="slide − right"),
    ],
    [
        Link(1, 0, traced.reads, traced.kernel.flat[traced.taps], sum=True),
        *(Link(other, 1, np.arange(slide.size)[:, None]) for other in (2, 3)),
    ],
    key="le_wrong",
    alt="The blurred image, the slide's version of it, and the four cells that differ",
    driver=3,
    start=5,
    play=False,
)
