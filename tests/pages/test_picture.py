"""The picture in the header: samples, uploads, wrong files, and the address."""

import io
import re
from functools import partial

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from cnnviz.imaging import SAMPLES
from cnnviz.pages import page_at
from tests.pages.chooser import opened

FIRST = next(iter(SAMPLES.values())).title


@pytest.fixture
def open_page(visit):
    return partial(visit, "filters")


def chosen(app):
    """The name on the button that opens the chooser."""
    labels = [block.proto.popover.label for block in app.get("popover")]
    label = next(label for label in labels if label.startswith(("My picture: ", "Sample: ")))
    return shown(label).partition(": ")[2]


def shown(markdown):
    """Markdown without its escapes."""
    return re.sub(r"\\(.)", r"\1", markdown)


def uploader(app):
    """The field for one's own pictures: a new one each time that files were taken."""
    (found,) = [one for one in opened(app).file_uploader if one.key.startswith("_picture_upload")]
    return found


def own_ones(app):
    """What one's own pictures are called below their thumbnails."""
    return [one.label for one in opened(app).button if one.key.startswith("_picture_own_")]


def picture_file(kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 10)).save(buffer, kind)
    return buffer.getvalue()


def test_opens_on_the_first_sample(open_page):
    app = open_page()
    assert not app.exception
    assert chosen(app) == FIRST
    assert "picture" not in app.query_params


def test_a_sample_follows_to_the_next_page_and_into_the_address(open_page):
    app = open_page()
    opened(app).button(key="_picture_coins").click().run()
    assert chosen(app) == SAMPLES["coins"].title
    assert app.query_params["picture"] == "coins"
    app.switch_page(page_at("inside").script).run()
    assert chosen(app) == SAMPLES["coins"].title
    assert app.query_params["picture"] == "coins"


def test_the_address_chooses_the_sample(open_page):
    assert chosen(open_page(picture="coffee")) == SAMPLES["coffee"].title


def test_an_unknown_picture_in_the_address_is_explained(open_page):
    for name, words in (("nobody", "not one of the samples"), ("own", "picture is gone")):
        app = open_page(picture=name)
        assert chosen(app) == FIRST
        assert words in app.warning[0].value
        assert not app.run().warning, "it is said once"


def test_an_upload_is_used_and_can_be_returned_to(open_page):
    app = open_page()
    uploader(app).upload("holiday.jpg", picture_file("JPEG")).run()
    assert chosen(app) == "holiday.jpg"
    opened(app).button(key="_picture_cat").click().run()
    assert chosen(app) == SAMPLES["cat"].title
    opened(app).button(key="_picture_own_1").click().run()
    assert chosen(app) == "holiday.jpg"


def test_several_uploads_are_chosen_among(open_page):
    app = open_page()

    def button(key):
        (found,) = [one for one in opened(app).button if one.key == f"_picture_{key}"]
        return found

    app.session_state["_picture_chooser"] = True
    files = [(f"{n}.png", sized(n, n), "image/png") for n in range(1, 4)]
    uploader(app).set_value(files).run()
    assert chosen(app) == "1.png"
    assert not app.session_state["_picture_chooser"], "the page shows the picture"
    button("own_3").click().run()
    assert chosen(app) == "3.png"
    assert current(app).pixels.shape == (3, 3, 3)
    button("cat").click().run()
    button("own_2").click().run()
    assert chosen(app) == "2.png"

    # They stand in the order in which they were brought, and the oldest make room for new ones.
    files = [(f"{n}.png", sized(n, n), "image/png") for n in range(4, 9)]
    uploader(app).set_value(files).run()
    assert own_ones(app) == ["3", "4", "5", "6", "7", "8"]
    assert chosen(app) == "4.png"
    assert not app.error
    files = [(f"{n}.png", sized(n, n), "image/png") for n in range(10, 18)]
    uploader(app).set_value([("no.png", b"", "image/png"), *files]).run()
    assert own_ones(app) == ["10", "11", "12", "13", "14", "15"], (
        "what is no picture takes no place"
    )
    assert chosen(app) == "10.png"
    empty, beyond = shown(app.error[0].value).split("  \n")
    assert empty.startswith("no.png: This file is empty")
    assert beyond == "You can have 6 pictures of your own at a time. Left out: 16.png, 17.png."
    assert app.session_state["_picture_chooser"], "it says what was refused"

    # Any can be removed, and the last one of the others takes its place.
    button("own_3").click().run()
    keys = [one.key for one in opened(app).button]
    assert keys.index("_picture_remove") == keys.index("_picture_own_6") + 1, "beside them"
    button("remove").click().run()
    assert own_ones(app) == ["10", "11", "13", "14", "15"]
    assert chosen(app) == "15.png"
    for _ in range(5):
        button("remove").click().run()
    assert chosen(app) == FIRST
    assert not own_ones(app)
    assert not app.warning, "nothing of it is missed"


