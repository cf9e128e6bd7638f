"""A zip of one's own pictures, to train on."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.datasets import (
    SIZES,
    Dataset,
    DatasetError,
    Skipped,
    listed,
    load_colour_zip,
    load_zip,
    shown,
)
from cnnviz.numbers.formatting import sides
from cnnviz.pages import page_at
from cnnviz.ui.shared.picture import release
from cnnviz.ui.shared.text import plain
from cnnviz.upload_limits import PHOTOS_MB, USUAL_UPLOAD, allow_large_file

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, _COLOURS = "own", "own_colours"
OWN_ZIPS = {OWN: "Your own pictures", _COLOURS: "Your own pictures: give them colour"}
"""What can be asked of them: titles by id."""

OWN_TASKS = {OWN: "classify", _COLOURS: "colour"}
"""The same as keys of `cnnviz.training.tasks.TASKS`."""

_MOST_NAMED = 100
_MOST_SHOWN = 8


@st.cache_resource(scope="session", max_entries=1, show_spinner="Reading your pictures…")
def _own(
    _data: bytes,
    digest: str,  # noqa: ARG001 - what the result is cached under
    title: str,
    size: int,
    channels: int,
    kind: str,
) -> tuple[Dataset, list[Skipped]]:
    if kind == _COLOURS:
        return load_colour_zip(_data, title=title, size=size)
    return load_zip(_data, title=title, size=size, channels=channels)


@st.cache_resource(scope="session", show_spinner=False)
def _kept() -> dict[str, tuple[str, bytes]]:
    """The zip in use, by what is asked of it: a new one may still be on its way, or be refused."""
    return {}


def _forget() -> None:
    _kept().clear()


def choose_zip(kind: str) -> tuple[Dataset | None, str]:
    """Draw the chooser; a zip stays in use on every page that asks for the same.

    Args:
        kind: A key of `OWN_ZIPS`.

    Returns:
        The pictures, or None and the reason why there are none yet.
    """
    colours = kind == _COLOURS
    allow_large_file()  # only presenters come here
    file = st.file_uploader(
        "A zip of pictures in colour" if colours else "A zip with one folder of pictures per class",
        key="_t_zip_colours" if colours else "_t_zip",
        max_upload_size=PHOTOS_MB,
        help="They are made grey, and their colours are asked for. Every fifth picture, by name, is"
        " kept for testing."
        if colours
        else "Every fifth picture of each class is kept for testing. If the zip has folders such as"
        " train and test with the same classes in both, they are used as they are.",
    )
    with st.container(horizontal=True):
        size = st.segmented_control(
            "Side in pixels", SIZES, default=32, required=True, key="t_size"
        )
        colour = "RGB"
        if not colours:
            colour = st.segmented_control(
                "Colour", ["RGB", "Grey"], default="RGB", required=True, key="t_colour"
            )
    result = st.container()  # of the zip, right below it
    st.caption(
        f"Larger pictures teach no more: each is cropped to a square and resized to {size}×{size}"
        f" pixels. So make photos smaller before you zip them: {PHOTOS_MB} MB is the most. The"
        " pictures stay in this session's memory until you press Start. Then they are written,"
        " resized, to the run's folder on the server, and deleted with the run. Whoever sees the"
        " run sees some of them."
    )
    kept, problem = _kept(), "Choose a zip of pictures first."
    shape = (int(size or 32), 1 if colour == "Grey" else 3)
    found = None
    if file is not None:
        new = (file.name, file.getvalue())
        try:
            found = _read(new, *shape, kind)
        except DatasetError as error:
            problem = "This zip cannot be trained on."
            result.error(plain(str(error)), icon=":material/folder_off:")
        else:
            kept[kind] = new
        if file.size > USUAL_UPLOAD:
            release(file)  # else it would be in memory twice
    if found is None and kind in kept:
        found = _read(kept[kind], *shape, kind)
        with result:
            say_in_use(kept[kind][0], _forget, key="_t_zip")
    if found is None:
        return None, problem
    dataset, skipped = found
    with result:
        _describe(dataset, skipped)
    return dataset, ""


def say_in_use(name: str, forget: Callable[[], None], *, key: str) -> None:
    """Say what is still used though its field is empty, beside a button that lets go of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"In use: **{plain(name)}**", icon=":material/folder_zip:")
        st.button("Remove", icon=":material/close:", key=f"{key}_remove", on_click=forget)


def _read(
    file: tuple[str, bytes], size: int, channels: int, kind: str
) -> tuple[Dataset, list[Skipped]]:
    name, data = file
    title = shown(re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)[:60])
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    return _own(data, digest, title, size, channels, kind)


def _describe(dataset: Dataset, skipped: list[Skipped]) -> None:
    found = (
        f"{len(dataset.train_images):,} pictures to train on, {len(dataset.test_images):,} to test"
    )
    if dataset.task == "classify":
        found += f", {len(dataset.classes)} classes: {plain(_counted_classes(dataset))}"
    if dataset.masked:
        masks = page_at("segmentation")
        st.warning(
            "These look like pictures in one folder and their masks in another. Trained here, a"
            " network would learn only to tell pictures from masks. Another page learns to make the"
            " masks:",
            icon=":material/info:",
        )
        st.page_link(
            masks.script, label=masks.title, icon=masks.icon, query_params={"se_masks": "zip"}
        )
        st.caption(f"{found}.")
    else:
        st.success(f"{found}.")
    if dataset.remarks:
        st.info("  \n".join(map(plain, dataset.remarks)), icon=":material/info:")
    _name_left_out(skipped)
    if dataset.task == "classify":
        _show_one_of_each(dataset)


def _counted_classes(dataset: Dataset) -> str:
    """The classes, each with how many pictures it has."""
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])
    counts = np.bincount(labels, minlength=len(dataset.classes))
    return listed([f"{name} ({n:,})" for name, n in zip(dataset.classes, counts, strict=True)])


def _name_left_out(skipped: list[Skipped]) -> None:
    """Say why most files are left out and name the first; behind it are all, with their reasons."""
    if skipped:
        why, count = Counter(map(_why, skipped)).most_common(1)[0]
        of = f"{count:,} of {len(skipped):,} left out" if len(skipped) > 1 else "Left out"
        st.caption(f"{of}: {plain(why)}.")
        more = f" and {len(skipped) - 1:,} more" if len(skipped) > 1 else ""
        first = plain(skipped[0].name)
        with st.expander(f"Left out: {first}{more}", icon=":material/warning:"):
            for one in skipped[:_MOST_NAMED]:
                st.markdown(f"{plain(one.name)}: {plain(_why(one))}.")
            if len(skipped) > _MOST_NAMED:
                st.caption(f"And {len(skipped) - _MOST_NAMED:,} more.")


def _why(skipped: Skipped) -> str:
    """Why a file is left out, as a sentence without its full stop."""
    return skipped.reason[:1].upper() + skipped.reason[1:].rstrip(".")


def _show_one_of_each(dataset: Dataset) -> None:
    """Show a training picture of some classes as the network gets it, each pixel four times."""
    st.caption(f"As the network gets them, {sides(dataset.shape[1:])} pixels:")
    with st.container(horizontal=True, gap="small"):
        for label, title in enumerate(dataset.classes[:_MOST_SHOWN]):
            picture = dataset.train_images[np.argmax(dataset.train_labels == label)]
            enlarged = picture.transpose(1, 2, 0).repeat(2, 0).repeat(2, 1)
            st.image(enlarged, caption=plain(title), width=enlarged.shape[1])
