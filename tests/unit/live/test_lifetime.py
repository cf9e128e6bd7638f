"""Nothing is left behind: by viewers that leave, by a server that ends or is killed."""

import asyncio
import contextlib
import gc
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

from cnnviz.live.lobby import LobbyChannel
from cnnviz.live.run_channel import RunChannel
from cnnviz.live.subscriber import Subscriber

ROOT = Path(__file__).parents[3]


def open_files():
    """How many, where that can be known."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def alive(*kinds):
    gc.collect()
    return [o for o in gc.get_objects() if type(o) in kinds]


def test_a_hundred_viewers_that_leave_at_once_leave_nothing(
    server, view, written, play, wait_until
):
    written.steps(1, 20)
    written.snapshot(1, size=100_000)

    async def one(path):
        async with view(path) as client:
            await client.until(lambda c: c.messages)

    play(one("/live"))  # whatever is made once, such as threads, is made now
    play(one(f"/live/{written.run.id}"))
    wait_until(lambda: server.tasks() == server.idle)
    files = open_files()

    async def crowd():
        async with contextlib.AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(view(path))
                for path in [f"/live/{written.run.id}"] * 100 + ["/live"] * 20
            ]
            await asyncio.gather(*(c.until(lambda c: c.messages) for c in clients))
            assert len(alive(Subscriber)) == 120
            assert len(alive(RunChannel, LobbyChannel)) == 2
            for client in clients:  # gone without a word
                client.socket.transport.abort()

    def come_and_leave():
        play(crowd())
        wait_until(lambda: server.tasks() == server.idle)
        assert server.broadcast._channels == {}
        assert server.broadcast._connected == 0
        wait_until(lambda: not alive(Subscriber, RunChannel, LobbyChannel))
        wait_until(lambda: open_files() <= files)

    come_and_leave()
    tracemalloc.start()
    try:
        come_and_leave()
        gc.collect()
        left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most > 2_000_000  # bytes: it was a crowd
    assert left < 120 * 1_000


def test_the_task_of_a_run_ends_with_its_last_viewer(server, view, written, play, wait_until):
    async def watch():
        async with view(f"/live/{written.run.id}") as first:
            await first.until(lambda c: c.messages)
            async with view(f"/live/{written.run.id}") as second:
                await second.until(lambda c: c.messages)
                assert len(server.broadcast._channels) == 1
            written.steps(1, 1)
            await first.until(lambda c: c.events)

    play(watch())
    wait_until(lambda: not server.broadcast._channels)
    wait_until(lambda: server.tasks() == server.idle)


def test_a_fault_in_one_channel_is_its_own(view, written, write_run, play, monkeypatch):
    other = write_run()
    tick = RunChannel.tick

    async def broken(self):
        if self.run.id == written.run.id:
            raise ZeroDivisionError
        return await tick(self)

    monkeypatch.setattr(RunChannel, "tick", broken)

    async def watch():
        async with (
            view(f"/live/{written.run.id}") as client,
            view(f"/live/{other.run.id}") as neighbour,
        ):
            assert await client.closed() == 4422
            assert client.messages[-1]["type"] == "error"
            other.steps(1, 1)
            await neighbour.until(lambda c: c.events)

    play(watch())


def test_a_server_ends_with_viewers_connected(start_server, connect_to, written, play):
    server = start_server()

    async def watch():
        async with (
            connect_to(server.port, f"/live/{written.run.id}") as client,
            connect_to(server.port, "/live") as lobby,
        ):
            await client.until(lambda c: c.messages)
            await lobby.until(lambda c: c.messages)
            await asyncio.to_thread(server.stop)
            assert await client.closed() == 1012
            assert await lobby.closed() == 1012

    play(watch())
    assert server.left == []


SERVE = """
import sys, uvicorn
from starlette.applications import Starlette
from cnnviz.live import live_routes
uvicorn.run(Starlette(routes=live_routes), port=int(sys.argv[1]), ws="websockets-sansio")
"""


@contextlib.contextmanager
def serving(port):
    command = [sys.executable, "-c", SERVE, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_server_killed_and_started_again_costs_no_event(server, connect_to, written, play):
    port = server.port
    server.stop()
    written.steps(1, 5)
    frames = {1: written.snapshot(1)}

    async def reconnect(path):
        """As a browser does: again and again until the server is back."""
        async with asyncio.timeout(60):
            while True:
                try:
                    context = connect_to(port, path)
                    return context, await context.__aenter__()
                except OSError:
                    await asyncio.sleep(0.1)

    async def watch():
        path = f"/live/{written.run.id}"
        with serving(port) as process:
            context, client = await reconnect(path)
            await client.until(lambda c: len(c.events) == 6 and c.frames)
            written.steps(6, 7)
            await client.until(lambda c: len(c.events) == 8)
            process.kill()
            await client.closed()
        events, offset = client.events, client.of("events")[-1]["offset"]
        written.steps(8, 12)
        frames[2] = written.snapshot(2)
        with serving(port):
            context, client = await reconnect(f"{path}?after={offset}&frames=1")
            await client.until(lambda c: c.frames and len(c.events) >= 6)
            assert client.of("hello")[0]["from"] == offset
            assert events + client.events == written.recorded()
            assert client.frames == [frames[2]]
            await context.__aexit__(None, None, None)

    play(watch())
