"""The page Look inside: runs, snapshots, pictures, and what is said about them."""

import base64
import io
import json
from functools import partial

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from PIL import Image

from cnnviz import inspection
from cnnviz.datasets import normalise, preprocess
from cnnviz.imaging import sample_image
from cnnviz.inspection.frames import read_frame
from cnnviz.networks import build, network_from_line, network_spec
from cnnviz.pages import page_at
from cnnviz.runs import RunConfig, create_run, open_run
from tests.pages.chooser import opened

SHIPPED = "fashionmnist-gap"


@pytest.fixture(autouse=True)
def nothing_of_this_computer(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "no data"))


@pytest.fixture
def open_page(visit):
    return partial(visit, "inside", i_tab="Class activation map")


@pytest.fixture
def make_run():
    def make(
        network="lenet5", shape=(1, 12, 12), classes=("ant", "*bee*", ":red[cat]"), steps=2, line=""
    ):
        spec = network_from_line(line) if line else network_spec(network, shape, len(classes))
        config = RunConfig(
            "own", "Insects", network, spec, shape, classes, (0.5,) * shape[0], (0.3,) * shape[0]
        )
        rng = np.random.default_rng(0)
        images = torch.from_numpy(rng.integers(0, 256, (4, *shape), dtype=np.uint8))
        labels = torch.tensor([0, 1, 1, 0])
        tensors = {"test_images": images, "test_labels": labels}
        run = create_run(config, tensors=tensors)
        torch.manual_seed(0)
        with run.writing() as writer:
            for step in range(0, steps * 5, 5):
                run.write_tensors(f"snapshots/{step}.safetensors", build(spec, shape).state_dict())
                writer.write("snapshot", step=step)
        return run

    return make


def said(app, start=""):
    """The texts of the page, as one."""
    return "\n".join(block.value for block in app.markdown if block.value.startswith(start))


def sent(app, key):
    """What a component was sent."""
    return json.loads(app.get_by_key(key).proto.json)


def cam_of(run, seen, step=None, class_index=None, layer=None):
    x = normalise(seen, run.config.mean, run.config.std)
    model = inspection.load_model(run, step)
    return inspection.class_activation_map(model, x, class_index, layer=layer)


def test_opens_on_the_whole_network_for_the_chosen_step_and_picture(visit):
    app = visit("inside", i_sample="3", i_step="16")
    run = open_run(SHIPPED)
    data = sent(app, "network")
    inputs = np.frombuffer(base64.b64decode(data["inputs"]["data"]), np.float32)
    seen = inspection.load_samples(run).images[3]
    exact = normalise(seen, run.config.mean, run.config.std)
    np.testing.assert_array_equal(inputs, exact.numpy().ravel())
    weights = safetensors.numpy.load(base64.b64decode(data["weights"]))
    np.testing.assert_array_equal(weights["conv2.weight"], run.load_snapshot(16)["conv2.weight"])
    assert [layer["name"] for layer in data["network"]["layers"]][:2] == ["conv1", "maxpool1"]
    # The code that is copied gives the maps of any layer.
    code = data["pytorch"].replace(data["layer"], "relu2")
    assert code == inspection.maps_code(run.config, 16, seen, "relu2")
    with pytest.raises(KeyError):
        sent(app, "cam")
    # Another picture is the map's, too.
    app.number_input(key="i_sample").set_value(4).run()
    assert sent(app, "network")["inputs"] != data["inputs"]
    assert sent(app, "network")["network"] == data["network"]


def test_a_link_to_an_explanation_still_opens_it(visit):
    for query in ({"i_class": "8"}, {"i_layer": "conv2"}):
        app = visit("inside", **query)
        assert sent(app, "cam")["label"]
    app.session_state["i_tab"] = "The whole network"
    app.run()
    assert sent(app, "network")["network"]


def test_opens_on_an_exact_map_without_any_data(open_page):
    app = open_page()
    run = open_run(SHIPPED)
    cam = cam_of(run, inspection.load_samples(run).images[0])
    assert cam.method == "CAM"
    np.testing.assert_allclose(sent(app, "cam")["values"], cam.raw)
    text = said(app, "**Ankle boot**")
    numbers = f"logit {cam.logit:.2f}, probability {cam.probability:.1%}."
    assert f"{numbers} CAM of the layer relu3, 7×7 cells." in text
    assert "add up to the logit" in text
    assert "The prediction is **Ankle boot**, which is correct" in said(app)
    table = app.dataframe[0].value
    assert table["Class"][0] == "Ankle boot"
    assert table["Probability"].is_monotonic_decreasing
    assert len(table) == 5
    assert not app.error
    assert not app.warning


