"""Tricks of learning in Chromium: nets are played and scrubbed, a path begins where it is put."""

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.usefixtures("moving")
def test_nets_are_scrubbed_and_paths_begin_where_the_pointer_is(page, settle):
    page.goto("/tricks?tr_p=0.5")
    settle(page)
    figure = page.locator(".playback")
    expect(figure).to_have_attribute("data-step", "99", timeout=60_000)  # played to the end
    page.locator(".playback .figure").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".told")).to_contain_text("Net 2: ")
    figure.locator("canvas").last.click(position={"x": 200, "y": 60})
    expect(figure).to_have_attribute("data-step", re.compile(r"^[3-7]\d$"))

    page.goto("/tricks?trick=optimisers")
    settle(page)
    valley = page.locator(".valley")
    surface = valley.locator("canvas.figure")
    expect(valley).to_have_attribute("data-step", re.compile(r"\d"))
    before = valley.locator("code").text_content()
    surface.click(position={"x": 100, "y": 50})
    expect(valley.locator("code")).not_to_have_text(before)
    surface.focus()
    page.keyboard.press("End")
    expect(valley.locator(".told")).to_contain_text("after 200 steps: SGD")
    valley.get_by_label("Show SGD").uncheck()
    expect(valley.locator(".told")).to_contain_text("steps: Momentum")
