"""What each component is sent, whole: a snapshot a component, in `snapshots/`.

After a change that is meant, write them anew and read what has changed:
`.venv/bin/python -m tests.unit.components.test_payloads`.
"""

import base64
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cnnviz.components import (
    activation,
    architecture,
    autoencoder,
    block,
    browser_training,
    camera,
    chart,
    classifier,
    closeness,
    colouriser,
    compare,
    cortex,
    crop,
    descent,
    drag,
    draw,
    evidence,
    film,
    gallery,
    gan,
    latent_plane,
    layers,
    linked_grids,
    live,
    locate,
    map_sheet,
    mask_brush,
    network,
    neurons,
    noise_grid,
    number_grid,
    order,
    paint,
    photo,
    pixels,
    playback,
    segmenter,
    sliding,
    softmax,
    sortable_table,
    space_box,
    stepper,
    sweep,
    undo,
    unpooling,
    valley,
    vision_tasks,
    volume,
)
from cnnviz.convolution import Padding, trace
from cnnviz.convolution.equivariance import Scene
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS, Recipe, denoise
from cnnviz.networks import NETWORKS, Example, network_from_line, summary
from cnnviz.networks.blocks import BuildingBlock, Control
from cnnviz.networks.stages import stages
from cnnviz.training.experiments.in_browser import Lesson

SNAPSHOTS = Path(__file__).parent / "snapshots"
PALETTES = {"DIVERGING_STOPS": DIVERGING_STOPS, "WEIGHT_STOPS": WEIGHT_STOPS}
SMALL = np.array([[1.0, -2.0], [0.5, 4.0]])
GREY = np.arange(4, dtype=np.uint8).reshape(2, 2)
TILES = np.resize(GREY, (8, 8))
SCENE = Scene(
    object=np.ones((1, 2)), side=4, home=(1, 1), background=0.25, kernel=SMALL, stride=2,
    edges="circular", pooling="max",
)  # fmt: skip
DIGITS = SimpleNamespace(
    clutter=GREY,
    noise=GREY,
    sprites=[SimpleNamespace(label=1, top=0, left=1, values=GREY, ink=GREY > 1)],
)
BOTTLENECK = SimpleNamespace(numbers=2, encoded=4, encoder={"a": SMALL}, decoder={"b": SMALL})
COLOURERS = SimpleNamespace(centres=SMALL, regression={"r": SMALL}, classes={"c": SMALL})
FRAME = SimpleNamespace(
    step=3, counts=(1, 2), spread=0.5, generator={"g": SMALL}, discriminator={"d": SMALL},
    generator_after={"g": -SMALL}, discriminator_after={"d": -SMALL},
)  # fmt: skip
SHARED = {"alt": "What it shows", "pytorch": "print(1)"}
DESCENT = (SMALL, SMALL[:1], np.array([SMALL, -SMALL]), np.ones((2, 1, 2)), np.array([2.0, 1.0]))
NEURONS = ((1.0, 2.0), {"full": (1.0, 2.0), "local": (3.0, 4.0), "shared": (5.0, 6.0)}, 2)


def linked():
    panels = [
        linked_grids.Panel("A", SMALL, "pixels", limits=(-5, 5), pads=((1, 0), (0, 0)), zoom=2),
        linked_grids.Panel(
            "B", [[3]], "weights", note="its note", sign="=", words=["three"], bias=0.5,
            unread=np.array([[True]]),
        ),
        linked_grids.Panel("C", [[1]]),
    ]  # fmt: skip
    links = [
        linked_grids.Link(1, 0, np.array([[0, 3]]), np.array([1.0, 0.5]), sum=True),
        linked_grids.Link(2, 1, np.array([[0]])),
    ]
    return linked_grids.payload(panels, links, driver=1, start=1, play=False, **SHARED)


