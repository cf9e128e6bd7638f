"""What the browser tests of the lab share."""

import pytest


@pytest.fixture(scope="module")
def app_url(lasting_app):
    return lasting_app
