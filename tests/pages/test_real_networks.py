"""The page Real networks: answers, evidence by several methods, maps, filters, the list."""

import re
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save

from cnnviz.datasets import normalise, preprocess
from cnnviz.imaging import sample_image
from cnnviz.inspection import evidence, load_model, load_samples, predict
from cnnviz.networks import build, network_from_line
from cnnviz.pages import page_at
from cnnviz.runs import open_run
from cnnviz.ui.real_networks import maps
from cnnviz.zoo import ZooError, download, load
from cnnviz.zoo.files import exported
from tests.pages.sent import sent

LITE0 = "EfficientNet-Lite0"


@pytest.fixture(autouse=True)
def no_weights_but_those_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setattr(download, "_reached", {"download.pytorch.org": (float("inf"), False)})


@pytest.fixture
def open_page(visit):
    return partial(visit, "real-networks")


def words(app):
    texts = (*app.markdown, *app.caption, *app.info)
    return plain("\n".join(text.value for text in texts))


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
    # On a projector, as text that grows with the rest.
    large = open_page(size="large")
    table = large.table[0].value
    assert table["Class"].tolist()[:2] == ["espresso", "cup"]
    assert float(table["Probability"][0].removesuffix("%")) == pytest.approx(95.1, abs=0.2)
    assert not large.dataframe


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


@pytest.mark.parametrize("name", ["efficientnet_lite0", "alexnet"])
def test_the_first_filters_in_colour_are_the_tensors_and_so_are_their_correlations(
    open_page, monkeypatch, name
):
    shown = []
    monkeypatch.setattr(maps.st, "image", lambda pixels, **told: shown.append((pixels, told)))
    app = open_page(rn_net=name, rn_tab="Learned filters")
    network = load(name, weights=name != "alexnet")
    weight = next(network.model.parameters()).numpy()
    [(pixels, told)] = [one for one in shown if "in colour" in one[1]["alt"]]
    count, _, side, _ = weight.shape
    zoom = 40 // side
    tile = side * zoom + 4
    assert pixels.shape == (count // 8 * tile, 8 * tile, 3)
    for at, one in enumerate(weight):
        top, left = at // 8 * tile + zoom // 2, at % 8 * tile + zoom // 2
        drawn = pixels[top : top + side * zoom : zoom, left : left + side * zoom : zoom]
        back = (drawn / 127.5 - 1) * abs(one).max()
        np.testing.assert_allclose(back, one.transpose(1, 2, 0), atol=abs(one).max() / 250)
    [drawn] = sent(app, "chart")
    r = np.corrcoef(weight.reshape(count, -1))
    np.testing.assert_allclose(drawn["figure"]["data"][0]["z"], r, atol=6e-4)
    assert network.title in told["alt"]
    mean = abs(r[np.triu_indices(count, 1)]).mean()
    assert f"|r| is {mean:.2f} on average" in words(app)
    assert ("48 filters each" in words(app)) == (name == "alexnet")
    if name == "alexnet":  # without its file
        assert (count, side) == (64, 11)
        assert "(untrained)" in told["alt"]
        assert "(untrained" in told["caption"].replace("\\", "")
        assert "**0 of the 64** random filters" in words(app)
        assert "alexnet-owt-7be5be79.pth" in words(app)


def test_the_list_says_what_is_at_hand(open_page):
    app = open_page(rn_tab="All networks")
    table = app.dataframe[1].value
    assert table["Weights"].tolist()[:2] == ["on this machine", "cannot be reached"]
    assert len(table) == 69
    assert table["Parameters, M"][0] == pytest.approx(4.652008)


def test_the_list_tells_what_can_be_downloaded(open_page, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "_reached", {"download.pytorch.org": (float("inf"), True)})
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "squeezenet1_1-b8a52dc0.pth").touch()
    table = open_page(rn_tab="All networks").dataframe[1].value.set_index("Network")["Weights"]
    assert table["SqueezeNet 1.1"] == "on this machine"
    assert table["SqueezeNet 1.0"] == "to download"


def test_a_download_that_fails_says_where_to_put_the_file(open_page, monkeypatch):
    def fetch(row, progress):
        progress(10**6, 2 * 10**6)
        raise ZooError(f"The weights of {row.title} could not be downloaded: put them into here.")

    monkeypatch.setattr("cnnviz.ui.shared.zoo.fetch", fetch)
    app = open_page(rn_net="squeezenet1_1")
    app.button(key="_zoo_download").click().run()
    assert any("could not be downloaded" in error.value for error in app.error)
    assert "SqueezeNet 1.1 (untrained) predicts" in words(app)


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


def test_a_run_that_was_trained_here(open_page):
    app = open_page(rn_net_from="run", rn_net_run="digits-gap", rn_net_sample="3")
    run = open_run("digits-gap")
    samples, config = load_samples(run), run.config
    x = normalise(samples.images[3], config.mean, config.std)[None]
    model = load_model(run)
    best = config.classes[predict(model, x).top(1)[0]]
    assert f"predicts **{best}**" in words(app)
    (drawn,) = sent(app, "evidence")
    np.testing.assert_allclose(drawn["values"], evidence(model, x, method="cam").raw, atol=1e-4)
    assert "It knows 10 classes" in words(app)
    # Whoever chooses a picture in the header wants to see that one.
    app.session_state["_picture"] = "coins"
    app.run()
    assert app.segmented_control(key="_rn_net_show").value == "own"


def plain(text):
    return re.sub(r"\\(.)", r"\1", text)


def bring(app, name, data):
    (uploader,) = app.file_uploader[-1:]
    uploader.set_value([(name, data, "application/octet-stream")]).run()
    assert not app.exception
    return app


