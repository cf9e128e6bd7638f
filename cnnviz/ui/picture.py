"""The person's picture: chosen once, in the header, and carried from page to page.

The choice lives in session state and is written to the URL as `?picture=<sample>`. It is not
a bound widget: several pages show it, and Streamlit drops a parameter that two pages bind.
A picture of one's own stays in the memory of its session and goes when the session does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.imaging import (
    SAMPLES,
    ImageError,
    digest,
    encode_jpeg,
    load_image,
    resize_to_fit,
    sample_image,
)
from cnnviz.ui.text import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator

OWN = "own"
PARAMETER = "picture"
FILE_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"]
_CHOICE = "_picture"
_IN_URL = "_picture_in_url"
_REFUSED = "_picture_refused"  # why the last file was not taken, shown beside the uploader
_UNKNOWN = "_picture_unknown"  # why the address could not be followed, shown once on the page


@dataclass(frozen=True)
class Picture:
    """A picture and where it is from.

    Attributes:
        id: Sample id, or "own".
        title: Its name on screen.
        pixels: H×W×3 `uint8` RGB; not to be changed in place.
        digest: Digest of the pixels, to key caches on.
        credit: Source and licence.
    """

    id: str
    title: str
    pixels: NDArray[np.uint8]
    digest: str
    credit: str


@functools.cache
def _sample(name: str) -> Picture:
    sample, pixels = SAMPLES[name], sample_image(name)
    credit = f"{sample.title}: {sample.source} ({sample.licence})."
    return Picture(name, sample.title, pixels, digest(pixels), credit)


def _thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return encode_jpeg(resize_to_fit(pixels[top : top + side, left : left + side], 192))


@functools.cache
def _sample_thumbnail(name: str) -> bytes:
    return _thumbnail(sample_image(name))


@st.cache_resource(scope="session", show_spinner=False)
def _album() -> dict[str, Picture]:
    """Pictures of this session's own; released with the session."""
    return {}


def _choose(name: str) -> None:
    st.session_state[_CHOICE] = name
    st.session_state.pop(_REFUSED, None)


def _keep(data: bytes, title: str) -> None:
    try:
        pixels = load_image(data)
    except ImageError as error:
        st.session_state[_REFUSED] = f"{plain(title)}: {error}"
        return
    pixels.setflags(write=False)
    credit = (
        "Your own picture: it stays in this session's memory and is never stored or shown to"
        " others."
    )
    _album()[OWN] = Picture(OWN, title, pixels, digest(pixels), credit)
    _choose(OWN)


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        st.session_state.pop(_REFUSED, None)  # it was of the file that is gone
    else:
        _keep(file.getvalue(), file.name)


def _read_url() -> None:
    wanted = st.query_params.get(PARAMETER)
    if wanted is None or wanted == st.session_state.get(_IN_URL):
        return
    if wanted in SAMPLES or wanted in _album():
        st.session_state[_CHOICE] = wanted
    else:
        st.session_state[_UNKNOWN] = (
            f"This link names the picture “{plain(wanted[:100])}”, which is not one of the samples."
            " Your own pictures are never stored: choose it again with the picture button."
        )


def _write_url(chosen: str) -> None:
    default = next(iter(SAMPLES))
    shown = None if chosen == default else chosen
    if st.query_params.get(PARAMETER) != shown:
        if shown is None:
            del st.query_params[PARAMETER]
        else:
            st.query_params[PARAMETER] = shown
    st.session_state[_IN_URL] = shown


def current_picture() -> Picture:
    """The chosen picture: at first visit the first sample."""
    chosen = st.session_state.get(_CHOICE, "")
    if chosen in SAMPLES:
        return _sample(chosen)
    return _album().get(chosen) or _sample(next(iter(SAMPLES)))


def _gallery_entry(picture: Picture, thumbnail: bytes, chosen: str) -> None:
    with st.container(width=96, gap="xsmall"):
        st.image(thumbnail, width=96, alt=picture.title)
        st.button(
            "Yours" if picture.id == OWN else picture.title,
            key=f"_picture_{picture.id}",
            help=picture.credit,
            type="primary" if picture.id == chosen else "secondary",
            width="stretch",
            on_click=_choose,
            args=(picture.id,),
        )


def choose_picture(notice: DeltaGenerator) -> None:
    """Draw the button that shows the current picture's name and opens the chooser.

    Args:
        notice: Where to say that the picture named in the address is not to be had.
    """
    _read_url()
    picture = current_picture()
    _write_url(picture.id)
    if unknown := st.session_state.pop(_UNKNOWN, None):
        notice.warning(unknown, icon=":material/link_off:")
    with st.popover(f"Picture: {plain(picture.title)}", icon=":material/image:", width="content"):
        st.caption(picture.credit)
        st.file_uploader(
            "Upload your own picture",
            type=FILE_TYPES,
            key="_picture_upload",
            on_change=_take,
            args=("_picture_upload",),
        )
        st.caption(
            f"PNG, JPEG, WebP, BMP, TIFF or GIF; up to {st.get_option('server.maxUploadSize')} MB"
            " and 50 megapixels. Larger files are refused."
        )
        if refused := st.session_state.get(_REFUSED):
            st.error(refused, icon=":material/broken_image:")
        if st.toggle("Take one with the camera", key="_picture_use_camera"):
            st.camera_input(
                "Camera",
                key="_picture_camera",
                on_change=_take,
                args=("_picture_camera",),
                label_visibility="collapsed",
            )
        with st.container(horizontal=True, gap="small"):
            if own := _album().get(OWN):
                _gallery_entry(own, _thumbnail(own.pixels), picture.id)
            for name in SAMPLES:
                _gallery_entry(_sample(name), _sample_thumbnail(name), picture.id)
