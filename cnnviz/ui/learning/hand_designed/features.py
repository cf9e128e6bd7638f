"""Sections of the page Features by hand: directions, keypoints, and what they are worth."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.imaging import WEIGHT_STOPS, encode_jpeg, resize_to_fit, to_grey
from cnnviz.imaging.descriptors import (
    Keypoints,
    hog_cells,
    hog_code,
    hog_drawn,
    sift_code,
    sift_keypoints,
)
from cnnviz.inspection import torch_reference
from cnnviz.inspection.digits import first_filters
from cnnviz.training.experiments.hand_designed_features import KINDS, accuracies
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.picture import Picture, current_picture
from cnnviz.ui.shared.piece_by_piece import gather, gathered
from cnnviz.ui.shared.projecting import figure_and_settings

_SIDE = 320
_COLUMNS = ("x in pixels", "y in pixels", "Diameter in pixels", "Direction in °", "Response")
_BUDGETS = {"100": "100", "300": "300", "1435": "All 1,435"}


_LEARNED = """import cv2
import torch
from torch.nn import functional as F

grey = torch.from_numpy(cv2.imread("picture.png", cv2.IMREAD_GRAYSCALE)).double() / 255
filters = torch.tensor({filters}).double()
answers = F.conv2d(grey[None, None], filters[:, None])[0]
print(answers)
"""


@st.cache_data(max_entries=8, show_spinner=False)
def _small(digest: str, _pixels: np.ndarray) -> np.ndarray:  # noqa: ARG001
    return np.round(to_grey(resize_to_fit(_pixels, _SIDE))).astype(np.uint8)


@st.cache_data(max_entries=32, show_spinner=False)
def _hog(digest: str, cell: int, _grey: np.ndarray) -> tuple[np.ndarray, bytes]:  # noqa: ARG001
    """The directions of each cell, and the stars that draw them as a JPEG."""
    return hog_cells(_grey, cell), encode_jpeg(hog_drawn(_grey, cell))


@st.cache_data(max_entries=32, show_spinner="Looking for keypoints")
def _keypoints(digest: str, most: int, degrees: int, _grey: np.ndarray) -> Keypoints:  # noqa: ARG001
    return sift_keypoints(_grey, most, degrees)


def grey_picture() -> tuple[Picture, np.ndarray]:
    """The chosen picture, and its grey levels, H×W, at most 320 pixels long."""
    picture = current_picture()
    return picture, _small(picture.digest, picture.pixels)


def directions() -> None:
    """Draw how strong the edges of each direction are, cell by cell."""
    picture, grey = grey_picture()
    right, left = figure_and_settings("directions", settings_first=True)
    with left:
        cell = paired("Side of a cell", 4, 32, 8, key="hd_cell", step=4)
    try:
        cells, stars = _hog(picture.digest, cell, grey)
    except ValueError as error:
        st.error(f"{error} Choose a smaller cell.", icon=":material/grid_off:")
        return
    with right:
        one, other = st.columns(2)
        one.image(encode_jpeg(grey), width="stretch", alt=f"{picture.title}, in grey")
        other.image(
            stars,
            width="stretch",
            alt="A star for each cell: lines along its edges, the brighter the stronger",
        )
        map_sheet(
            [
                Group(
                    "Nine directions of the gradient, 20° each from 0°",
                    cells.transpose(2, 0, 1),
                    note=f"{cells.shape[0]}×{cells.shape[1]} cells",
                    tile="direction",
                    unsigned=True,
                )
            ],
            key="hd_hog",
            scale="all",
            stops=WEIGHT_STOPS,
            side=110,
            alt="Nine maps: how strong the gradients of each direction are in each cell",
        )
        st.caption(
            "Grey levels per two pixels, the mean of a cell. A gradient points across its edge:"
            " direction 1 is across upright edges, direction 5 across level ones. The stars draw"
            " the edges instead."
        )
        copy_code("PyTorch code: directions", hog_code(cell), picture=grey)


def keypoints() -> None:
    """Draw SIFT's keypoints in the picture, and those found again after it was turned."""
    st.header("SIFT: points that are found again")
    picture, grey = grey_picture()
    right, left = figure_and_settings("keypoints", settings_first=True)
    with left:
        most = paired("Keypoints, at most", 10, 300, 80, key="hd_most", step=10)
        degrees = paired("Turn the picture by, in degrees", 0, 180, 30, key="hd_turn")
    found = _keypoints(picture.digest, most, degrees, grey)
    count = len(found.table)
    with right:
        one, other = st.columns(2)
        one.image(
            encode_jpeg(found.drawn), width="stretch", alt=f"{picture.title} with {count} keypoints"
        )
        other.image(
            encode_jpeg(found.turned),
            width="stretch",
            alt=f"The picture turned by {degrees}°, with {found.found_again} keypoints found again",
        )
        if not count:
            st.markdown("There is no corner or spot in this picture that SIFT would find again.")
            return
        st.markdown(
            f"**{found.found_again} of {count}** keypoints are found again in the turned picture,"
            " at the right place, by their descriptors alone: 128 numbers each, histograms of"
            " gradient directions around the point, measured from the point's own direction."
            " Some lie in corners that were cut off."
        )
        copy_code("OpenCV code: keypoints", sift_code(most, degrees), picture=grey)
        with st.expander("The strongest as a table"):
            st.dataframe(
                {name: found.table[:20, at].round(3) for at, name in enumerate(_COLUMNS)},
                hide_index=True,
                alt="Place, size, direction and response of the strongest keypoints",
            )


