"""The pages of the lab, opened by a link."""

import pytest


@pytest.fixture
def page(still_page):
    return still_page
