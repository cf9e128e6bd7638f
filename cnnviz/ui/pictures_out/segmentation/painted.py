"""Masks that somebody paints on a few pictures, and what two networks learn from them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from cnnviz.components.mask_brush import mask_brush
from cnnviz.datasets import preprocess
from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.layout import listed
from cnnviz.datasets.masks import CLASSES, read_masks
from cnnviz.datasets.scenes import SIDE, masked_scene, scene_of
from cnnviz.datasets.sources import Skipped
from cnnviz.imaging import FILE_MEGABYTES, ImageError
from cnnviz.imaging.samples import SAMPLES, sample_image
from cnnviz.numbers.formatting import counted
from cnnviz.training.experiments.segmentation import SHAPE
from cnnviz.ui.pictures_out.segmentation.own_training import Lesson, begin, show, training_on
from cnnviz.ui.shared.background_training import train_or_stop
from cnnviz.ui.shared.own_zip import say_in_use
from cnnviz.ui.shared.picture import decoded
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MOST = 12
"""Pictures to paint on."""
_MOST_NAMED = 5
_PHOTO_PIXELS = 1_000_000
_SAMPLE, _ROWS, _COLUMNS, _PIECE = "coins", 2, 4, 150
_LESSON, _REFUSED = "_se_lesson", "_se_refused"
_FILES, _KEPT = "_se_files", "_se_pictures"


class _Pictures(NamedTuple):
    """Pictures to paint on, N×SIDE×SIDE, and what they are called."""

    levels: NDArray[np.uint8]
    titles: tuple[str, ...]


class _Painted(NamedTuple):
    """The pictures of a lesson, and the lesson."""

    pictures: str
    lesson: Lesson


@st.cache_resource(show_spinner=False)
def _pieces() -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Parts of a sample photo, N×SIDE×SIDE, and what they are called."""
    photo = sample_image(_SAMPLE)
    height, width = (length - _PIECE for length in photo.shape[:2])
    corners = [
        (round(row * height / (_ROWS - 1)), round(column * width / (_COLUMNS - 1)))
        for row in range(_ROWS)
        for column in range(_COLUMNS)
    ]
    pieces = [photo[top : top + _PIECE, left : left + _PIECE] for top, left in corners]
    title = SAMPLES[_SAMPLE].title
    return (
        np.stack([preprocess(piece, SHAPE)[0] for piece in pieces]),
        tuple(f"{title}, part {number}" for number in range(1, len(pieces) + 1)),
    )


@st.cache_resource(scope="session", show_spinner=False, max_entries=2 * MOST)
def _small(file: str, _data: bytes) -> NDArray[np.uint8] | str:  # noqa: ARG001 - the cache's key
    """A file as the networks see it, SIDE×SIDE; or why it cannot be read."""
    try:
        small: NDArray[np.uint8] = preprocess(decoded(_data, _PHOTO_PIXELS), SHAPE)[0]
    except ImageError as error:
        return str(error)
    return small


def left_out(skipped: Sequence[Skipped]) -> None:
    """Say what was left out, and why."""
    if skipped:
        lines = [plain(one.told) for one in skipped[:_MOST_NAMED]]
        if len(skipped) > _MOST_NAMED:
            lines.append(f"{counted(len(skipped) - _MOST_NAMED, 'more file')} left out.")
        st.warning("  \n".join(lines), icon=":material/rule:")