def learned() -> None:
    """Draw the filters that the digits network has learned, and their answers to the picture."""
    st.header("Learned filters on the same picture")
    grey = np.round(resize_to_fit(grey_picture()[1], _SIDE // 4)).astype(np.uint8)
    filters = first_filters()
    answers = torch_reference.conv_layer(grey[None] / 255, filters[:, None])
    map_sheet(
        [
            Group(f"{len(filters)} learned filters", filters, tile="filter"),
            Group(
                "What each answers to the picture",
                answers.astype(np.float32),
                note=f"{answers.shape[1]}×{answers.shape[2]}",
                tile="filter",
            ),
        ],
        key="hd_learned",
        scale="map",
        stops=WEIGHT_STOPS,
        side=110,
        alt="Filters that a network has learned, and the maps that they make of the picture",
    )
    st.caption(
        "The first layer of the digits network that comes with cnnviz. It has only seen digits of"
        " 8×8, and yet several of its filters answer to edges of one direction, as HOG does: nobody"
        " has told it to. Each map has its own colour scale."
    )
    code = _LEARNED.format(filters=filters.tolist())
    copy_code("PyTorch code: learned filters", code, picture=grey)


def worth() -> None:
    """Draw the accuracy of one classifier on each kind of features, while it is found out."""
    st.header("What are they worth?")
    budget = choice(st.segmented_control, "Digits with a label", _BUDGETS, "100", key="hd_labels")
    found = gathered(("by hand", budget), lambda: accuracies(int(budget)))

    def draw() -> None:
        st.dataframe(
            {
                "Features": [KINDS[one.kind] for one in found.items],
                "Test accuracy": [one.share * 100 for one in found.items],
                "Numbers": [one.numbers for one in found.items],
            },
            hide_index=True,
            column_config={
                "Features": st.column_config.TextColumn(width=150),  # all three fit on a phone
                "Test accuracy": st.column_config.ProgressColumn(
                    min_value=0, max_value=100, format="%.1f%%", width=120
                ),
                "Numbers": st.column_config.NumberColumn(width=70),
            },
            alt=f"Accuracy of softmax regression on {len(KINDS)} kinds of features",
        )

    gather(found, draw, len(KINDS), "Kinds of features")
    st.caption(
        "The same softmax regression each time, tested on 362 digits. HOG sees the digits at 32×32,"
        " in 4×4 cells. The network's features are those in front of its last layer; it learned"
        " them from the labels of all 1,435 training digits, so with few labels here it has an"
        " advantage that nobody had to design. k-means sees 5,000 patches of the same digits, and"
        " no label: 32 filters, each averaged over the four quarters of the picture; see “Filters"
        " without labels”."
    )
