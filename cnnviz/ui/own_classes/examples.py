"""The pictures from which a person's own classes are learned."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.components.gallery import Tile, gallery
from cnnviz.components.photo import is_secure, take_photo
from cnnviz.datasets import DatasetError
from cnnviz.datasets.layout import arrange
from cnnviz.datasets.sources import UnreadableError, list_zip
from cnnviz.imaging import FILE_MEGABYTES, ImageError, sample_image
from cnnviz.numbers.formatting import counted
from cnnviz.training.experiments.transfer_learning import feature_maps_of, pooled, square
from cnnviz.ui.shared.address import OWN_CLASSES
from cnnviz.ui.shared.memory import Room
from cnnviz.ui.shared.picture import BLACK, decoded, is_black
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator
    from torch import Tensor

    from cnnviz.zoo import ZooNetwork

MOST_CLASSES, MOST_PICTURES = 6, 40
MOST_NAME = 40
_PHOTO_PIXELS = 1_000_000
_AT_ONCE = 8  # pictures that the network looks at before others get a turn
_PIECES = 8
_SAMPLES = {"Cat": "cat", "Cup": "coffee", "Rocket": "rocket"}
_STATE, _REFUSED, _ROUND = "_oc_classes", "_oc_refused", "_oc_round"
_LEFT_OUT, _GONE, _BEFORE = "_oc_left_out", "_oc_gone", "_oc_before"

_room = Room(300 * 2**20)
_numbers = itertools.count(1)


@dataclass(eq=False)
class Example:
    """A picture to learn from.

    Attributes:
        picture: S×S×3 `uint8`.
        features: What the network makes of it; None until it has looked.
        id: Tells it from all others.
    """

    picture: NDArray[np.uint8]
    features: Tensor | None = None
    id: int = field(default_factory=lambda: next(_numbers))


@dataclass(eq=False)
class OwnClass:
    """A class and its pictures."""

    name: str
    examples: list[Example]


@functools.cache
def _shipped() -> tuple[tuple[str, tuple[Example, ...]], ...]:
    """Pieces of three sample pictures; the examples are shared by all sessions."""
    dice = np.random.default_rng(0)
    classes = []
    for name, sample in _SAMPLES.items():
        pixels = sample_image(sample)
        height, width = pixels.shape[:2]
        pieces = []
        for number in range(_PIECES):
            side = int(min(height, width) * dice.uniform(0.6, 0.95))
            top, left = (int(dice.integers(0, length - side)) for length in (height, width))
            piece = pixels[top : top + side, left : left + side]
            pieces.append(Example(square(piece[:, ::-1] if number % 2 else piece)))
        classes.append((name, tuple(pieces)))
    return tuple(classes)


def own_classes() -> list[OwnClass]:
    """The classes of this session; at first visit, pieces of three sample pictures."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _samples()
        st.session_state[_GONE] = OWN_CLASSES.read()
    classes: list[OwnClass] = st.session_state[_STATE]
    return classes


def _samples() -> list[OwnClass]:
    """The classes of the first visit."""
    return [OwnClass(name, list(pieces)) for name, pieces in _shipped()]


def _held(classes: list[OwnClass]) -> tuple[tuple[str, tuple[Example, ...]], ...]:
    """What the classes are called and hold now."""
    return tuple((one.name, tuple(one.examples)) for one in classes)


def are_samples(classes: list[OwnClass]) -> bool:
    """Whether the classes are those of the first visit."""
    return _held(classes) == _shipped()


def _leave_only(classes: list[OwnClass]) -> None:
    """Let go of all but these; until something else is changed, it can be undone."""
    st.session_state[_BEFORE] = (own_classes(), _held(classes))
    st.session_state[_STATE] = classes


def _undo() -> None:
    st.session_state[_STATE] = st.session_state.pop(_BEFORE)[0]


