"""Filters without labels in Chromium: the film plays, is scrubbed and is read, by itself."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until


@pytest.mark.usefixtures("moving")
def test_the_film_is_played_scrubbed_and_pointed_at(page, settle):
    page.goto("/without_labels")
    settle(page)
    film = page.locator(".film")
    expect(film).to_have_attribute("data-step", "30")  # it has played to its end
    last = float(film.get_attribute("data-value"))
    film.locator(".figure").focus()
    page.keyboard.press("Home")
    expect(film).to_have_attribute("data-step", "0")
    assert float(film.get_attribute("data-value")) > 1.2 * last
    page.keyboard.press("ArrowRight")
    expect(film.locator(".scrub-text")).to_have_text("Step 1 of 30")
    film.locator(".sheet").hover(position={"x": 5, "y": 5})
    expect(film.locator(".told")).to_contain_text("centroid 0, row 0, column 0")
    expect(film.locator(".told")).to_contain_text("patches are nearest to it")
    page.get_by_text("Whiten the patches").click()
    wait_until(page, "location.search.includes('wl_white=false')")
    settle(page)
    assert "wl_white=false" in page.url  # also after the page has run by itself
