"""Pictures as files, and a mirror of the published archives on this computer."""

import io
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def serve(monkeypatch):
    """Serve a folder over HTTP; gives its address."""
    monkeypatch.setenv("no_proxy", "*")
    servers = []

    def start(folder=None, handler=None):
        handler = handler or partial(QuietHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def png():
    """PNG bytes of one colour."""

    def make(colour=(200, 100, 50), size=(40, 30)):
        buffer = io.BytesIO()
        Image.new("RGB", size, colour).save(buffer, "PNG")
        return buffer.getvalue()

    return make


@pytest.fixture
def rng():
    return np.random.default_rng(0)
