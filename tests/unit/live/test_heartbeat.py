"""Connections that die without a word: both ends notice."""

import asyncio
import json
import re
import threading
from pathlib import Path

import pytest

from cnnviz.components import live as component
from cnnviz.live import channel, subscriber
from cnnviz.live.source import Source


@pytest.fixture
def quick(monkeypatch):
    """A beat ten times a second instead of every four seconds."""
    monkeypatch.setattr(channel, "BEAT_SECONDS", 0.1)


@pytest.fixture
def impatient(monkeypatch):
    """A second of silence instead of three quarters of a minute."""
    monkeypatch.setattr(subscriber, "QUIET_SECONDS", 1.0)
    monkeypatch.setattr(subscriber, "_CLOSING_SECONDS", 0.2)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("path", ["/live", "/live/{}"])
def test_an_idle_connection_beats(path, view, written, play):
    async def watch():
        async with view(path.format(written.run.id)) as client:
            await client.until(lambda c: len(c.of("beat")) >= 5)

    play(watch())


def test_news_are_signs_of_life_enough(view, written, play, monkeypatch):
    monkeypatch.setattr(channel, "BEAT_SECONDS", 1.0)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            for step in range(1, 9):
                written.steps(step, step)
                await client.until(lambda c, step=step: len(c.events) == step)
                await asyncio.sleep(0.2)
            assert not client.of("beat")

    play(watch())


@pytest.mark.usefixtures("quick")
def test_it_beats_while_a_long_run_is_read(view, written, play, monkeypatch):
    """Or who waits for it would give up and make the server begin anew, again and again."""
    read, poll = threading.Event(), Source.poll

    def slow(self, after):
        assert read.wait(20)
        return poll(self, after)

    monkeypatch.setattr(Source, "poll", slow)
    written.steps(1, 3)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: len(c.of("beat")) >= 3)
            assert not client.of("hello")
            read.set()
            await client.until(lambda c: len(c.events) == 3)

    play(watch())


@pytest.mark.usefixtures("quick", "impatient")
def test_who_says_nothing_is_let_go_and_who_says_something_stays(
    server, view, written, play, wait_until
):
    async def watch():
        async with (
            view(f"/live/{written.run.id}") as silent,
            view(f"/live/{written.run.id}") as present,
        ):
            closing = asyncio.create_task(silent.closed())
            for _ in range(15):
                await present.ask(here=True)
                await present.for_a_while(0.1)
            assert await closing == 1001
            assert server.broadcast._connected == 1

    play(watch())
    wait_until(lambda: server.tasks() == server.idle)


@pytest.mark.usefixtures("impatient")
def test_who_does_not_even_read_is_let_go(server, view, written, play, wait_until):
    """Its buffers are full: then even a close cannot be sent."""
    for step in range(1, 11):
        written.snapshot(step, 2_000_000)

    async def watch():
        async with view(f"/live/{written.run.id}", max_queue=1) as client:
            client.socket.transport.pause_reading()
            await asyncio.to_thread(wait_until, lambda: server.broadcast._connected == 1)
            await asyncio.to_thread(wait_until, lambda: server.broadcast._connected == 0)
            assert server.broadcast._channels == {}
            client.socket.transport.abort()

    play(watch())


def test_browser_and_server_agree_on_the_times():
    script = (Path(component.__file__).parent / "socket.js").read_text(encoding="utf-8")
    times = dict(re.findall(r"const (\w+) = ([\d_]+);", script))
    silence, say = int(times["SILENCE"]) / 1000, int(times["SAY_EVERY"]) / 1000
    assert 2 <= silence / channel.BEAT_SECONDS <= 3
    assert 1 < int(times["WAKING_SILENCE"]) / 1000 / channel.BEAT_SECONDS < 2
    assert 3 * say < subscriber.QUIET_SECONDS  # a word or two may be lost
    assert json.loads(channel.BEAT)["type"] == "beat"
