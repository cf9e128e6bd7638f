"""Filters one after another: each stage's picture, and the one kernel that linear stages are."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz import imaging
from cnnviz.components import pixels
from cnnviz.components.arithmetic import weight
from cnnviz.components.chart import chart
from cnnviz.components.compare import LiveChain, compare, encode
from cnnviz.components.number_grid import number_grid
from cnnviz.components.order import order
from cnnviz.figures.kernel import has_surface, kernel_figure
from cnnviz.imaging import WEIGHT_STOPS
from cnnviz.imaging.chain import (
    KINDS,
    MOST_STAGES,
    Stage,
    compare_equivalent,
    equivalent_kernel,
    format_chain,
    has_gradient,
    linear_part,
    parse_chain,
    run_chain,
    usual_stage,
    view_of,
)
from cnnviz.imaging.recipe import Result
from cnnviz.numbers.formatting import picture_size, short
from cnnviz.ui.filters.downloads import offer_picture, offer_result
from cnnviz.ui.filters.prepared import COLOURS, prepare
from cnnviz.ui.filters.stage import edit_stage, live_stage
from cnnviz.ui.shared.address import CHAIN
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cnnviz.imaging import Border
    from cnnviz.ui.shared.picture import Picture

    Stages = tuple[Stage, ...]

EXAMPLES = {
    "Gaussian, then Laplacian": "gaussian:1.5,laplacian-4",
    "Canny, step by step": "gaussian:1.4,gradient,thin,hysteresis:40:100",
    "Sobel from two parts": "own:1;2;1,own:-1 0 1",
    "Three box blurs": "box-5,box-5,box-5",
}
PREVIEW_PIXELS = 280_000  # of each stage: seven such pictures are sent
_EMPTY = "none"  # a chain without a stage, which an address cannot hold
_TEXT = "_f_chain"
_STAGE = "_f_stage_"  # and its number begin the Streamlit keys of a stage
_NAME = "chain"  # of the picture, in the browser
_KERNEL = "f_chain_kernel"
_LARGEST_GRID = 33  # rows of a kernel whose weights are told by colours, and on pointing by numbers
_PICTURES_IN_A_ROW = 3


@st.fragment
def show_chain(picture: Picture, borders: Mapping[Border, str]) -> None:
    """Draw the section: the stages with their settings and pictures, then their kernel.

    Args:
        picture: What the first stage filters.
        borders: What can lie outside it, with titles.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for title, text in EXAMPLES.items():
            st.button(title, key=f"_f_chain_{text}", on_click=_take, args=(text,))
        colour = choice(st.segmented_control, "Picture", COLOURS, "grey", key="f_chain_colour")
        border: Border = choice(
            st.selectbox, "Border", borders, "reflect", key="f_chain_border", width=130
        )
    stages = _chosen_stages()
    full, image, photo, exact = prepare(
        picture.digest, colour, _NAME, PREVIEW_PIXELS, picture.pixels
    )
    pixels.send_pixels(exact)
    results = run_chain(image, stages, border)
    st.caption(
        "Each filter takes the signed numbers of the one before, neither rounded nor clipped."
        + (" Drag a filter below to another place." if len(stages) > 1 else "")
        + (
            f" Preview: the picture is reduced to {picture_size(image.shape)}, then filtered;"
            " the downloads have the full size."
            if image.shape != full.shape
            else ""
        )
    )
    if len(stages) > 1:
        with settings("f_chain_order"):
            order(
                [(format_chain([stage]), stage.title) for stage in stages], key="f_chain_order",
                label="Filters in a row", on_order=lambda words: _take(",".join(words)),
            )  # fmt: skip
    part = linear_part(stages)
    draw = functools.partial(compare, size=(full.shape[0], full.shape[1]), group="chain")
    live = tuple(live_stage(stage, f"{_STAGE}{at}") for at, stage in enumerate(stages))
    cards: list[Callable[[], object]] = [
        functools.partial(draw, photo, key="f_chain_in", title="Picture", alt=picture.title)
    ]
    cards += [
        functools.partial(
            _draw_stage,
            draw,
            stages,
            at,
            values,
            LiveChain(
                ((_NAME, live[: at + 1]),),
                border,
                colour == "colour",
                equivalent=(part, _KERNEL) if at + 1 == part.stop and len(part) > 1 else None,
            ),
        )
        for at, values in enumerate(results)
    ]
    if len(stages) < MOST_STAGES:
        cards.append(functools.partial(_offer_stage, stages))
    for first in range(0, len(cards), _PICTURES_IN_A_ROW):
        row = cards[first : first + _PICTURES_IN_A_ROW]
        for column, card in zip(st.columns(_PICTURES_IN_A_ROW, gap="medium"), row, strict=False):
            with column:
                card()
    _show_kernel(stages, part, [image.astype(np.float32), *results][part.start], border)
    if stages:
        _offer_results(picture, full, stages, results[-1], border=border, colour=colour)


def _offer_results(
    picture: Picture,
    full: NDArray[np.uint8],
    stages: Stages,
    result: NDArray[np.float32],
    *,
    border: Border,
    colour: str,
) -> None:
    """Offer the downloads, the code, and the same filters for a zip of pictures."""
    with st.container(horizontal=True):
        whole = len(linear_part(stages)) == len(stages)
        offer_result(
            f"{picture.id}-chain",
            lambda: Result(run_chain(full, stages, border)[-1]),
            view_of(stages, result),
            {"Kernel": equivalent_kernel(stages)} if whole else {},
            border=border,
            chain=format_chain(stages),
        )
        offer_picture(picture)
        copy_code(
            "Copy the OpenCV code",
            imaging.chain_code(stages, border, colour=colour == "colour"),
        )
    batch = st.expander(
        "Filter a zip of pictures", icon=":material/folder_zip:", key="_f_batch",
        on_change="rerun",
    )  # fmt: skip
    if batch.open:
        from cnnviz.ui.filters.batch import show_batch  # noqa: PLC0415 - it loads torch

        with batch:
            show_batch(stages, border, colour=colour == "colour")


