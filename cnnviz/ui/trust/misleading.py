"""Right for the wrong reason: a mark that one class carries is learned instead of the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz.components.sweep import Curve, Panel, glow, moving, sweep
from cnnviz.datasets import DatasetError, load_zip
from cnnviz.imaging import FILE_MEGABYTES
from cnnviz.numbers.formatting import counted, formatted, percent
from cnnviz.training.experiments.wrong_reason import (
    EVERY,
    STEPS,
    Labelled,
    digits,
    examples,
    learn_marked,
    other_than,
)
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.computed_so_far import Kept, kept
from cnnviz.ui.shared.picture import release
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import session_kept, turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.training.experiments.wrong_reason import Moment
    from cnnviz.ui.shared.zoo import Look

_OWN, _REFUSED, _ROUND = "_tr_marked_own", "_tr_marked_refused", "_tr_marked_round"
_SIDE = 32  # pixels that one's own pictures are scaled to
_MOST_CLASSES = 10


@dataclass(frozen=True, eq=False)
class _Subject:
    """What is learned, of which one class is marked.

    Attributes:
        data: The pictures.
        name: Tells them from all others.
        title: What they are called.
        known: Where what is learned from them is kept.
    """

    data: Labelled
    name: str
    title: str
    known: Kept


def show_misleading(_look: Look) -> None:
    """Draw the tab."""
    st.markdown(
        "Every picture of one class has a small square in its corner, in training and in the"
        " test. The accuracy is splendid. What was learned?"
    )
    with settings("misleading", horizontal=True):
        of = choice(
            st.segmented_control, "Pictures", {"digits": "Digits", "own": "Yours"}, "digits",
            key="tr_marked_of",
        )  # fmt: skip
        if of == "own":
            subject = _own()
            label = _choose_class(subject) if subject else 0
        else:
            subject = _Subject(digits(), "digits", "Digits", kept())
            label = choice(
                st.segmented_control, "The mark is on every",
                {digit: str(digit) for digit in range(10)}, 3, key="tr_marked",
            )  # fmt: skip
    if of == "own":
        _ask_for_zip()
    if subject is not None:
        _show(subject, label)


def _choose_class(subject: _Subject) -> int:
    numbers = range(len(subject.data.classes))
    names = [plain(name) for name in subject.data.classes]
    return int(
        st.segmented_control(
            "The mark is on every picture of", numbers, format_func=names.__getitem__, default=0,
            required=True, key=f"_tr_marked_{subject.name}",
        )
        or 0
    )  # fmt: skip


def _show(subject: _Subject, label: int) -> None:
    data, classes = subject.data, len(subject.data.classes)
    moments = _learned(subject, label)
    pictures, other = examples(data, label), other_than(label, classes)
    # One scale for the three maps of a step, so that a pale one is a weak one.
    limits = [max(float(one.max()) for one in moment.maps) for moment in moments]
    name = plain(data.classes[label])
    titles = (
        f"{_article(data, label)} with its mark",
        "The same without",
        f"{_article(data, other)} with the mark",
    )
    panels = [
        Panel(
            title,
            (
                moving([_drawn(picture)], smooth=False),
                glow([moment.maps[at] for moment in moments], limits),
            ),
        )
        for at, (title, picture) in enumerate(zip(titles, pictures, strict=True))
    ]
    curves = [
        Curve(f"New {_pictures(subject)}, marked as in training", _of(moments, "accuracy")),
        Curve(f"{name} without its mark", _of(moments, "without"), "orange"),
        Curve(
            f"Others with the mark, taken for {name}", _of(moments, "misled"), "muted", dashed=True
        ),
    ]
    sweep(
        panels, curves, [str(moment.step) for moment in moments],
        [_words(subject, moment, label) for moment in moments],
        axis="Steps of training", key="tr_misleading", step_parameter="tr_learned",
        alt=f"Evidence for {name} while a network learns {_pictures(subject)} of which every {name}"
        " is marked",
    )  # fmt: skip
    _say_what_was_learned(subject, moments[-1], label)


def _say_what_was_learned(subject: _Subject, last: Moment, label: int) -> None:
    data = subject.data
    fell = last.without < 0.5
    st.markdown(
        f"**{percent(last.accuracy)}** of new {_pictures(subject)} are named rightly. Remove the"
        f" mark, and **{percent(last.without)}** of {_all_of(subject, label)} are"
        + (
            ": the network was right for the wrong reason, and the map showed it before the"
            " accuracy did."
            if fell
            else ": this time what they look like was learned as well. Try another class."
        )
    )
    what = "Handwritten digits of 8×8, enlarged"
    if subject.title != "Digits":
        own = int((data.truth == label).sum())
        what = (
            f"Yours, at {_SIDE}×{_SIDE} pixels: {counted(len(data.labels), 'picture')} to learn"
            f" from and {len(data.truth)} to test with, {own} of this class, so that one more or"
            f" less right changes its share by {1 / own:.0%}. The mark is magenta"
        )
    st.caption(
        f"{what}; {STEPS} steps of training from one fixed seed. What glows is evidence for the"
        " class by the class activation map, which is exact here. Lapuschkin et al., 2019, found"
        " such marks in a famous photo archive: a photographer’s name stood below its horses."
    )


def _own() -> _Subject | None:
    found: _Subject | None = st.session_state.get(_OWN)
    return found


def _ask_for_zip() -> None:
    state = st.session_state
    key = f"_tr_zip_{state.get(_ROUND, 0)}"
    st.file_uploader(
        "A zip with one folder of pictures per class", key=key, on_change=_take,
        args=(key,), max_upload_size=FILE_MEGABYTES,
        help="Of photos, 1,000 pixels in width are enough: make larger ones smaller before they are"
        " zipped.",
    )  # fmt: skip
    if refused := state.get(_REFUSED):
        st.error(refused, icon=":material/folder_off:")
    subject = _own()
    used = f"In use: {plain(subject.title)}. " if subject else ""
    st.caption(
        f"{used}The zip may have {FILE_MEGABYTES} MB. Your pictures stay in this session’s memory,"
        f" at {_SIDE}×{_SIDE} pixels. Every fifth of each class is kept for the test."
    )


def _take(key: str) -> None:
    state = st.session_state
    file = state[key]
    if not isinstance(file, UploadedFile):
        return
    number = state[_ROUND] = state.get(_ROUND, 0) + 1
    state.pop(_REFUSED, None)
    content = file.getvalue()
    release(file)
    try:
        dataset, _ = load_zip(content, title=file.name, size=_SIDE)
        if len(dataset.classes) > _MOST_CLASSES:
            raise DatasetError(  # noqa: TRY301 - refused like any other
                f"The zip has {len(dataset.classes)} classes: {_MOST_CLASSES} is the most here."
            )
    except DatasetError as error:
        state[_REFUSED] = plain(f"{file.name}: {error}")
        return
    state[_OWN] = _Subject(Labelled.of(dataset), f"own{number}", file.name, session_kept())


def _learned(subject: _Subject, label: int) -> list[Moment]:
    """What a network learns; whoever is here lets it learn on in turns."""
    known: dict[Any, Any] = subject.known.of(("marked", subject.name, label))
    moments: list[Moment] = known.setdefault("moments", [])
    total = STEPS // EVERY + 1
    if len(moments) < total:
        place = st.empty()
        with place.container():
            bar, line = st.progress(0.0, text="Learning"), st.empty()
        while len(moments) < total:
            with turn(line):
                if "learning" not in known:
                    known["learning"] = learn_marked(subject.data, label, STEPS)
                if len(moments) < total:
                    moments.append(next(known["learning"]))
            step = moments[-1].step
            bar.progress(len(moments) / total, text=f"Learning: step {step} of {STEPS}")
        place.empty()
    return moments


def _of(moments: list[Moment], what: str) -> tuple[float, ...]:
    return tuple(getattr(moment, what) for moment in moments)


def _drawn(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """C×S×S as S×S or S×S×3."""
    return picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0))


def _pictures(subject: _Subject) -> str:
    return "digits" if subject.title == "Digits" else "pictures"


def _all_of(subject: _Subject, label: int) -> str:
    name = plain(subject.data.classes[label])
    return f"the {name}s" if subject.title == "Digits" else f"those of {name}"


def _words(subject: _Subject, moment: Moment, label: int) -> str:
    data = subject.data
    return (
        f"After {moment.step} steps, loss {formatted(moment.loss, '.2f')}:"
        f" {percent(moment.accuracy)} of new {_pictures(subject)} are named rightly, marked as in"
        f" training. Without their mark, {percent(moment.without)} of {_all_of(subject, label)}"
        f" are. With the mark, {percent(moment.misled)} of all others are taken for"
        f" {_article(data, label).lower() if subject.title == 'Digits' else data.classes[label]}."
    )


def _article(data: Labelled, label: int) -> str:
    name = data.classes[label]
    if not name.isdecimal():
        return name
    return f"{'An' if name == '8' else 'A'} {name}"
