"""A small app behind the gate and the sweep of the real one, and browsers that talk to it.

Its page counts how often its cache was filled; its limits are small, so that a test can reach them.
"""

import contextlib
import hashlib
import http.client
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.streamlit_server import free_port, start_streamlit, stop_streamlit

SECRET = "correct horse"
PRESENTER = {"Cookie": f"cnnviz_presenter={hashlib.sha256(SECRET.encode()).hexdigest()}"}
ELSEWHERE = {"X-Forwarded-For": "192.0.2.1"}  # as a proxy on this machine says it
PATIENCE = 30.0
SERVER = """
import asyncio
import contextlib
import gc
import sys

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

sys.path.insert(0, {root!r})
from cnnviz import gate, server, upload_limits as limits

limits.UPLOADS, limits.UPLOADS_OF_ONE, limits.UPLOADS_OF_ONE_ALWAYS = 5000, 3000, 1000
limits.USUAL_UPLOAD, limits.LARGE_UPLOAD, limits.UNREAD_SECONDS = 9000, 20_000, 2.0
limits.FILES_AT_ONCE, gate.UPLOAD_SECONDS = 10, 1.0
server.SWEEP_SECONDS, server.SILENT_SECONDS = 0.2, 1.0
server._train = lambda stop: None


def warm_up():  # as the app does, without what pages need: else each sweep goes through all modules
    gc.collect()
    gc.freeze()


server._warm_up = warm_up


async def left(request):
    return PlainTextResponse(str(sum(type(o).__name__ == "Left" for o in gc.get_objects())))


async def open_files(request):
    return PlainTextResponse(str(gate.open_files()))


app = st.App(
    "page.py",
    lifespan=server.lifespan,
    routes=[Route("/left", left), Route("/open", open_files)],
    middleware=gate.middleware,
)
"""
PAGE = """
import streamlit as st

from cnnviz.upload_limits import allow_large_file


class Left:
    pass


@st.cache_resource
def filled():
    return []


filled().append(1)
st.session_state.setdefault("left", Left())
st.write(f"Run {len(filled())} since the cache was filled.")
st.file_uploader("A file", key="file")
if st.query_params.get("weights"):
    allow_large_file()
st.number_input("A number", 0, 9, key="number")
st.text_input("A text", key="text")
"""


@contextlib.contextmanager
def serving(folder, root, *options, limit=""):
    """The small app on a free port."""
    (folder / "app.py").write_text(SERVER.format(root=str(root)))
    (folder / "page.py").write_text(PAGE)
    port = free_port()
    settings = {
        "server.address": "127.0.0.1", "server.headless": "true",
        "server.allowedHosts": "127.0.0.1", "server.disconnectedSessionTTL": 1,
        "server.maxWidgetStateSize": 2, "browser.gatherUsageStats": "false",
    }  # fmt: skip
    process = start_streamlit(
        "app.py", port, *options,
        *(part for name, value in settings.items() for part in (f"--{name}", str(value))),
        folder=folder,
        env={"CNNVIZ_PRESENTER_SECRET": SECRET, "CNNVIZ_RUNS": str(folder)},
        before=("sh", "-c", f'ulimit -n {limit} && exec "$@"', "sh") if limit else (),
        base=next((options[i + 1] for i, o in enumerate(options) if "baseUrl" in o), ""),
    )  # fmt: skip
    try:
        yield port
    finally:
        stop_streamlit(process)


def ask(port, path, method="GET", body=None, **headers):
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")
    finally:
        connection.close()


@contextlib.contextmanager
def session(port, *, base="", origin="same", headers=None):
    """A browser's socket to Streamlit."""
    if origin == "same":
        origin = f"http://127.0.0.1:{port}"
    with connect(
        f"ws://127.0.0.1:{port}{base}/_stcore/stream",
        origin=origin,
        additional_headers=headers,
        subprotocols=["streamlit"],
        max_size=None,
    ) as connection:
        yield connection


def tell(connection, **message):
    connection.send(BackMsg(**message).SerializeToString())


def until(connection, kind):
    """All messages up to the first of this kind."""
    messages = []
    while not messages or messages[-1].WhichOneof("type") != kind:
        messages.append(ForwardMsg.FromString(connection.recv(timeout=PATIENCE)))
    return messages


def run_page(connection, message=None):
    """Run the page; returns what it wrote and its elements."""
    message = message or BackMsg()
    message.rerun_script.SetInParent()
    connection.send(message.SerializeToString())
    elements = [
        message.delta.new_element
        for message in until(connection, "script_finished")
        if message.WhichOneof("type") == "delta"
    ]
    (text,) = [e.markdown.body for e in elements if e.markdown.body.startswith("Run ")]
    return text, elements


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met
