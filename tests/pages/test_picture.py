"""The picture in the header: samples, uploads, wrong files, and the address."""

import io
import re
from functools import partial

import pytest
from PIL import Image

from cnnviz.imaging import SAMPLES

FIRST = next(iter(SAMPLES.values())).title


@pytest.fixture
def open_page(visit):
    return partial(visit, "filters")


def chosen(app):
    """The name on the button that opens the chooser."""
    labels = [block.proto.popover.label for block in app.get("popover")]
    label = next(label for label in labels if label.startswith("Picture: "))
    return shown(label).partition(": ")[2]


def shown(markdown):
    """Markdown without its escapes."""
    return re.sub(r"\\(.)", r"\1", markdown)


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
    app.button(key="_picture_coins").click().run()
    assert chosen(app) == SAMPLES["coins"].title
    assert app.query_params["picture"] == "coins"
    app.switch_page("../pages/inside.py").run()
    assert chosen(app) == SAMPLES["coins"].title
    assert app.query_params["picture"] == "coins"


def test_the_address_chooses_the_sample(open_page):
    assert chosen(open_page(picture="coffee")) == SAMPLES["coffee"].title


def test_an_unknown_picture_in_the_address_is_explained(open_page):
    app = open_page(picture="nobody")
    assert chosen(app) == FIRST
    assert "never stored" in app.warning[0].value
    assert not app.run().warning, "it is said once"


def test_an_upload_is_used_and_can_be_returned_to(open_page):
    app = open_page()
    app.file_uploader(key="_picture_upload").upload("holiday.jpg", picture_file("JPEG")).run()
    assert chosen(app) == "holiday.jpg"
    app.button(key="_picture_cat").click().run()
    assert chosen(app) == SAMPLES["cat"].title
    app.button(key="_picture_own").click().run()
    assert chosen(app) == "holiday.jpg"


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.png", b"just some text"), ("cut.jpg", picture_file("JPEG")[:300]), ("empty.png", b"")],
)
def test_a_wrong_file_gives_a_sentence_and_keeps_the_picture(open_page, name, data):
    app = open_page(picture="coins")
    app.file_uploader(key="_picture_upload").upload(name, data).run()
    assert not app.exception
    assert name in shown(app.error[0].value)
    assert chosen(app) == SAMPLES["coins"].title


def test_what_was_wrong_with_a_file_goes_with_it(open_page):
    app = open_page()
    assert any("up to 20 MB" in caption.value for caption in app.caption)
    uploader = app.file_uploader(key="_picture_upload")
    uploader.upload("notes.png", b"just some text").run()
    assert app.error
    app.file_uploader(key="_picture_upload").set_value(None).run()
    assert not app.error
    assert chosen(app) == FIRST
