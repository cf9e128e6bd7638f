"""What the browser is sent of a chart."""

import json

import pytest
from streamlit import config

from cnnviz import plotly_js
from cnnviz.components.chart import payload

FIGURE = {"data": [{"type": "bar", "x": ["a"], "y": [1.0]}], "layout": {"height": 10}}


def test_payload():
    sent = payload(FIGURE, alt="One bar", pytorch="print(1)")
    assert json.loads(json.dumps(sent)) == sent
    assert sent["figure"] == FIGURE
    assert (sent["alt"], sent["pytorch"]) == ("One bar", "print(1)")
    assert sent["library"] == f"/{plotly_js.NAME}"


def test_the_same_again_is_told_from_something_new():
    same, other = (payload(FIGURE, alt=alt)["id"] for alt in ("One bar", "Another"))
    assert payload(FIGURE, alt="One bar")["id"] == same != other


@pytest.mark.parametrize("folder", ["class", "/class/"])
def test_below_a_folder_the_library_is_there_too(folder):
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", folder)
    try:
        assert payload(FIGURE, alt="")["library"] == f"/class/{plotly_js.NAME}"
    finally:
        config.set_option("server.baseUrlPath", before)
