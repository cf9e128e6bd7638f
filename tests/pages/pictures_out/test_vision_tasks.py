"""What can be asked of a picture: the browser finds what Python does, and projects as OpenCV."""

import contextlib
import io

import cv2
import numpy as np
import pytest

from cnnviz.components.space_box import payload as space_payload
from cnnviz.components.vision_tasks import payload
from cnnviz.datasets.scenes import CLASSES, make_scenes
from cnnviz.imaging.samples import sample_image
from cnnviz.inspection.detection import MATCHED, SURE, match
from cnnviz.training.experiments.vision_answers import answers, sentence
from cnnviz.training.experiments.vision_tasks import (
    CROWD,
    UNIT,
    dense_network,
    main_network,
    shipped,
)
from cnnviz.ui.pictures_out.vision_tasks.space import CAMERA, CUP
from tests.unit.components.node import in_node

SEEN = """
import { bytesOf } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { classesOf, compose, unpackScene } from "./cnnviz/components/segmenter/scene.js";
import * as found from "./cnnviz/components/vision_tasks/answers.js";
const { side, classes, networks, scenes, unit, crowd, sure, matched } = data;
const [, dense] = networks.map(({ spec, weights }) =>
  prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors));
console.log(JSON.stringify(scenes.map(unpackScene).map((scene) => {
  const { picture, owners } = compose(scene, side);
  dense.run(Float32Array.from(picture, (level) => level / 255));
  const sizes = { classes: classes.length, unit, crowd };
  const maps = found.mapsOf(dense.output.values, side * side, sizes);
  const things = found.find(maps, side, sure);
  const { best } = classesOf(maps.classes, classes.length);
  const instances = found.instancesOf(things, best, maps.sides, side);
  const labels = scene.sprites.map(({ label }) => label);
  const overlap = (at, other) => found.pixelOverlap(instances, at + 1, owners, other + 1);
  return {
    things, owners: [...owners], instances: [...instances],
    count: maps.crowd.reduce((total, one) => total + one, 0),
    matched: found.match(things.map(({ label }) => label), labels, overlap, matched),
    sentence: found.sentence(things, classes, side),
    shares: things.map(({ box }) => found.boxOverlap(box, things[0].box)),
  };
})));
"""
PROJECTED = """
import { cameraAt, corners, placeUnder, project, scaled } from
  "./cnnviz/components/space_box/projection.js";
const { camera, box } = data;
const places = corners({ ...box, z: 0 });
const far = scaled({ ...box, z: 0 }, 1.3, camera);
console.log(JSON.stringify({
  places, pixels: places.map((place) => project(place, camera)),
  far: corners(far).map((place) => project(place, camera)), width: far.width,
  under: placeUnder(...project([1, 2, 3], camera), 3, camera), sky: placeUnder(0, -1e4, 0, camera),
  at: cameraAt(camera),
}));
"""


def test_it_opens_with_each_task_in_the_address_and_other_scenes(visit):
    app = visit("vision_tasks", vt_task="count")
    names = {e.proto.component_name for e in app.get("bidi_component")}
    assert {"cnnviz_vision_tasks", "cnnviz_space_box"} <= names
    app.number_input(key="vt_seed").set_value(5).run()
    assert not app.exception


def test_the_browser_finds_what_python_does():
    scenes, weights = make_scenes(4, seed=5, test=True, main=True), shipped()
    networks = list(zip((main_network(), dense_network()), weights, strict=True))
    sent = payload(
        scenes, CLASSES, networks, [], alt="", pytorch="", parameter="", units=(UNIT, CROWD),
        limits=(SURE, MATCHED),
    )  # fmt: skip
    said = answers(scenes, weights)
    for scene, one, seen in zip(scenes, said, in_node(SEEN, data=sent), strict=True):
        owners = scene.instances()
        assert np.array_equal(np.reshape(seen["owners"], owners.shape), owners)
        assert len(seen["things"]) == len(one.things)
        for mine, its in zip(one.things, seen["things"], strict=True):
            assert its["label"] == mine.label
            assert its["score"] == pytest.approx(mine.score, abs=1e-3)
            assert its["box"] == pytest.approx(mine.box, abs=0.05)
        differ = np.reshape(seen["instances"], owners.shape) != one.owners
        assert differ.mean() < 0.005
        assert seen["count"] == pytest.approx(one.count, abs=0.02)
        things = [(thing.label, thing.box) for thing in one.things]
        assert seen["sentence"] == sentence(things)

        def overlap(at, other, one=one, owners=owners):
            mine, its = one.owners == at + 1, owners == other + 1
            return (mine & its).sum() / (mine | its).sum()

        labels = [sprite.label for sprite in scene.sprites]
        assert seen["matched"] == match([label for label, _ in things], labels, overlap)
        assert seen["shares"][0] == pytest.approx(1)


@pytest.mark.parametrize("turn", [0, 37])
def test_the_box_is_projected_as_opencv_does_and_its_distance_cannot_be_seen(turn):
    sent = space_payload(sample_image("coffee"), CAMERA, CUP, alt="", parameter="")
    box = sent["box"] | {"turn": turn}
    found = in_node(PROJECTED, data={"camera": sent["camera"], "box": box})
    tilt = np.radians(CAMERA.pitch)
    sin, cos = np.sin(tilt), np.cos(tilt)
    rotation, _ = cv2.Rodrigues(np.array([[1, 0, 0], [0, -sin, -cos], [0, cos, -sin]]))
    matrix = np.array([[CAMERA.focal, 0, 300], [0, CAMERA.focal, 200], [0, 0, 1]], float)
    pixels, _ = cv2.projectPoints(
        np.array(found["places"]), rotation, np.array([0, 0, CAMERA.distance], float), matrix, None
    )
    assert np.allclose(found["pixels"], pixels[:, 0], atol=1e-6)
    assert np.allclose(found["far"], found["pixels"], atol=1e-6)
    assert found["width"] == pytest.approx(1.3 * CUP.width)
    assert found["under"] == pytest.approx([1, 2])
    assert "sky" not in found
    if turn == 0:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(sent["pytorch"], {})
        box = printed.getvalue().splitlines()[-1]
        sides = [float(part) for part in box.replace("tensor(", "").replace(")", "").split()]
        low, high = np.min(found["pixels"], 0), np.max(found["pixels"], 0)
        assert sides == pytest.approx([*low, *high], abs=1e-2)
