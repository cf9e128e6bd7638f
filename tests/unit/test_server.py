import asyncio
import gc
import os
import platform
import queue
import socket
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn

from cnnviz import server
from tests.streamlit_server import free_port, start_streamlit


def run(coroutine):
    """In a thread of its own: Playwright keeps an event loop in this one."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(asyncio.run, coroutine).result()


class Node:
    pass


@pytest.fixture(autouse=True)
def _nothing_heavy(monkeypatch):
    monkeypatch.setattr(server, "_warm_up", lambda: None)
    monkeypatch.setattr(server, "_train", lambda stop: stop.wait(60))


def test_garbage_is_swept_while_the_server_runs(monkeypatch):
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.01)
    gc.disable()
    try:
        node = Node()
        node.self = node
        gone = weakref.ref(node)
        del node
        assert gone() is not None

        async def serve():
            async with server.lifespan(None):
                for _ in range(500):
                    if gone() is None:
                        return
                    await asyncio.sleep(0.01)

        run(serve())
        assert gone() is None
    finally:
        gc.enable()


def test_shutdown_ends_the_sweeper_and_the_dispatcher(monkeypatch):
    dispatching = threading.Event()

    def train(stop):
        dispatching.set()
        stop.wait(60)

    monkeypatch.setattr(server, "_train", train)

    async def serve():
        async with server.lifespan(None):
            assert len(asyncio.all_tasks()) > 1
            async with asyncio.timeout(30):
                await asyncio.to_thread(dispatching.wait)
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert run(serve()) == []
    assert "dispatcher" not in {thread.name for thread in threading.enumerate()}


def test_threads_are_told_to_sleep_while_they_wait_before_torch_is_loaded(monkeypatch):
    told: queue.Queue[str] = queue.Queue()
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(server, "_train", lambda _stop: None)
    monkeypatch.setattr(server, "_warm_up", lambda: told.put(os.environ["OMP_WAIT_POLICY"]))

    async def serve():
        async with server.lifespan(None):
            return await asyncio.to_thread(told.get, timeout=30)

    assert run(serve()) == "PASSIVE"


def test_an_engine_that_does_not_work_leaves_the_server_up(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(server, "_warm_up", lambda: None)
    monkeypatch.setenv("CNNVIZ_ENGINE", "nonsense")

    async def serve():
        async with server.lifespan(None):
            await asyncio.sleep(0.5)

    run(serve())


def test_uvicorn_is_told_how_long_to_wait_and_how_much_to_hold(monkeypatch):
    made = uvicorn.Server(uvicorn.Config(lambda: None))
    monkeypatch.setattr(server.signal, "getsignal", lambda _: made.handle_exit)
    assert server._uvicorn_server() is made
    server._bound(made.config)
    assert made.config.timeout_graceful_shutdown == server.SHUTDOWN_SECONDS
    assert made.config.ws_max_size == server.MESSAGE_BYTES
    made.config.timeout_graceful_shutdown, made.config.ws_max_size = 7, 1000
    server._bound(made.config)
    assert made.config.timeout_graceful_shutdown == 7
    assert made.config.ws_max_size == 1000
    monkeypatch.setattr(server.signal, "getsignal", lambda _: server.signal.SIG_DFL)
    assert server._uvicorn_server() is None  # another server: nothing to set, nothing raised


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of open files")
@pytest.mark.parametrize(("soft", "hard", "raised"), [(100, 300, 300), (300, 300, 300)])
def test_as_many_files_as_allowed(root, soft, hard, raised):
    script = (
        "import resource; from cnnviz.server import raise_open_files; raise_open_files();"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    limit = f"ulimit -Sn {soft} && ulimit -Hn {hard} && exec {sys.executable} -c '{script}'"
    printed = subprocess.check_output(["sh", "-c", limit], cwd=root, text=True)
    assert printed.split() == [str(raised), str(hard)]


def test_memory_that_is_free_is_given_back():
    assert callable(server._trim)
    if sys.platform == "linux" and "glibc" in platform.libc_ver():
        assert server._trim is not server._no_trim
    server._collect()


@pytest.fixture
def deaf():
    """A viewer that opens a live socket and then never reads."""
    sockets = []

    def connect(port, path):
        made = socket.socket()
        sockets.append(made)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect(("127.0.0.1", port))
        made.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert b"101" in made.recv(100)
        made.settimeout(60)
        while len(made.recv(3000, socket.MSG_PEEK)) < 3000:  # history has begun to pile up
            time.sleep(0.1)

    yield connect
    for made in sockets:
        made.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGTERM")
def test_the_app_ends_though_a_viewer_does_not_read(root, tmp_path, deaf):
    """Without a limit uvicorn would wait for that viewer for ever."""
    folder = tmp_path / "runs" / "20260101-000000-big"
    folder.mkdir(parents=True)
    shipped = root / "assets" / "runs" / "digits-gap"
    (folder / "run.json").write_bytes((shipped / "run.json").read_bytes())
    line = b'{"event":"note","time":1.0,"text":"' + b"x" * 1000 + b'"}\n'
    (folder / "events.jsonl").write_bytes(line * 20_000)
    port = free_port()
    process = start_streamlit("app.py", port, env={"CNNVIZ_RUNS": str(tmp_path / "runs")})
    try:
        for _ in range(3):
            deaf(port, f"/live/{folder.name}")
        time.sleep(1)  # for the other buffers on the way to fill
        process.terminate()
        process.wait(20)
    finally:
        process.kill()
        process.wait()
