"""The person's picture: chosen once, in the header, and carried from page to page.

The choice lives in session state and is written to the URL as `?picture=<sample>`. It is not
a bound widget: several pages show it, and Streamlit drops a parameter that two pages bind.
A picture of one's own stays in the state of its session and goes when the session does.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz.components.photo import is_secure, take_photo
from cnnviz.imaging import (
    FILE_MEGABYTES,
    FILE_TYPES,
    SAMPLES,
    ImageError,
    digest,
    encode_jpeg,
    load_picture,
    resize_to_fit,
    sample_image,
)
from cnnviz.ui.shared import role
from cnnviz.ui.shared.address import PICTURE
from cnnviz.ui.shared.memory import BUDGET, MOST_PIXELS, Room
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator

OWN = "own"
MAX_SIDE = 4096  # pixels: what every browser draws and every format holds
_THUMBNAIL = 96  # pixels a side
_CHOICE = "_picture"
_FIRST = "_picture_first"
_OWN = "_own_picture"  # not `_picture_own`: the button that chooses it again
_REFUSED = "_picture_refused"  # why the last file was not taken, shown beside the uploader
_FULL = (
    "The server has no room for another picture at the moment. Try again when others have left, or"
    " use one of the samples."
)

_room = Room(BUDGET)
# A large picture takes hundreds of megabytes while it is decoded: a class does so in turn.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A picture and where it is from.

    Attributes:
        id: Sample id, or "own".
        title: Its name on screen.
        pixels: H×W×3 `uint8` RGB; not to be changed in place.
        digest: Digest of the pixels, to key caches on.
        credit: Source and licence.
        notes: What the person should know of how it was read: sentences.
    """

    id: str
    title: str
    pixels: NDArray[np.uint8]
    digest: str
    credit: str
    notes: tuple[str, ...] = ()

    @functools.cached_property
    def thumbnail(self) -> bytes:
        """Its middle as a small square JPEG, of the size that Streamlit sends unchanged."""
        height, width = self.pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = self.pixels[top : top + side, left : left + side]
        return encode_jpeg(resize_to_fit(square, _THUMBNAIL), quality=90)


@functools.cache
def sample_picture(name: str) -> Picture:
    """A sample, by its id."""
    sample, pixels = SAMPLES[name], sample_image(name)
    credit = f"{sample.title}: {sample.source} ({sample.licence})."
    return Picture(name, sample.title, pixels, digest(pixels), credit)


def _own() -> Picture | None:
    """The session's own picture. Not in a cache: any browser can have all of these cleared."""
    return st.session_state.get(_OWN)


def _choose(name: str) -> None:
    st.session_state[_CHOICE] = name
    st.session_state.pop(_REFUSED, None)


def keep_picture(data: bytes, title: str) -> bool:
    """Decode a file, as large as there is room for, and choose it; or remember why it is refused.

    Returns:
        Whether it was taken.
    """
    try:
        with _decoding:
            if not (max_pixels := _room.max_pixels()):
                raise ImageError(_FULL)  # noqa: TRY301 - refused like any other
            loaded = load_picture(data, max_pixels=max_pixels, max_side=MAX_SIDE, cut_short=True)
            _room.hold(loaded.pixels)
    except ImageError as error:
        st.session_state[_REFUSED] = f"{plain(title)}: {error}"
        return False
    pixels, notes = loaded.pixels, loaded.notes
    pixels.setflags(write=False)
    if pixels.shape[:2] != loaded.full_size:
        smaller = (
            f"Your picture of {_size(loaded.full_size)} pixels was made smaller, to"
            f" {_size(pixels.shape[:2])}. Every number here is computed from that."
        )
        notes = (smaller, *notes)
    credit = (
        "Your own picture: it stays in this session's memory and is never stored or shown to"
        " others."
    )
    st.session_state[_OWN] = Picture(OWN, title, pixels, digest(pixels), credit, notes)
    _choose(OWN)
    return True


def decoded(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """The pixels of a file, H×W×3, at most `max_pixels`; one file is decoded at a time.

    Raises:
        ImageError: It is not a picture that can be read.
    """
    with _decoding:
        return load_picture(data, max_pixels=max_pixels, cut_short=True).pixels


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]:,}×{shape[1]:,}"


def _take(key: str, title: str = "") -> None:
    file = st.session_state[key]
    if not isinstance(file, UploadedFile):
        st.session_state.pop(_REFUSED, None)  # it was of the file that is gone
    elif keep_picture(file.getvalue(), title or file.name):
        release(file)


