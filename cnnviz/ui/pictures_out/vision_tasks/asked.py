"""One scene, all that can be asked of it, and how right the answers are over many scenes."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.vision_tasks import Task, vision_tasks
from cnnviz.datasets.scenes import CLASSES, SIDE, Scene, make_scenes
from cnnviz.inspection.detection import MATCHED, SURE
from cnnviz.networks import pytorch_code
from cnnviz.training.experiments.vision_answers import Measures, answers, measures
from cnnviz.training.experiments.vision_tasks import (
    CROWD,
    SHAPE,
    UNIT,
    Weights,
    dense_network,
    main_network,
    shipped,
)

_SCENES, _TESTS, _TEST_SEED = 6, 100, 1
_PARTS = f"""
scene = torch.rand(1, 1, {SIDE}, {SIDE})  # grey, 0 to 1
parts = model.eval()(scene)[0].split([{len(CLASSES)}, {len(CLASSES) - 1}, 4, 1])
classes, heat, sides, crowd = parts
mask = classes.argmax(0)  # the class of every pixel
heat = heat.sigmoid()  # a digit of a class has its centre here
sides = {UNIT} * sides  # pixels up, left, down and right to its box
print(mask.shape, heat.amax().item(), crowd.sum().item() / {CROWD})  # the last is the count
"""


@st.cache_resource(show_spinner=False, max_entries=20)
def _scenes(seed: int) -> list[Scene]:
    return make_scenes(_SCENES, seed=seed, test=True, main=True)


@st.cache_resource(show_spinner=False)
def _shipped() -> tuple[Weights, Weights]:
    return shipped()


@st.cache_resource(show_spinner=False)
def _measures() -> Measures:
    tests = make_scenes(_TESTS, seed=_TEST_SEED, test=True, main=True)
    return measures(tests, answers(tests, _shipped()))


def _tasks() -> list[Task]:
    """All that is asked, with its measure."""
    found = _measures()
    over = f"Over {_TESTS} test scenes, with digits that no network has learned from:"
    return [
        Task(
            "label",
            "A label",
            "Classification: one class for the whole picture, here that of the largest digit. The"
            " answer says nothing of where it is, nor of the others.",
            f"{over} {found.accuracy:.0%} of the labels are right (accuracy).",
        ),
        Task(
            "box",
            "A label with a box",
            "Classification with localisation: the class of the single object that counts, and the"
            " box around it. The network gives the four sides as numbers, as it gives the scores.",
            f"{over} mean IoU of the boxes {found.box:.2f}; {found.located:.0%} have the right"
            f" class and an IoU of at least {MATCHED}.",
        ),
        Task(
            "boxes",
            "Boxes",
            "Object detection: a class and a box for each object, of which nobody says how many"
            " there are. A map for each class is high at the centres; a peak becomes a box.",
            f"{over} mean average precision at an IoU of {MATCHED} (mAP) {found.boxes:.2f}.",
        ),
        Task(
            "instances",
            "Instances",
            "Instance segmentation: which pixels belong to which object. Each pixel of a digit"
            " points at the centre of its digit; two digits of one class stay two.",
            f"{over} mean average precision of the masks at an IoU of {MATCHED}"
            f" {found.instances:.2f}.",
        ),
        Task(
            "mask",
            "A pixel mask",
            "Semantic segmentation: a class for every pixel, the background too. No objects, just"
            " pixels.",
            f"{over} mean IoU of the digits' classes {found.mask:.2f}.",
        ),
        Task(
            "count",
            "A count",
            "How many are there? A map of density, learned so that it adds up to the number of"
            " digits.",
            f"{over} mean absolute error of the count {found.count:.2f} digits.",
        ),
        Task(
            "sentence",
            "A sentence",
            "A description in words. Here a rule makes it of the boxes that were found.",
            f"{over} {found.sentence:.0%} of the sentences are those of the truth.",
        ),
    ]


def show_tasks() -> None:
    """Draw the scene with its tasks."""
    figure = st.container()
    seed = st.number_input(
        "Scenes (seed)", 0, 999, value=3, key="vt_seed", bind="query-params", width=150
    )
    with figure:
        _show(_scenes(seed))


def _show(scenes: list[Scene]) -> None:
    vision_tasks(
        scenes,
        CLASSES,
        list(zip((main_network(), dense_network()), _shipped(), strict=True)),
        _tasks(),
        key="vt_tasks",
        alt="A scene of digits, the truth, and what a network answers",
        pytorch=pytorch_code(dense_network(), SHAPE) + _PARTS,
        parameter="vt_task",
        units=(UNIT, CROWD),
        limits=(SURE, MATCHED),
    )
