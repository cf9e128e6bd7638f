"""What the browser tests of the lab share."""

import pytest


@pytest.fixture(scope="module")
def app_url(lasting_app):
    return lasting_app


@pytest.fixture
def sent(page):
    """What the browser sends to the server; clear it when the page is there."""
    frames = []

    def keep(frame):
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    return frames
