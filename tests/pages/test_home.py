"""The home page: the demonstration first, then the pages; its pictures suit both themes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from cnnviz.ui import lab


def test_the_demonstration_comes_before_the_pages(visit):
    app = visit("home")
    kinds = [element.type for element in app.main]
    kinds = kinds[kinds.index("title") :]  # what comes before has no place on the page
    assert kinds.index("title") < kinds.index("bidi_component") < kinds.index("page_link")
    assert kinds.index("bidi_component") < kinds.index("button")
    assert "convolutional neural network (CNN)" in app.markdown[0].value


@pytest.mark.parametrize(("theme", "ending"), [("light", ""), ("dark", "-dark"), (None, "")])
def test_cards_show_the_pages_in_the_theme_of_the_app(monkeypatch, root, theme, ending):
    stub = SimpleNamespace(theme=SimpleNamespace(type=theme))
    monkeypatch.setattr(lab.st, "context", stub)
    for topic in lab.TOPICS:
        assert lab.thumbnail(topic) == lab.SCREENSHOTS / f"{topic.page}{ending}.webp"
    cards = list((root / "assets" / "screenshots").glob("*-card.webp"))
    assert len(cards) == 6
    for card in cards:
        assert lab.themed(card) == card.with_stem(card.stem + ending)


def test_a_picture_without_a_dark_version_is_shown_as_it_is(monkeypatch):
    monkeypatch.setattr(lab.st, "context", SimpleNamespace(theme=SimpleNamespace(type="dark")))
    assert lab.themed(Path("elsewhere.webp")) == Path("elsewhere.webp")
