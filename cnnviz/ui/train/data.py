"""Choosing the pictures to train on: a known data set, or a zip of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.datasets import (
    ALL_DATASETS,
    Dataset,
    DatasetError,
    DatasetInfo,
    is_available,
    load_dataset,
)
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.own_zip import OWN_ZIPS, choose_zip
from cnnviz.ui.shared.recipe import reset_recipe
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Choice:
    """Pictures that can be trained on now.

    Attributes:
        shape: C, H, W of one picture.
        classes: How many classes there are.
        train_images: How many pictures there are to train on.
        load: Gives the pictures; may take a second, and may raise `DatasetError`.
        task: What is asked for: a key of `cnnviz.training.tasks.TASKS`.
        zip: The title of the zip of one's own that they are from; else empty.
    """

    shape: tuple[int, int, int]
    classes: int
    train_images: int
    load: Callable[[], Dataset]
    task: str = "classify"
    zip: str = ""


@st.cache_resource(max_entries=2, show_spinner=False)
def _known(name: str) -> Dataset:
    return load_dataset(name)


def choose_data() -> tuple[Choice | None, str]:
    """Draw the chooser.

    Returns:
        The choice, or None and the reason why there is nothing to train on yet.
    """
    titles = {name: info.title for name, info in ALL_DATASETS.items()} | OWN_ZIPS
    default = next(iter(titles))
    name = choice(st.selectbox, "Pictures", titles, default, key="t_data", on_change=reset_recipe)
    if name not in OWN_ZIPS:
        return _choose_known(ALL_DATASETS[name])
    data, problem = choose_zip(name)
    if data is None:
        return None, problem
    count = len(data.train_images)
    return Choice(data.shape, len(data.classes), count, lambda: data, data.task, data.title), ""


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
