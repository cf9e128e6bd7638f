"""A class for every pixel: the browser's scene, softmax and overlap are Python's."""

import base64
import io
import json
import zipfile

import numpy as np
import pytest
import torch

from cnnviz.components.segmenter import payload
from cnnviz.datasets import preprocess
from cnnviz.datasets.masks import load_mask_zip
from cnnviz.datasets.scenes import CLASSES, make_scenes, scene_of
from cnnviz.imaging.encode import encode_png
from cnnviz.imaging.samples import sample_image
from cnnviz.inspection.iou import foreground_overlap, overlap
from cnnviz.networks import build
from cnnviz.pages import page_at
from cnnviz.training.experiments.segmentation import SHAPE, learn_from, network, shipped
from cnnviz.ui.pictures_out.segmentation.own_masks import example_zip
from cnnviz.ui.pictures_out.segmentation.painted import lesson_of, seen_on
from cnnviz.ui.shared.text import plain
from tests.pages.sent import sent
from tests.unit.components.node import in_node
from tests.unit.datasets.zips import make_zip

SEEN = """
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import * as scenes_ from "./cnnviz/components/segmenter/scene.js";
const { classesOf, compose, overlap, spriteAt, unpackScene } = scenes_;
const { side, classes, networks, scenes } = data;
console.log(JSON.stringify(scenes.map(unpackScene).map((scene) => {
  const { picture, labels } = compose(scene, side);
  const [first] = scene.sprites;
  const last = scene.sprites.at(-1);
  const answers = networks.map(({ spec, weights }) => {
    const network = prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors);
    network.run(Float32Array.from(picture, (level) => level / 255));
    const { shares, best, confidence } = classesOf(network.output.values, classes.length);
    const { each, foreground } = overlap(best, labels, classes.length);
    return { shares: [...shares], best: [...best], confidence: [...confidence], each, foreground };
  });
  const found = spriteAt(scene, last.top, last.left) === last;
  const none = spriteAt({ ...scene, sprites: [] }, first.top, first.left) === undefined;
  return { picture: [...picture], labels: [...labels], answers, found, none };
})));
"""


BRUSHED = """
import { counted, paintStretch } from "./cnnviz/components/mask_brush/brush.js";
console.log(JSON.stringify(data.map(({ from, to, ...brush }) => {
  const labels = new Uint8Array(48 * 48);
  paintStretch(labels, 48, brush, from, to);
  return { labels: [...labels], counts: counted(labels, 4) };
})));
"""


def test_it_opens_and_a_training_can_be_begun_and_stopped(visit):
    app = visit("segmentation")
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "t_data=scenes&t_net=unet&t_run=bundled-scenes-1-skips" in links
    assert "cnnviz_segmenter" in {e.proto.component_name for e in app.get("bidi_component")}
    assert "cnnviz_network" in {e.proto.component_name for e in app.get("bidi_component")}
    app.button(key="se_train").click().run()
    assert not app.exception
    app.button(key="se_stop").click().run()
    assert not app.exception


def test_a_drawing_and_a_picture_of_ones_own_are_scenes_of_which_nothing_is_known(visit):
    app = visit("segmentation", se_what="drawing")
    assert not app.exception
    assert "cnnviz_draw" in {e.proto.component_name for e in app.get("bidi_component")}
    app = visit("segmentation", se_what="picture", picture="coins", se_invert="true")
    assert not app.exception
    told = " ".join(one.value for one in app.caption)
    assert "know nothing but the digits 0, 3, 4 and 7" in told
    assert "The digits are real" not in told
    assert " ".join(sent(app, "segmenter")[0]["alt"].split()[:3]) == "A picture of"
    seen = preprocess(sample_image("coins"), SHAPE, invert=True)[0]
    scene = scene_of(seen)
    assert np.array_equal(scene.picture(), seen)
    assert not scene.labels().any()