def show_painting() -> str | None:
    """Offer pictures and a brush, and train both networks on what was painted.

    Somebody's own pictures stay in use when the field for them is not drawn for a while.

    Returns:
        What is there that is somebody's own, as the address names it; None for nothing.
    """
    state = st.session_state
    files = st.file_uploader(
        f"Your own pictures, 2 to {MOST}", accept_multiple_files=True,
        key=_FILES, max_upload_size=FILE_MEGABYTES,
        on_change=forget_removed, args=(_FILES, _KEPT),
    )  # fmt: skip
    if files:
        state[_KEPT] = _own(files)
    kept: _Pictures | None = state.get(_KEPT)
    if kept and not files:
        say_in_use(listed(kept.titles), lambda: state.pop(_KEPT), key=_FILES)
    pictures, titles = kept or _pieces()
    st.caption(
        f"Each picture is made grey and {SIDE}×{SIDE}. Paint two or three and leave the others: on"
        " those you see what the networks make of pictures that they have not learned from. They"
        " stay in this session's memory."
    )
    mask_brush(
        pictures,
        titles,
        ["class 1"] if kept else ["coin"],
        most=CLASSES - 1,
        key="se_brush",
        alt="A picture to paint masks on, and its mask",
        on_masks=lambda text: _take(pictures, titles, text),
    )
    if refused := state.pop(_REFUSED, ""):
        st.error(refused, icon=":material/brush:")
    painted: _Painted | None = state.get(_LESSON)
    own = "pictures" if kept else None
    if painted is None or painted.pictures != _digest(pictures):
        return own
    lesson = painted.lesson
    training = training_on(lesson.id)
    if training:
        with st.container(horizontal=True, vertical_alignment="center"):
            train_or_stop(training, lambda: begin(lesson), label="Train again", key="se_painted")
            st.caption(
                f"Both networks learn from {counted(len(lesson.train[0]), 'painted picture')},"
                f" mirrored too; classes: {plain(', '.join(lesson.classes))}."
                f" {plain(seen_on(lesson))}"
            )
        show(lesson, key="se_painted_answer")
        return own or "trained"
    return own


def seen_on(lesson: Lesson) -> str:
    """Which pictures the answers are seen on, in a sentence."""
    one = len(lesson.scenes) == 1
    if not lesson.unpainted:
        which = "this is the one that they learn" if one else "these are the ones that they learn"
        return f"No picture was left unpainted, so {which} from."
    these = "This is the picture" if one else "These are the pictures"
    return f"{these} that you left unpainted: {listed(lesson.unpainted)}."


def forget_removed(field: str, kept: str) -> None:
    """In a callback: let go of what is kept of a field when it is taken out of the field."""
    if not st.session_state[field]:
        st.session_state.pop(kept, None)


def _own(files: Sequence[UploadedFile]) -> _Pictures | None:
    """The pictures of files, and their names; None where none can be read."""
    found: list[NDArray[np.uint8]] = []
    titles, skipped = (
        [],
        [Skipped(file.name, f"only the first {MOST} pictures are taken") for file in files[MOST:]],
    )
    for file in files[:MOST]:
        small = _small(file.file_id, file.getvalue())
        if isinstance(small, str):
            skipped.append(Skipped(file.name, small))
        else:
            found.append(small)
            titles.append(file.name)
    left_out(skipped)
    return _Pictures(np.stack(found), tuple(titles)) if found else None


def _digest(pictures: NDArray[np.uint8]) -> str:
    return hashlib.blake2b(pictures.tobytes(), digest_size=12).hexdigest()


def _take(pictures: NDArray[np.uint8], titles: Sequence[str], text: str) -> None:
    """In a callback: learn from the masks that a browser has sent."""
    try:
        lesson = lesson_of(pictures, titles, text)
    except DatasetError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.session_state[_LESSON] = _Painted(_digest(pictures), lesson)
    begin(lesson)


def lesson_of(pictures: NDArray[np.uint8], titles: Sequence[str], text: str) -> Lesson:
    """What is to be learned from painted masks.

    The networks learn from the pictures on which anything is painted. Their answers are seen on
    the others; where there are none, on the painted ones.

    Args:
        pictures: N×SIDE×SIDE grey levels.
        titles: What the N are called.
        text: The masks, as `read_masks` reads them.

    Raises:
        DatasetError: They do not fit the pictures, or nothing is painted.
    """
    labels, classes = read_masks(text, len(pictures))
    painted: NDArray[np.bool_] = np.any(labels, axis=(1, 2))
    learned = pictures[painted][:, None], labels[painted]
    seen = [scene_of(one) for one in pictures[~painted]] or [
        masked_scene(one, mask, len(classes)) for one, mask in zip(pictures, labels, strict=True)
    ]
    return Lesson(
        _digest(pictures) + hashlib.blake2b(text.encode(), digest_size=12).hexdigest(),
        learned,
        learned,
        classes,
        seen,
        "your mask" if painted.all() else "",
        "the painted pictures, which the networks learn from",
        tuple(titles[at] for at in np.flatnonzero(~painted).tolist()),
    )