PAYLOADS = {
    "activation": lambda: activation.payload(
        SMALL, np.abs(SMALL), np.array([[-1.0, 1.0], [1.0, 1.0]]), name="abs", pytorch="print(1)"
    ),
    "architecture": lambda: architecture.payload(
        stages(network_from_line("c4k3 relu p2 fc3"), (1, 8, 8)), ["A", "B", "C"], (1, 8, 8),
        alt="What it shows",
    ),
    "autoencoder": lambda: autoencoder.payload(GREY[None], ["A"], [BOTTLENECK], **SHARED),
    "block": lambda: block.payload(
        BuildingBlock(
            "Title", "About", (Control("k", "Kernel", {"1": "one", "3": "three"}, "1"),),
            lambda chosen: f"c1k{chosen['k']}", "conv1.weight",
        ),
        {"Picture": SMALL.astype(np.float32)[None].repeat(2, 1).repeat(2, 2)}, alt="What it shows",
    ),
    "browser_training": lambda: browser_training.payload(
        Lesson(
            config=SimpleNamespace(
                spec=network_from_line("fc2"), input_shape=(1, 2, 2), mean=(0.5,), std=(0.2,),
                classes=["A", "B"], dataset="digits", task="classify",
            ),
            weights={"linear1.bias": SMALL[0]}, images=GREY[None, None], labels=np.array([1]),
            test_images=GREY[None, None], test_labels=np.array([0]),
        ),
        {"batch": 2, "rule": "sgd", "rate": 0.1, "momentum": 0.9}, pytorch="print(1)",
    ),
    "camera": lambda: camera.payload("camera", colour=True),
    "chart": lambda: chart.payload(
        {"data": [{"type": "bar", "x": ["a"], "y": [0.5]}], "layout": {"height": 90}}, **SHARED
    ),
    "classifier": lambda: classifier.payload(
        SimpleNamespace(
            spec=[{"layer": "relu"}], input_shape=(1, 2, 2), mean=(0.5,), std=(0.2,), classes=["a"]
        ),
        {"a.weight": SMALL.astype(np.float32), "a.count": np.array(3)},
    ),
    "compare": lambda: compare.payload(
        compare.Encoded("data:picture", {"low": -1, "high": 2}), compare.Encoded("data:before", {}),
        title="Title", alt="Alt", size=(3, 4), group="both", window=(4, 3), pixel=(1, 2),
        pickable=True,
        live=compare.Live("a", Recipe("kernel", SMALL), "signed", {"f_flip": "flip"}, "grid"),
    ),
    "cortex": lambda: cortex.payload(**SHARED),
    "film": lambda: film.payload(
        np.array([[SMALL, -SMALL], [SMALL, SMALL]]), [2.0, 1.0], np.array([[1, 2], [3, 4]]),
        value="Distance", tile="centroid", counted="patches", **SHARED,
    ),
    "descent": lambda: descent.payload(*DESCENT, start=1, **SHARED),
    "drag": lambda: drag.payload(SCENE, shift=(1, 2), play=True, **SHARED),
    "draw": lambda: draw.payload(
        SimpleNamespace(dataset="mnist", input_shape=(1, 2, 2)), name="a", known=GREY[None],
        sends=True,
    ),
    "evidence": lambda: evidence.payload(SMALL, SMALL, GREY, label="cat", limit=8.0),
    "gallery": lambda: gallery.payload(
        [gallery.Tile(7, GREY[None], "a", "words")], chosen=7, label="Pictures", side=40
    ),
    "colouriser": lambda: colouriser.payload(
        np.stack([GREY] * 3, -1)[None], ["A"], ["grey", "red"], COLOURERS, **SHARED
    ),
    "gan": lambda: gan.payload(
        GREY[None], SMALL, [FRAME], {"c": SMALL}, run="even", **SHARED
    ),
    "latent_plane": lambda: latent_plane.payload(
        GREY[None], [1], ["A"], [latent_plane.Plane("plain", 0.0, BOTTLENECK, 3.0)],
        start="plain", parameter="p", **SHARED,
    ),
    "layers": lambda: layers.payload(
        "c2k3 fc3",
        edition=1,
        examples=[(Example("One", "About it.", lambda _shape, _classes: ""), "fc3")],
        rows=summary(network_from_line("c2k3 fc3"), (1, 8, 8)),
        problem="It does not fit.",
        wrong="linear1",
    ),
    "linked_grids": linked,
    "live": lambda: live.payload(
        "live", {"run": "a", "presenter": True}, base="/cnn", news={"shown": {"run": "b"}}
    ),
    "locate": lambda: locate.payload(
        [locate.Place(GREY, SMALL, "cat", (0, 1, 1, 1))], parameter="share", means=[0.5],
        thresholds=[0.2], means_of="over one", drag=True, **SHARED,
    ),
    "map_sheet": lambda: map_sheet.payload(
        [
            map_sheet.Group("conv", SMALL[None], note="one", tile="filter, input", columns=2),
            map_sheet.Group("fc", np.array([[[9.0]]])),
        ],
        scale="all", stops=WEIGHT_STOPS, side=50, alt="Maps of",
    ),
    "mask_brush": lambda: mask_brush.payload(GREY[None], ["A"], ["coin"], most=5, alt="Alt"),
    "network": lambda: network.payload(
        SimpleNamespace(
            spec=[{"layer": "conv", "out": 2, "kernel": 1}], input_shape=[1, 2, 2], mean=(0.5,),
            std=(0.2,), classes=["a", "b"], task="classify",
        ),
        {"conv1.weight": SMALL.astype(np.float32), "a.count": np.array(3)},
        SMALL[None], name="A shoe", picture="pad", pytorch="print(1)", note="Run it",
    ),
    "neurons": lambda: neurons.payload(*NEURONS, alt="Alt", stage="local"),
    "closeness": lambda: closeness.payload(SMALL + 1, SMALL, name="pair"),
    "noise_grid": lambda: noise_grid.payload(
        TILES, TILES, denoise(TILES, TILES)[:1], noise_grid.Spoiled("gaussian", 5, "slider"),
        pixels="a",
    ),
    "number_grid": lambda: number_grid.payload(
        SMALL, label="Kernel", write="{:g}".format, stops=WEIGHT_STOPS, limits=(-4, 4), note="Note",
        name="kernel",
    ),
    "order": lambda: order.payload([("a:1", "One"), ("b", "Other")], label="Label"),
    "paint": lambda: paint.payload(
        SMALL, name="a", strokes="0:1", unit=1, look="both", brush=9, **SHARED
    ),
    "photo": lambda: photo.payload(1000),
    "crop": lambda: crop.payload(np.stack([GREY] * 3, axis=2), (0, 1, 1, 1), alt="The patch"),
    "pixels": lambda: pixels.payload(GREY, "filters"),
    "playback": lambda: playback.payload(
        [playback.Sheet("A", SMALL, "pixels"), playback.Sheet("B", np.array([SMALL, -SMALL]))],
        [playback.Bars("C", np.array([0.5, 0.25]), {0.5: "half"}, ["one", "two"])],
        [playback.Curves("D", {"all": np.array([1.0, 2.0]), "level": np.array([1.5])})],
        ["First.", "Second."], step="Net", **SHARED,
    ),
    "segmenter": lambda: segmenter.payload(
        [DIGITS], ["background", "0"], {"U-Net": ([{"layer": "relu"}], {"a": SMALL})},
        name="a", pad="pad", **SHARED,
    ),
    "sliding": lambda: sliding.payload(
        "box", "ramp", alt="Alt", start=(1, 0.5, 2, 0.7), url_parameter="at"
    ),
    "softmax": lambda: softmax.payload(
        [1.0, 2.0], ["cat", "dog"], [0.5, 1.0], url_parameter="t"
    ),
    "sortable_table": lambda: sortable_table.payload(
        {"Year": [1998, 2012], "Name": ["LeNet-5", "AlexNet"], "Error": [None, 18.2]},
        named_by="Name", alt="Alt", specs={"Year": "d", "Error": ".1f"},
    ),
    "space_box": lambda: space_box.payload(
        np.dstack([GREY] * 3), space_box.Camera(10, (1, 1), 45, 20),
        space_box.Box(1, 2, 3, 4, 5, 30), alt="Alt", parameter="box",
    ),
    "stepper": lambda: stepper.payload(
        trace(SMALL, SMALL[:1], padding=Padding(1, "reflect"), bias=2.0), pixels=True,
        start=(0, 1), url_parameter="cell",
    ),
    "sweep": lambda: sweep.payload(
        [
            sweep.Panel("Map", (sweep.evidence_map([SMALL, -SMALL]),)),
            sweep.Panel(
                "Cells",
                (
                    sweep.glow([SMALL, -SMALL], [10.0, 1.0]),
                    sweep.mosaic(GREY, np.eye(2, dtype=int), [0, 2]),
                ),
            ),
        ],
        [sweep.Curve("ρ", (1.0, None)), sweep.Curve("p", (0.5, np.nan), "orange", dashed=True)],
        ["0", "1"], ["None.", "All."], axis="Share", step_parameter="at", low=-1.0, **SHARED,
    ),
    "unpooling": lambda: unpooling.payload(GREY[None], ["A"], 2, **SHARED),
    "undo": lambda: undo.payload(
        {"A": GREY}, {"U-Net": ([{"layer": "relu"}], {"a": SMALL})}, **SHARED
    ),
    "valley": lambda: valley.payload("saddle", **SHARED),
    "vision_tasks": lambda: vision_tasks.payload(
        [DIGITS], ["background", "0"], [([{"layer": "relu"}], {"a": SMALL})] * 2,
        [vision_tasks.Task("label", "A label", "About", "Measure")],
        parameter="task", units=(16, 100), limits=(0.3, 0.5), **SHARED,
    ),
    "volume": lambda: volume.payload(
        SMALL[None].repeat(3, 0), np.ones((2, 3, 2, 2)), np.array([1.0, 0.0]),
        np.array([[[11.5]], [[10.5]]]), **SHARED,
    ),
}  # fmt: skip


