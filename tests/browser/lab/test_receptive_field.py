"""The receptive field in Chromium: a unit lights what it sees, without the server."""

import json

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        expect(page.locator(".linked-grids[data-lit]").first).to_be_visible()
        return page

    return open_it


def lit(page):
    return {
        int(at): cells
        for at, cells in json.loads(page.locator(".linked-grids").first.get_attribute("data-lit"))
    }


def test_pointing_at_a_unit_lights_it_through_every_layer(open_at):
    page = open_at("/receptive_field?fi_side=12&fi_stack=c3 p2 c3")
    last = page.locator(".linked-grids").first.locator("canvas").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)  # unit 0 of a 3×3 map
    expect(page.locator(".linked-grids").first).to_have_attribute("data-cell", "0")
    found = lit(page)
    assert {at: len(cells) for at, cells in found.items()} == {2: 9, 1: 36, 0: 64}
    assert found[0] == [row * 12 + column for row in range(8) for column in range(8)]


def test_keys_walk_over_units_and_layers(open_at):
    page = open_at("/field?fi_side=12")  # its former address
    assert page.url.endswith("/receptive_field?fi_side=12")
    page.locator(".linked-grids").first.locator(".figure").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".linked-grids").first).to_have_attribute("data-cell", "1")
    page.keyboard.press("PageUp")
    expect(page.locator(".linked-grids").first).to_have_attribute("data-panel", "2")
