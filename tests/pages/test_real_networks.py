"""The page Real networks: answers, evidence by several methods, maps, filters, the list."""

import json
from functools import partial

import numpy as np
import pytest
import torch

from cnnviz.imaging import sample_image
from cnnviz.inspection import evidence
from cnnviz.zoo import download, load

LITE0 = "EfficientNet-Lite0"


@pytest.fixture(autouse=True)
def no_weights_but_those_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setattr(download, "_reached", {"download.pytorch.org": (float("inf"), False)})


@pytest.fixture
def open_page(visit):
    return partial(visit, "real-networks")


def sent(app, component):
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == f"cnnviz_{component}"
    ]


def words(app):
    return "\n".join(text.value for text in (*app.markdown, *app.caption, *app.info))


def test_it_opens_on_coffee_with_its_answers_and_the_exact_cam(open_page):
    app = open_page()
    assert f"{LITE0} predicts **espresso**" in words(app)
    assert app.dataframe[0].value["Class"].tolist()[:2] == ["espresso", "cup"]
    assert app.dataframe[0].value["Probability"][0] == pytest.approx(95.1, abs=0.2)
    (drawn,) = sent(app, "evidence")
    network = load("efficientnet_lite0")
    x = network.preprocess(sample_image("coffee"))
    wanted = evidence(network.model, x, method="cam")
    np.testing.assert_allclose(drawn["values"], wanted.raw, atol=1e-4)
    assert "add up to the logit" in words(app)


def test_another_picture_and_two_methods_with_their_agreement(open_page):
    app = open_page(
        picture="cat", rn_method="hires_cam", rn_layer="block11", rn_compare="method",
        rn_method2="grad_cam",
    )  # fmt: skip
    assert "cat**" in words(app)
    one, other = sent(app, "evidence")
    assert np.shape(one["values"]) == np.shape(other["values"]) == (14, 14)
    assert "Rank correlation of the two maps: **ρ = " in words(app)


def test_two_classes_share_a_scale(open_page):
    app = open_page(rn_compare="class", rn_class2="504")  # coffee mug
    one, other = sent(app, "evidence")
    assert other["label"] == "coffee mug"
    assert one["limit"] == other["limit"] == pytest.approx(np.abs(one["values"]).max())


def test_a_slow_method_is_watched_to_its_end_and_kept(open_page):
    app = open_page(rn_method="occlusion")
    (drawn,) = sent(app, "evidence")
    assert np.shape(drawn["values"]) == (56, 56)
    assert "Each number is the mean of 4×4 pixels" in words(app)
    app.run()
    assert sent(app, "evidence") == [drawn]


def test_what_does_not_apply_gets_a_sentence(open_page):
    app = open_page(rn_net="mobilenet_v3_small", rn_method="cam")
    assert any("works for every network" in error.value for error in app.error)


def test_without_its_file_a_network_is_untrained_in_every_title(open_page):
    app = open_page(rn_net="squeezenet1_1")
    assert "SqueezeNet 1.1 (untrained) predicts" in words(app)
    assert "**Untrained:** nothing here was learned." in words(app)
    assert "squeezenet1_1-b8a52dc0.pth" in words(app)
    assert [b.label for b in app.button if b.key == "_zoo_download"] == ["Download 5 MB"]


def test_a_damaged_file_is_told_and_the_network_shown_untrained(open_page, tmp_path):
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "squeezenet1_1-b8a52dc0.pth").write_bytes(b"half a file")
    app = open_page(rn_net="squeezenet1_1")
    assert any("is not the published file" in error.value for error in app.error)
    assert "SqueezeNet 1.1 (untrained) predicts" in words(app)


def test_random_weights_of_the_same_network(open_page):
    app = open_page(rn_net_random="true")
    assert f"{LITE0} (untrained) predicts" in words(app)


def test_maps_and_filters_of_any_layer(open_page):
    app = open_page(rn_tab="Feature maps", rn_maps="block3")
    (sheet,) = sent(app, "map_sheet")
    assert sheet["groups"][0]["shape"] == [24, 56, 56]
    app = open_page(rn_tab="Feature maps", rn_maps="head.relu6", rn_first="1248")
    (sheet,) = sent(app, "map_sheet")
    assert sheet["groups"][0]["shape"] == [32, 7, 7]
    assert "maps 1248 to 1279" in sheet["groups"][0]["note"]
    app = open_page(rn_tab="Learned filters")
    (sheet,) = sent(app, "map_sheet")
    assert sheet["groups"][0]["shape"] == [32, 3, 3]
    app = open_page(rn_tab="Learned filters", rn_conv="head.conv")
    (sheet,) = sent(app, "map_sheet")
    assert sheet["groups"][0]["shape"] == [1, 96, 96]


def test_the_list_says_what_is_at_hand(open_page):
    app = open_page(rn_tab="All networks")
    table = app.dataframe[1].value
    assert table["Weights"].tolist()[:2] == ["on this machine", "cannot be reached"]
    assert len(table) == 69
    assert table["Parameters, M"][0] == pytest.approx(4.652008)


def test_an_unknown_network_is_told(open_page):
    app = open_page(rn_net="resnet19")
    assert any("no network called “resnet19”" in warning.value for warning in app.warning)


def test_the_whole_network_folded_and_a_block_opened(open_page):
    app = open_page(rn_tab="The whole network")
    (sheet,) = sent(app, "map_sheet")
    assert len(sheet["groups"]) == 18
    assert sheet["groups"][0]["note"] == "32×112×112"
    assert "add up to" in words(app)
    app = open_page(rn_tab="The whole network", rn_block="block3", rn_cell="linear")
    (sheet,) = sent(app, "map_sheet")
    assert "block3.body.depthwise_conv, SameConv2d" in [g["title"] for g in sheet["groups"]]
    assert "1280 parts" in words(app) or "1,280 parts" in words(app)