def release(file: UploadedFile) -> None:
    """Release the file itself: Streamlit would keep it as long as the session lives."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _follow_the_address(notice: DeltaGenerator) -> None:
    """Take the picture that the address names, and name there the one that is chosen."""
    wanted = PICTURE.follow(st.session_state.get(_CHOICE), opened=False)
    if wanted in SAMPLES or (wanted == OWN and _own()):
        st.session_state[_CHOICE] = wanted
    elif wanted == OWN:
        notice.warning(
            "Your own picture is gone: it is never stored, so it does not outlast a reload, and no"
            " link shows it to others. Choose one again with the picture button.",
            icon=":material/link_off:",
        )
    elif wanted:
        notice.warning(
            f"This link names the picture “{plain(wanted[:100])}”, which is not one of the"
            " samples.",
            icon=":material/link_off:",
        )
    chosen = current_picture().id
    PICTURE.write(None if chosen == _first() else chosen)


def current_picture() -> Picture:
    """The chosen picture: at first visit the one that the page opens with."""
    chosen = st.session_state.get(_CHOICE, "")
    if chosen in SAMPLES:
        return sample_picture(chosen)
    return (_own() if chosen == OWN else None) or sample_picture(_first())


def _first() -> str:
    first: str = st.session_state.get(_FIRST, next(iter(SAMPLES)))
    return first


def _gallery_entry(picture: Picture, chosen: str) -> None:
    with st.container(width=_THUMBNAIL, gap="xsmall"):
        st.image(picture.thumbnail, width=_THUMBNAIL, alt=picture.title)
        st.button(
            "Yours" if picture.id == OWN else picture.title,
            key=f"_picture_{picture.id}",
            help=picture.credit,
            type="primary" if picture.id == chosen else "secondary",
            width="stretch",
            on_click=_choose,
            args=(picture.id,),
        )


def offer_photo(key: str) -> None:
    """Offer a photo by the device's own camera app, and say why there is no live camera."""
    take_photo(key=key, on_photo=keep_picture, max_pixels=MOST_PIXELS)
    how = ", such as that of `make classroom ARGS=--https`" if role.is_presenter() else ""
    st.caption(
        "On a phone, this opens the camera; on a computer, it lets you choose a file. A live"
        f" camera picture needs a page that is opened over HTTPS{how}."
    )


def _offer_camera() -> None:
    """Offer the live camera, or where browsers have none, the device's own camera app."""
    if not is_secure(st.context.url):
        offer_photo("_picture_photo")
    elif st.toggle("Take one with the camera", key="_picture_use_camera"):
        st.camera_input(
            "Camera",
            key="_picture_live_camera",  # `_picture_camera` is the sample of that name
            on_change=_take,
            args=("_picture_live_camera", "Photo from the camera"),
            label_visibility="collapsed",
        )


def choose_picture(notice: DeltaGenerator, first: str = "") -> None:
    """Draw the button that shows the current picture's name and opens the chooser.

    Args:
        notice: Where to say that the picture named in the address is not to be had, and what was
            done to one's own.
        first: The sample that this page shows before anybody chose one.
    """
    st.session_state[_FIRST] = first or next(iter(SAMPLES))
    _follow_the_address(notice)
    picture = current_picture()
    if picture.notes:
        notice.caption(f":material/info: {' '.join(picture.notes)}")
    with st.popover(f"Picture: {plain(picture.title)}", icon=":material/image:", width="content"):
        st.caption(picture.credit)
        with st.container(key="_upload"):
            st.file_uploader(
                "Upload your own picture",
                type=FILE_TYPES,
                key="_picture_upload",
                max_upload_size=FILE_MEGABYTES,
                on_change=_take,
                args=("_picture_upload",),
            )
            st.caption(
                "Up to 50 megapixels, a JPEG up to 200. Save a HEIC photo, as iPhones take them, as"
                " JPEG first."
            )
            if refused := st.session_state.get(_REFUSED):
                # Hidden by `main.css` when the browser itself refuses the next file, unheard here.
                st.container(key="_refused").error(refused, icon=":material/broken_image:")
        _offer_camera()
        with st.container(horizontal=True, gap="small"):
            if own := _own():
                _gallery_entry(own, picture.id)
            for name in SAMPLES:
                _gallery_entry(sample_picture(name), picture.id)
