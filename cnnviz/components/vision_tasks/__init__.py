"""One scene and all that can be asked of it: the truth, and what two networks say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed_weights
from cnnviz.components.segmenter import packed_scenes
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.datasets.scenes import Scene
    from cnnviz.networks import Spec
    from cnnviz.training.experiments.vision_tasks import Weights

_component = register("vision_tasks")


@dataclass(frozen=True)
class Task:
    """Something that can be asked of a picture.

    Attributes:
        id: Which of the component's drawings: `label`, `box`, `boxes`, `instances`, `mask`,
            `count` or `sentence`.
        title: What it is called.
        about: What is asked, in a sentence or two.
        measure: How right the networks are, over many scenes.
    """

    id: str
    title: str
    about: str
    measure: str


def vision_tasks(
    scenes: Sequence[Scene],
    classes: Sequence[str],
    networks: Sequence[tuple[Spec, Weights]],
    tasks: Sequence[Task],
    *,
    key: str,
    alt: str,
    pytorch: str,
    parameter: str,
    units: tuple[float, float],
    limits: tuple[float, float],
) -> None:
    """Draw a scene whose digits can be moved, its truth, and the networks' answer to one task.

    Args:
        scenes: Those to choose from; the first digit of each is its main one.
        classes: What the classes are called; the first is the background.
        networks: The one for the main digit and the one for every pixel, as
            `cnnviz.training.experiments.vision_tasks` has them.
        tasks: Those to choose from.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code for the networks' numbers.
        parameter: Name of the task in the address.
        units: What a distance of 1 is in pixels, and what the map of the count is divided by.
        limits: From which probability on a peak is a digit, and from which overlap on it is
            matched.
    """
    _component(
        key=key,
        data=payload(
            scenes, classes, networks, tasks, alt=alt, pytorch=pytorch, parameter=parameter,
            units=units, limits=limits,
        ),
    )  # fmt: skip


def payload(
    scenes: Sequence[Scene],
    classes: Sequence[str],
    networks: Sequence[tuple[Spec, Weights]],
    tasks: Sequence[Task],
    *,
    alt: str,
    pytorch: str,
    parameter: str,
    units: tuple[float, float],
    limits: tuple[float, float],
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "side": len(scenes[0].clutter),
        "classes": list(classes),
        "networks": [
            {"spec": spec, "weights": packed_weights(weights, "float16")}
            for spec, weights in networks
        ],
        "scenes": packed_scenes(scenes),
        "tasks": [asdict(task) for task in tasks],
        "unit": units[0],
        "crowd": units[1],
        "sure": limits[0],
        "matched": limits[1],
        "parameter": parameter,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
