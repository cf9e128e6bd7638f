"""Copying on plain HTTP in a network, where a page has no clipboard of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAN_NAME
from tests.browser.screen import PATIENCE, pasted

SECRET, JOIN = "a-secret-of-this-test", "http://192.0.2.7:8501"


@pytest.fixture(scope="module")
def app_url(serve, tmp_path_factory):
    with serve(
        CNNVIZ_RUNS=str(tmp_path_factory.mktemp("runs")),
        CNNVIZ_PRESENTER_SECRET=SECRET,
        CNNVIZ_JOIN_ADDRESS=JOIN,
        STREAMLIT_SERVER_ALLOWED_HOSTS=LAN_NAME,
    ) as url:
        yield url.replace("127.0.0.1", LAN_NAME)


def test_the_join_link_and_code_are_copied(page, settle):
    page.goto(f"/present/{SECRET}")
    page.wait_for_url("**/train*")
    settle(page)
    assert page.evaluate("window.isSecureContext") is False
    page.get_by_role("button", name="Join").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_test_id("stCode").hover()
    dialog.get_by_test_id("stCode").get_by_role("button").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert pasted(page) == JOIN


def test_the_steppers_line_is_copied(page, settle):
    page.goto("/step")
    settle(page)
    button = page.get_by_role("button", name="Copy the PyTorch line")
    button.click(timeout=PATIENCE)
    expect(page.get_by_role("button", name=re.compile("^Copied"))).to_be_visible()
    assert "conv2d" in pasted(page)
