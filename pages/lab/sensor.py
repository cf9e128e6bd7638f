"""Signals, pictures, videos: the same operator in one, two and three dimensions."""

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import lecture_case, trace
from cnnviz.convolution.signals import moving_blob, rms, sensor, smooth
from cnnviz.figures.signals import signal_figure
from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import short
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

st.header("A noisy sensor")
case = lecture_case("s3-sensor-1d")["inputs"]
st.caption(
    "A laser measures where something is, with noise. Weight each measurement by its age, the"
    " newest most, and add them up: this is a convolution in one dimension."
)
right, left = figure_and_settings(settings_first=True)
with left:
    x = lab.grid_field(":blue[Measurements x]", [case["a"]], key="se_s", height=70, one_row=True)
    w = lab.grid_field(
        ":violet[Weights w] for ages 0, 1, 2 …", [case["b"]], key="se_w", height=70, one_row=True
    )
    noise = paired("Noise", 0.0, 3.0, 1.0, key="se_noise", step=0.1)
    seed = paired("Noise seed", 0, 20, 0, key="se_seed")
smoothed = trace(x[:1], w[:1], padding="full", flip=True)
with right:
    linked_grids(
        [
            Panel("x, padded", smoothed.padded[0]),
            Panel("w, reversed", smoothed.weights[0], "weights", sign="⋆"),
            Panel("s", smoothed.output, sign="="),
        ],
        [
            lab.sums(2, 0, smoothed),
            lab.weighed(2, 1, smoothed),
        ],
        key="se_sensor",
        alt="Measurements, weighted by their age and added up",
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x, w = torch.tensor({x[:1].tolist()})[None], torch.tensor({w[:1].tolist()})[None]\n"
        "print(F.conv1d(x, w.flip(2), padding=w.shape[2] - 1))  # convolution flips the weights\n",
    )
    exact = torch_reference.conv(x[0], w[0, ::-1], padding=w.shape[1] - 1)
    lab.agree("Matches torch conv1d with w reversed", smoothed.output, exact)
    total, averages = short(w[0].sum()), abs(w[0].sum() - 1) < 1e-9
    signal = sensor(160, noise, seed)
    line = smooth(signal.measured, w[0])
    late = len(signal.true) - len(line)
    chart(
        signal_figure(signal, line),
        key="_se_chart",
        alt="True, measured and smoothed positions over time",
    )
    st.markdown(
        f"Typical error (root mean square): measured **{rms(signal.measured - signal.true):.3f}**,"
        f" smoothed **{rms(line - signal.true[late:]):.3f}**."
        + (" More weights smooth more, but lag further behind." if averages else "")
    )
    if not averages:
        st.warning(
            f"The weights add up to {total}, not 1: where the position does not change, s and the"
            f" smoothed line are {total} times as large. For an average, the weights must add up"
            " to 1.",
            icon=":material/scale:",
        )
lab.correction(
    "As a formula: **s(t) = Σₐ x(a) w(t − a)**, summed over all times a. Here a is the time of a"
    " measurement, and t − a is its age.",
    "s(t) = Σ x(a) w(t − a), with no index under the sum; it uses a both for the time and for the"
    " age of a measurement",
    "s3-sensor-notation",
)

st.header("A signal, a picture, a video")
st.caption(
    "The same operator works in as many dimensions as the input has. The kernel −1, 1 finds where a"
    " signal rises, where a picture gets brighter, and what changed since the previous frame."
)
blob = moving_blob(4, 6)
minus_plus = np.array([-1.0, 1.0])
rows = {
    "A signal": (blob[0, 2], minus_plus),
    "A picture": (blob[0], minus_plus[None]),
}
for title, (values, weights) in rows.items():
    made = trace(np.atleast_2d(values), np.atleast_2d(weights))
    rank = values.ndim
    linked_grids(
        [
            Panel(title, np.atleast_2d(values), "pixels"),
            Panel(f"{rank}-D kernel", np.atleast_2d(weights), "weights", sign="⋆"),
            Panel(f"F.conv{rank}d", np.atleast_2d(torch_reference.conv(values, weights)), sign="="),
        ],
        [lab.sums(2, 0, made)],
        key=f"se_rank{rank}",
        alt=f"{title}, filtered with the kernel −1, 1",
        play=False,
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.tensor({values.tolist()})[None, None]\n"
        f"kernel = torch.tensor({weights.tolist()})[None, None]\n"
        f"print(F.conv{rank}d(x, kernel))\n",
    )
changes = torch_reference.conv(blob, minus_plus[:, None, None])
own = np.arange(36)[:, None]
count = len(blob)
linked_grids(
    [Panel(f"Frame {t}", frame, "pixels", limits=(0, 9)) for t, frame in enumerate(blob)]
    + [
        Panel(f"Change {t} → {t + 1}", c, sign="=" if t == 0 else "") for t, c in enumerate(changes)
    ],
    [
        Link(count + t, t + late, own, np.array([2.0 * late - 1]))
        for t in range(count - 1)
        for late in (0, 1)
    ],
    key="se_rank3",
    alt="Four frames of a moving spot, and the change from frame to frame",
    driver=count,
    pytorch="import torch\nimport torch.nn.functional as F\n\n"
    f"frames = torch.tensor({blob.tolist()})[None, None]  # batch, channel, time, height, width\n"
    "kernel = torch.tensor([-1.0, 1.0]).view(1, 1, 2, 1, 1)\n"
    "print(F.conv3d(frames, kernel))\n",
)