def test_a_class_and_a_layer_can_be_chosen(open_page):
    app = open_page()
    run = open_run(SHIPPED)
    seen = inspection.load_samples(run).images[0]
    app.selectbox(key="_i_class").select("Bag").run()
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(run, seen, None, 8).raw)
    assert said(app, "**Bag**").count("logit −") == 1
    app.selectbox(key="_i_layer").select("relu1").run()
    got = np.array(sent(app, "cam")["values"])
    assert got.shape == (14, 14)
    np.testing.assert_allclose(got, cam_of(run, seen, None, 8, "relu1").raw)
    assert "Grad-CAM of the layer relu1, 14×14 cells." in said(app, "**Bag**")
    assert app.query_params["i_class"] == "8"
    assert app.query_params["i_layer"] == "relu1"


def test_only_numbers_get_a_minus(open_page):
    app = open_page(i_class="0")
    assert said(app, r"**T\-shirt/top**: logit −")


def test_a_class_without_evidence_is_said(open_page):
    app = open_page(i_run="digits-gap", i_source="own", i_step="0", picture="brick")
    outcomes = set()
    for name in app.selectbox(key="_i_class").options[1:]:
        app.selectbox(key="_i_class").select(name).run()
        data = sent(app, "cam")
        outcomes.add(data["glow"] is None)
        assert (data["glow"] is None) == (np.max(data["values"]) <= 0)
    assert outcomes == {True, False}


def test_every_snapshot_is_shown(open_page):
    app = open_page()
    run = open_run(SHIPPED)
    seen = inspection.load_samples(run).images[0]
    slider = app.select_slider(key="_i_step")
    assert slider.options == [str(step) for step in run.snapshot_steps()]
    assert slider.value == run.snapshot_steps()[-1]
    app.select_slider(key="_i_step").set_value(0).run()
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(run, seen, 0).raw)
    assert "on 1,000 pictures" in "\n".join(block.value for block in app.caption)


def test_the_address_restores_everything(open_page):
    step = open_run(SHIPPED).snapshot_steps()[3]
    app = open_page(
        i_run=SHIPPED, i_step=str(step), i_label="7", i_sample="2", i_class="3", i_layer="conv2"
    )
    assert app.select_slider(key="_i_step").value == step
    assert "**Dress**" in said(app, "**Dress**: logit")
    assert "conv2" in said(app, "**Dress**")
    run = open_run(SHIPPED)
    samples = inspection.load_samples(run)
    seen = samples.images[samples.labels == 7][2]
    wanted = cam_of(run, seen, step, 3, "conv2").raw
    np.testing.assert_allclose(sent(app, "cam")["values"], wanted)


def test_the_class_filter_shows_only_that_class(open_page):
    app = open_page(i_sample="49")
    app.selectbox(key="_i_label").select("Bag").run()
    assert app.number_input(key="i_sample").value == 4
    assert app.number_input(key="i_sample").max == 4
    assert "Bag" in said(app).split("prediction is")[1]
    # The last sample of each class is one that the network gets wrong.
    assert "but the true class is **Bag**" in said(app)


def test_another_run_starts_at_its_own_end(open_page):
    app = open_page(i_step=str(open_run(SHIPPED).snapshot_steps()[3]), i_class="4", i_label="4")
    app.selectbox(key="_i_run").set_value("digits-gap").run()
    assert not app.exception
    assert app.select_slider(key="_i_step").value == open_run("digits-gap").state().total_steps
    assert "cells. Mean" in said(app, "**4**: logit")


def test_the_persons_picture_is_shown_as_the_network_sees_it(open_page):
    run = open_run(SHIPPED)
    app = open_page(i_source="own", picture="coffee")
    for invert in (False, True):
        if invert:
            app.toggle(key="i_invert").set_value(True).run()
        seen = preprocess(sample_image("coffee"), (1, 28, 28), invert=invert)
        np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(run, seen).raw)
    assert "The network predicts" in said(app)


def test_choosing_a_picture_at_the_top_shows_it(open_page):
    app = open_page()
    opened(app).button(key="_picture_coins").click().run()
    seen = preprocess(sample_image("coins"), (1, 28, 28))
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(open_run(SHIPPED), seen).raw)
    assert app.query_params["i_source"] == "own"