def _chosen_stages() -> Stages:
    """Follow the address, or what was chosen since; say what a link asks for in vain."""
    state, usual = st.session_state, next(iter(EXAMPLES.values()))
    text = CHAIN.follow(state.get(_TEXT), opened=_TEXT not in state)
    try:
        stages = parse_chain(usual if text is None else "" if text == _EMPTY else text)
    except ValueError as error:
        st.warning(f"The link’s chain cannot be read. {plain(str(error))} This is another one.")
        stages = parse_chain(usual)
    else:
        state[_TEXT] = text or usual
        CHAIN.write(None if state[_TEXT] == usual else state[_TEXT])
    return stages


def _take(text: str) -> None:
    """In a callback: make a text the chain."""
    st.session_state[_TEXT] = text or _EMPTY


def _replace(stages: Stages, at: int, *others: Stage) -> None:
    _take(format_chain([*stages[:at], *others, *stages[at + 1 :]]))


def _move(stages: Stages, at: int, to: int) -> None:
    moved = list(stages)
    moved.insert(to, moved.pop(at))
    _take(format_chain(moved))


def _draw_stage(
    draw: Callable[..., object],
    stages: Stages,
    at: int,
    values: NDArray[np.float32],
    live: LiveChain,
) -> None:
    """Draw what a stage gives, and below it what it is."""
    title = stages[at].title
    shown = imaging.present(Result(values), view_of(stages[: at + 1], values))
    draw(
        encode(shown), key=f"f_chain_{at}", title=f"{at + 1}. {title}",
        alt=f"After stage {at + 1}: {title}", live=live,
    )  # fmt: skip
    with settings(f"f_chain_{at}"):
        _draw_controls(stages, at)


def _draw_controls(stages: Stages, at: int) -> None:
    key = f"{_STAGE}{at}"
    replace = functools.partial(_replace, stages, at)
    edit_stage(stages[at], f"Filter {at + 1}", key=key, replace=replace)
    if stages[at].name == "thin" and not has_gradient(stages, at):
        st.warning("It needs a gradient just before it. Until then, it changes nothing.")
    with st.container(horizontal=True, gap="small"):
        for label, icon, to in (
            ("Earlier", ":material/arrow_back:", at - 1),
            ("Later", ":material/arrow_forward:", at + 1),
        ):
            st.button(
                label, key=f"{key}_{label}", icon=icon, type="tertiary", on_click=_move,
                disabled=not 0 <= to < len(stages), args=(stages, at, to),
            )  # fmt: skip
        st.button(
            "Remove", key=f"{key}_remove", icon=":material/close:", type="tertiary",
            on_click=_replace, args=(stages, at),
        )  # fmt: skip


def _offer_stage(stages: Stages) -> None:
    titles = {name: one.title for name, one in KINDS.items()}
    key = f"_f_chain_new_{len(stages)}"

    def add() -> None:
        if st.session_state[key]:
            _replace(stages, len(stages), usual_stage(st.session_state[key]))

    st.selectbox(
        "Add a filter", list(titles), None, format_func=titles.__getitem__, key=key, on_change=add,
        placeholder="Choose one",
    )  # fmt: skip


def _show_kernel(stages: Stages, part: range, image: NDArray[np.float32], border: Border) -> None:
    """Draw the one kernel of the linear stages, and how far it is from them."""
    if len(part) < 2:
        st.caption(
            "Two or more linear filters in a row are one kernel. Here there are none: linear are"
            " those that add up weighted neighbours."
        )
        return
    linear = stages[part.start : part.stop]
    kernel, found = equivalent_kernel(linear), compare_equivalent(image, linear, border)
    height, width = kernel.shape
    sizes = " ∗ ".join(
        f"{len(one.kernel)}×{one.kernel.shape[1]}" for one in linear if one.kernel is not None
    )
    whole = len(linear) == len(stages)
    st.subheader(
        f"{'The whole chain is' if whole else f'Filters {part.start + 1} to {part.stop} are'} one"
        f" kernel of {height}×{width}",
        anchor=False,
    )
    inside = (
        f"within {found.reach} pixels of the edge"
        if found.inside is not None
        else "everywhere: no pixel is so far from the edge that its window fits in"
    )
    same = (
        ""
        if found.inside is None
        else "Inside, both ways give the same numbers. "
        if found.inside == 0
        else f"Inside, both ways differ by at most {short(found.inside, 2)}, which is rounding. "
    )
    st.markdown(
        f"It is the convolution of their kernels, {sizes}. {same}They may differ {inside}, because"
        f" each filter extends its own input there: here by at most {short(found.edge, 2)}."
    )
    numbers, surface = st.columns(2, gap="medium")
    with numbers:
        if max(kernel.shape) <= _LARGEST_GRID:
            number_grid(
                kernel, key=_KERNEL, label=f"Kernel, {height}×{width}", write=weight,
                stops=WEIGHT_STOPS, follows=True,
            )  # fmt: skip
        else:
            st.dataframe(kernel, alt="The weights of the one kernel")
        st.caption(f"{imaging.explain_sum(kernel)} {imaging.separability(kernel)}")
    with surface:
        if has_surface(kernel):
            chart(
                kernel_figure(kernel),
                key="f_chain_surface",
                alt=f"The {height}×{width} weights of the one kernel as a surface",
            )
