"""A panel comes right after the button that opens it, for who has only keys; axe looks at it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.every_page.checks import findings
from tests.browser.screen import stand_still


@pytest.fixture(scope="module")
def filters(new_page, app_url: str) -> Iterator[Page]:
    with new_page(app_url) as page:
        page.goto("/filters")
        stand_still(page)
        yield page


@pytest.mark.parametrize(
    ("name", "within"),
    [("Sample: Astronaut", "Greek coins"), ("Copy the OpenCV code", "import cv2")],
)
def test_a_panel_comes_right_after_its_button(filters: Page, name, within):
    button = filters.get_by_role("button", name=name, exact=True)
    panel = filters.get_by_test_id("stPopoverBody")
    button.focus()
    filters.keyboard.press("Tab")
    after = filters.evaluate_handle("document.activeElement")
    button.focus()
    button.press("Enter")
    expect(panel).to_contain_text(within)
    stand_still(filters)  # the page, which hears that the chooser opens, is drawn pale meanwhile
    assert findings(filters) == []
    is_in_panel = "(panel) => panel.contains(document.activeElement)"
    filters.keyboard.press("Tab")
    assert panel.evaluate(is_in_panel)
    filters.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    for _ in range(20):
        filters.keyboard.press("Tab")
        if not panel.evaluate(is_in_panel):
            break
    assert filters.evaluate("(after) => document.activeElement === after", after)
    filters.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    filters.keyboard.press("Tab")
    filters.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()
