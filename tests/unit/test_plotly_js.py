"""plotly.js comes from this server, out of the wheel, and is kept by browsers."""

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette

from cnnviz import plotly_js


def ask(path, encodings):
    """The status, headers and body that the routes answer."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    headers = [(b"accept-encoding", encodings)]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    app = Starlette(routes=plotly_js.routes)
    with ThreadPoolExecutor() as pool:  # in this thread a loop may be running, for a browser
        pool.submit(asyncio.run, app(scope, receive, send)).result()
    start, body = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, body["body"]


@pytest.mark.parametrize("folder", ["", "/some/folder"])
def test_it_is_sent_whole_and_compressed_and_may_be_kept(folder):
    status, headers, body = ask(f"{folder}/{plotly_js.NAME}", b"gzip, br")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert gzip.decompress(body) == plotly_js.source()
    assert len(body) < len(plotly_js.source()) / 3


def test_a_browser_that_cannot_unpack_gets_it_plain():
    status, headers, body = ask(f"/{plotly_js.NAME}", b"identity")
    assert status == 200
    assert "content-encoding" not in headers
    assert body == plotly_js.source()
    assert body.startswith(b"/**\n* plotly.js v")


def test_another_version_has_another_name(root):
    pins = (root / "requirements.txt").read_text()
    assert re.search(r"^plotly==(\S+)", pins, re.MULTILINE)[1] in plotly_js.NAME
