"""The person's picture: chosen once, in the header, and carried from page to page.

The choice lives in session state and is written to the URL as `?picture=<sample>`, or `own-2`. It
is not a bound widget: several pages show it, and Streamlit drops a parameter that two pages bind.
Pictures of one's own stay in the state of their session and go when the session does.
"""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz.components.photo import is_secure, take_photo
from cnnviz.imaging import (
    FILE_MEGABYTES,
    SAMPLES,
    ImageError,
    block_of_most_contrast,
    digest,
    encode_jpeg,
    load_picture,
    resize_to_fit,
    sample_image,
)
from cnnviz.numbers.formatting import counted, picture_size, thousands
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
_BLOCK = 16  # pixels a side
_DARKEST = 8  # a level that every camera reaches somewhere, if it sees anything
_CHOICE = "_picture"
_FIRST = "_picture_first"
_OWN = "_own_picture"  # the one that is, or was last, chosen; `_picture_own…` are buttons
_OWNS = "_own_pictures"  # all of them, in the order in which they were brought
_ROUND = "_picture_round"  # how often files were taken
_NUMBER = "_picture_number"  # how many pictures of one's own there have been
_OPEN = "_picture_chooser"
_MOST_OWN = 6
_LABEL = 20  # letters: what two lines below a thumbnail hold
_REFUSED = "_picture_refused"  # why the last file was not taken, shown beside the uploader
BLACK = (
    "The photo is all black: perhaps the camera had no picture yet. Wait until you see what it"
    " sees, and take the photo again."
)
_TOO_MANY = "You can have {} of your own at a time. Left out: {}."
_FULL = (
    "The server has no room for another picture at the moment. Try again when others have left, or"
    " use one of the samples."
)

_room = Room(BUDGET)
# A large picture takes hundreds of megabytes while it is decoded: a class does so in turn.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and where it is from.

    Attributes:
        id: Sample id, or "own".
        title: Its name on screen.
        pixels: H×W×3 `uint8` RGB; not to be changed in place.
        digest: Digest of the pixels, to key caches on.
        credit: Source and licence.
        notes: What the person should know of how it was read: sentences.
        number: Which of the session's own it is, from 1; 0 for a sample.
        frames: How many frames or pages its file has, of which another can be shown.
        frame: The one that is shown, from 0.
        file: Where there are several: the content of the file.
    """

    id: str
    title: str
    pixels: NDArray[np.uint8]
    digest: str
    credit: str
    notes: tuple[str, ...] = ()
    number: int = 0
    frames: int = 1
    frame: int = 0
    file: bytes = b""

    @property
    def name(self) -> str:
        """What the address calls it."""
        return f"{self.id}-{self.number}" if self.number else self.id

    @functools.cached_property
    def thumbnail(self) -> bytes:
        """Its middle as a small square JPEG, of the size that Streamlit sends unchanged."""
        height, width = self.pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = self.pixels[top : top + side, left : left + side]
        return encode_jpeg(resize_to_fit(square, _THUMBNAIL), quality=90)

    @functools.cached_property
    def contrast(self) -> tuple[int, int]:
        """Row and column of the block of 16×16 pixels with the most contrast."""
        return block_of_most_contrast(self.pixels, _BLOCK)


@functools.cache
def sample_picture(name: str) -> Picture:
    """A sample, by its id."""
    sample, pixels = SAMPLES[name], sample_image(name)
    credit = f"{sample.title}: {sample.source} ({sample.licence})."
    return Picture(name, sample.title, pixels, digest(pixels), credit)


def _own() -> Picture | None:
    """The session's own picture. Not in a cache: any browser can have all of these cleared."""
    return st.session_state.get(_OWN)


def _choose(name: str, own: Picture | None = None) -> None:
    """Choose a sample, or one of one's own pictures, and let the page be seen again."""
    st.session_state[_CHOICE] = name
    if own:
        st.session_state[_OWN] = own
    st.session_state[_OPEN] = False
    st.session_state.pop(_REFUSED, None)


def keep_picture(data: bytes, title: str, full_size: tuple[int, int] | None = None) -> bool:
    """Decode a file, as large as there is room for, and choose it; or remember why it is refused.

    Args:
        data: The content of the file.
        title: Its name.
        full_size: Height and width of the picture before a browser made it smaller.

    Returns:
        Whether it was taken.
    """
    return _keep([(data, title)], full_size=full_size)


