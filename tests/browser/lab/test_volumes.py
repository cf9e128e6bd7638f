"""A volume in Chromium: pointing at an output lights its column and its filter."""

import json
import re

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


def test_in_space_a_filter_is_chosen_and_walks_by_keys_to_its_maps_number(page, settle):
    page.goto("/volumes?vo_view=space&vo_n=9&vo_thin=16")
    settle(page)
    # What is below the fold has come, as the link wants it, though nobody scrolled there.
    expect(page.get_by_role("heading", level=2)).to_have_count(5)
    expect(page.get_by_role("slider", name="Channels in between")).to_have_value("16")
    assert "vo_thin=16" in page.url
    figure = page.locator(".volume .figure")
    figure.focus()
    filters = page.locator(".volume .filters button")
    expect(filters).to_have_count(9)
    filters.nth(8).click()
    expect(filters.nth(8)).to_have_attribute("aria-pressed", "true")
    figure.focus()
    for key in ("Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    told = page.locator(".volume .told")
    expect(told).to_contain_text("Filter 9, row 1, column 1: red")
    expect(told).to_contain_text("a sum of 75 products")
    parts = re.search(
        r"red (.*) \+ green (.*) \+ blue (.*) \+ bias (.*) = ([^,]*),", told.inner_text()
    )
    *summands, total = (float(part.strip("()").replace("−", "-")) for part in parts.groups())
    assert sum(summands) == total == float(page.locator(".volume").get_attribute("data-total"))
    hues = filters.evaluate_all("all => all.map((one) => one.style.getPropertyValue('--hue'))")
    assert len(set(hues)) == 9
