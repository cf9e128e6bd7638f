"""The picture that the page Look inside shows to a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.crop import crop
from cnnviz.components.draw import draw, drawn_picture
from cnnviz.datasets import normalise, preprocess
from cnnviz.datasets.preprocess import crop_frame
from cnnviz.inspection import InspectionError, overlay_size
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.picture import OWN, Picture, current_picture
from cnnviz.ui.shared.projecting import wide
from cnnviz.ui.shared.run_model import samples_of
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.runs import Run, RunConfig

PAD = "i_pad"  # the key of the pad


@dataclass(frozen=True, eq=False)
class Subject:
    """The picture that the network is shown.

    Attributes:
        pixels: C×H×W `uint8`: the network's input before normalising.
        inputs: C×H×W: the input itself.
        backdrop: H×W×3 to lay the evidence over; of the input's proportions.
        name: What it is.
        truth: Its true class, if that is known.
        drawn: Whether it is drawn by hand, or out of a file that the browser has.
        asked: The picture that is asked for, as `cnnviz.inspection.Samples` has it, if a picture is
            and that is known.
    """

    pixels: NDArray[np.uint8]
    inputs: Tensor
    backdrop: NDArray[np.uint8]
    name: str
    truth: int | None
    drawn: bool = False
    asked: NDArray[np.uint8] | None = None


@st.cache_data(
    max_entries=64, show_spinner=False, hash_funcs={Picture: lambda picture: picture.digest}
)
def _preprocessed(
    picture: Picture, shape: tuple[int, int, int], *, invert: bool, place: float
) -> NDArray[np.uint8]:
    return preprocess(picture.pixels, shape, invert=invert, place=place)


def choose_subject(run: Run) -> Subject:
    """Let the person choose a test picture, their own, or what they draw."""
    picture, state = current_picture(), st.session_state
    # Whoever brings a picture, or chooses another one at the top, wants to see that one.
    before = state.get("_i_picture", "" if picture.id == OWN else picture.digest)
    if before != picture.digest:
        choose("i_source", "own")
    state["_i_picture"] = picture.digest
    source = choice(
        st.segmented_control,
        "Show",
        {"test": "Test picture", "own": "My picture", "draw": "Draw"},
        "test",
        key="i_source",
        help="“My picture” is the one chosen at the top right: a sample, an upload or a photo."
        " “Draw” opens a pad, and the network answers while you draw. A picture out of a file that"
        " you chose there, or beside another page’s pad, is there too.",
    )
    if source == "draw":
        return _drawing(run)
    return _own(run, picture) if source == "own" else _sample(run)


def draw_on_pad(subject: Subject, config: RunConfig, *, sends: bool) -> None:
    """Draw the pad on which the subject is drawn, or the choice of its file.

    Args:
        subject: What the server knows of it.
        config: The run whose network looks at it.
        sends: Whether the server is sent what the network sees, after each stroke.
    """

    def keep(text: str) -> None:
        st.session_state["_i_drawing"] = text

    draw(config, key=PAD, known=subject.pixels, on_draw=keep if sends else None)


def class_titles(config: RunConfig) -> dict[int | str, str]:
    """The classes' names by their numbers."""
    return dict(enumerate(config.classes))


def _sample(run: Run) -> Subject:
    config = run.config
    try:
        samples = samples_of(run)
    except InspectionError as error:
        st.warning(f"{plain(str(error))} Choose “My picture” instead.")
        st.stop()
    kinds: dict[int | str, str] = {"any": "Any class", **class_titles(config)}
    kind: int | str = "any"
    if samples.targets is None:
        kind = choice(st.selectbox, "True class", kinds, "any", key="i_label", width=wide(125))
    mine = np.arange(len(samples.labels))
    if kind != "any":
        mine = mine[samples.labels == kind]
    if len(mine) == 0:
        st.warning("None of these test pictures shows this class. Choose another class.")
        st.stop()
    last = len(mine) - 1
    if st.session_state.get("i_sample", 0) > last:
        st.session_state["i_sample"] = last
    position = st.number_input(
        f"Picture, 0 to {last}", 0, last, key="i_sample", width=wide(125), bind="query-params",
        help=plain(samples.origin),
    )  # fmt: skip
    i = int(mine[position])
    pixels = samples.images[i]
    where = "" if samples.indices is None else f" {samples.indices[i]}"
    return Subject(
        pixels,
        normalise(pixels, config.mean, config.std),
        _rgb(pixels),
        f"Test picture{where}",
        int(samples.labels[i]) if samples.targets is None else None,
        asked=None if samples.targets is None else samples.targets[i],
    )


def _drawing(run: Run) -> Subject:
    config = run.config
    pixels = drawn_picture(st.session_state.get("_i_drawing", ""), config.input_shape)
    inputs = normalise(pixels, config.mean, config.std)
    return Subject(pixels, inputs, _rgb(pixels), "Your drawing or picture", None, drawn=True)


def _own(run: Run, picture: Picture) -> Subject:
    config = run.config
    invert = st.toggle(
        "Invert the picture",
        key="i_invert",
        bind="query-params",
        help="Use this if the network was trained on light-on-black pictures and yours is"
        " dark-on-light.",
    )
    large = (3, *overlay_size(config.input_shape[1:]))
    place = _choose_crop(picture, config)
    pixels = _preprocessed(picture, config.input_shape, invert=invert, place=place)
    backdrop = _preprocessed(picture, large, invert=False, place=place)
    return Subject(
        pixels,
        normalise(pixels, config.mean, config.std),
        np.ascontiguousarray(backdrop.transpose(1, 2, 0)),
        picture.title,
        None,
    )


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """C×H×W, grey or in colour, as H×W×3."""
    colours = np.broadcast_to(pixels, (3, *pixels.shape[1:]))
    return np.ascontiguousarray(colours.transpose(1, 2, 0))


def _choose_crop(picture: Picture, config: RunConfig) -> float:
    """Let the person choose which part of a picture the network sees, if that is not all of it.

    Returns:
        Where the part is along the longer side, from 0 to 1.
    """
    height, width = picture.pixels.shape[:2]
    _, rows, columns = config.input_shape
    if crop_frame((height, width), rows / columns, 0)[2:] == (height, width):
        return 0.5
    left, right = st.columns([1, 3], vertical_alignment="center", width=560)
    with right:
        percent = st.slider(
            "Place of the frame, %", 0, 100, 50, key="i_crop", bind="query-params",
            help="0 is the upper or left end, 100 the other.",
        )  # fmt: skip
    place = percent / 100
    frame = crop_frame((height, width), rows / columns, place)

    def move(row: int, column: int) -> None:
        last = height - frame[2] + width - frame[3]  # only one of the two can be moved
        st.session_state["i_crop"] = round(100 * (row + column) / last)

    with left:
        crop(picture.pixels, frame, key="i_crop_frame", alt="The part that is seen", on_move=move)
    right.caption(
        f"The network sees the part in the frame: {frame[3]} of {width} pixels across and"
        f" {frame[2]} of {height} down, scaled to {columns} × {rows} pixels. Drag the frame, or"
        " move the slider, to show it another part."
    )
    return place
