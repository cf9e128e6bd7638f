"""Somebody's own pictures and masks, learned from while it is watched."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.segmenter import segmenter
from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.masks import LEAST, TEST_SHARE, Pairs, load_mask_zip
from cnnviz.datasets.scenes import SIDE, make_scenes
from cnnviz.imaging.encode import encode_png
from cnnviz.networks import pytorch_code
from cnnviz.training.background import Background
from cnnviz.training.pixel_classes import SHAPE, Step, learn_from, network
from cnnviz.ui.pictures_out.segmentation.watch import EVERY, TITLES, follow
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_SEEN, _MOST_NAMED = 12, 5
_EXAMPLES, _EXAMPLES_SEED = 40, 7
_COLOURS = np.array(
    [(0, 0, 0), (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167)], np.uint8
)


@st.cache_resource(scope="session", show_spinner=False)
def _own() -> dict[str, Background[Step]]:
    """The training on the session's own pairs, by the id of their file."""
    return {}


@st.cache_resource(scope="session", show_spinner=False, max_entries=1)
def _read(file: str, _data: bytes) -> Pairs:  # noqa: ARG001 - the cache's key
    return load_mask_zip(_data)


def example_zip() -> bytes:
    """Scenes and their masks as such a zip holds them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at, scene in enumerate(make_scenes(_EXAMPLES, seed=_EXAMPLES_SEED)):
            archive.writestr(f"pictures/{at:02}.png", encode_png(scene.picture()))
            archive.writestr(f"masks/{at:02}.png", encode_png(_COLOURS[scene.labels()]))
    return file.getvalue()


def show_own_masks() -> None:
    """Take a zip of pictures and masks, and train both networks on it."""
    file = st.file_uploader("A zip of pictures and masks", type="zip", key="_se_zip")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"At least {LEAST} pictures, and in a folder called masks a picture of the same name"
            " for each: black where there is nothing, another colour for each class. They are"
            f" made grey and {SIDE}×{SIDE}; every {TEST_SHARE}th is for testing. They stay in this"
            " session's memory.",
            width="stretch",
        )
        st.download_button(
            "An example", example_zip, "masks.zip", "application/zip", icon=":material/download:",
            on_click="ignore", key="se_example",
        )  # fmt: skip
    if file is None:
        return
    try:
        pairs = _read(file.file_id, file.getvalue())
    except DatasetError as error:
        st.error(plain(str(error)), icon=":material/folder_off:")
        return
    if pairs.skipped:
        named = "; ".join(f"{one.name}: {one.reason}" for one in pairs.skipped[:_MOST_NAMED])
        more = " and others" if len(pairs.skipped) > _MOST_NAMED else ""
        st.warning(
            plain(f"Left out: {len(pairs.skipped)}. {named}{more}."),
            icon=":material/rule:",
        )
    tests = int(pairs.tests.sum())
    training = _own().get(file.file_id)
    running = training is not None and training.running
    with st.container(horizontal=True, vertical_alignment="center"):
        if training and running:
            st.button("Stop", icon=":material/stop:", on_click=training.cancel, key="se_own_stop")
        elif st.button("Train on these", icon=":material/play_arrow:", key="se_own_train"):
            for before in _own().values():
                before.cancel()
            _own().clear()
            _own()[file.file_id] = Background(lambda: _learn(pairs))
            st.rerun()
        st.caption(
            f"{len(pairs.names) - tests} pairs to learn from, {tests} to test; classes:"
            f" {', '.join(pairs.classes)}."
        )
    if training:
        st.fragment(_follow, run_every=EVERY if running else None)(training, running, pairs)


def _learn(pairs: Pairs) -> Iterator[Step]:
    train, tests = (
        (pairs.pictures[which], pairs.labels[which]) for which in (~pairs.tests, pairs.tests)
    )
    return learn_from(train, tests, len(pairs.classes), "weighted", mirror=True)


def _follow(training: Background[Step], running: bool, pairs: Pairs) -> None:  # noqa: FBT001 - a fragment's own
    """Draw the test pairs and what the networks say of them now."""
    if running and not training.running:
        st.rerun()
    if seen := training.seen():
        many = len(pairs.classes)
        segmenter(
            pairs.scenes(_MOST_SEEN),
            pairs.classes,
            {
                title: (network(many, skips=title == TITLES[0]), one.weights)
                for title, one in zip(TITLES, seen[-1].networks, strict=True)
            },
            key="se_own",
            alt="A picture of your own, its mask, and what two networks say of it",
            pytorch=pytorch_code(network(many, skips=True), SHAPE),
            truth="your mask",
        )
    follow(
        training, running, key="se_own_curve", over="your test pairs",
        foreground="all that is not background", classes="the classes",
    )  # fmt: skip
