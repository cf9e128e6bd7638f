"""What the tests of Train press and read."""

import re

from playwright.sync_api import expect

SLOW = {"timeout": 120_000}


def command(page, label):
    # By key: Streamlit has a Stop of its own while a script runs. Visible: it draws a button
    # that has a tooltip twice, one for narrow screens.
    return page.locator(f".st-key-_t_do_{label.replace(' ', '-')} button:visible")


def badge(page):
    return page.locator("section.live .status")


def start(page, settle, pictures="digits"):
    settle(page)
    expect(page).to_have_url(re.compile("t_run="))
    before = re.search(r"t_run=([\w-]+)", page.url)[1]  # it may be of the test before
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(
        re.compile(rf"t_run=(?!{before}\b)\d{{8}}-\d{{6}}-{pictures}-"), **SLOW
    )
    expect(page.locator("section.live")).not_to_have_attribute("data-run", before, **SLOW)
