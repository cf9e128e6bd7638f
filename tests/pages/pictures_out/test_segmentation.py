"""A class for every pixel: the browser's scene, softmax and overlap are Python's."""

import base64

import numpy as np
import pytest
import torch

from cnnviz.components.segmenter import payload
from cnnviz.datasets import preprocess
from cnnviz.datasets.scenes import CLASSES, make_scenes, scene_of
from cnnviz.imaging.samples import sample_image
from cnnviz.inspection.overlap import foreground_overlap, overlap
from cnnviz.networks import build
from cnnviz.training.pixel_classes import SHAPE, network, shipped
from tests.unit.components.node import in_node

SEEN = """
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/safetensors.js";
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


def test_it_opens_and_a_training_can_be_begun_and_stopped(visit):
    app = visit("segmentation")
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
    assert any("know nothing but the digits 0, 3, 4 and 7" in one.value for one in app.caption)
    seen = preprocess(sample_image("coins"), SHAPE, invert=True)[0]
    scene = scene_of(seen)
    assert np.array_equal(scene.picture(), seen)
    assert not scene.labels().any()


def test_the_browser_computes_what_pytorch_does():
    scenes = make_scenes(2, seed=5, test=True)
    plans = [network(skips=skips) for skips in (True, False)]
    weights = shipped()
    networks = dict(zip(("with", "without"), zip(plans, weights, strict=True), strict=True))
    sent = payload(scenes, CLASSES, networks, name="", alt="", pytorch="")
    assert base64.b64decode(sent["networks"][0]["weights"])
    for scene, seen in zip(scenes, in_node(SEEN, data=sent), strict=True):
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
