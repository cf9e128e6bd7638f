"""A run as it trains, several in a race, and the time machine: all drawn in the browser.

The browser opens a WebSocket to `cnnviz.live` and folds the events itself: while a run is
watched or scrubbed, no script of a page runs.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import struct
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import streamlit as st

from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.live.relay import relay
from cnnviz.networks import NETWORKS
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_component = register("live", within=["network"])
_NEWS = ("shown", "cell", "inside", "looked")


@dataclasses.dataclass(frozen=True)
class LiveResult:
    """What the browser has told the page.

    Attributes:
        run: Id of the run that is shown; None until known, and in a race.
        status: Its status as the browser sees it: the page runs again when it changes. In a
            race `running` while any of the runs is active, else `finished`.
        cell: The cell of the confusion matrix that was clicked last, with `run`, `step`, `true`,
            `predicted` and `at`, which tells one click from another; None before the first.
        inside: The step at which somebody last asked to look inside, with `run`, `step` and `at`.
    """

    run: str | None = None
    status: str | None = None
    cell: dict[str, Any] | None = None
    inside: dict[str, Any] | None = None


def live(
    run_id: str | None,
    *,
    key: str,
    status: str | None = None,
    follow: bool = False,
    overlay: Sequence[str] = (),
    step_parameter: str | None = None,
    presenter: bool = False,
) -> LiveResult:
    """Draw a run while it trains and after it, with a slider over all its kept steps.

    Call it in a container whose place on the page never changes; see `_draw`.

    Args:
        run_id: The run; None only if `follow`.
        key: Streamlit key. Another run under the same key replaces the first.
        status: That of the run as the page was drawn: only another one makes the page run again.
        follow: Show the run that is shown to all, whichever it is, instead of `run_id`.
        overlay: Ids of further runs, whose test curves are drawn on the same charts.
        step_parameter: Name under which the page's address remembers the step scrubbed to.
        presenter: Whether the person looking presents; for them no vote is asked.

    Returns:
        What is shown, and what was clicked. Scrubbing does not make the page run again.
    """
    own = {
        "run": run_id,
        "shown": status and {"run": run_id, "status": status},
        "follow": follow,
        "overlay": list(overlay),
        "stepParameter": step_parameter,
        "presenter": presenter,
    }
    return _result(_draw("live", key, own))


def race(
    run_ids: Sequence[str], *, key: str, status: str | None = None, uneven: str | None = ""
) -> LiveResult:
    """Draw several runs on one chart, and a table of how good and how fast each of them is.

    Call it in a container whose place on the page never changes; see `_draw`.

    Args:
        run_ids: The runs, in the order of the table.
        key: Streamlit key.
        status: As in `LiveResult`, when the page was drawn.
        uneven: Why their times cannot be compared, in a sentence; empty if they can; None while
            that is not known. Only times that can be compared have a best.
    """
    shown = status and {"run": None, "status": status}
    own = {"runs": list(run_ids), "uneven": uneven, "shown": shown}
    return _result(_draw("race", key, own))


def time_machine(
    frames: Sequence[bytes],
    *,
    key: str,
    images: NDArray[np.uint8],
    labels: Sequence[int] | None,
    classes: Sequence[str],
    step_parameter: str | None = None,
    task: Mapping[str, Any] | None = None,
    asked: NDArray[np.uint8] | None = None,
) -> None:
    """Draw the frames of several steps, with the slider of `live` and without a server.

    Args:
        frames: As `cnnviz.inspection.frames.make_frame` makes them.
        key: Streamlit key.
        images: P×C×H×W, what the network saw, 0 to 255.
        labels: The true class of each image; None if it is not known.
        classes: Their names.
        step_parameter: Name under which the page's address remembers the step scrubbed to.
        task: What is asked for, if that is a picture, as `Task.told` gives it.
        asked: That picture, for one image.
    """
    own = machine_payload(frames, images, labels, classes) | {"stepParameter": step_parameter}
    if task is not None and asked is not None:
        targets = base64.b64encode(np.ascontiguousarray(asked).tobytes()).decode("ascii")
        own |= {"task": task, "targets": targets, "targetsShape": [1, *asked.shape]}
    _draw("machine", key, own)


def machine_payload(
    frames: Sequence[bytes],
    images: NDArray[np.uint8],
    labels: Sequence[int] | None,
    classes: Sequence[str],
) -> dict[str, Any]:
    """Return what the browser needs of `time_machine`, as JSON-able data.

    The frames are packed as in a message of the WebSocket: each with its length before it.

    Raises:
        ValueError: `images` is not P×C×H×W of bytes, or `labels` are not P.
    """
    if images.ndim != 4 or images.dtype != np.uint8:
        raise ValueError(f"images must be P×C×H×W of uint8, not {images.dtype} {images.shape}.")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"labels must be {len(images)}, one for each image, not {len(labels)}.")
    packed = b"".join(struct.pack("<I", len(frame)) + frame for frame in frames)
    pixels = np.ascontiguousarray(images).tobytes()
    # The digest tells the browser new frames from the same ones sent again.
    digest = hashlib.blake2b(packed + pixels, digest_size=12).hexdigest()
    return {
        "id": digest,
        "frames": base64.b64encode(packed).decode("ascii"),
        "shape": list(images.shape),
        "images": base64.b64encode(pixels).decode("ascii"),
        "labels": None if labels is None else [int(label) for label in labels],
        "classes": [isolated(name) for name in classes],
    }


def payload(
    kind: Literal["live", "race", "machine"],
    own: Mapping[str, Any],
    *,
    base: str = "",
    news: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data.

    Args:
        kind: The view.
        own: What only this view needs; `shown` is what the page knew as it was drawn.
        base: Where the server's addresses begin.
        news: What this view has told the page, so that one that is mounted anew does not tell it
            again; `relay` is what it asks for.
    """
    news = news or {}
    return {
        "kind": kind,
        "base": base,
        "networks": {name: info.title for name, info in NETWORKS.items()},
        "palettes": {"activations": DIVERGING_STOPS, "weights": WEIGHT_STOPS},
        "relay": relay(news.get("relay")),
        **own,
        "shown": own.get("shown") or news.get("shown"),
    }


# A server that was started anew knows no fragment, and ignores its news. Where a fragment has an
# interval, however long, the browser asks such a server for the whole page first.
@st.fragment(run_every="24h")
def _draw(kind: Literal["live", "race", "machine"], key: str, own: Mapping[str, Any]) -> Any:
    """Mount the component; when it has news, the whole page runs again.

    It may have news at any moment. A fragment's turn comes when the script at work has ended; a
    part of the page would end that script, and with it what a person has just asked for, such as
    the start of a run. Streamlit knows a fragment by its place on the page, and forgets the news of
    one that has moved.
    """
    run_id = own.get("run")

    def run_the_page() -> None:
        news = st.session_state[key]
        # News of a run that the page no longer shows is from before.
        if run_id is None or run_id in [(news.get(name) or {}).get("run") for name in _NEWS]:
            st.rerun()

    return _component(
        key=key,
        data=payload(kind, own, base=_base(), news=st.session_state.get(key)),
        on_shown_change=run_the_page,
        on_cell_change=run_the_page,
        on_inside_change=run_the_page,
        on_looked_change=run_the_page,
        on_relay_change=lambda: None,
    )


def _base() -> str:
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def _result(news: Any) -> LiveResult:
    run = news.shown or {}
    return LiveResult(run.get("run"), run.get("status"), news.cell, news.inside)
