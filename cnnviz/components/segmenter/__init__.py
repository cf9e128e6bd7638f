"""A scene to point at and to move digits in, and the class of every pixel by two networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.datasets.scenes import Scene
    from cnnviz.networks import Spec
    from cnnviz.training.experiments.segmentation import Weights

_component = register("segmenter")


def segmenter(
    scenes: Sequence[Scene],
    classes: Sequence[str],
    networks: dict[str, tuple[Spec, Weights]],
    *,
    key: str,
    alt: str,
    pytorch: str,
    pad: str = "",
    truth: str = "exact: it was made here",
) -> None:
    """Draw a scene, its truth, and what each network says of its pixels; the browser computes it.

    Args:
        scenes: Those to choose from; all are square and equally large.
        classes: What the classes are called; the first is the background.
        networks: By their titles, from a grey picture (0 to 1) to a score for each class and pixel.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code for the probabilities.
        truth: Where the truth is from.
        pad: Streamlit key of a pad whose drawing is looked at instead of the first scene.

    Other components find under `key` the picture that the networks see.
    """
    _component(
        key=key,
        data=payload(
            scenes, classes, networks, name=key, alt=alt, pytorch=pytorch, pad=pad,
            truth=truth,
        ),
    )  # fmt: skip


def payload(
    scenes: Sequence[Scene],
    classes: Sequence[str],
    networks: dict[str, tuple[Spec, Weights]],
    *,
    name: str,
    alt: str,
    pytorch: str,
    pad: str = "",
    truth: str = "exact: it was made here",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    drawn = packed_scenes(scenes)
    content = {
        "side": len(scenes[0].clutter),
        "classes": [isolated(name) for name in classes],
        "networks": [
            {"title": title, "spec": spec, "weights": packed_weights(weights)}
            for title, (spec, weights) in networks.items()
        ],
        "scenes": drawn,
        "scene": digest([drawn, list(classes), pad]),
        "name": name,
        "pad": pad,
        "truth": truth,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}


def packed_scenes(scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    """Scenes as `scene.js` unpacks them."""
    return [
        {
            "clutter": packed(scene.clutter, np.int16),
            "noise": packed(scene.noise, np.int16),
            "sprites": [
                {
                    "label": one.label,
                    "top": one.top,
                    "left": one.left,
                    "values": packed(one.values, np.int16),
                    "ink": packed(one.ink, np.int16),
                }
                for one in scene.sprites
            ],
        }
        for scene in scenes
    ]
