"""The stepper's page, opened by a link."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        expect(page.locator(".stepper[data-step]")).to_be_visible()
        return page

    return open_it
