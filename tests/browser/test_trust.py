"""How far to trust a map, in Chromium: it plays, a hand takes over, the link keeps the step."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import pixels


@pytest.fixture(scope="module")
def app_url(lasting_app):
    return lasting_app


def test_changes_are_stepped_through_without_the_server(page, settle):
    sent = []

    def keep(frame):
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    page.goto("/trust?tr_tab=Small+changes&tr_change=crop")
    figure = page.locator(".sweep")
    expect(figure).to_have_attribute("data-step", "2", timeout=60_000)  # by itself
    settle(page)
    sent.clear()
    figure.locator(".figure").focus()
    page.keyboard.press("Home")
    expect(figure).to_have_attribute("data-step", "0")
    expect(figure.locator(".told")).to_contain_text("100% of each side: still espresso")
    before = pixels(figure.locator("figure canvas").first)
    page.keyboard.press("End")
    expect(figure).to_have_attribute("data-step", "8")
    expect(figure.locator(".told")).to_contain_text("now consomme")
    assert (pixels(figure.locator("figure canvas").first) != before).any()
    assert not sent
    page.wait_for_url("**tr_amount=8**")
    page.reload()
    settle(page)
    expect(figure).to_have_attribute("data-step", "8")
    figure.get_by_text("The numbers as a table").click()
    expect(figure.locator("td").first).to_have_text("100")
