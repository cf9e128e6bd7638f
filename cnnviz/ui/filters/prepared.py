"""The picture of a section made ready to be filtered, in the server and in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from cnnviz import imaging
from cnnviz.components import pixels
from cnnviz.components.compare import Encoded, encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOURS = {"grey": "Grey", "colour": "Colour"}


class Prepared(NamedTuple):
    """A picture made ready.

    Attributes:
        full: In its full size.
        preview: Of a size that is filtered at once.
        photo: The preview to look at.
        exact: The preview's exact pixels, for the browser to filter.
    """

    full: NDArray[np.uint8]
    preview: NDArray[np.uint8]
    photo: Encoded
    exact: dict[str, Any]


@st.cache_resource(scope="session", max_entries=6, show_spinner=False)
def prepare(
    digest: str,  # noqa: ARG001 - with the others, the key
    colour: str,
    name: str,
    most: int,
    _pixels: NDArray[np.uint8],
) -> Prepared:
    """Make a picture ready.

    Args:
        digest: Of its pixels.
        colour: Key of `COLOURS`.
        name: What the browser knows it by.
        most: Pixels of the preview.
    """
    full = _pixels if colour == "colour" else imaging.to_grey(_pixels).astype(np.uint8)
    preview = imaging.preview(full, most)
    photo = encode(imaging.present_photo(preview))
    return Prepared(full, preview, photo, pixels.payload(preview, name))
