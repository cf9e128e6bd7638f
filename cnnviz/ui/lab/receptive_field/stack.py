"""The settings of the page Receptive field: a stack of layers, the picture's side, a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.convolution import ConvolutionError, StackLayer, format_stack, parse_stack, stack_sizes
from cnnviz.convolution.stacks import MOST_LAYERS
from cnnviz.ui.shared.controls import paired

if TYPE_CHECKING:
    from collections.abc import Sequence

OPENING = "c3 p2 c3"
_EXAMPLES = {
    OPENING: "Conv, pool, conv",
    "c3 c3": "Two 3×3 for one 5×5",
    "c3 c3 c3": "Three 3×3 for one 7×7",
    "c3 c3d2 c3d4": "Dilated 1, 2, 4",
    "c3s2 c3s2": "Strides instead of pooling",
    "c3p1 p2 c3p1 a2": "Padded, two poolings",
}


@dataclass(frozen=True)
class Stack:
    """What was chosen.

    Attributes:
        layers: First layer first; those of `OPENING` where the text cannot be read.
        refused: Why it cannot be read; empty if it can.
        sizes: Side of the picture, and of the map after each layer.
        unit: Row and column of a unit of the last map.
    """

    layers: tuple[StackLayer, ...]
    refused: str
    sizes: tuple[int, ...]
    unit: tuple[int, int]


def choose_stack() -> Stack:
    """Draw the settings.

    Raises:
        ConvolutionError: Where a layer does not fit the picture any more.
    """
    typed = st.text_input(
        "Layers, first to last",
        OPENING,
        key="fi_stack",
        bind="query-params",
        help="c3: a 3×3 convolution. p2: 2×2 max pooling. a2: average pooling. Add s2 for a"
        " stride, p1 for padding, d2 for dilation: c3s2p1.",
    )
    try:
        layers, refused = parse_stack(typed or ""), ""
    except ConvolutionError as error:
        layers, refused = parse_stack(OPENING), str(error)
    _buttons(layers)
    size = paired(":blue[Side of the picture]", 8, 32, 16, key="fi_side")
    sizes = stack_sizes(layers, size)
    st.markdown("**The unit to measure**", help="Its gradient is measured below.")
    last = sizes[-1] - 1
    row, column = (
        paired(word, 0, last, last // 2, key=key) if last else 0  # a slider needs two ends
        for word, key in (("Row", "fi_row"), ("Column", "fi_col"))
    )
    return Stack(layers, refused, sizes, (row, column))


def _buttons(layers: Sequence[StackLayer]) -> None:
    text = format_stack(layers)
    with st.container(horizontal=True, gap="small"):
        for label, word in (("Conv", "c3"), ("Dilated", "c3d2"), ("Pool", "p2")):
            st.button(
                label,
                icon=":material/add:",
                key=f"_fi_{word}",
                on_click=_set_stack,
                args=(f"{text} {word}",),
                disabled=len(layers) == MOST_LAYERS,
            )
        st.button(
            "Remove the last",
            icon=":material/remove:",
            key="_fi_drop",
            on_click=_set_stack,
            args=(format_stack(layers[:-1]),),
            disabled=len(layers) == 1,
        )
    with st.popover("Examples", icon=":material/school:", width="stretch"):
        for example, title in _EXAMPLES.items():
            st.button(
                f"{title}: `{example}`",
                key=f"_fi_example_{example}",
                on_click=_set_stack,
                args=(example,),
                type="tertiary",
            )


def _set_stack(text: str) -> None:
    st.session_state["fi_stack"] = text
