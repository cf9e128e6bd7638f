"""Tricks of learning: each opens at its address, with its figure."""

import base64

import numpy as np
import pytest

from cnnviz.imaging.augmentation import Limits
from cnnviz.torchvision_door import torchvision_models
from cnnviz.training.experiments.side_by_side import Contest
from cnnviz.training.race.presets import PRESETS
from cnnviz.ui.learning.tricks.augmentation import COPIES, augmentation_code
from cnnviz.ui.learning.tricks.tricks import TRICKS
from tests.pages.sent import sent

FIGURES = {
    "dropout": "playback",
    "batch_norm": "playback",
    "response_norm": "linked_grids",
    "optimisers": "valley",
    "processors": "chart",
    "together": "chart",
}


@pytest.mark.parametrize(("trick", "figure"), FIGURES.items())
def test_each_trick_opens(visit, trick, figure, monkeypatch):
    monkeypatch.setattr(Contest, "go_on", Contest.advance)  # a round, while the page waits
    app = visit("tricks", trick=trick)
    data = sent(app, figure)[0]
    if figure == "playback":
        steps = len(data["words"])
        for curve in data["curves"]:
            assert {line["values"]["shape"][0] for line in curve["lines"]} <= {1, steps}
    if trick == "together":
        curves = {line["name"]: line["y"] for line in data["figure"]["data"]}
        assert [len(values) for values in curves.values()] == [2] * 4
        assert app.dataframe[0].value["Parameters"].tolist() == [5426, 5586]
        assert "BatchNorm2d" in app.code[0].value
    links = [e.proto for e in app.get("page_link")]
    assert {TRICKS[trick].races[preset] for preset in TRICKS[trick].presets} <= {
        link.label for link in links
    }


def test_the_response_norm_s_code_gives_its_row(visit):
    app = visit("tricks", trick="response_norm", tr_n="3", tr_alpha="0.001", tr_row="2")
    [data] = sent(app, "linked_grids")
    scope = {}
    exec(data["pytorch"], scope)
    packed = data["panels"][2]["values"]
    shown = np.frombuffer(base64.b64decode(packed["data"])).reshape(packed["shape"])
    np.testing.assert_allclose(scope["b"], shown, atol=1e-3)


def test_the_sheet_of_copies_names_each(visit):
    app = visit("tricks", trick="augmentation", tr_turn="0", tr_jit="0")
    images = app.get("image")[-1]
    captions = [image.caption for image in images.proto.imgs]
    torchvision_models()  # imports torchvision, also for a torch without CUDA
    assert len(captions) == COPIES + 1
    assert captions[0] == "The picture"
    assert not any("turned" in caption or "contrast" in caption for caption in captions)
    assert any("mirrored" in caption for caption in captions)
    exec(augmentation_code(Limits()), {})


def test_every_race_exists():
    assert {preset for trick in TRICKS.values() for preset in trick.presets} <= set(PRESETS)
