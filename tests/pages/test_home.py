"""The home page: the demonstration first, then the pages; its pictures suit both themes."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.elements.lib import image_utils
from streamlit.elements.lib.layout_utils import LayoutConfig

from cnnviz.pages import PAGES, page_at
from cnnviz.ui.shared import thumbnail as thumbnails
from cnnviz.ui.shared.picture import Picture


def test_the_demonstration_comes_before_the_pages(visit):
    app = visit("")
    kinds = [element.type for element in app.main]
    kinds = kinds[kinds.index("title") :]  # what comes before has no place on the page
    assert kinds.index("title") < kinds.index("bidi_component") < kinds.index("page_link")
    assert kinds.index("bidi_component") < kinds.index("button")
    assert "convolutional neural network (CNN)" in app.markdown[0].value


def test_a_card_leads_to_each_page_without_a_group_and_one_to_each_group(visit):
    links = [(link.label, link.page) for link in (e.proto for e in visit("").get("page_link"))]
    assert links == [
        ("**1. Filters**", "filters"),
        ("**2. Step through a convolution**", "step"),
        ("**3. Convolution lab**", "tour"),
        ("**4. Learning**", "tricks"),
        ("**5. Train**", "train"),
        ("**6. Race**", "race"),
        ("**7. Look inside**", "inside"),
        ("**8. Networks**", "real-networks"),
        ("**9. Pictures out**", "segmentation"),
    ]


@pytest.fixture
def theme(monkeypatch):
    def choose(kind):
        stub = SimpleNamespace(theme=SimpleNamespace(type=kind))
        monkeypatch.setattr(thumbnails.st, "context", stub)

    return choose


@pytest.mark.parametrize(("kind", "ending"), [("light", ""), ("dark", "-dark"), (None, "")])
def test_cards_show_the_pages_in_the_theme_of_the_app(theme, root, kind, ending):
    theme(kind)
    for page in PAGES:
        if page.thumbnail:
            picture = root / "assets" / "screenshots" / page.thumbnail
            shown = picture.with_stem(picture.stem + ending)
            assert shown.is_file()
            assert thumbnails.thumbnail(page) == shown


def test_pictures_of_cards_and_of_the_chooser_are_sent_as_they_are(root):
    """Else Streamlit would decode and encode each anew whenever a page is drawn."""
    card = thumbnails._jpeg(root / "assets" / "screenshots" / page_at("filters").thumbnail)
    own = Picture("own", "mine.png", np.zeros((300, 200, 3), np.uint8), "", "").thumbnail
    for data, width in ((card, "stretch"), (own, 96)):
        sent = image_utils._ensure_image_size_and_format(data, LayoutConfig(width=width), "JPEG")
        assert sent is data


def test_a_picture_without_a_dark_version_is_shown_as_it_is_and_none_is_no_error(theme, root):
    theme("dark")
    page = dataclasses.replace(page_at("filters"), thumbnail="filters.webp")
    shown = root / "assets" / "screenshots" / "filters.webp"
    assert thumbnails.thumbnail(page) == shown
    for nowhere in ("elsewhere.webp", ""):
        assert thumbnails.thumbnail(dataclasses.replace(page, thumbnail=nowhere)) is None
