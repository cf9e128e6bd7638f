"""Two filters, or two pictures, side by side, with their difference."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz import imaging
from cnnviz.components import pixels
from cnnviz.components.closeness import SMALLEST, closeness
from cnnviz.components.compare import LiveChain, compare, encode
from cnnviz.imaging import FILE_MEGABYTES, SAMPLES, ImageError
from cnnviz.imaging.chain import Stage, format_chain, parse_chain, run_chain, view_of
from cnnviz.imaging.recipe import Result
from cnnviz.numbers.formatting import picture_size
from cnnviz.ui.filters.prepared import COLOURS, Prepared, prepare
from cnnviz.ui.filters.stage import edit_stage, live_stage
from cnnviz.ui.shared.address import COMPARED
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.picture import decoded
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cnnviz.imaging import Border
    from cnnviz.ui.shared.picture import Picture

_USUAL = {"first": "gaussian:2", "second": "bilateral:2:40"}
_PIXELS = 280_000  # of each picture: three are sent
_SAME, _OTHER = "same", "other"
_NAMES = {"first": "comparison", "second": "comparison-second"}  # of the pictures, in the browser
_CLOSENESS = "comparison"  # what the browser tells of while a hand moves a filter
_KEY = "_f_compare_"  # and the side begin the Streamlit keys of a filter
_UPLOAD, _UPLOADED, _REFUSED = "_f_second_file", "_f_second_pixels", "_f_second_refused"


@st.fragment
def show_comparison(picture: Picture, borders: Mapping[Border, str]) -> None:
    """Draw two results and their difference, with one zoom and one pointer, and how close they are.

    Args:
        picture: What the first filter filters, and the second if no other picture is chosen.
        borders: What can lie outside them, with titles.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        second_name = _choose_second()
        colour = choice(st.segmented_control, "Picture", COLOURS, "grey", key="f_compare_colour")
        border: Border = choice(
            st.selectbox, "Border", borders, "reflect", key="f_compare_border", width=130
        )
    prepared = prepare(picture.digest, colour, _NAMES["first"], _PIXELS, picture.pixels)
    first = prepared.preview
    other, had = _second(second_name, prepared, colour)
    second = other.preview
    for one in {prepared.exact["name"]: prepared.exact, other.exact["name"]: other.exact}.values():
        pixels.send_pixels(one)
    stages = {side: _chosen(side) for side in COMPARED}
    values = [
        run_chain(image, [stage], border)[0]
        for image, stage in zip((first, second), stages.values(), strict=True)
    ]
    height, width = first.shape[:2]
    size = picture_size(first.shape)
    chains = {
        side: (one.exact["name"], (live_stage(stages[side], f"{_KEY}{side}"),))
        for side, one in zip(stages, (prepared, other), strict=True)
    }
    live = functools.partial(LiveChain, border=border, colour=colour == "colour")
    draw = functools.partial(compare, size=(height, width), group="comparison")
    sides = st.columns(3, gap="medium")
    for column, (side, stage), result in zip(sides, stages.items(), values, strict=False):
        with column:
            of_other = side == "second" and had is not None
            title = f"{stage.title}, {'the other picture' if of_other else size}"
            shown = imaging.present(Result(result), view_of([stage], result))
            draw(
                encode(shown), key=f"f_compare_{side}_result", title=title, alt=title,
                live=live((chains[side],)),
            )  # fmt: skip
            with settings(f"f_compare_{side}"):
                edit_stage(
                    stage, f"{side.capitalize()} filter", key=f"{_KEY}{side}",
                    replace=functools.partial(_take, side), without=("thin",),
                )  # fmt: skip
    difference = values[0] - values[1]
    with sides[2]:
        draw(
            encode(imaging.present(Result(difference), "signed")), key="f_compare_difference",
            title="Difference, first − second", alt="The first result minus the second",
            live=live(tuple(chains.values()), view="signed", measured=_CLOSENESS),
        )  # fmt: skip
    _say_how_close(values[0], values[1])
    notes = ["Choose Identity to compare with the picture itself."]
    if first.shape != prepared.full.shape:
        notes.append(f"The pictures are reduced to {size} before they are filtered.")
    if had is not None and had != (height, width):
        notes.append(f"The other picture of {picture_size(had)} was scaled and cut to {size}.")
    st.caption(" ".join(notes))


def _chosen(side: str) -> Stage:
    """Follow the address, or what was chosen since; say what a link asks for in vain."""
    state, parameter, key = st.session_state, COMPARED[side], f"_f_{side}"
    text = parameter.follow(state.get(key), opened=key not in state) or _USUAL[side]
    try:
        stages = parse_chain(text)
        if len(stages) != 1 or stages[0].name == "thin":
            raise ValueError("It is to be one filter.")  # noqa: TRY301 - refused like any other
    except ValueError as error:
        st.warning(f"The link’s {side} filter cannot be used. {plain(str(error))}")
        return parse_chain(_USUAL[side])[0]
    state[key] = text
    parameter.write(None if text == _USUAL[side] else text)
    return stages[0]


def _take(side: str, stage: Stage) -> None:
    """In a callback: make a filter one of the two."""
    st.session_state[f"_f_{side}"] = format_chain([stage])


def _choose_second() -> str:
    titles = {_SAME: "The same picture"}
    if _UPLOADED in st.session_state:
        titles[_OTHER] = "The uploaded picture"
    titles |= {name: sample.title for name, sample in SAMPLES.items()}
    name = choice(
        st.selectbox, "Second picture", titles, _SAME, key="f_second_picture", width=240
    )  # fmt: skip
    with st.popover("Upload one", icon=":material/upload:"):
        st.file_uploader(
            "Second picture", key=_UPLOAD, on_change=_keep_second,
            max_upload_size=FILE_MEGABYTES,
        )  # fmt: skip
        if refused := st.session_state.get(_REFUSED):
            st.error(refused, icon=":material/broken_image:")
    return name


def _keep_second() -> None:
    state = st.session_state
    file = state[_UPLOAD]
    state.pop(_REFUSED, None)
    if not isinstance(file, UploadedFile):
        return
    try:
        state[_UPLOADED] = decoded(file.getvalue(), _PIXELS)
    except ImageError as error:
        state[_REFUSED] = f"{plain(file.name)}: {error}"
    else:
        choose("f_second_picture", _OTHER)


def _second(name: str, first: Prepared, colour: str) -> tuple[Prepared, tuple[int, int] | None]:
    """The second picture in the size of the first, and the size it had; None if it is the first."""
    if name == _SAME:
        return first, None
    image = st.session_state[_UPLOADED] if name == _OTHER else imaging.sample_image(name)
    if colour == "grey":  # before it is scaled, as the first was
        image = imaging.to_grey(image).astype(np.uint8)
    height, width = first.preview.shape[:2]
    fitted = imaging.cover(image, height, width)
    digest = imaging.digest(fitted)
    return prepare(digest, colour, _NAMES["second"], _PIXELS, fitted), image.shape[:2]


def _say_how_close(first: NDArray[np.float32], second: NDArray[np.float32]) -> None:
    closeness(first, second, key="f_compare_closeness", name=_CLOSENESS)
    large = min(first.shape[:2]) >= SMALLEST
    st.caption(
        "PSNR and SSIM compare the results as pictures: rounded, and clipped to 0 to 255. The"
        " differences are of the signed numbers."
        + ("" if large else " SSIM needs pictures of at least 7×7 pixels.")
    )