def test_an_uploaded_picture_comes_along_from_another_page(visit):
    app = visit("filters")
    file = io.BytesIO()
    Image.fromarray(sample_image("coffee")).save(file, "PNG")
    opened(app).file_uploader(key="_picture_upload_0").upload("cup.png", file.getvalue()).run()
    app.session_state["i_tab"] = "Class activation map"
    app.switch_page(page_at("inside").script).run()
    seen = preprocess(sample_image("coffee"), (1, 28, 28))
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(open_run(SHIPPED), seen).raw)


@pytest.mark.parametrize(("network", "layer"), [("lenet5", "tanh2"), ("vgg", "relu6")])
def test_other_networks_get_grad_cam(open_page, make_run, network, layer):
    run = make_run(network)
    app = open_page(i_run=run.id, i_class="2")
    assert f"Grad-CAM of the layer {layer}" in said(app)
    assert r"**\:red\[cat\]**" in said(app), "a class's name is shown as it is"
    assert "bias" not in said(app, "**")


@pytest.mark.parametrize("scale", ["map", "layer", "all"])
def test_feature_maps_of_every_layer_and_of_one(open_page, scale):
    app = open_page(i_tab="Feature maps", i_scale=scale)
    run = open_run(SHIPPED)
    config = run.config
    x = normalise(inspection.load_samples(run).images[0], config.mean, config.std)
    maps = inspection.feature_maps(inspection.load_model(run), x)
    groups = sent(app, "maps")["groups"]
    assert [g["title"] for g in groups] == [n for n, m in maps.items() if m[0].numel() > 64]
    for group in groups:
        values = np.frombuffer(base64.b64decode(group["values"]["data"]), "<f4").reshape(
            group["shape"]
        )
        np.testing.assert_array_equal(values, maps[group["title"]][0])
    assert sent(app, "maps")["scale"] == scale
    app.selectbox(key="_i_maps").set_value("relu2").run()
    assert [g["title"] for g in sent(app, "maps")["groups"]] == ["relu2"]
    table = app.dataframe[1].value.to_numpy()
    np.testing.assert_array_equal(table, maps["relu2"][0, 0])
    assert "get_submodule('relu2')" in app.code[-1].value


def test_filters_of_every_convolution(open_page):
    app = open_page(i_tab="Learned filters")
    model = inspection.load_model(open_run(SHIPPED))

    def shown():
        (group,) = sent(app, "filters")["groups"]
        return np.frombuffer(base64.b64decode(group["values"]["data"]), "<f4").reshape(
            group["shape"]
        )

    np.testing.assert_array_equal(shown(), inspection.filters(model, "conv1")[:, 0])
    app.selectbox(key="_i_conv").set_value("conv3").run()
    app.slider(key="i_channel").set_value(31).run()
    weights = inspection.filters(model, "conv3").numpy()
    np.testing.assert_array_equal(shown(), weights[:, 31])
    app.selectbox(key="_i_conv").set_value("conv2").run()
    assert app.slider(key="i_channel").value == 15, "conv2 has only 16 inputs"
    app.toggle(key="i_all").set_value(True).run()
    weights = inspection.filters(model, "conv2").numpy()
    np.testing.assert_array_equal(shown(), weights.reshape(-1, 3, 3))
    assert sent(app, "filters")["groups"][0]["columns"] == 16


def test_a_run_that_is_not_there_is_said(open_page):
    app = open_page(i_run="no-such-run")
    assert r"no run called “no\-such\-run”" in app.warning[0].value
    assert "**Ankle boot**" in said(app)


def test_a_link_cannot_bring_an_image_or_a_broken_choice(open_page):
    app = open_page(
        i_run="![x](http://example.org/x.png)", i_step="x", i_class="99", i_layer="<b>",
        i_label="-1", i_sample="-5", i_source="?",
    )  # fmt: skip
    assert r"\!\[x\]\(http\:" in app.warning[0].value
    assert "**Ankle boot**: logit" in said(app)


def test_a_run_without_weights_waits(open_page, make_run):
    run = make_run(steps=0)
    app = open_page(i_run=run.id)
    assert app.info[0].value == "This run has no saved weights."
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=9, train_images=4)
        app.run()
        assert "not saved any weights yet" in app.info[0].value
        spec = run.config.spec
        run.write_tensors("snapshots/0.safetensors", build(spec, (1, 12, 12)).state_dict())
        writer.write("snapshot", step=0)
        app.button(key="_i_again").click().run()
        assert "the only snapshot so far" in said(app)


