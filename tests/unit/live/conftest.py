"""A real server of the live routes, real WebSockets to it, and runs written by hand.

Asyncio runs in threads of its own: Playwright keeps an event loop in the main one.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette

from cnnviz.live import Broadcast
from cnnviz.runs import create_run
from cnnviz.runs.events import EventWriter
from tests.streamlit_server import free_port

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def root(own_runs):
    return own_runs


def progress(step):
    """The fields of a step event."""
    return {
        "step": step,
        "epoch": step / 10,
        "loss": 1.0,
        "accuracy": 0.5,
        "learning_rate": 0.01,
        "images_per_second": 1000.0,
        "seconds": step / 5,
    }


class Written:
    """A run and somebody who writes it, as a trainer would."""

    def __init__(self, config):
        self.run = create_run(config)
        self.path = self.run.path
        self.events = self.path / "events.jsonl"
        self.writer = EventWriter(self.events)
        (self.path / "frames").mkdir()

    def steps(self, first, last, **fields):
        for step in range(first, last + 1):
            self.writer.write("step", **progress(step), **fields)

    def snapshot(self, step, size=500):
        data = os.urandom(size)
        (self.path / "frames" / f"{step}.safetensors").write_bytes(data)
        self.writer.write("snapshot", step=step, epoch=0.0, seconds=0.0)
        return data

    def recorded(self):
        """What the file says: the oracle for everything that arrives."""
        return [json.loads(line) for line in self.events.read_bytes().split(b"\n")[:-1]]


@pytest.fixture
def written(config):
    made = Written(config)
    yield made
    made.writer.close()


class Server:
    """The live routes on a free port, in a thread."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.broadcast = Broadcast()
        # Streamlit picks the same WebSocket implementation.
        config = uvicorn.Config(
            Starlette(routes=self.broadcast.routes),
            port=self.port,
            ws="websockets-sansio",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        self._thread.start()
        wait_until(lambda: self._server.started)
        self.idle = self.tasks()

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        await self._server.serve()
        await self.broadcast.close()
        self.left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]

    def tasks(self):
        async def count():
            return len(asyncio.all_tasks())

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(PATIENCE)

    def stop(self):
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.stop()


class Client:
    """One viewer's socket, with all it was sent."""

    def __init__(self, socket):
        self.socket = socket
        self.messages = []
        self.binary = []

    async def until(self, condition):
        """Receive until `condition(self)`; fails if that does not come."""
        async with asyncio.timeout(PATIENCE):
            while not condition(self):
                message = await self.socket.recv()
                if isinstance(message, bytes):
                    self.binary.append(message)
                else:
                    self.messages.append(json.loads(message))
        return self

    async def closed(self):
        """Receive until the server closes; returns the close code."""
        with contextlib.suppress(websockets.ConnectionClosed):
            await self.until(lambda _: False)
        return self.socket.close_code

    async def for_a_while(self, seconds=0.8):
        """Receive whatever comes in this time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.until(lambda _: False)
        return self

    async def ask(self, **message):
        await self.socket.send(json.dumps(message))

    def of(self, kind):
        return [m for m in self.messages if m["type"] == kind]

    @property
    def events(self):
        return [event for m in self.of("events") for event in m["events"]]

    @property
    def frames(self):
        return [frame for message in self.binary for frame in unpack(message)]


def unpack(message):
    frames = []
    while message:
        (length,) = struct.unpack("<I", message[:4])
        frames.append(message[4 : 4 + length])
        assert len(frames[-1]) == length
        message = message[4 + length :]
    return frames


@contextlib.asynccontextmanager
async def connect(port, path, cookie=None, origin=None, **options):
    origin = origin or f"http://127.0.0.1:{port}"
    headers = {"Cookie": f"cnnviz_viewer={cookie}"} if cookie else {}
    headers |= options.pop("headers", {})
    url = f"ws://127.0.0.1:{port}{path}"
    async with websockets.connect(
        url, origin=origin, additional_headers=headers, max_size=None, **options
    ) as socket:
        yield Client(socket)


@pytest.fixture
def view(server):
    """`async with view("/live/…") as client`."""

    def open_socket(path, **options):
        return connect(server.port, path, **options)

    return open_socket


@pytest.fixture
def play():
    """Runs a coroutine in a thread of its own."""

    def run(coroutine):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, coroutine).result()

    return run


def wait_until(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.fixture(name="wait_until")
def _wait_until():
    return wait_until


@pytest.fixture
def connect_to():
    return connect


@pytest.fixture
def start_server():
    return Server


@pytest.fixture
def write_run(config):
    made = []

    def make(**changes):
        made.append(Written(dataclasses.replace(config, **changes)))
        return made[-1]

    yield make
    for one in made:
        one.writer.close()
