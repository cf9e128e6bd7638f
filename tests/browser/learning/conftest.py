"""What the browser tests of the pages on learning share."""

import pytest


@pytest.fixture(scope="module")
def app_url(lasting_app):
    return lasting_app