def test_a_run_with_a_single_snapshot_needs_no_slider(open_page, make_run):
    app = open_page(i_run=make_run(steps=1).id)
    assert "the only snapshot so far" in said(app)
    assert "Grad-CAM" in said(app)


def test_a_damaged_run_is_said_in_a_sentence(open_page, make_run):
    run = make_run()
    run.snapshot_path(5).write_bytes(b"not weights")
    app = open_page(i_run=run.id)
    assert r"5\.safetensors of this run cannot be read" in app.error[0].value
    (run.path / "run.json").write_text("{")
    app = open_page(i_run=run.id)
    assert "cannot be read" in app.error[0].value


def test_a_class_without_test_pictures_is_said(open_page, make_run):
    app = open_page(i_run=make_run().id, i_label="2")
    assert "None of these test pictures" in app.warning[0].value


def test_a_run_without_test_pictures_offers_ones_own(open_page, make_run):
    run = make_run()
    (run.path / "data.safetensors").unlink()
    app = open_page(i_run=run.id)
    assert "My picture" in app.warning[0].value
    app = open_page(i_run=run.id, i_source="own")
    assert "Grad-CAM" in said(app)


def frames_sent(app):
    """The frames of the time machine, each as `read_frame` reads it."""
    packed = base64.b64decode(sent(app, "i_time_machine")["frames"])
    frames = []
    while packed:
        size = int.from_bytes(packed[:4], "little")
        frames.append(read_frame(packed[4 : 4 + size]))
        packed = packed[4 + size :]
    return frames


def test_a_picture_through_all_snapshots(open_page, make_run):
    run = make_run(steps=4)
    app = open_page(i_run=run.id, i_tab="Over time")
    frames = frames_sent(app)
    assert [frame.step for frame in frames] == [0, 5, 10, 15]
    assert any("at each of 4 snapshots." in caption.value for caption in app.caption)
    data = sent(app, "i_time_machine")
    seen = inspection.load_samples(run).images[0]
    assert base64.b64decode(data["images"]) == seen.tobytes()
    assert (data["labels"], data["stepParameter"]) == ([0], "i_time")
    for frame in frames:
        model = inspection.load_model(run, frame.step)
        answer = inspection.predict(model, normalise(seen, (0.5,), (0.3,)))
        np.testing.assert_allclose(frame.probabilities[0], answer.probabilities, atol=1e-4)


def test_over_time_has_one_slider_and_the_others_keep_theirs(open_page, make_run):
    run = make_run(steps=3)
    app = open_page(i_run=run.id, i_step="5")
    assert "After 5 steps of training." in [caption.value for caption in app.caption]
    app.session_state["i_tab"] = "Over time"
    app.run()
    assert not app.select_slider
    assert "says" not in said(app), "the answer of one step, beside those of all"
    app.session_state["i_tab"] = "Feature maps"
    app.run()
    assert app.select_slider(key="_i_step").value == 5


def test_runs_that_share_a_name_are_told_apart(open_page, make_run):
    first, second = make_run(), make_run(steps=3)
    for run in (first, second):
        run.rename("SGD")
    about = second.path / "run.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"group": "one-race"}))
    app = open_page(i_run=second.id)
    options = app.selectbox(key="_i_run").options
    assert len(set(options)) == len(options)
    assert sum("SGD" in option for option in options) == 2
    title = second.config.dataset_title
    assert sum(option.endswith(f"· {title}, race: SGD") for option in options) == 1
    app.selectbox(key="_i_class").select_index(1).run()
    assert app.query_params["i_run"] == second.id
    assert app.select_slider(key="_i_step").value == 10


def test_an_own_picture_has_no_true_class(open_page, make_run):
    run = make_run(steps=2)
    app = open_page(i_run=run.id, i_tab="Over time", i_source="own", picture="coffee")
    data = sent(app, "i_time_machine")
    assert data["labels"] is None
    seen = preprocess(sample_image("coffee"), (1, 12, 12), invert=False)
    assert base64.b64decode(data["images"]) == seen.tobytes()
    assert len(frames_sent(app)) == 2


def test_a_damaged_snapshot_leaves_the_others(open_page, make_run):
    run = make_run(steps=3)
    run.snapshot_path(5).write_bytes(b"nonsense")
    app = open_page(i_run=run.id, i_tab="Over time")
    assert [frame.step for frame in frames_sent(app)] == [0, 10]
    assert any("at 2 of 3 snapshots." in caption.value for caption in app.caption)