def go_back(app, name):
    app.query_params["picture"] = name
    app.run()


def test_the_address_says_which_of_ones_own_pictures_is_seen(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.shared.address._ECHO_SECONDS", -1.0)
    app = open_page()
    files = [("photo.png", sized(n, n), "image/png") for n in (1, 2)]  # of one name
    uploader(app).set_value(files).run()
    assert app.query_params["picture"] == "own-1"
    opened(app).button(key="_picture_own_2").click().run()
    assert app.query_params["picture"] == "own-2"
    go_back(app, "own-1")
    assert current(app).pixels.shape == (1, 1, 3)
    go_back(app, "own")
    assert current(app).pixels.shape == (1, 1, 3)
    assert app.query_params["picture"] == "own-1"
    opened(app).button(key="_picture_own_2").click().run()
    opened(app).button(key="_picture_remove").click().run()
    assert current(app).pixels.shape == (1, 1, 3)
    go_back(app, "own-2")
    assert "Your own picture is gone" in app.warning[0].value
    assert current(app).pixels.shape == (1, 1, 3)
    uploader(app).upload("new.png", sized(3, 3)).run()
    assert app.query_params["picture"] == "own-3", "an old link leads to no other picture"
    uploader(app).upload("again.png", sized(1, 1)).run()
    assert app.query_params["picture"] == "own-1"


def test_another_frame_of_an_animation_is_shown(open_page, monkeypatch):
    frames = [Image.new("L", (20, 10), level) for level in (10, 20, 30)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])

    def field(app):
        return [one for one in opened(app).number_input if one.label.startswith("Frame or page")]

    app = open_page()
    uploader(app).upload("loop.gif", buffer.getvalue()).run()
    assert any("The first of 3 frames is shown." in one.value for one in app.caption)
    (chooser,) = field(app)
    assert (chooser.label, chooser.value) == ("Frame or page, 1 to 3", 1)
    chooser.set_value(3).run()
    assert not app.exception
    assert (current(app).pixels == 30).all()
    assert any("Frame 3 of 3 is shown." in one.value for one in app.caption)
    assert chosen(app) == "loop.gif"
    assert app.query_params["picture"] == "own-1"
    assert own_ones(app) == ["loop"]

    monkeypatch.setattr("cnnviz.ui.shared.memory.Room.has_room_for", lambda *_: False)
    uploader(app).upload("next.gif", buffer.getvalue()).run()
    assert chosen(app) == "next.gif"
    assert not field(app), "the file is not kept"


def test_who_watches_a_class_has_one_picture_of_their_own(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.shared.role.is_presenter", lambda: False)
    app = open_page()
    for name in ("one.png", "two.png"):
        data = sized(*{"one.png": (5, 5), "two.png": (6, 6)}[name])
        uploader(app).upload(name, data).run()
        assert chosen(app) == name
    assert own_ones(app) == ["two"]


def test_a_black_photo_of_the_camera_is_refused_and_a_black_file_is_not(open_page):
    black = io.BytesIO()
    Image.new("RGB", (64, 48)).save(black, "JPEG")
    app = open_page()
    opened(app).toggle(key="_picture_use_camera").set_value(True).run()
    (camera,) = app.get("camera_input")
    camera.upload("photo.jpg", black.getvalue(), "image/jpeg").run()
    assert chosen(app) == FIRST
    assert "The photo is all black" in app.error[0].value
    uploader(app).upload("night.jpg", black.getvalue()).run()
    assert chosen(app) == "night.jpg"


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.png", b"just some text"), ("cut.jpg", picture_file("JPEG")[:300]), ("empty.png", b"")],
)
def test_a_wrong_file_gives_a_sentence_and_keeps_the_picture(open_page, name, data):
    app = open_page(picture="coins")
    uploader(app).upload(name, data).run()
    assert not app.exception
    assert name in shown(app.error[0].value)
    assert chosen(app) == SAMPLES["coins"].title