def test_a_network_of_ones_own_from_its_file_with_its_classes(open_page):
    torch.manual_seed(0)
    model = build(network_from_line("c8k3p1 relu p2 gap flatten fc3"), (3, 20, 20)).eval()
    app = open_page(rn_net_from="own")
    assert "nobody else sees it" in words(app)
    bring(app, "notes.pth", b"just some text")
    assert "notes.pth cannot be read: it is damaged" in re.sub(r"\\", "", app.error[0].value)
    bring(app, "mine.safetensors", save(model.state_dict()))
    assert not app.error
    assert "which network mine.safetensors is of: choose it from the list, or type" in words(app)
    bring(app, "notes.pth", b"just some text")
    (refused,) = app.error
    # Two runs in quick succession leave no field empty: each sends every value.
    assert all(field.proto.set_value for field in app.text_input)
    assert [field.value for field in app.text_input[-2:]] == ["0.5", "0.5"]
    assert re.search(r"^notes.pth .*mine.safetensors is still in use", plain(refused.value))
    # It comes into view; and a phone, which has no Ctrl+Enter, has a button.
    (scrolled,) = sent(app, "reveal")
    assert scrolled["place"] == "nf_file_and_refusal"
    assert "_nf_use_line" in {button.key for button in app.button}
    bring(app, "mine.safetensors", save(model.state_dict()))
    assert not app.error
    areas = {area.label: area for area in app.text_area}
    areas["Its layers"].set_value("c9k3p1 relu p2 gap flatten fc3").run()
    assert "conv1\\.weight is 8×3×3×3 and not 9×3×3×3" in app.error[0].value
    assert "_nf_fits" not in {button.key for button in app.button}
    app.text_area[0].set_value("c8k3p1 relu p2 gap flatten fc3").run()
    assert "predicts **class " in words(app)
    app.text_area[1].set_value("red, green").run()
    assert "tells 3 classes apart, and 2 are named" in app.error[0].value
    app.text_area[1].set_value("red, green, blue").run()
    app.number_input[0].set_value(20).run()
    assert not app.exception
    assert not app.error
    x = (torch.from_numpy(preprocess(sample_image("coffee"), (3, 20, 20))) / 255 - 0.5)[None] / 0.5
    best = ("red", "green", "blue")[predict(model, x).top(1)[0]]
    assert f"mine.safetensors predicts **{best}**" in words(app)

    def is_open():
        (box,) = [one for one in app.expander if one.label.startswith("Your network")]
        return box.proto.expanded

    assert is_open()
    app.button(key="_nf_fits").click().run()
    assert not is_open(), "the answer comes into view"
    (drawn,) = sent(app, "evidence")
    np.testing.assert_allclose(drawn["values"], evidence(model, x, method="cam").raw, atol=1e-4)
    for tab in ("The whole network", "Feature maps", "Learned filters"):
        app.session_state["rn_tab"] = tab
        app.run()
        assert not app.exception
        assert not app.error
        assert sent(app, "map_sheet"), tab
    # Another session has none of it; after a reload, it is missed.
    assert app.query_params["own_network"] == "true"
    other = open_page(rn_net_from="own", own_network="true")
    assert "predicts" not in words(other)
    assert "Your own network is gone" in other.run().warning[0].value
    app.button(key="_nf_remove").click().run()
    assert "predicts" not in words(app)
    assert not app.warning
    assert "own_network" not in app.query_params
    # The same layers as an nn.Sequential names them.
    named = {
        name.replace("conv1", "0").replace("linear1", "5"): t
        for name, t in model.state_dict().items()
    }
    bring(other, "names.safetensors", save(named))
    assert not other.warning
    other.number_input[0].set_value(20)
    other.text_area[0].set_value("c8k3p1 relu p2 gap flatten fc3").run()
    assert "names.safetensors were taken in their order, because the names differ" in words(other)
    assert f"predicts **class {('red', 'green', 'blue').index(best)}**" in words(other)


def test_a_network_of_the_list_is_recognised_by_its_size(open_page):
    tensors = load("squeezenet1_1", weights=False).model.state_dict()
    app = bring(open_page(rn_net_from="own"), "sq.safetensors", save(tensors))
    assert "SqueezeNet 1.1 has as many parameters as the file" in words(app)
    assert "sq.safetensors predicts **" in words(app)
    (how,) = [one for one in app.segmented_control if one.label == "Its pictures"]
    how.set_value("numbers").run()
    app.number_input[0].set_value(4).run()
    assert not app.exception
    assert "cannot read these pictures" in app.error[0].value


def test_the_weights_of_a_run_need_no_words(open_page):
    run = open_run("digits-gap")
    app = open_page(rn_net_from="own")
    bring(app, "digits.safetensors", exported(run, run.snapshot_steps()[-1]))
    assert not app.error
    assert "10 classes, as the file says" in words(app)
    assert "digits.safetensors predicts **" in words(app)
    # It is there on the page that doubts it, too.
    app.query_params.update(tr_net_from="own", tr_tab="Small changes")
    app.switch_page(page_at("trust").script).run()
    assert not app.exception
    assert not app.error
    assert "digits.safetensors predicts **" in words(app)
    assert len(sent(app, "sweep")) == 1


def test_a_run_without_maps_still_answers(open_page):
    model = build(network_from_line("flatten fc9 relu fc3"), (3, 8, 8))
    app = bring(open_page(rn_net_from="own"), "flat.safetensors", save(model.state_dict()))
    app.text_area[0].set_value("flatten fc9 relu fc3").run()
    app.number_input[0].set_value(8).run()
    assert not app.exception
    assert "flat.safetensors predicts" in words(app)
    assert len(sent(app, "evidence")) == 1  # the gradient asks about the picture itself
