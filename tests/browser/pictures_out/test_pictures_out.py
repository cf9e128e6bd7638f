"""The pages on pictures that come out: what a hand does is answered in the browser alone."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.screen import IDLE, PATIENCE, pixels


@pytest.fixture(scope="module")
def app_url(lasting_app):
    return lasting_app


@pytest.fixture
def sent(page):
    """What the browser sends to the server; clear it when the page is there."""
    frames = []

    def keep(frame):
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    return frames


def opened(page, app_url, url):
    """The figure of the page, once it is there; what moved by itself stands still."""
    page.goto(f"{app_url}/{url}")
    page.wait_for_selector(IDLE, timeout=PATIENCE)
    figure = page.locator(".instrument").first
    expect(figure.locator(".told")).to_have_text(re.compile("."), timeout=PATIENCE)
    button = figure.locator("[data-act=play]")
    if button.get_attribute("aria-label") == "Pause":
        button.click()
    return figure


def test_a_pixel_has_its_softmax_and_a_dragged_digit_its_classes(page, app_url, sent):
    figure = opened(page, app_url, "segmentation")
    sent.clear()
    told, maps = figure.locator(".told"), figure.locator(".panel canvas")
    place = re.compile(r"i = (\d+), j = (\d+)")
    row, column = map(int, place.search(told.inner_text()).groups())
    figure.locator(".figure").focus()
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text(f"i = {row}, j = {column + 1}")
    page.keyboard.press("ArrowLeft")
    before = [pixels(maps.nth(at)) for at in range(4)]
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown" if row < 30 else "Shift+ArrowUp")
    expect(told).to_contain_text(f"i = {row + (6 if row < 30 else -6)}, j = {column}")
    for at, old in enumerate(before):  # the scene, the truth and both answers
        assert np.abs(pixels(maps.nth(at)) - old).max() > 50
    figure.locator(".views").get_by_text("Confidence").click()
    expect(figure.locator(".key")).to_contain_text("largest S(i, j, k)")
    assert not sent