def test_ones_own_pictures_and_masks_are_learned_from_while_watched(visit):
    example = example_zip()
    pairs = load_mask_zip(example)
    assert len(pairs.names) == 40
    assert len(pairs.classes) == 5
    tests = pairs.pictures[pairs.tests], pairs.labels[pairs.tests]
    first, last = learn_from(tests, tests, 5, "weighted", steps=2, mirror=True)
    assert (first.step, last.step) == (0, 2)
    assert last.networks[0].weights["conv5.weight"].shape == (5, 8, 1, 1)
    app = visit("segmentation", se_masks="zip", se_own="zip")
    assert app.warning[0].value.startswith("Your zip of masks is gone")
    app.file_uploader(key="_se_zip").upload("bad.zip", b"nothing").run()
    assert "not a zip file" in app.error[0].value
    files = zipfile.ZipFile(io.BytesIO(example))
    names = [name for name in files.namelist() if name != "masks/00.png"]
    data = make_zip({name: files.read(name) for name in names})
    app.file_uploader(key="_se_zip").upload("own.zip", data).run()
    assert app.warning[0].value == plain(
        "pictures/00.png is left out: there is no mask of this name."
    )
    assert app.query_params["se_own"] == "zip"
    (names,) = app.text_input
    names.set_value("a, b").run()
    assert "The masks have 4 colours beside black: give each a name" in app.error[0].value
    app.text_input[0].set_value("red, green, blue, old  gold").run()
    assert not app.error
    app.button(key="se_own_train").click().run()
    assert not app.exception
    app.button(key="se_own_stop").click().run()
    assert not app.exception
    # It is there still after a look at the pictures to paint on, as these are after one at it.
    app.segmented_control(key="_se_masks").set_value("paint").run()
    cat = encode_png(sample_image("cat"))
    app.file_uploader(key="_se_files").upload("cat.png", cat).run()
    app.segmented_control(key="_se_masks").set_value("zip").run()
    assert app.info[0].value == "In use: **own\\.zip**"
    assert app.query_params["se_own"] == "zip"
    said = " ".join(one.value for one in app.caption)
    assert "to test; classes: background, red, green, blue, old gold." in said
    assert any(button.key == "se_own_train" for button in app.button)
    app.segmented_control(key="_se_masks").set_value("paint").run()
    assert app.info[0].value == "In use: **cat\\.png**"
    assert painted_on(app) == ["cat.png"]
    app.button(key="_se_files_remove").click().run()
    assert len(painted_on(app)) == 8
    app.segmented_control(key="_se_masks").set_value("zip").run()
    app.file_uploader(key="_se_zip").upload("bad.zip", b"nothing").run()
    app.file_uploader(key="_se_zip").set_value(None).run()
    assert not app.info
    assert "se_own" not in app.query_params


def painted_on(app):
    """The titles of the pictures to paint on."""
    (brush,) = sent(app, "mask_brush")
    return brush["titles"]


def test_a_brush_paints_what_lies_within_its_reach():
    """Against distances to the stroke, pixel by pixel."""
    cases = [
        {"label": 2, "width": 5, "from": {"x": 10.2, "y": 7.9}, "to": {"x": 30.7, "y": 20.1}},
        {"label": 1, "width": 1, "from": {"x": 3.1, "y": 3.1}, "to": {"x": 3.1, "y": 3.1}},
        {"label": 3, "width": 9, "from": {"x": 47, "y": 40}, "to": {"x": 47.9, "y": 47.9}},
    ]
    rows, columns = np.mgrid[:48, :48] + 0.5
    for case, got in zip(cases, in_node(BRUSHED, data=cases), strict=True):
        start, end = (np.array([case[at]["x"], case[at]["y"]]) for at in ("from", "to"))
        along = np.linspace(0, 1, 2000)[:, None] * (end - start) + start
        far = np.min([np.hypot(columns - x, rows - y) for x, y in along], 0)
        expected = np.where(far <= case["width"] / 2, case["label"], 0)
        expected[int(end[1]), int(end[0])] = case["label"]
        clear = np.abs(far - case["width"] / 2) > 0.02  # the stroke was sampled here
        assert np.array_equal(np.reshape(got["labels"], (48, 48))[clear], expected[clear])
        assert got["counts"][case["label"]] == np.count_nonzero(got["labels"])


