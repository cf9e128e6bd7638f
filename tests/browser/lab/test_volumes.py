"""A volume in Chromium: pointing at an output lights its column and its filter."""

import json

from playwright.sync_api import expect


def test_an_output_lights_its_window_its_column_and_its_filter(page, settle):
    page.goto("/volumes?vo_view=columns&vo_columns=6&vo_k=3")
    settle(page)
    grids = page.locator(".linked-grids").first
    expect(grids).to_be_visible()
    grids.locator(".figure").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(grids).to_have_attribute("data-cell", "1")
    lit = dict(json.loads(grids.get_attribute("data-lit")))
    assert lit[0] == list(range(28))
    assert lit[1] == [row * 16 + 1 for row in range(28)]
    assert lit[3] == [
        (channel * 6 + row) * 6 + column
        for channel in range(3)
        for row in range(3)
        for column in (1, 2, 3)
    ]
    assert "(28 products)" in grids.locator(".told").text_content()