def readable(data):
    """A payload as JSON, its arrays and pictures unpacked and its palettes by name."""
    for name, stops in PALETTES.items():
        if isinstance(data, list | tuple) and json.dumps(data) == json.dumps(stops):
            return name
    for kind in ("png", "jpeg"):
        if isinstance(data, str) and data.startswith(f"data:image/{kind};base64,"):
            image = Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2])))
            return {kind: np.asarray(image).tolist()}
    if isinstance(data, dict) and "dtype" in data:
        values = np.frombuffer(base64.b64decode(data["data"]), data["dtype"])
        return data | {"data": values.tolist()}
    if data == {name: info.title for name, info in NETWORKS.items()}:
        return "the titles of all networks"
    if isinstance(data, dict):
        names = [name for name in ("id", "scene") if len(str(data.get(name))) == 24]
        digest = dict.fromkeys(names, "a digest")
        return {name: readable(value) for name, value in (data | digest).items()}
    if isinstance(data, list | tuple):
        return [readable(value) for value in data]
    return data


def written(name):
    return json.dumps(readable(PAYLOADS[name]()), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_is_sent_is_what_the_snapshot_says(name):
    assert json.loads(written(name)) == json.loads((SNAPSHOTS / f"{name}.json").read_text("utf-8"))


def test_every_component_that_is_sent_data_has_a_snapshot():
    folder = Path(live.__file__).parent.parent
    sent = {
        one.parent.name
        for one in folder.glob("*/__init__.py")
        if "def payload" in one.read_text("utf-8")
    }
    assert sent == set(PAYLOADS)


@pytest.fixture
def told(monkeypatch):
    """`told(module, **values)`: what its browser is to have told."""

    def tell(module, **values):
        monkeypatch.setattr(module, "_component", lambda **_: SimpleNamespace(**values))

    return tell


def test_a_descent_tells_the_step_that_a_person_stands_on(told):
    sent = descent.payload(*DESCENT, **SHARED)["id"]
    steps = []
    for answer in (
        None,
        {"id": sent, "step": 3},
        {"id": "another", "step": 4},
        {"id": sent, "step": None},
    ):
        told(descent, step=answer)
        descent.descent(*DESCENT, key="k", on_step=steps.append, **SHARED)
    assert steps == [3, None]


def test_a_drag_tells_what_is_on_screen_of_this_scene(told):
    given = {"shift": (1, 2), "play": True, **SHARED}
    answer = {"scene": drag.payload(SCENE, **given)["id"], "shift": [-2, 3], "moved": True}
    for shown, result in [(None, None), (answer | {"scene": "another"}, None), (answer, answer)]:
        told(drag, shown=shown)
        assert drag.drag(SCENE, key="k", **given) == result


def test_neurons_tell_the_stage_and_the_edited_weights(told):
    answer = {
        "layer": neurons.payload(*NEURONS, alt="Alt", stage=None)["id"],
        "stage": "local",
        "weights": {"local": "3 9"},
    }
    edits = []
    for edited in (None, answer | {"layer": "another"}, answer):
        told(neurons, edited=edited)
        neurons.neurons(*NEURONS, key="k", alt="Alt", on_edit=lambda *told: edits.append(told))
    assert edits == [("local", {"local": "3 9"})]


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for name in PAYLOADS:
        (SNAPSHOTS / f"{name}.json").write_text(written(name), "utf-8")