def _keep(
    files: list[tuple[bytes, str]],
    *,
    by_camera: bool = False,
    full_size: tuple[int, int] | None = None,
) -> bool:
    """Decode files, and choose the first; or remember why some are refused.

    Returns:
        Whether one was taken.
    """
    state, most = st.session_state, _most_own()
    kept: list[Picture] = []
    refusals: list[str] = []
    beyond: list[str] = []
    for data, title in files:
        if len(kept) == most:
            beyond.append(plain(title))
            continue
        try:
            picture = _read(data, title, full_size=full_size)
        except ImageError as error:
            refusals.append(f"{plain(title)}: {error}")
            continue
        if by_camera and is_black(picture.pixels):
            refusals.append(BLACK)
        else:
            kept.append(_numbered(picture))
    if beyond:
        refusals.append(_TOO_MANY.format(counted(most, "picture"), ", ".join(beyond)))
    if kept:
        new = {picture.digest for picture in kept}
        before = [picture for picture in state.get(_OWNS, []) if picture.digest not in new]
        state[_OWNS] = [*before, *kept][-most:]
        _choose(OWN, kept[0])
    if refusals:
        state[_REFUSED] = "  \n".join(refusals)  # a line each
        state[_OPEN] = True
    return bool(kept)


def _numbered(new: Picture) -> Picture:
    """The picture with its number: that of the same one, if it is here already."""
    state = st.session_state
    for one in state.get(_OWNS, []):
        if one.digest == new.digest:
            return replace(new, number=one.number)
    state[_NUMBER] = state.get(_NUMBER, 0) + 1
    return replace(new, number=state[_NUMBER])


def _show_frame(own: Picture, key: str) -> None:
    """In a callback: show another frame of a file, or say why it cannot be read."""
    state = st.session_state
    owns: list[Picture] = state[_OWNS]
    try:
        picture = _read(own.file, own.title, state[key] - 1)
    except ImageError as error:
        state[_REFUSED] = f"{plain(own.title)}: {error}"
        return
    state.pop(_REFUSED, None)
    state[_OWN] = owns[owns.index(own)] = replace(picture, number=own.number)


def _remove(own: Picture) -> None:
    """Let go of one of one's own pictures, and choose another one."""
    owns: list[Picture] = st.session_state[_OWNS]
    owns.remove(own)
    if owns:
        st.session_state[_OWN] = owns[-1]
    else:
        del st.session_state[_OWN]
        st.session_state[_CHOICE] = _first()


def short_name(title: str) -> str:
    """The name of a file without its ending, and if it is long without its middle.

    >>> short_name("IMG_0042.JPG"), short_name("Screenshot 2026-05-12 at 14.30.15.png")
    ('IMG_0042', 'Screenshot… 14.30.15')
    """
    name = re.sub(r"(?<=.)\.\w{2,5}$", "", title)
    half = _LABEL // 2
    return name if len(name) <= _LABEL else f"{name[:half]}…{name[1 - half :]}"


def _most_own() -> int:
    """How many pictures of their own somebody has at a time: of those who watch, there are many."""
    return _MOST_OWN if role.is_presenter() else 1


def is_black(pixels: NDArray[np.uint8]) -> bool:
    """Whether a photo shows nothing, as that of a camera does that has no picture yet."""
    return int(pixels.max()) < _DARKEST


def _read(
    data: bytes, title: str, frame: int = 0, full_size: tuple[int, int] | None = None
) -> Picture:
    with _decoding:
        if not (max_pixels := _room.max_pixels()):
            raise ImageError(_FULL)
        loaded = load_picture(
            data, max_pixels=max_pixels, max_side=MAX_SIDE, cut_short=True, frame=frame
        )
        size = len(data) if loaded.frames > 1 else 0
        choosable = size > 0 and _room.has_room_for(loaded.pixels.nbytes + size)
        _room.hold_bytes(loaded.pixels, loaded.pixels.nbytes + (size if choosable else 0))
    pixels, notes = loaded.pixels, loaded.notes
    pixels.setflags(write=False)
    full_size = full_size or loaded.full_size
    if pixels.shape[:2] != full_size:
        smaller = (
            f"Your picture of {picture_size(full_size)} pixels was made smaller, to"
            f" {picture_size(pixels.shape)}. Every number here is computed from that."
        )
        notes = (smaller, *notes)
    credit = (
        "Your own picture: it stays in this session's memory and is never stored or shown to"
        " others."
    )
    picture = Picture(OWN, title, pixels, digest(pixels), credit, notes)
    return replace(picture, frames=loaded.frames, frame=frame, file=data) if choosable else picture