def test_what_was_wrong_with_a_file_is_not_told_of_the_next(open_page):
    app = open_page()
    assert any("a JPEG up to 200." in caption.value for caption in opened(app).caption)
    uploader(app).upload("notes.png", b"just some text").run()
    assert app.error
    long = "Screenshot 2026-05-12 at 14.30.15 (copy).png"
    uploader(app).upload(long, picture_file()).run()
    assert not app.error
    assert chosen(app) == long
    assert shown(opened(app).button(key="_picture_own_1").label) == "Screenshot…15 (copy)"


def sized(height, width):
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


SIZES = [(1, 1), (1, 9), (9, 1), (2, 2), (8, 8), (4, 100_000), (20, 70_000), (70_000, 20)]
PAGES = {
    "filters": [
        {},
        {"f_kernel": "median"},
        {"f_kernel": "gaussian", "f_colour": "colour"},
        {"f_in_one": "true"},
        {"f_tab": "Noise"},
    ],
    "step": [{"s_source": "picture"}, {"s_source": "picture", "s_colour": "rgb"}],
    "inside": [{"i_source": "own"}],
    "pixels": [{"px_source": "picture"}],
    "frequency": [{"fq_source": "picture"}],
    "activation": [{"re_map": "map"}],
    "receptive_field": [{}],
    "volumes": [{}],
}


@pytest.mark.parametrize("page", PAGES)
def test_pictures_of_every_size_are_shown_on_every_page(visit, page):
    app = visit(page)
    for height, width in SIZES:
        uploader(app).upload("mine.png", sized(height, width))
        for params in PAGES[page]:
            for name, value in params.items():
                app.query_params[name] = value
            app.run(timeout=30)
            assert not app.exception, (height, width, params)
            assert chosen(app) == "mine.png"


def test_what_a_file_holds_decides_and_not_its_name(open_page):
    """Among them a photo as an iPhone takes it, which browsers know by name or not at all."""
    app = open_page()
    photo = io.BytesIO()
    Image.new("RGB", (64, 48)).save(photo, "HEIF")
    for name, data in [("IMG_1.HEIC", photo.getvalue()), ("mine.pjpeg", picture_file("JPEG"))]:
        uploader(app).upload(name, data).run()
        assert not app.exception
        assert chosen(app) == name
    uploader(app).upload("clip.mov", b"\0\0\0\x14ftypqt  ").run()
    assert "clip.mov: This file is a video" in shown(app.error[0].value)
    assert chosen(app) == "mine.pjpeg"


def test_a_large_picture_is_made_smaller_and_it_is_said(open_page):
    app = open_page()
    buffer = io.BytesIO()
    Image.new("RGB", (5000, 4000), "red").save(buffer, "PNG")
    uploader(app).upload("large.png", buffer.getvalue()).run()
    height, width = current(app).pixels.shape[:2]
    assert 12_400_000 < height * width <= 12_500_000
    sentence = f"5,000×4,000 pixels was made smaller, to {width:,}×{height:,}."
    assert any(sentence in caption.value for caption in app.caption)
    opened(app).button(key="_picture_cat").click().run()
    assert not any("made smaller" in caption.value for caption in app.caption)


def current(app):
    return app.session_state["_own_picture"]


def test_how_an_odd_picture_was_read_is_said(open_page):
    app = open_page()
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 0] = np.nan
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "TIFF")
    uploader(app).upload("depth.tif", buffer.getvalue()).run()
    assert any("not a number" in caption.value for caption in app.caption)


def test_a_picture_outlives_the_clearing_of_all_caches(open_page):
    app = open_page()
    uploader(app).upload("mine.png", picture_file()).run()
    st.cache_resource.clear()
    st.cache_data.clear()
    app.run()
    assert chosen(app) == "mine.png"
    assert not app.warning


def test_without_room_for_another_picture_it_is_refused_with_a_sentence(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.shared.memory.Room.max_pixels", lambda _: 0)
    app = open_page()
    uploader(app).upload("mine.png", picture_file()).run()
    assert "no room for another picture" in app.error[0].value
    assert chosen(app) == FIRST


def test_the_camera_opens(open_page):
    app = open_page()
    opened(app).toggle(key="_picture_use_camera").set_value(True).run()
    assert not app.exception
    assert app.get("camera_input")
    assert chosen(app) == FIRST
