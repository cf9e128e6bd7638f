"""Gradient descent in Chromium: plays, scrubs, steps, remembers the step."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        expect(page.locator(".descent[data-step]")).to_be_visible()
        return page

    return open_it


def step(page):
    return int(page.locator(".descent").get_attribute("data-step"))


@pytest.mark.usefixtures("moving")
def test_it_plays_at_once(open_at):
    page = open_at("/learn?le_steps=40")
    expect(page.locator(".descent")).to_have_attribute("data-step", "40")
    assert float(page.locator(".descent").get_attribute("data-loss")) < 1e-4


def test_keys_bar_and_curve_choose_the_step_and_the_address_keeps_it(open_at):
    page = open_at("/learn?le_steps=40&le_step=3")
    figure = page.locator(".descent")
    expect(figure).to_have_attribute("data-step", "3")
    page.locator(".descent .figure").focus()
    page.keyboard.press("ArrowRight")
    expect(figure).to_have_attribute("data-step", "4")
    page.keyboard.press("PageDown")
    expect(figure).to_have_attribute("data-step", "14")
    wait_until(page, "location.search.includes('le_step=14')")
    curve = page.locator(".descent .curve")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + 50)
    expect(figure).to_have_attribute("data-step", "40")
    page.keyboard.press("Home")
    expect(page.locator(".descent .told")).to_contain_text("Step 0: loss")
