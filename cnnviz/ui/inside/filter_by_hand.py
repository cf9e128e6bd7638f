"""A kernel made by hand in the place of a filter of the first layer: what the network then says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.arithmetic import weight
from cnnviz.components.number_grid import number_grid
from cnnviz.imaging import (
    KERNELS,
    MAX_KERNEL_SIZE,
    WEIGHT_STOPS,
    diverging,
    format_kernel,
    parse_kernel,
)
from cnnviz.imaging.pixels import crisp
from cnnviz.inspection import filters, predict
from cnnviz.inspection.ablation import affordable_pictures
from cnnviz.inspection.filter_code import by_hand_code
from cnnviz.inspection.kernel_by_hand import ByHand, first_convolution, fitted
from cnnviz.numbers.formatting import counted, formatted, short
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.computed_so_far import kept
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_OWN = "own"


def show_by_hand(one: OneFilter) -> None:
    """Draw both kernels with their maps, then the accuracy and the picture's answer with each.

    Raises:
        InspectionError: The network does not begin with a convolution.
    """
    config = one.run.config
    layer = first_convolution(one.model, config.input_shape[0])
    if one.layer != layer:
        st.info(
            f"A kernel made by hand can take the place of a filter of the first layer, {layer}:"
            f" that one reads the picture. Here a filter of {one.layer} is chosen."
        )
        st.button(f"Choose a filter of {layer}", on_click=_choose_first, args=(layer,))
        return
    learned = filters(one.model, layer)[one.channel].numpy()
    kernel, scaled = _choose_kernel(learned)
    weights = fitted(learned, kernel, scaled=scaled)
    _say_how(kernel, learned, weights, scaled=scaled)
    before = ByHand(one.model, layer, one.channel, learned)
    after = ByHand(one.model, layer, one.channel, weights)
    maps = [by.map(one.subject.inputs) for by in (before, after)]
    limit = float(max(np.abs(values).max() for values in maps))
    for column, title, shown, values in zip(
        st.columns(2, gap="medium"), ("Learned", "By hand"), (learned, weights), maps, strict=True
    ):
        with column:
            _draw_filter(title, shown, values, limit)
    _show_accuracy(one, before, after, weights)
    _show_answer(one, after)


def _choose_first(layer: str) -> None:
    choose("i_unit_layer", layer)
    choose("i_unit", "best")


def _choose_kernel(learned: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
    titles = {name: kernel.title for name, kernel in KERNELS.items()} | {_OWN: "Your own kernel"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choice(
            st.selectbox, "Instead of it", titles, "sobel-x", key="i_hand", width=240
        )  # fmt: skip
        scaled = st.toggle(
            "As large as the learned one", True, key="i_hand_scaled", bind="query-params",
            help="Multiplies all weights by one number, so that the root of the sum of their"
            " squares is the learned filter’s. The next layers expect maps of that size.",
        )  # fmt: skip
    if name != _OWN:
        return KERNELS[name].weights, scaled
    text = st.text_input(
        "Kernel, row by row", format_kernel(learned.mean(0)), key="i_hand_kernel",
        bind="query-params",
        help="Separate numbers by spaces and rows by semicolons: -1 0 1; -2 0 2; -1 0 1."
        f" The largest size is {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}.",
    )  # fmt: skip
    try:
        return parse_kernel(text), scaled
    except ValueError as error:
        st.error(f"{plain(str(error))} Until then, the Sobel kernel is used.")
        return KERNELS["sobel-x"].weights, scaled


def _say_how(
    kernel: NDArray[np.float32],
    learned: NDArray[np.float32],
    weights: NDArray[np.float32],
    *,
    scaled: bool,
) -> None:
    """Say what was done to the kernel before it went in."""
    (height, width), (channels, rows, columns) = kernel.shape, learned.shape
    said = []
    if (height, width) != (rows, columns):
        done = "surrounded with zeros" if height <= rows and width <= columns else "cut"
        said.append(f"It is {height}×{width} and was {done} to {rows}×{columns}.")
    if channels > 1:
        said.append(f"It works on the mean of the {channels} channels.")
    largest = float(np.abs(kernel).max())
    if scaled and largest:
        factor = float(np.abs(weights.sum(0)).max()) / largest
        said.append(f"Its weights are multiplied by {short(factor)}.")
    said.append("The filter’s bias stays, and the network itself is not changed.")
    st.caption(" ".join(said))


def _draw_filter(
    title: str, weights: NDArray[np.float32], values: NDArray[np.float32], limit: float
) -> None:
    of = "" if len(weights) == 1 else f", the sum over its {len(weights)} channels"
    st.markdown(f"**{title}**{of}")
    grid, image = st.columns(2)
    with grid:
        number_grid(
            weights.sum(0), key=f"i_hand_{title}", label=f"{title}: the weights", write=weight,
            stops=WEIGHT_STOPS,
        )  # fmt: skip
    with image:
        st.image(
            crisp(diverging(values, limit).transpose(2, 0, 1)), width=200, output_format="PNG",
            alt=f"{title}: the filter’s map of this picture",
        )  # fmt: skip
        low, high = (formatted(float(one), ".3g") for one in (values.min(), values.max()))
        end = formatted(limit, ".3g")
        st.caption(
            f"Its map: {low} to {high}. Blue is positive, orange negative; both end at ±{end}."
        )


def _show_accuracy(
    one: OneFilter, before: ByHand, after: ByHand, weights: NDArray[np.float32]
) -> None:
    config = one.run.config
    count = affordable_pictures(config.spec, config.input_shape, one.layer)
    inputs, labels = one.pictures.inputs(config, count), one.pictures.samples.labels[:count]
    known = kept().of((*one.key, "by hand"))
    if "learned" not in known:
        known["learned"] = before.predicted(inputs).astype(np.int16)
    learned, by_hand = known["learned"], after.predicted(inputs)
    was, now = float((learned == labels).mean()), float((by_hand == labels).mean())
    change = 100 * (now - was)
    with st.container(horizontal=True):
        st.metric("Accuracy as learned", f"{was:.1%}", width=180)
        st.metric(
            "Accuracy with the kernel", f"{now:.1%}", f"{change:+.1f} points",
            delta_color="off" if abs(change) < 0.05 else "normal", width=210,
        )  # fmt: skip
    changed = counted(int((learned != by_hand).sum()), "picture")
    st.caption(
        f"On {one.pictures.told(len(labels))}. With the kernel the network answers {changed}"
        " differently. The later layers were trained for the learned filter and do not know of"
        " the change."
    )
    code = by_hand_code(
        config, one.step, one.layer, one.channel, one.pictures.source(count), weights=weights
    )
    copy_code("Copy the PyTorch lines", code, note=one.where)


def _show_answer(one: OneFilter, after: ByHand) -> None:
    classes = one.run.config.classes
    learned = predict(one.model, one.subject.inputs).probabilities
    by_hand = after.answer(one.subject.inputs).probabilities
    was, now = (plain(classes[int(found.argmax())]) for found in (learned, by_hand))
    st.markdown(
        f"This picture’s answer: still **{now}**."
        if was == now
        else f"This picture’s answer: **{was}** becomes **{now}**."
    )
    shown = (learned + by_hand).argsort(descending=True)[:5].tolist()
    percent = st.column_config.NumberColumn(format="%.1f%%")
    st.dataframe(
        {
            "Class": [classes[at] for at in shown],
            "As learned": [100 * float(learned[at]) for at in shown],
            "With the kernel": [100 * float(by_hand[at]) for at in shown],
        },
        hide_index=True,
        column_config=dict.fromkeys(("As learned", "With the kernel"), percent),
        alt="Probabilities of the picture’s classes with the learned filter and with the kernel",
    )