def test_a_photo_that_is_cropped_is_shown_with_its_crop(open_page):
    app = open_page(i_source="own", picture="astronaut")
    assert not app.exception
    square = "sees the part in the frame" in said_all(app)
    app = open_page(i_source="own", picture="coffee")  # 600 × 400
    assert not app.exception
    assert "400 of 600 pixels across and 400 of 400 down" in said_all(app)
    app.session_state["i_tab"] = "Class activation map"
    app.slider(key="i_crop").set_value(100).run()
    seen = preprocess(sample_image("coffee")[:, 200:], (1, 28, 28))
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(open_run(SHIPPED), seen).raw)
    assert not square


def test_copied_code_says_where_it_runs(open_page, make_run):
    run = make_run()
    app = open_page(i_run=run.id)
    assert str(run.path.resolve()) in said_all(app)


def said_all(app):
    return "\n".join(e.value for e in (*app.caption, *app.markdown))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fc8 relu fc3", {"Feature maps": "lists", "Learned filters": "no convolution"}),
        ("lc2k3 relu fc3", {"Learned filters": "no convolution"}),
        ("res[c1k3p1 | c1k1] cat[c2k3 | c2k3] gelu gap fc3", {}),
    ],
)
def test_networks_of_other_kinds_say_what_they_lack(open_page, make_run, line, said):
    run = make_run("own", line=line)
    for tab in ("Feature maps", "Learned filters", "Over time"):
        app = open_page(i_run=run.id, i_tab=tab)
        errors = " ".join(error.value for error in app.error)
        assert (said[tab] in errors) if tab in said else not errors


def test_of_a_network_too_large_for_browsers_the_server_sends_the_maps(open_page, make_run):
    run = make_run("own", shape=(1, 28, 28), line="c2k3p1 relu p2 fc4096 relu fc300 fc3")
    app = open_page(i_run=run.id, i_tab="The whole network")
    (caption,) = [one.value for one in app.caption if "too many weights" in one.value]
    assert "computed its maps" in caption
    network = sent(app, "network")
    assert not network["network"]["weighs"]
    assert not safetensors.torch.load(base64.b64decode(network["weights"]))
    picture = np.frombuffer(base64.b64decode(network["inputs"]["data"]), np.float32)
    exact = inspection.feature_maps(
        inspection.load_model(run), torch.tensor(picture).reshape(1, 28, 28)
    )
    maps = safetensors.torch.load(base64.b64decode(network["maps"]))
    assert set(maps) == set(exact)
    assert all(torch.equal(maps[name], values[0]) for name, values in exact.items())
    # What is drawn is sent, because the browser cannot compute it.
    app = open_page(i_run=run.id, i_tab="The whole network", i_source="draw")
    assert sent(app, "i_pad")["sends"]
    assert sent(app, "network")["picture"] == ""


def test_a_drawing_is_looked_into_as_any_picture(open_page):
    app = open_page(i_source="draw")
    run = open_run(SHIPPED)
    pad = sent(app, "i_pad")
    assert (pad["dataset"], pad["shape"], pad["sends"]) == ("fashionmnist", [1, 28, 28], True)
    assert not any(base64.b64decode(pad["known"]))
    assert sent(app, "i_answer")["picture"] == pad["name"]
    seen = np.zeros((1, 28, 28), np.uint8)
    seen[0, 4:24, 10:20] = 200
    text = base64.b64encode(seen.tobytes()).decode()
    app.session_state["_i_drawing"] = text
    app.run()
    assert sent(app, "i_pad")["known"] == text
    np.testing.assert_allclose(sent(app, "cam")["values"], cam_of(run, seen).raw)
    # The browser itself computes the whole network, and does not send the drawing for it.
    assert not sent(open_page(i_source="draw", i_tab="The whole network"), "i_pad")["sends"]
    # A network that reads another size, and a browser that sends anything.
    app.query_params["i_run"] = "digits-gap"
    for other in (text, "é", "AAAA", "=", None):
        app.session_state["_i_drawing"] = other
        app.run()
        assert sent(app, "i_pad")["dataset"] == "digits"
        assert not app.exception
        assert not any(base64.b64decode(sent(app, "i_pad")["known"]))


