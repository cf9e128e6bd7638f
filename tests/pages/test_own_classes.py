"""The page Your own classes: samples, pictures and zips of one's own, and what is learned."""

import io
import re
import zipfile
from functools import partial

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.imaging import sample_image
from cnnviz.training.experiments.transfer_learning import (
    Head,
    Thawed,
    Tuning,
    blocks_of,
    feature_maps_of,
    pooled,
)
from tests.pages.sent import sent


@pytest.fixture
def open_page(visit):
    return partial(visit, "own-classes")


def words(app):
    texts = (*app.markdown, *app.caption, *app.info, *app.error)
    return re.sub(r"\\(.)", r"\1", "\n".join(text.value for text in texts))  # without escapes


def photo(sample, turn=0):
    """A picture file: a sample, turned so that each differs."""
    pixels = np.rot90(sample_image(sample), turn)[..., ::-1]
    return cv2.imencode(".png", np.ascontiguousarray(pixels))[1].tobytes()


def uploader(app):
    (found,) = [one for one in app.file_uploader if (one.key or "").startswith("_oc_files")]
    return found


def titles(app):
    return app.segmented_control(key="_oc_class").options


def test_it_opens_taught_and_the_evidence_adds_up(open_page):
    app = open_page()
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)"]
    assert "most like **Cat**" in words(app)
    table = app.dataframe[0].value
    assert table["Class"].tolist()[0] == "Cat"
    assert table["Probability"].sum() == pytest.approx(100, abs=0.2)
    (evidence,) = sent(app, "evidence")
    logit = float(table["Logit"][0].replace("−", "-"))
    bias = float(words(app).partition("and the bias, ")[2].partition(",")[0].replace("−", "-"))
    assert np.mean(evidence["values"]) + bias == pytest.approx(logit, abs=0.01)
    assert "most like **Rocket**" in words(open_page(picture="rocket"))


def test_what_the_head_weighs_adds_up_to_the_logit(open_page):
    app = open_page(oc_tab="What the head weighs")
    table = app.dataframe[0].value
    products = [float(text.replace("−", "-")) for text in table["Product"]]
    assert sum(products[:-1]) == pytest.approx(products[-1], abs=1e-3)
    assert table["Feature"].tolist()[-3:] == ["1,272 other maps", "bias", "logit"]


def test_it_is_compared_with_a_network_from_scratch(open_page, charts, monkeypatch):
    monkeypatch.setattr("cnnviz.training.experiments.transfer_learning._SCRATCH_EPOCHS", 3)
    app = open_page(oc_tab="How it learned")
    (chart,) = charts(app)
    losses = chart["figure"]["data"][0]["y"]
    assert losses[0] == pytest.approx(np.log(3), abs=1e-4)
    assert losses[-1] < 0.1
    assert [metric.label for metric in app.metric] == [
        "On the trained network", "Always the largest class",
    ]  # fmt: skip
    app.button(key="_oc_scratch").click().run()
    assert not app.exception
    assert [metric.label for metric in app.metric][1] == "From scratch"


def test_a_class_of_ones_own_is_learned_from_uploads(open_page):
    app = open_page()
    app.button(key="_oc_add").click().run()
    assert titles(app)[-1] == "Class 4 (0)"
    assert "no pictures yet" in words(app)
    assert "most like **" in words(app)  # the other classes answer all the same
    app.text_input[0].set_value("Astronaut").run()
    files = [(f"{turn}.png", photo("astronaut", turn), "image/png") for turn in range(3)]
    uploader(app).set_value(files).run()
    assert not app.exception
    assert titles(app)[-1] == "Astronaut (3)"
    app.session_state["_picture"] = "astronaut"
    app.run()
    assert "most like **Astronaut**" in words(app)

    app.text_input[0].set_value("Cat").run()
    assert "There is a class Cat already." in words(app)
    assert app.text_input[0].value == "Astronaut"
    uploader(app).set_value([("notes.png", b"just some text", "image/png")]).run()
    assert "notes.png: This file is text, not a picture" in words(app)
    assert titles(app)[-1] == "Astronaut (3)"

    app.button(key="_oc_drop").click().run()
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)"]
    app.button(key="_oc_undo").click().run()
    assert titles(app)[-1] == "Astronaut (3)"
    assert "_oc_undo" not in {button.key for button in app.button}
    for _ in range(len(titles(app)) - 2):
        app.button(key="_oc_drop").click().run()
    assert app.button(key="_oc_drop").disabled  # two have to stay


