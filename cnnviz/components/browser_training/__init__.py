"""A network that is trained in the browser, wholly: its steps, its curves and what it learns."""

from __future__ import annotations

import base64
import functools
import zlib
from typing import TYPE_CHECKING, Any

from cnnviz.components.network import described
from cnnviz.components.packing import digest, packed_weights
from cnnviz.components.sources import register

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.training.experiments.in_browser import Lesson

_component = register("browser_training", within=["network"], workers=["worker"])


def browser_training(
    lesson: Lesson,
    *,
    batch: int,
    optimiser: str,
    rate: float,
    momentum: float,
    key: str,
    pytorch: str,
) -> None:
    """Train a network in the browser while it is watched; it begins by itself.

    Args:
        lesson: The network and its pictures. Another one begins anew.
        batch: Pictures of a step; like all that follows, it can change during the training.
        optimiser: An id of `RULES` in `cnnviz/components/kit/network/optimisers.js`.
        rate: The learning rate.
        momentum: Of the rule `momentum`.
        key: Streamlit key.
        pytorch: Code that takes the same steps, with `STEPS` to be replaced by their number.
    """
    settings = {"batch": batch, "rule": optimiser, "rate": rate, "momentum": momentum}
    _component(key=key, data=payload(lesson, settings, pytorch=pytorch))


def payload(lesson: Lesson, settings: dict[str, Any], *, pytorch: str) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; the pictures are deflated."""
    return _content(lesson) | {"settings": settings, "pytorch": pytorch}


@functools.lru_cache(maxsize=8)
def _content(lesson: Lesson) -> dict[str, Any]:
    content = {
        "network": described(lesson.config),
        "dataset": lesson.config.dataset,
        "weights": packed_weights(lesson.weights),
        "pictures": _deflated(lesson.images),
        "labels": lesson.labels.tolist(),
        "test_pictures": _deflated(lesson.test_images),
        "test_labels": lesson.test_labels.tolist(),
    }
    return content | {"id": digest(content)}


def _deflated(pictures: NDArray[np.uint8]) -> str:
    return base64.b64encode(zlib.compress(pictures.tobytes())).decode()
