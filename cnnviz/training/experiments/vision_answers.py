"""What the two networks say of scenes, and how right it is over many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.datasets.scenes import CLASSES, KINDS, SIDE, stacked
from cnnviz.inspection.detection import (
    MATCHED,
    Found,
    average_precision,
    box_overlap,
    find,
    instances,
    match,
)
from cnnviz.inspection.iou import overlap
from cnnviz.networks import build
from cnnviz.training.experiments.segmentation import as_input
from cnnviz.training.experiments.vision_tasks import SHAPE, dense_network, main_network, maps_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.datasets.scenes import Scene
    from cnnviz.networks import Spec
    from cnnviz.training.experiments.vision_tasks import Weights


@dataclass(frozen=True, eq=False)
class Answer:
    """What the two networks say of a scene.

    Attributes:
        label: Class of the main digit, 1 for the first.
        box: Top, left, bottom and right of its box, in pixels.
        things: The digits found.
        mask: SIDE×SIDE classes of the pixels.
        owners: SIDE×SIDE: which of `things` a pixel belongs to, 1 for the first; 0 for none.
        count: How many digits there are, by the map of the count.
    """

    label: int
    box: tuple[float, float, float, float]
    things: list[Found]
    mask: NDArray[np.int64]
    owners: NDArray[np.uint8]
    count: float


def answers(scenes: Sequence[Scene], weights: tuple[Weights, Weights]) -> list[Answer]:
    """Ask both networks of scenes."""
    pictures = as_input(torch.from_numpy(stacked(list(scenes))[0]))
    main, dense = (
        _output(spec, one, pictures)
        for spec, one in zip((main_network(), dense_network()), weights, strict=True)
    )
    return [_answer(*pair) for pair in zip(main, dense, strict=True)]


def _output(spec: Spec, weights: Weights, pictures: Tensor) -> NDArray[np.float32]:
    model: nn.Module = build(spec, SHAPE)
    model.load_state_dict(weights, strict=False)
    with torch.inference_mode():
        output: NDArray[np.float32] = model.eval()(pictures).numpy()
    return output


def _answer(main: NDArray[np.float32], dense: NDArray[np.float32]) -> Answer:
    maps, kinds = maps_of(dense), len(KINDS)
    mask = maps.classes.argmax(0)
    things = find(maps.heat, maps.sides)
    top, left, bottom, right = (main[kinds:] * SIDE).tolist()
    return Answer(
        1 + int(main[:kinds].argmax()),
        (top, left, bottom, right),
        things,
        mask,
        instances(things, mask > 0, maps.sides),
        float(maps.crowd.sum()),
    )


@dataclass(frozen=True)
class Measures:
    """How right the answers are, over many scenes.

    Attributes:
        accuracy: Share of main digits whose class is right.
        box: Mean intersection over union of their boxes.
        located: Share with the class right and an overlap of MATCHED or more.
        boxes: Mean average precision of the boxes found, over the classes.
        instances: The same of masks instead of boxes.
        mask: Mean intersection over union of the digits' classes, over all pixels.
        count: Mean absolute error of the count.
        sentence: Share of scenes of which the sentence is that of the truth.
    """

    accuracy: float
    box: float
    located: float
    boxes: float
    instances: float
    mask: float
    count: float
    sentence: float


def measures(scenes: Sequence[Scene], said: Sequence[Answer]) -> Measures:
    """Compare answers with what is true of the scenes."""
    label = np.array([one.label == scene.sprites[0].label for scene, one in _pairs(scenes, said)])
    box = np.array(
        [box_overlap(one.box, _box(scene.sprites[0].box)) for scene, one in _pairs(scenes, said)]
    )
    truth = np.stack([scene.labels() for scene in scenes])
    counted = [abs(one.count - len(scene.sprites)) for scene, one in _pairs(scenes, said)]
    same = [
        sentence([(thing.label, thing.box) for thing in one.things])
        == sentence([(sprite.label, _box(sprite.box)) for sprite in scene.sprites])
        for scene, one in _pairs(scenes, said)
    ]
    return Measures(
        float(label.mean()),
        float(box.mean()),
        float((label & (box >= MATCHED)).mean()),
        _mean_precision(scenes, said, by_masks=False),
        _mean_precision(scenes, said, by_masks=True),
        float(np.nanmean(overlap(np.stack([one.mask for one in said]), truth, len(CLASSES))[1:])),
        float(np.mean(counted)),
        float(np.mean(same)),
    )


def _pairs(scenes: Sequence[Scene], said: Sequence[Answer]) -> Iterator[tuple[Scene, Answer]]:
    return zip(scenes, said, strict=True)


def _box(box: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    top, left, bottom, right = map(float, box)
    return top, left, bottom, right


def _mean_precision(scenes: Sequence[Scene], said: Sequence[Answer], *, by_masks: bool) -> float:
    """Mean of the classes' average precisions, of boxes or of masks."""
    found: list[tuple[int, float, bool]] = []
    for scene, one in _pairs(scenes, said):
        owners, sprites, things = scene.instances(), scene.sprites, one.things

        def shared(at: int, other: int) -> float:
            if not by_masks:
                return box_overlap(things[at].box, _box(sprites[other].box))  # noqa: B023
            mine, its = one.owners == at + 1, owners == other + 1  # noqa: B023
            return float((mine & its).sum() / max(1, (mine | its).sum()))

        matched = match(
            [thing.label for thing in things], [sprite.label for sprite in sprites], shared
        )
        found += [
            (thing.label, thing.score, other >= 0)
            for thing, other in zip(things, matched, strict=True)
        ]
    there = [sprite.label for scene in scenes for sprite in scene.sprites]
    return float(
        np.nanmean(
            [
                average_precision(
                    [score for kind, score, _ in found if kind == label],
                    [right for kind, _, right in found if kind == label],
                    there.count(label),
                )
                for label in range(1, len(CLASSES))
            ]
        )
    )


_NUMBERS = ("No digit", "One digit", "Two digits", "Three digits", "Four digits")
_ROWS, _COLUMNS = ("top", "", "bottom"), ("left", "", "right")


def sentence(things: Sequence[tuple[int, tuple[float, float, float, float]]]) -> str:
    """A sentence on digits, the largest box first, such as “Two digits: a 3 and, above, a 7.”.

    Args:
        things: Classes (1 for the first) and boxes, in pixels.
    """
    ordered = sorted(things, key=lambda one: -(one[1][2] - one[1][0]) * (one[1][3] - one[1][1]))
    number = _NUMBERS[len(ordered)] if len(ordered) < len(_NUMBERS) else f"{len(ordered)} digits"
    if not ordered:
        return f"{number}."
    parts = [f"a {CLASSES[label]} {_place(box)}" for label, box in ordered]
    parts[0] = parts[0].replace("a ", "a large ", 1)
    return (
        f"{number}: {' and '.join([', '.join(parts[:-1]), parts[-1]]) if parts[1:] else parts[0]}."
    )


def _place(box: tuple[float, float, float, float]) -> str:
    """In which ninth of the scene the middle of a box is."""
    top, left, bottom, right = box
    row, column = (min(2, int(1.5 * both / SIDE)) for both in (top + bottom, left + right))
    words = " ".join(filter(None, (_ROWS[row], _COLUMNS[column])))
    return f"at the {words}" if words else "in the middle"