def follow_the_address(classes: list[OwnClass]) -> None:
    """Note in the address that there are classes of one's own, and say it when they are gone."""
    there = not are_samples(classes)
    OWN_CLASSES.write(there or None)
    if there:
        st.session_state[_GONE] = False
    elif st.session_state.get(_GONE):
        st.warning(
            "Your own classes are gone: they are never stored, so they do not outlast a reload, and"
            " no link shows them to others. Add your pictures again.",
            icon=":material/link_off:",
        )


def look_at_all(network: ZooNetwork, classes: list[OwnClass], place: DeltaGenerator) -> None:
    """Let the network look at the pictures that it has not seen yet.

    Args:
        network: The network below the head.
        classes: Whose pictures they are.
        place: An `st.empty()` for how far it is.
    """
    new = [one for each in classes for one in each.examples if one.features is None]
    if not new:
        return

    def steps() -> Iterator[int]:
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            features = pooled(feature_maps_of(network, [one.picture for one in part]))
            for one, its_own in zip(part, features, strict=True):
                one.features = its_own.clone()
            yield start + len(part)

    for done in in_turns(steps(), place):
        place.progress(done / len(new), text=f"Looked at {done} of {len(new)} pictures")
    place.empty()


def show_classes(classes: list[OwnClass]) -> None:
    """Draw the classes, what can be added to them and what can be taken away."""
    state = st.session_state
    names = [f"{plain(one.name)} ({len(one.examples)})" for one in classes]
    numbers = range(len(classes))
    if state.get("_oc_class") not in numbers:
        state["_oc_class"] = 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.segmented_control(
            "Class", numbers, format_func=names.__getitem__, required=True, key="_oc_class",
            wrap=True,
        )  # fmt: skip
        if len(classes) < MOST_CLASSES:
            st.button("Add a class", icon=":material/add:", key="_oc_add", on_click=_add_class)
    chosen = classes[number or 0]
    if refused := state.pop(_REFUSED, None):
        st.error(refused, icon=":material/broken_image:")
    if left_out := state.pop(_LEFT_OUT, None):
        st.info(left_out, icon=":material/info:")
    name_key = f"_oc_name_{id(chosen)}"
    state.setdefault(name_key, chosen.name)
    st.text_input(
        "Name", key=name_key, max_chars=MOST_NAME, on_change=_rename, args=(chosen, name_key)
    )
    _offer_files(chosen)
    _show_examples(chosen)
    with st.container(horizontal=True):
        st.button(
            "Remove this class", icon=":material/delete:", key="_oc_drop",
            on_click=_leave_only, args=([one for one in classes if one is not chosen],),
            disabled=len(classes) <= 2, help="Two classes have to stay, so that there is a choice.",
        )  # fmt: skip
        if not are_samples(classes):
            st.button(
                "Back to the sample classes", icon=":material/restart_alt:", key="_oc_samples",
                on_click=_leave_only, args=(_samples(),),
            )  # fmt: skip
        if _BEFORE in state and state[_BEFORE][1] == _held(classes):
            st.button("Undo", icon=":material/undo:", key="_oc_undo", on_click=_undo)
    st.caption(
        "Your pictures stay in this session's memory, at 128×128 pixels. They are never stored or"
        " shown to others."
    )


def _offer_files(chosen: OwnClass) -> None:
    # A new field after each use: the old one would go on holding its files.
    key = f"_oc_files_{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        f"Add pictures to {plain(chosen.name)}, or a zip with one folder of pictures per class",
        accept_multiple_files=True,
        key=key,
        on_change=_add_files,
        args=(chosen, key),
        max_upload_size=FILE_MEGABYTES,
        help="The classes of a zip are added to yours. Two or more of them take the place of the"
        " sample classes; one is added to these.",
    )
    st.caption(
        f"A picture or a zip may have {FILE_MEGABYTES} MB. Of photos, 1,000 pixels in width are"
        " enough: make larger ones smaller before you zip them, or bring several zips."
    )
    if not is_secure(st.context.url):
        take_photo(
            key="_oc_photo",
            on_photo=lambda data, title, _: _add_photo(chosen, data, title),
            max_pixels=_PHOTO_PIXELS,
        )
    elif st.toggle("Take them with the camera", key="_oc_use_camera"):
        camera = f"_oc_camera_{st.session_state.get(_ROUND, 0)}"
        st.camera_input(
            "Camera", key=camera, on_change=_add_files, args=(chosen, camera),
            kwargs={"by_camera": True}, label_visibility="collapsed",
        )  # fmt: skip


