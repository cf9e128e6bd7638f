"""Who may connect, what can be read, and that nothing can be done."""

import asyncio
import contextlib
import json

import pytest
import websockets
from starlette.datastructures import Headers

from cnnviz.live.origin import is_allowed

SECRET = "root:x:0:0"


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("https://cnn.example.org", "cnn.example.org", True),
        ("https://CNN.example.org", "cnn.example.org:443", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://localhost:8502", "localhost:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("http://evil.org", "localhost:8501", False),
        ("http://localhost:8501.evil.org", "localhost:8501", False),
        ("http://localhost:8501@evil.org", "evil.org", False),
        ("http://evil.org/localhost:8501", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "", False),
        ("file://", "localhost:8501", False),
        ("http://localhost:99999", "localhost:8501", False),
    ],
)
def test_origin_must_be_host(origin, host, allowed):
    assert is_allowed(Headers({"origin": origin, "host": host})) is allowed


def test_origin_is_needed_and_forwarded_hosts_are_not_believed():
    assert not is_allowed(Headers({"host": "localhost"}))
    headers = {"origin": "http://evil.org", "host": "localhost", "x-forwarded-host": "evil.org"}
    assert not is_allowed(Headers(headers))
    twice = [(b"origin", b"http://a"), (b"origin", b"http://b"), (b"host", b"a")]
    assert not is_allowed(Headers(raw=twice))


@pytest.mark.parametrize(
    ("patterns", "allowed"),
    [
        ([], True),
        (["*"], True),
        (["cnn.example.org"], True),
        (["*.example.org"], True),
        (["CNN.Example.org"], True),
        (["localhost"], False),
        (["*.cnn.example.org"], False),
    ],
)
def test_a_foreign_name_that_points_here_is_kept_out(patterns, allowed):
    headers = Headers({"origin": "https://cnn.example.org", "host": "cnn.example.org"})
    assert is_allowed(headers, patterns) is allowed


@pytest.mark.parametrize("origin", ["http://evil.org", "http://127.0.0.1:1", "null"])
def test_a_foreign_page_is_refused_before_the_socket_opens(origin, view, written, play):
    written.steps(1, 1)

    async def watch():
        for path in (f"/live/{written.run.id}", "/live"):
            with pytest.raises(websockets.InvalidStatus) as refusal:
                async with view(path, origin=origin):
                    pass
            assert refusal.value.response.status_code == 403

    play(watch())


@pytest.mark.parametrize(
    "path",
    ["nope", "NOPE", ".hidden", "a%00b", "%2e%2e", "x" * 300, "..%2f..%2fetc", "%2fetc%2fpasswd"],
)
def test_ids_that_are_none_are_refused(path, view, root, play, tmp_path):
    (tmp_path / "events.jsonl").write_text(SECRET)
    (root / ".hidden").mkdir(parents=True)

    async def watch():
        # What is no path of ours at all is refused before the socket opens.
        with contextlib.suppress(websockets.InvalidStatus):
            async with view(f"/live/{path}") as client:
                assert await client.closed() == 4404
                assert client.messages == [{"type": "gone"}]

    play(watch())


def test_routes_work_under_a_base_path(view, written, play):
    written.steps(1, 1)

    async def watch():
        async with view(f"/some/where/live/{written.run.id}") as client:
            await client.until(lambda c: c.events)
        async with view("/some/where/live") as client:
            await client.until(lambda c: c.messages)
            assert client.messages[0]["type"] == "lobby"

    play(watch())


def test_links_out_of_the_runs_folder_are_not_followed(view, write_run, root, play, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET + "\n")
    (outside / "7.safetensors").write_text(SECRET * 10)
    folder, events, frames, name = (write_run() for _ in range(4))
    moved = folder.path.rename(outside / folder.run.id)
    (root / folder.run.id).symlink_to(moved)
    events.events.unlink()
    events.events.symlink_to(outside / "secret.txt")
    (frames.path / "frames").rmdir()
    (frames.path / "frames").symlink_to(outside)
    frames.writer.write("snapshot", step=7, epoch=0.0, seconds=0.0)
    (name.path / "name.txt").symlink_to(outside / "secret.txt")

    async def watch(path):
        async with view(path) as client:
            with contextlib.suppress(websockets.ConnectionClosed):
                await client.ask(frames=[7])
            with contextlib.suppress(websockets.ConnectionClosed):
                await client.for_a_while()
            assert not client.binary
            assert SECRET not in json.dumps(client.messages)
            return client.messages[-1]["type"]

    assert play(watch(f"/live/{folder.run.id}")) == "gone"
    assert play(watch(f"/live/{events.run.id}")) == "error"
    assert play(watch(f"/live/{frames.run.id}")) == "events"
    assert play(watch(f"/live/{name.run.id}")) == "hello"
    assert play(watch("/live")) == "lobby"


def test_a_link_made_while_somebody_watches_is_not_followed(view, written, play, tmp_path):
    (tmp_path / "secret.txt").write_text(SECRET * 100 + "\n")
    written.steps(1, 1)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.events)
            written.events.unlink()
            written.events.symlink_to(tmp_path / "secret.txt")
            await client.closed()
            assert client.messages[-1]["type"] == "error"
            assert SECRET not in json.dumps(client.messages)

    play(watch())


FORGED = [
    {"command": "stop"},
    {"command": "pause", "run": "x"},
    {"type": "control", "command": "learning_rate", "value": 1},
    {"pose": {"text": "?", "options": []}},
    {"reveal": {"question": "x", "answer": 0}},
    {"rename": "mine"},
    {"vote": {"question": "../../x", "option": 0}},
    {"vote": [1]},
    {"vote": {"question": {"a": 1}, "option": "x"}},
    {"frames": "all"},
    {"frames": ["../../run.json"]},
    {"frames": [True, -1, 1e9]},
    {"frames": {"a": 1}},
    [1, 2],
    "stop",
    None,
]


def test_forged_commands_change_nothing(view, written, play):
    written.steps(1, 1)

    def content():
        return {p.name: p.read_bytes() for p in written.path.rglob("*") if p.is_file()}

    before = content()

    async def watch():
        async with view(f"/live/{written.run.id}", cookie="a" * 32) as client:
            await client.until(lambda c: c.events)
            for forged in FORGED:
                await client.socket.send(json.dumps(forged))
            await client.socket.send("[" * 2000)
            await client.socket.send(b"\xff\x00stop")
            await client.for_a_while()
            assert content() == before
            assert not client.binary
            assert {m["type"] for m in client.messages} <= {"hello", "events", "refused"}
            written.steps(2, 2)  # and it is served as before
            await client.until(lambda c: len(c.events) == 2)

    play(watch())


def test_too_long_and_too_many_messages_close_the_socket(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.socket.send("x" * 5000)
            assert await client.closed() == 1008
        async with view(f"/live/{written.run.id}") as client:
            with contextlib.suppress(websockets.ConnectionClosed):
                for _ in range(2000):
                    await client.ask(frames=[1])
                    await asyncio.sleep(0)
            assert await client.closed() == 1008
        async with view(f"/live/{written.run.id}") as client:  # anybody may come back
            await client.until(lambda c: c.messages)

    play(watch())
