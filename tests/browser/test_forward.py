"""Networks computed and trained in a real browser give PyTorch's numbers, as they do in Node."""

import json

import pytest

from cnnviz.networks.layers import KINDS
from tests.unit.components import test_learning
from tests.unit.components.test_forward import compare, random_cases

HOST = "http://modules.test"


@pytest.fixture
def in_browser(browser, root):
    """Runs a module as `in_node` does, in a page that has the app's files and no server."""
    page = browser.new_page()

    def serve(route):
        path = route.request.url.removeprefix(f"{HOST}/")
        route.fulfill(path=root / path) if path else route.fulfill(body="")

    def run(script, *, data):
        page.route(f"{HOST}/**", serve)
        page.goto(HOST)
        module = f"const data = {json.dumps(data)};\n{script}"
        with page.expect_console_message() as printed:
            page.add_script_tag(content=module, type="module")
        assert printed.value.type == "log", printed.value.text
        return json.loads(printed.value.text)

    yield run
    page.close()


def test_random_networks_give_pytorch_s_maps_and_cells(in_browser):
    assert compare([*random_cases(12)], in_browser) == {*KINDS}


def test_twenty_steps_of_training_are_pytorch_s(in_browser):
    line, *_ = test_learning.LINES
    test_learning.compare(in_browser, {line: test_learning.LINES[line]})
