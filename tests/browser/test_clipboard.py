"""Copying on plain HTTP in a network, where a page has no clipboard of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAN_NAME
from tests.browser.screen import PATIENCE, pasted


@pytest.fixture
def app_url(app_url):
    return app_url.replace("127.0.0.1", LAN_NAME)


@pytest.fixture
def page(still_page):
    return still_page


def test_the_steppers_line_is_copied(page, settle):
    page.goto("/step")
    settle(page)
    assert page.evaluate("window.isSecureContext") is False
    button = page.get_by_role("button", name="Copy the PyTorch line")
    button.click(timeout=PATIENCE)
    expect(page.get_by_role("button", name=re.compile("^Copied"))).to_be_visible()
    assert "conv2d" in pasted(page)
