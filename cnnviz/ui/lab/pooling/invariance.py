"""A section of the page Pooling: what the pooled map does not notice."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import trace_pool
from cnnviz.convolution.features import feature
from cnnviz.networks import network_from_line, summary
from cnnviz.numbers.formatting import sides
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

_CHANGES = {"move": "Move it", "scale": "Make it larger"}
_STACKS = "c1k3p1 p2 c1k3p1", "c1k3p1 c1k3p1"
_CODE = """import torch
import torch.nn.functional as F

before = torch.tensor({before})[None, None]
after = torch.tensor({after})[None, None]
print(F.max_pool2d(before, 2), F.max_pool2d(after, 2))
"""


def pooling_change() -> None:
    """Draw a feature before and after a change, and what max pooling makes of both."""
    st.header("What does pooling ignore?")
    st.caption(
        "Move a feature a little, or make it larger, and see which pooled cells change. This part"
        " always uses 2×2 max pooling with stride 2, whatever you choose above."
    )
    right, left = figure_and_settings("change", settings_first=True)
    with left:
        change = choice(st.segmented_control, "Change", _CHANGES, "move", key="po_change")
        if change == "move":
            changed = feature(right=paired("Pixels to the right", 0, 4, 1, key="po_move"))
        else:
            changed = feature(times=paired("Size factor", 1, 3, 2, key="po_scale"))
    unchanged = feature()
    before, after = trace_pool(unchanged, 2), trace_pool(changed, 2)
    moved = np.flatnonzero(before.output != after.output)
    with right:
        linked_grids(
            [
                Panel("Before", unchanged, limits=(0, 9)),
                Panel("Max-pooled", before.output, sign="→", limits=(0, 9)),
                Panel("After", changed, sign="|", limits=(0, 9)),
                Panel("Max-pooled after", after.output, sign="→", limits=(0, 9)),
            ],
            [Link(1, 0, before.reads), Link(3, 2, after.reads)],
            key="po_change_grids",
            alt="A feature before and after a change, with its max pooling",
            play=False,
            start=int(moved[0]) if len(moved) else 4,
            pytorch=_CODE.format(before=unchanged.tolist(), after=changed.tolist()),
        )
        st.markdown(
            f"**{len(moved)} of {before.output.size}** pooled cells changed;"
            f" {np.count_nonzero(unchanged != changed)} of {unchanged.size} input cells did."
        )
    if change == "scale":
        lab.correction(
            "Pooling gives **no scale invariance**: a larger feature covers other windows, so the"
            " pooled picture changes with it. Only small shifts inside a window make no"
            " difference.",
            "pooling gives scale invariance",
            "s1-pool-scale-invariance",
        )
    else:
        st.caption(
            "A shift inside a window changes nothing; a shift across its edge does. This is"
            " invariance to small local shifts, no more. Is there scale invariance, too? Make the"
            " feature larger and see."
        )
    pooled, full = (summary(network_from_line(line), (1, 28, 28))[-1] for line in _STACKS)
    st.markdown(
        f"After 2×2 pooling, a second 3×3 layer sees **{sides(pooled.receptive_field)}** pixels"
        f" instead of {sides(full.receptive_field)}, and has {sides(pooled.output_shape[1:])}"
        f" instead of {sides(full.output_shape[1:])} cells for each map: later layers compute less,"
        " and a fully connected one has fewer weights to overfit with. The price is resolution:"
        " where in its window the maximum was is lost."
    )
