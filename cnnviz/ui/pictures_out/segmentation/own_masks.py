"""Somebody's own pictures and masks: painted here, or out of a zip."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.masks import LEAST, TEST_SHARE, Pairs, load_mask_zip
from cnnviz.datasets.scenes import SIDE, make_scenes
from cnnviz.imaging import FILE_MEGABYTES
from cnnviz.imaging.encode import encode_png
from cnnviz.numbers.formatting import counted
from cnnviz.ui.pictures_out.segmentation.own_training import Lesson, begin, show, training_on
from cnnviz.ui.pictures_out.segmentation.painted import forget_removed, left_out, show_painting
from cnnviz.ui.shared.address import OWN_MASKS
from cnnviz.ui.shared.background_training import train_or_stop
from cnnviz.ui.shared.choice import arriving, choice
from cnnviz.ui.shared.own_zip import say_in_use
from cnnviz.ui.shared.text import plain

_FROM = {"paint": "Paint them here", "zip": "A zip of masks"}
_GONE, _FILE, _KEPT = "_se_gone", "_se_zip", "_se_pairs"
_NEVER_STORED = "never stored, so it does not outlast a reload, and no link shows it to others."
_KEPT_MASKS = "the masks that you painted last are kept in this browser."
_TOLD = {
    "pictures": "The pictures that you chose are gone, with all that was learned from them: this is"
    f" {_NEVER_STORED} Choose the same pictures again; {_KEPT_MASKS}",
    "zip": "Your zip of masks is gone, with all that was learned from it: this is"
    f" {_NEVER_STORED} Choose it again.",
    "trained": "What the networks learned from your masks is gone: it is"
    f" {_NEVER_STORED} Let them learn again; {_KEPT_MASKS}",
}
_LAYOUTS = (
    "A mask is found by its name. These are the usual layouts: images/cat.jpg with masks/cat.png,"
    " img with mask, images with labels or annotations, train with train_masks, Pascal VOC's"
    " JPEGImages with SegmentationClass, and cat.jpg beside cat_mask.png or cat_label.png. What"
    " Pascal VOC leaves uncounted, the cream borders, counts as background here."
)
_MOST_SEEN = 12
_EXAMPLES, _EXAMPLES_SEED = 40, 7
_COLOURS = np.array(
    [(0, 0, 0), (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167)], np.uint8
)


class _Zip(NamedTuple):
    """A zip that was read.

    Attributes:
        id: Tells it from all others.
        name: Of the file.
        pairs: What it holds.
    """

    id: str
    name: str
    pairs: Pairs


def example_zip() -> bytes:
    """Scenes and their masks as such a zip holds them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at, scene in enumerate(make_scenes(_EXAMPLES, seed=_EXAMPLES_SEED)):
            archive.writestr(f"pictures/{at:02}.png", encode_png(scene.picture()))
            archive.writestr(f"masks/{at:02}.png", encode_png(_COLOURS[scene.labels()]))
    return file.getvalue()


def show_own_masks() -> None:
    """Take masks, and train both networks on them; say it when those of before are gone."""
    state = st.session_state
    if arriving("se_masks"):
        state[_GONE] = OWN_MASKS.follow(None, opened=True)
    painting = choice(st.segmented_control, "Masks", _FROM, "paint", key="se_masks") == "paint"
    notice = st.container()
    there = show_painting() if painting else _show_zip()
    OWN_MASKS.write(there)
    if there:
        state[_GONE] = None
    elif gone := state.get(_GONE):
        notice.warning(_TOLD[gone], icon=":material/link_off:")


def _show_zip() -> str | None:
    """Take a zip, and train both networks on it; what is there as the address names it.

    It stays in use when the field for it is not drawn for a while.
    """
    state = st.session_state
    file = st.file_uploader(
        "A zip of pictures and masks", key=_FILE, max_upload_size=FILE_MEGABYTES,
        on_change=forget_removed, args=(_FILE, _KEPT), help=_LAYOUTS,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"At least {LEAST} pictures, and a mask of the same name for each, in a folder called"
            " masks, labels, annotations or SegmentationClass: black where there is nothing,"
            f" another colour for each class. They are made grey and {SIDE}×{SIDE}; every"
            f" {TEST_SHARE}th is for testing. The zip may have {FILE_MEGABYTES} MB. It stays in"
            " this session's memory.",
            width="stretch",
        )
        st.download_button(
            "Example zip: scenes and their masks", example_zip, "masks.zip", "application/zip",
            icon=":material/download:", on_click="ignore", key="se_example",
        )  # fmt: skip
    kept: _Zip | None = state.get(_KEPT)
    if file and not (kept and kept.id == file.file_id):
        state.pop(_KEPT, None)
        try:
            kept = _Zip(file.file_id, file.name, load_mask_zip(file.getvalue()))
        except DatasetError as error:
            st.error(plain(str(error)), icon=":material/folder_off:")
            return None
        state[_KEPT] = kept
    if kept is None:
        return None
    if file is None:
        say_in_use(kept.name, lambda: state.pop(_KEPT), key=_FILE)
    left_out(kept.pairs.skipped)
    kept = state[_KEPT] = kept._replace(pairs=_named(kept))
    pairs = kept.pairs
    tests = int(pairs.tests.sum())
    learned, measured = (
        (pairs.pictures[which], pairs.labels[which]) for which in (~pairs.tests, pairs.tests)
    )
    lesson = Lesson(
        kept.id,
        learned,
        measured,
        pairs.classes,
        pairs.scenes(_MOST_SEEN),
        "your mask",
        "your test pairs",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        train_or_stop(
            training_on(lesson.id), lambda: begin(lesson), label="Train on these", key="se_own"
        )
        st.caption(
            f"{len(pairs.names) - tests} pairs to learn from, {tests} to test; classes:"
            f" {plain(', '.join(pairs.classes))}."
        )
    show(lesson, key="se_own")
    return "zip"


def _named(kept: _Zip) -> Pairs:
    """Ask what the classes are called; the pairs with the names that were given."""
    background, *others = kept.pairs.classes
    key = f"_se_names_{kept.id}"
    st.session_state.setdefault(key, ", ".join(others))
    typed = st.text_input(
        "Names of the classes, separated by commas", key=key, max_chars=300,
        help="In the order in which they stand here, at first with the colours of the masks.",
    )  # fmt: skip
    names = [" ".join(name.split()) for name in typed.split(",")]
    if len(names) != len(others) or not all(names):
        st.error(
            f"The masks have {counted(len(others), 'colour')} beside black: give"
            f" {'it a name' if len(others) == 1 else 'each a name, separated by commas'}.",
            icon=":material/edit:",
        )
        return kept.pairs
    return replace(kept.pairs, classes=(background, *names))