def test_pictures_are_taken_with_the_camera_one_after_another(open_page):
    app = open_page()
    app.toggle(key="_oc_use_camera").set_value(True).run()
    for number in (9, 10):
        (camera,) = app.get("camera_input")
        camera.set_value(("photo.jpg", photo("cat", number), "image/jpeg")).run()
        assert not app.exception
        assert titles(app)[0] == f"Cat ({number})"
    (camera,) = app.get("camera_input")
    black = cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))[1].tobytes()
    camera.set_value(("photo.jpg", black, "image/jpeg")).run()
    assert titles(app)[0] == "Cat (10)"
    assert "The photo is all black" in words(app)


def zipped(files):
    """A zip of some files by their paths, as an upload."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return ("mine.zip", packed.getvalue(), "application/zip")


def test_a_zip_brings_its_classes_and_says_what_it_leaves_out(open_page):
    files = {
        f"things/{name}/{turn}.png": photo(sample, turn)
        for name, sample in (("cup", "coffee"), ("coin", "coins"))
        for turn in range(2)
    }
    heic = io.BytesIO()  # as phones take them
    Image.fromarray(sample_image("coffee")[::-1]).save(heic, "HEIF")
    files["things/cup/IMG_7.HEIC"] = heic.getvalue()
    bad = {"things/coin/bad.png": b"nothing", "__MACOSX/things/cup/._0.png": b"nothing"}
    app = open_page(oc_tab="How it learned")
    uploader(app).set_value([zipped(files | bad)]).run()
    assert not app.exception
    assert sorted(titles(app)) == ["coin (2)", "cup (3)"]
    assert "bad.png" in words(app)
    assert "your 5 pictures" in words(app)

    uploader(app).set_value([("broken.zip", b"PK nothing", "application/zip")]).run()
    assert "broken.zip: " in words(app)
    assert sorted(titles(app)) == ["coin (2)", "cup (3)"]

    # Another zip takes nothing away: what it has of these classes is added to them.
    more = {"a/coin/7.png": photo("coins", 3), "a/coin/1.png": photo("coins", 1)}
    cats = {f"a/cat/{turn}.png": photo("cat", turn) for turn in range(3)}
    uploader(app).set_value([zipped(more | cats)]).run()
    assert sorted(titles(app)) == ["cat (3)", "coin (3)", "cup (3)"]
    assert "Pictures that are there already were left out: coin (1)." in words(app)
    assert "your 9 pictures" in words(app)
    # A class that the person has made, as well.
    app.button(key="_oc_add").click().run()
    app.text_input[0].set_value("dog").run()
    uploader(app).set_value([("a.png", photo("astronaut"), "image/png")]).run()
    uploader(app).set_value([zipped({f"b/{name}": data for name, data in more.items()})]).run()
    assert sorted(titles(app)) == ["cat (3)", "coin (3)", "cup (3)", "dog (1)"]

    app.button(key="_oc_samples").click().run()
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)"]
    assert "oc_own" not in app.query_params
    app.button(key="_oc_undo").click().run()
    assert sorted(titles(app)) == ["cat (3)", "coin (3)", "cup (3)", "dog (1)"]
    app.button(key="_oc_samples").click().run()
    useless = {"a/1.png": b"just some text", "b/1.png": b"just some text", "b/2.png": b"text"}
    uploader(app).set_value([zipped(useless)]).run()
    none = r"mine\.zip: there is no folder with pictures that can be used\."
    assert re.search(none + r" \S*1\.png: This file is ", words(app))
    assert "2 other files could not be used either." in words(app)
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)"]

    # A single class is added to the samples, too; its name may be one of theirs.
    uploader(app).set_value([zipped({"a/dog/1.png": photo("cat"), "a/dog/2.png": b""})]).run()
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)", "dog (1)"]
    uploader(app).set_value([zipped({"1.png": photo("cat")})]).run()
    assert re.search(none, words(app))
    app.button(key="_oc_samples").click().run()
    uploader(app).set_value([zipped({"Cat/1.png": photo("cat")})]).run()
    assert titles(app) == ["Cup (8)", "Rocket (8)", "Cat (1)"]
    assert "A picture or a zip may have 20 MB." in words(app)


def test_classes_that_a_reload_has_taken_are_missed(open_page):
    gone = "Your own classes are gone"
    app = open_page()
    assert not app.warning
    app.button(key="_oc_add").click().run()
    assert app.query_params["oc_own"] == "true"
    assert not app.warning
    app = open_page(oc_own="true")
    assert titles(app) == ["Cat (8)", "Cup (8)", "Rocket (8)"]
    assert gone in app.warning[0].value
    assert gone in app.run().warning[0].value
    app.button(key="_oc_add").click().run()
    assert not app.warning
    app.button(key="_oc_samples").click().run()
    assert not app.warning


def test_a_picture_is_marked_and_removed(open_page):
    app = open_page()
    (drawn,) = sent(app, "gallery")
    app.session_state["_oc_marked"] = drawn["tiles"][2]["id"]
    app.run()
    app.button(key="_oc_remove").click().run()
    assert titles(app)[0] == "Cat (7)"
    (after,) = sent(app, "gallery")
    assert drawn["tiles"][2]["id"] not in {tile["id"] for tile in after["tiles"]}
    # Another session still has the samples whole.
    assert titles(open_page())[0] == "Cat (8)"
    app.text_input[0].set_value("Tiger").run()
    assert "_oc_undo" not in {button.key for button in app.button}, "the name would be lost"
    app.text_input[0].set_value("Cat").run()
    app.button(key="_oc_undo").click().run()
    assert titles(app)[0] == "Cat (8)"


def test_more_pictures_than_there_can_be_are_left_out(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.own_classes.examples.MOST_PICTURES", 9)
    app = open_page()
    files = [(f"{turn}.png", photo("cat", turn), "image/png") for turn in range(3)]
    uploader(app).set_value(files).run()
    assert titles(app)[0] == "Cat (9)"
    (note,) = app.info
    assert "A class can have 9 pictures; the others were left out: Cat (2)." in note.value
    assert not app.error


def test_a_zip_with_more_than_there_is_place_for_is_taken_with_a_note(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.own_classes.examples.MOST_PICTURES", 1)
    monkeypatch.setattr("cnnviz.ui.own_classes.examples.MOST_CLASSES", 2)
    files = {
        f"{name}/{turn}.png": photo("cat", turn)
        for name, count in {"a": 3, "b": 2, "c": 1}.items()
        for turn in range(count)
    }
    app = open_page()
    uploader(app).set_value([zipped(files)]).run()
    assert titles(app) == ["a (1)", "b (1)"]
    (note,) = app.info
    assert note.value == (
        "A class can have 1 pictures; the others were left out: a (2), b (1)."
        " There can be 2 classes; the others were left out: c."
    )
    assert not app.error
    uploader(app).set_value([zipped({"x/1.png": photo("coffee"), "y/1.png": photo("cat")})]).run()
    assert not app.exception
    assert titles(app) == ["a (1)", "b (1)"]
    (note,) = app.info
    assert note.value == "There can be 2 classes; the others were left out: x, y."


def test_thawed_blocks_answer_and_what_they_changed_is_shown(open_page, monkeypatch):
    def tuned(network, squares, labels, classes, thawed):
        assert (len(squares), len(labels), classes, thawed) == (24, 24, 3, 4)
        yield Tuning(0.0, 1, 5, float("nan"))
        yield Tuning(0.5, 3, 5, 0.25)
        # Blocks as they were, and a head for which everything is a rocket.
        upper = torch.nn.Sequential(*list(blocks_of(network).values())[-4:])
        features = pooled(feature_maps_of(network, squares))
        head = Head(torch.zeros(3, 1280), torch.tensor([0.0, 0.0, 1.0]), (0.1,))
        below = len(blocks_of(network)) - 4
        yield Tuning(1.0, 6, 5, 0.1, 0.5, Thawed(upper, head, below, features))

    monkeypatch.setattr("cnnviz.ui.own_classes.learning.fine_tune", tuned)
    app = open_page(oc_thawed="4")
    app.session_state["oc_tab"] = "How it learned"
    app.run()
    frozen = app.metric[0]
    app.button(key="_oc_tune").click().run()
    assert not app.exception
    thawed = app.metric[1]
    assert thawed.label == "With 4 blocks thawed"
    assert thawed.value == "50%"
    gain = 50 - int(frozen.value.rstrip("%"))
    assert thawed.delta == f"{gain:+d} points"

    app.session_state["oc_tab"] = "Answer"
    app.run()
    assert "most like **Rocket**" in words(app)
    one, other = sent(app, "evidence")
    assert np.any(one["values"])
    assert not np.any(other["values"])
    scores, change = (frame.value for frame in app.dataframe)
    e = np.e / (np.e + 2)
    assert scores["Probability"][0] == pytest.approx(100 * e, abs=0.1)
    assert change["Thawed, %"].tolist() == [f"{50 * (1 - e):.1f}"] * 2 + [f"{100 * e:.1f}"]
    assert float(change["Frozen, %"][0]) > 90
    assert "Of the 5 nearest pictures, 5 are the same" in words(app)
    (by,) = [one for one in app.segmented_control if one.label == "Who answers"]
    by.set_value("frozen").run()
    assert "most like **Cat**" in words(app)
    app.session_state["oc_tab"] = "What the head weighs"
    app.run()
    assert app.dataframe[0].value["Weight"][0] != "0.0000"
    # A picture fewer, and what was thawed no longer fits.
    app.session_state["_oc_marked"] = sent(app, "gallery")[0]["tiles"][0]["id"]
    app.run()
    app.button(key="_oc_remove").click().run()
    assert not [one for one in app.segmented_control if one.label == "Who answers"]