def _show_examples(chosen: OwnClass) -> None:
    if not chosen.examples:
        st.info(
            "This class has no pictures yet. It is learned once it has some.",
            icon=":material/add_photo_alternate:",
        )
        return
    state = st.session_state
    tiles = [
        Tile(one.id, one.picture.transpose(2, 0, 1), "", f"Picture {number}")
        for number, one in enumerate(chosen.examples, start=1)
    ]
    marked = state.get("_oc_marked")
    gallery(
        tiles, key="_oc_examples", chosen=marked, label=f"Pictures of {chosen.name}",
        on_choose=lambda id: state.update(_oc_marked=id),
    )  # fmt: skip
    if marked in {tile.id for tile in tiles}:
        st.button(
            "Remove the marked picture", icon=":material/close:", key="_oc_remove",
            on_click=_remove, args=(chosen, marked),
        )  # fmt: skip
    else:
        st.caption("Click a picture to mark it: then it can be removed.")


def _remove(chosen: OwnClass, id: int | None) -> None:
    kept = replace(chosen, examples=[one for one in chosen.examples if one.id != id])
    _leave_only([kept if one is chosen else one for one in own_classes()])


def _add_class() -> None:
    classes = own_classes()
    taken = {one.name for one in classes}
    name = next(
        name
        for name in (f"Class {n}" for n in itertools.count(len(taken) + 1))
        if name not in taken
    )
    classes.append(OwnClass(name, []))
    st.session_state["_oc_class"] = len(classes) - 1


def _rename(chosen: OwnClass, key: str) -> None:
    name = " ".join(st.session_state[key].split())[:MOST_NAME]
    others = {one.name for one in own_classes() if one is not chosen}
    if name and name not in others:
        chosen.name = name
    else:
        st.session_state[_REFUSED] = (
            f"There is a class {plain(name)} already." if name else "A class needs a name."
        )
    st.session_state[key] = chosen.name


def _add_files(chosen: OwnClass, key: str, *, by_camera: bool = False) -> None:
    given = st.session_state[key]
    files = given if isinstance(given, list) else [given] if given else []
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    left_out = _LeftOut()
    before = _count()
    for file in files:
        if file.name.casefold().endswith(".zip"):
            _add_zip(file.getvalue(), file.name, left_out)
        else:
            _add(chosen, file.getvalue(), file.name, left_out, by_camera=by_camera)
    left_out.say(_count() - before)


def _count() -> int:
    """How many pictures of one's own there are."""
    classes = own_classes()
    return 0 if are_samples(classes) else sum(len(one.examples) for one in classes)


def _add_photo(chosen: OwnClass, data: bytes, title: str) -> None:
    left_out = _LeftOut()
    _add(chosen, data, title, left_out)
    left_out.say()


