"""Where browsers have a live camera, and what comes of a photo from elsewhere."""

import base64

import pytest

from cnnviz.components.photo import content, is_secure, size_before


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        (None, True),
        ("https://cnn.example.edu/filters", True),
        ("http://localhost:8501", True),
        ("http://cnnviz.localhost:8501", True),
        ("http://127.0.0.1:8501/step", True),
        ("http://127.1.2.3:8501", True),
        ("http://[::1]:8501", True),
        ("http://192.168.1.7:8501", False),
        ("http://lecture.local:8501/filters", False),
        ("http://localhost.example.com", False),
    ],
)
def test_where_a_page_may_use_the_camera(url, secure):
    assert is_secure(url) is secure


def test_what_a_browser_sends_is_decoded_or_nothing():
    url = "data:image/jpeg;base64," + base64.b64encode(b"pixels").decode()
    assert content({"name": "a.jpg", "url": url}) == b"pixels"
    for photo in (
        {},
        {"url": "pixels"},
        {"url": "data:image/jpeg;base64,@@"},
        {"url": ";base64,äöü"},
    ):
        assert content(photo) == b""


def test_the_size_before_is_height_and_width_or_nothing():
    assert size_before({"before": [3024, 4032]}) == (4032, 3024)
    for sent in ({}, {"before": None}, {"before": [3]}, {"before": [0, 5]}, {"before": ["x", 1]}):
        assert size_before(sent) is None
