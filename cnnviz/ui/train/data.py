"""Choosing the pictures to train on: a known data set, or a zip of one's own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.datasets import (
    ALL_DATASETS,
    SIZES,
    Dataset,
    DatasetError,
    DatasetInfo,
    Skipped,
    is_available,
    listed,
    load_colour_zip,
    load_dataset,
    load_zip,
    shown,
)
from cnnviz.pages import page_at
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.picture import release
from cnnviz.ui.shared.recipe import reset_recipe
from cnnviz.ui.shared.text import plain
from cnnviz.upload_limits import PHOTOS_MB, USUAL_UPLOAD, allow_large_file

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, _COLOURS = "own", "own_colours"
_MOST_NAMED = 100
_MOST_SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """Pictures that can be trained on now.

    Attributes:
        shape: C, H, W of one picture.
        classes: How many classes there are.
        train_images: How many pictures there are to train on.
        load: Gives the pictures; may take a second, and may raise `DatasetError`.
        task: What is asked for: a key of `cnnviz.training.tasks.TASKS`.
    """

    shape: tuple[int, int, int]
    classes: int
    train_images: int
    load: Callable[[], Dataset]
    task: str = "classify"


@st.cache_resource(max_entries=2, show_spinner=False)
def _known(name: str) -> Dataset:
    return load_dataset(name)


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


def choose_data() -> tuple[Choice | None, str]:
    """Draw the chooser.

    Returns:
        The choice, or None and the reason why there is nothing to train on yet.
    """
    own = {OWN: "Your own pictures", _COLOURS: "Your own pictures: give them colour"}
    titles = {name: info.title for name, info in ALL_DATASETS.items()} | own
    default = next(iter(titles))
    name = choice(st.selectbox, "Pictures", titles, default, key="t_data", on_change=reset_recipe)
    return _choose_own(name) if name in own else _choose_known(ALL_DATASETS[name])


def _choose_known(info: DatasetInfo) -> tuple[Choice | None, str]:
    of = " of colour" if info.task == "colour" else ""
    classes = "" if len(info.classes) < 2 else f"{len(info.classes)} classes{of}, "
    st.caption(
        f"{info.train:,} to train on, {info.test:,} to test, {classes}"
        f"{info.shape[1]}×{info.shape[2]}.",
        help=f"{info.source}. Licence: {info.licence}.",
    )
    if info.embedded or is_available(info.id):
        return Choice(
            info.shape, len(info.classes), info.train, lambda: _known(info.id), info.task
        ), ""
    megabytes = info.download_bytes / 1e6
    if st.button(f"Download {info.title} ({megabytes:.0f} MB)", icon=":material/download:"):
        bar = st.progress(0.0, text="Downloading")

        def show(got: int, total: int) -> None:
            bar.progress(min(1.0, got / max(1, total)), text=f"Downloading, {got / 1e6:.0f} MB")

        try:
            load_dataset(info.id, download=True, progress=show)
        except DatasetError as error:
            bar.empty()
            st.error(plain(str(error)), icon=":material/cloud_off:")
        else:
            st.rerun()
    return None, f"{info.title} is not on this computer yet: download it first."


@st.cache_resource(scope="session", show_spinner=False)
def _kept() -> dict[str, tuple[str, bytes]]:
    """The zip in use, by what is asked of it: a new one may still be on its way, or be refused."""
    return {}


def _forget() -> None:
    _kept().clear()


def _choose_own(kind: str) -> tuple[Choice | None, str]:
    colours = kind == _COLOURS
    allow_large_file()  # only presenters come here
    file = st.file_uploader(
        "A zip of pictures in colour" if colours else "A zip with one folder of pictures per class",
        type="zip",
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
    st.caption(
        f"Larger pictures teach no more: each is cropped to a square and resized to {size}×{size}"
        " pixels. They stay in this session's memory until you press Start. Then they are written,"
        " resized, to the run's folder on the server, and deleted with the run."
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
            st.error(plain(str(error)), icon=":material/folder_off:")
        else:
            kept[kind] = new
        if file.size > USUAL_UPLOAD:
            release(file)  # else it would be in memory twice
    if found is None and kind in kept:
        found = _read(kept[kind], *shape, kind)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"In use: {plain(kept[kind][0])}", width="stretch")
            st.button("Remove", icon=":material/close:", key="_t_zip_remove", on_click=_forget)
    if found is None:
        return None, problem
    dataset, skipped = found
    _describe(dataset, skipped)
    count = len(dataset.train_images)
    return Choice(dataset.shape, len(dataset.classes), count, lambda: dataset, dataset.task), ""


def _read(
    file: tuple[str, bytes], size: int, channels: int, kind: str
) -> tuple[Dataset, list[Skipped]]:
    name, data = file
    title = shown(re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)[:60])
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    return _own(data, digest, title, size, channels, kind)


def _describe(dataset: Dataset, skipped: list[Skipped]) -> None:
    asked = f", {len(dataset.classes)} classes: {plain(listed(dataset.classes))}"
    st.success(
        f"{len(dataset.train_images):,} pictures to train on, {len(dataset.test_images):,} to "
        f"test{asked if dataset.task == 'classify' else ''}."
    )
    if dataset.remarks:
        st.info("  \n".join(map(plain, dataset.remarks)), icon=":material/info:")
    if dataset.masked:
        masks = page_at("segmentation")
        st.warning(
            "These look like pictures with their masks, one of each name: here, pictures and masks"
            " are taken as classes. The page below learns the masks from the pictures.",
            icon=":material/info:",
        )
        st.page_link(
            masks.script, label=masks.title, icon=masks.icon, query_params={"se_masks": "zip"}
        )
    if dataset.task == "classify":
        _show_one_of_each(dataset)
    if skipped:
        with st.expander(f"Left out: {len(skipped)}", icon=":material/warning:"):
            for one in skipped[:_MOST_NAMED]:
                why = one.reason[:1].upper() + one.reason[1:].rstrip(".")
                st.markdown(f"{plain(one.name)}: {plain(why)}.")
            if len(skipped) > _MOST_NAMED:
                st.caption(f"And {len(skipped) - _MOST_NAMED:,} more.")


def _show_one_of_each(dataset: Dataset) -> None:
    """Show a training picture of some classes as the network gets it, each pixel four times."""
    _, height, width = dataset.shape
    st.caption(f"As the network gets them, {height}×{width} pixels:")
    with st.container(horizontal=True, gap="small"):
        for label, title in enumerate(dataset.classes[:_MOST_SHOWN]):
            picture = dataset.train_images[np.argmax(dataset.train_labels == label)]
            enlarged = picture.transpose(1, 2, 0).repeat(2, 0).repeat(2, 1)
            st.image(enlarged, caption=plain(title), width=enlarged.shape[1])