def test_one_filter_its_pictures_and_the_network_without_it(open_page):
    """Numbers against the network with the filter's weights set to zero by hand."""
    app = open_page(i_tab="One filter", i_unit_layer="conv2", i_unit="3")
    run = open_run(SHIPPED)
    samples = inspection.load_samples(run)
    x = normalise(samples.images, run.config.mean, run.config.std)
    model = inspection.load_model(run)
    maps = inspection.feature_maps(model, x)["conv2"][:, 3].flatten(1).amax(1)
    [best] = [t.value for t in app.dataframe if "Picture" in t.value and "Row" in t.value]
    wanted = maps.argsort(descending=True, stable=True)[:9]
    assert best["Picture"].tolist() == samples.indices[wanted].tolist()
    np.testing.assert_allclose(best["Value"], maps[wanted], rtol=1e-4)

    def accuracies():
        with_it, without = (float(m.value.rstrip("%")) for m in app.metric)
        [ranking] = [t.value for t in app.dataframe if "Answers changed" in t.value]
        return with_it, without, ranking

    def right():
        with torch.no_grad():
            return 100 * float((model(x).argmax(1).numpy() == samples.labels).mean())

    before = right()
    with torch.no_grad():
        model.conv2.weight[3] = 0
        if model.conv2.bias is not None:
            model.conv2.bias[3] = 0
    with_it, without, ranking = accuracies()
    assert (with_it, without) == pytest.approx((before, right()), abs=0.06)
    assert sorted(ranking["Filter"]) == list(range(model.conv2.out_channels))
    assert ranking["Accuracy without it"].is_monotonic_increasing
    [mine] = ranking[ranking["Filter"] == 3]["Accuracy without it"]
    assert 100 * mine == pytest.approx(right(), abs=0.06)

    app.segmented_control(key="_i_off").set_value("its mean").run()
    assert app.query_params["i_off"] == "mean"
    for view, key in {
        "What it sees": "i_field",
        "Back to the picture": "i_back_way",
        "What it is made of": "i_parts_0",
        "Values and classes": "i_values",
        "Similar filters": "i_correlation",
        "Picture that excites it": "i_climbs",
    }.items():
        app.segmented_control(key="_i_view").set_value(view).run()
        assert sent(app, key)
        assert not app.exception
        assert not app.error
    app.segmented_control(key="_i_view").set_value("A kernel instead").run()
    next(one for one in app.button if one.label == "Choose a filter of conv1").click().run()
    app.selectbox(key="_i_unit").set_value(1).run()
    app.selectbox(key="_i_hand").set_value("own").run()
    app.text_input(key="i_hand_kernel").set_value("1 2; 0 -1").run()
    app.toggle(key="i_hand_scaled").set_value(False).run()
    model = inspection.load_model(run)
    with torch.no_grad():
        model.conv1.weight[1] = 0
        row, column = ((side - 1) // 2 for side in model.conv1.weight.shape[2:])
        model.conv1.weight[1, 0, row : row + 2, column : column + 2] = torch.tensor(
            [[1, 2], [0, -1]]
        )
    as_learned, by_hand = (float(one.value.rstrip("%")) for one in app.metric)
    assert (as_learned, by_hand) == pytest.approx((before, right()), abs=0.06)
    app.text_input(key="i_hand_kernel").set_value("1 2; 0").run()
    assert "row 1 has 2" in app.error[0].value
    app.selectbox(key="_i_unit_layer").select_index(3).run()
    app.segmented_control(key="_i_view").set_value("Similar filters").run()
    app.segmented_control(key="_i_alike").set_value("their weights").run()
    assert "has no filters of its own" in app.info[0].value
    assert not app.exception


def test_best_pictures_follow_a_run_that_goes_on(open_page, make_run):
    run = make_run("gap", steps=2)

    def shown(app):
        [told] = [block.value for block in app.caption if ", at step " in block.value]
        return told.partition(", at step ")[2].partition(". ")[0]

    with run.writing() as writer:
        writer.write("status", status="running")
        app = open_page(i_tab="One filter", i_run=run.id)
        assert shown(app) == "5, and anew as the run saves newer weights"
        weights = build(run.config.spec, run.config.input_shape).state_dict()
        run.write_tensors("snapshots/10.safetensors", weights)
        writer.write("snapshot", step=10)
        app.run()
        assert shown(app) == "10, and anew as the run saves newer weights"
        assert app.select_slider(key="_i_step").value == 5
        app.select_slider(key="_i_step").set_value(0).run()
        assert shown(app) == "0"