def test_what_is_painted_is_learned_and_the_answer_seen_on_the_others():
    pictures = np.stack([one.picture() for one in make_scenes(3, seed=4)])
    truth = np.stack([one.labels() > 0 for one in make_scenes(3, seed=4)])
    masks = ["2:" + ",".join(map(str, np.flatnonzero(one))) for one in truth[:2]] + [""]
    titles = ["x.png", "y.png", "z.png"]
    lesson = lesson_of(pictures, titles, json.dumps({"classes": ["a", "ink"], "masks": masks}))
    assert seen_on(lesson) == "This is the picture that you left unpainted: z.png."
    assert lesson.classes == ("background", "ink")
    assert np.array_equal(lesson.train[1], truth[:2])
    assert np.array_equal(lesson.train[0][:, 0], pictures[:2])
    assert [one.picture().tolist() for one in lesson.scenes] == [pictures[2].tolist()]
    assert not lesson.scenes[0].sprites
    assert not lesson.truth
    one = lesson_of(pictures, titles, json.dumps({"classes": ["ink"], "masks": ["1:7", "", ""]}))
    assert seen_on(one) == "These are the pictures that you left unpainted: y.png and z.png."
    masks[2] = "2:7"
    lesson = lesson_of(pictures, titles, json.dumps({"classes": ["a", "ink"], "masks": masks}))
    assert np.array_equal(lesson.scenes[0].labels(), truth[0])
    assert lesson.truth == "your mask"
    assert "so these are the ones that they learn from." in seen_on(lesson)
    # A few steps on two pictures are enough to tell ink from ground.
    *_, last = learn_from(lesson.train, lesson.tests, 2, "weighted", steps=40, mirror=True)
    assert last.networks[0].foreground > 0.5


def test_pictures_to_paint_on_are_a_sample_s_or_ones_own(visit):
    app = visit("segmentation")
    assert len(painted_on(app)) == 8
    field = app.file_uploader(key="_se_files")
    good = encode_png(sample_image("cat"))
    field.upload("cat.png", good).upload("bad.png", b"no picture").run()
    assert not app.exception
    assert app.warning[0].value.startswith(plain("bad.png is left out: This file is "))
    assert app.warning[0].value.count(plain(".")) == 3  # of the name, and of two sentences
    assert painted_on(app) == ["cat.png"]
    assert app.query_params["se_own"] == "pictures"
    app = visit("segmentation", se_own="pictures")
    gone = "The pictures that you chose are gone"
    assert app.warning[0].value.startswith(gone)
    assert app.run().warning[0].value.startswith(gone)
    app.file_uploader(key="_se_files").upload("cat.png", good).run()
    assert not app.warning
    app.switch_page(page_at("filters").script).run()
    app.switch_page(page_at("segmentation").script).run()
    assert not app.warning
    assert painted_on(app) == ["cat.png"]


def test_the_browser_computes_what_pytorch_does():
    scenes = make_scenes(2, seed=5, test=True)
    plans = [network(skips=skips) for skips in (True, False)]
    weights = shipped()
    networks = dict(zip(("with", "without"), zip(plans, weights, strict=True), strict=True))
    given = payload(scenes, CLASSES, networks, name="", alt="", pytorch="")
    assert base64.b64decode(given["networks"][0]["weights"])
    for scene, seen in zip(scenes, in_node(SEEN, data=given), strict=True):
        assert np.array_equal(np.reshape(seen["picture"], (48, 48)), scene.picture())
        truth = scene.labels()
        assert np.array_equal(np.reshape(seen["labels"], (48, 48)), truth)
        assert seen["found"]
        assert seen["none"]
        for plan, tensors, answer in zip(plans, weights, seen["answers"], strict=True):
            model = build(plan, SHAPE)
            model.load_state_dict(tensors, strict=False)
            picture = torch.from_numpy(scene.picture())[None, None].float() / 255
            with torch.no_grad():
                shares = model.eval()(picture).softmax(1)[0].numpy()
            assert answer["shares"] == pytest.approx(shares.ravel(), abs=1e-4)
            best = np.reshape(answer["best"], (48, 48))
            assert (best != shares.argmax(0)).mean() < 0.001
            assert answer["confidence"] == pytest.approx(shares.max(0).ravel(), abs=1e-4)
            each = [np.nan if one is None else one for one in answer["each"]]
            assert each == pytest.approx(overlap(best, truth, 5), nan_ok=True)
            assert answer["foreground"] == pytest.approx(foreground_overlap(best, truth))
