"""The pages on how networks learn, opened by a link."""

import pytest


@pytest.fixture
def page(still_page):
    return still_page