@dataclass
class _LeftOut:
    """What is not taken of that which somebody brings.

    Attributes:
        refusals: Why files cannot be used: sentences.
        full: How many pictures came when their class had as many as it can have.
        twice: How many pictures their class had already.
        classes: The names of classes for which there is no place.
    """

    refusals: list[str] = field(default_factory=list)
    full: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    classes: set[str] = field(default_factory=set)

    def say(self, added: int = 0) -> None:
        """Have it said above the classes: in red only what cannot be used.

        Args:
            added: How many pictures were taken.
        """
        if self.refusals:
            more = len(self.refusals) - 1
            others = f" {counted(more, 'other file')} could not be used either." if more else ""
            taken = f"Added {counted(added, 'picture')}. " if added > 0 else ""
            st.session_state[_REFUSED] = taken + self.refusals[0] + others
        limits = []
        if self.full:
            limits.append(
                f"A class can have {MOST_PICTURES} pictures; the others were left out:"
                f" {_counts(self.full)}."
            )
        if self.twice:
            limits.append(f"Pictures that are there already were left out: {_counts(self.twice)}.")
        if self.classes:
            names = ", ".join(plain(name) for name in sorted(self.classes))
            limits.append(
                f"There can be {MOST_CLASSES} classes; the others were left out: {names}."
            )
        if limits:
            st.session_state[_LEFT_OUT] = " ".join(limits)


def _counts(pictures: Counter[str]) -> str:
    return ", ".join(f"{plain(name)} ({number})" for name, number in pictures.items())


def _add(
    chosen: OwnClass, data: bytes, title: str, left_out: _LeftOut, *, by_camera: bool = False
) -> None:
    """Add a picture, or remember why it is left out."""
    if len(chosen.examples) >= MOST_PICTURES:
        left_out.full[chosen.name] += 1
        return
    try:
        picture = square(decoded(data, _PHOTO_PIXELS))
    except ImageError as error:
        left_out.refusals.append(f"{plain(title)}: {error}")
        return
    if by_camera and is_black(picture):
        left_out.refusals.append(BLACK)
    elif any(np.array_equal(picture, one.picture) for one in chosen.examples):
        left_out.twice[chosen.name] += 1  # else it would be learned from and tested on
    elif not _room.max_pixels():
        left_out.refusals.append(
            "The server has no room for more pictures. Try again when others have left."
        )
    else:
        _room.hold(picture)
        chosen.examples.append(Example(picture))


def _add_zip(data: bytes, title: str, left_out: _LeftOut) -> None:
    """Add the classes of a zip to those that are there; two or more take the samples' place."""
    try:
        layout = arrange(list_zip(data)[0])
    except DatasetError as error:
        left_out.refusals.append(f"{plain(title)}: {plain(str(error))}")
        return
    before = own_classes()
    samples = are_samples(before)
    there = [] if samples else [replace(one, examples=[*one.examples]) for one in before]
    new: list[OwnClass] = []
    found: dict[str, OwnClass] = {}
    for name, entry in layout.pictures:
        into = found.get(name)
        if into is None:
            cut, taken = name[:MOST_NAME], [*found.values()]
            into = next((one for one in there if one.name == cut and one not in taken), None)
        if into is None:
            if len(there) + len(new) == MOST_CLASSES:
                left_out.classes.add(name)
                continue
            into = OwnClass(cut, [])
            new.append(into)
        found[name] = into
        if len(into.examples) == MOST_PICTURES:  # it need not be unpacked
            left_out.full[into.name] += 1
            continue
        try:
            _add(into, entry.read(), entry.name, left_out)
        except UnreadableError as error:
            left_out.refusals.append(f"{plain(entry.name)}: {plain(str(error))}")
    kept = [*there, *(one for one in new if one.examples)]
    brought = [one for one in kept if one in found.values()]
    if not brought:
        if not left_out.classes:
            none = f"{plain(title)}: there is no folder with pictures that can be used."
            left_out.refusals[:1] = [" ".join((none, *left_out.refusals[:1]))]
        return
    if samples and len(kept) == 1:  # alone it would be nothing to choose between
        kept = [*(one for one in before if one.name != kept[0].name), *kept]
    st.session_state[_STATE] = kept
    st.session_state["_oc_class"] = kept.index(brought[0])


def labelled(classes: list[OwnClass]) -> tuple[list[Example], Tensor]:
    """All examples in a row, and the number of the class of each."""
    examples = [one for each in classes for one in each.examples]
    labels = [label for label, each in enumerate(classes) for _ in each.examples]
    return examples, torch.tensor(labels)