def decoded(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """The pixels of a file, H×W×3, at most `max_pixels`; one file is decoded at a time.

    Raises:
        ImageError: It is not a picture that can be read.
    """
    with _decoding:
        return load_picture(data, max_pixels=max_pixels, cut_short=True).pixels


def _take(key: str, title: str = "") -> None:
    """Take what a field has; a title says that it is from the camera."""
    given = st.session_state[key]
    # A new field: the old one would go on listing files, as if they were in use.
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    files = [
        file
        for file in (given if isinstance(given, list) else [given])
        if isinstance(file, UploadedFile)
    ]
    st.session_state.pop(_REFUSED, None)
    _keep([(file.getvalue(), title or file.name) for file in files], by_camera=bool(title))
    for file in files:
        release(file)


def release(file: UploadedFile) -> None:
    """Release the file itself: Streamlit would keep it as long as the session lives."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _follow_the_address(notice: DeltaGenerator) -> None:
    """Take the picture that the address names, and name there the one that is chosen."""
    state = st.session_state
    owns = {one.name: one for one in state.get(_OWNS, [])}
    if latest := _own():
        owns[OWN] = latest  # as the address of any of them was once
    before = latest.name if latest and state.get(_CHOICE) == OWN else state.get(_CHOICE)
    wanted = PICTURE.follow(before, opened=False)
    if wanted in SAMPLES:
        state[_CHOICE] = wanted
    elif wanted in owns:
        state[_CHOICE], state[_OWN] = OWN, owns[wanted]
    elif wanted and re.fullmatch(rf"{OWN}(-\d+)?", wanted):
        notice.warning(
            "Your own picture is gone: it is never stored, so it does not outlast a reload or its"
            " removal, and no link shows it to others. Choose one again with the picture button.",
            icon=":material/link_off:",
        )
    elif wanted:
        notice.warning(
            f"This link names the picture “{plain(wanted[:100])}”, which is not one of the"
            " samples.",
            icon=":material/link_off:",
        )
    chosen = current_picture().name
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


def _gallery_entry(picture: Picture, label: str, key: str, *, is_chosen: bool) -> None:
    own = picture if picture.id == OWN else None
    with st.container(width=_THUMBNAIL, gap="xsmall"):
        st.image(picture.thumbnail, width=_THUMBNAIL, alt=picture.title)
        st.button(
            label,
            key=f"_picture_{key}",
            help=f"{plain(picture.title)}. {picture.credit}" if own else picture.credit,
            type="primary" if is_chosen else "secondary",
            width="stretch",
            on_click=_choose,
            args=(picture.id, own),
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
    # It tells the server that it opens: only then is drawn what it holds, a fifth of a page.
    # And the server can close it once a picture is chosen, since it covers the page on a phone.
    whose = "My picture" if picture.id == OWN else "Sample"  # the page may show another one
    chooser = st.popover(
        f"{whose}: {plain(picture.title)}", icon=":material/image:", key=_OPEN, on_change="rerun"
    )
    if chooser.open:
        with chooser:
            _offer_pictures(picture)


def _offer_pictures(picture: Picture) -> None:
    """Draw what the chooser holds."""
    st.caption(picture.credit)
    with st.container(key="_upload"):
        several, key = _most_own() > 1, f"_picture_upload_{st.session_state.get(_ROUND, 0)}"
        st.file_uploader(
            "Upload your own pictures" if several else "Upload your own picture",
            accept_multiple_files=several,
            key=key,
            max_upload_size=FILE_MEGABYTES,
            on_change=_take,
            args=(key,),
        )
        st.caption(
            "JPEG, PNG, HEIC, WebP, TIFF, GIF and others. Up to 50 megapixels, a JPEG up to 200."
        )
        if refused := st.session_state.get(_REFUSED):
            # Hidden by `main.css` when the browser itself refuses the next file, unheard here.
            st.container(key="_refused").error(refused, icon=":material/broken_image:")
    _offer_camera()
    owns: list[Picture] = st.session_state.get(_OWNS, [])
    if owns:
        _offer_owns(owns, picture)
    with st.container(horizontal=True, gap="small"):
        for name in SAMPLES:
            sample = sample_picture(name)
            _gallery_entry(sample, sample.title, name, is_chosen=name == picture.id)


def _offer_owns(owns: list[Picture], picture: Picture) -> None:
    """Draw one's own pictures, and beside them what can be done with the chosen one."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for number, own in enumerate(owns, start=1):
            label, key = plain(short_name(own.title)), f"{OWN}_{number}"
            _gallery_entry(own, label, key, is_chosen=own is picture)
        if picture.id == OWN:
            if picture.frames > 1:
                key = f"_picture_frame_{picture.number}"
                st.session_state[key] = picture.frame + 1
                st.number_input(
                    f"Frame or page, 1 to {thousands(picture.frames)}", 1, picture.frames, key=key,
                    width=190, on_change=_show_frame, args=(picture, key),
                )  # fmt: skip
            st.button(
                f"Remove {plain(short_name(picture.title))}",
                icon=":material/close:",
                key="_picture_remove",
                on_click=_remove,
                args=(picture,),
            )
