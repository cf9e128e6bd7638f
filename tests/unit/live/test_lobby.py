"""The list of runs, and which one everybody sees."""

import json

import pytest

from cnnviz.live.lobby import LobbyReader
from cnnviz.runs import Run, delete_run, show_run_to_all, shown_run


@pytest.fixture
def ship(tmp_path, write_run):
    """Makes a run that came with cnnviz."""

    def make(name):
        made = write_run()
        (tmp_path / "shipped").mkdir(exist_ok=True)
        return Run(made.path.rename(tmp_path / "shipped" / name), shipped=True)

    return make


def test_the_list_changes_with_the_runs(view, write_run, play):
    first = write_run()
    first.writer.write("status", status="finished", step=3)

    async def watch():
        async with view("/live") as client:
            await client.until(lambda c: c.messages)
            (entry,) = client.messages[0]["runs"]
            assert entry["id"] == first.run.id
            assert entry["name"] == "Digits, gap"
            assert entry["status"] == "finished"
            assert client.messages[0]["shown"] == first.run.id
            second = write_run()
            second.writer.write("status", status="waiting")
            await client.until(lambda c: len(c.messages[-1]["runs"]) == 2)
            await client.until(lambda c: c.messages[-1]["shown"] == second.run.id)
            show_run_to_all(first.run.id)
            await client.until(lambda c: c.messages[-1]["shown"] == first.run.id)
            first.run.rename("Mine")
            names = {"Mine", "Digits, gap"}
            await client.until(lambda c: {r["name"] for r in c.messages[-1]["runs"]} == names)
            delete_run(first.run)
            await client.until(lambda c: c.messages[-1]["shown"] == second.run.id)
            told = len(client.messages)
            await client.for_a_while(1.5)
            assert len(client.messages) == told  # nothing changed, nothing said

    play(watch())


def test_what_is_shown(write_run, ship):
    def shown():
        return json.loads(LobbyReader().read())["shown"]

    assert shown() is None
    ship("fashionmnist-gap")
    assert shown() == "fashionmnist-gap"
    theirs = write_run(owner="a-viewer")
    theirs.writer.write("status", status="running")
    assert shown() == "fashionmnist-gap"
    older = write_run()
    older.path = older.path.rename(older.path.with_name("20200101-000000-a"))
    newer = write_run()
    newer.path = newer.path.rename(newer.path.with_name("20210101-000000-b"))
    for one in (older, newer):
        one.writer.write("status", status="finished", step=1)
    assert shown() == "20210101-000000-b"
    older.writer.write("status", status="waiting")
    assert shown() == "20200101-000000-a"
    show_run_to_all("fashionmnist-gap")
    assert shown() == "fashionmnist-gap"
    show_run_to_all(None)
    assert shown() == "20200101-000000-a"


@pytest.mark.parametrize(
    "nonsense", ["nonsense", "", "[]", "{}", "null", '{"classes":5}', "[" * 100_000, "\xff\x00"]
)
def test_a_run_that_cannot_be_read_is_listed_as_such(nonsense, write_run):
    good, bad = write_run(), write_run()
    good.writer.write("status", status="finished", step=1)
    (bad.path / "run.json").write_text(nonsense)
    status = {r["id"]: r["status"] for r in json.loads(LobbyReader().read())["runs"]}
    assert status == {good.run.id: "finished", bad.run.id: "unreadable"}
    bad.path.rename(bad.path.with_name("29990101-bad"))
    assert json.loads(LobbyReader().read())["shown"] == good.run.id
    assert shown_run() == good.run.id


def test_the_status_follows_the_process(write_run):
    one = write_run()
    reader = LobbyReader()

    def status():
        return json.loads(reader.read())["runs"][0]["status"]

    assert status() == "interrupted"  # neither in line nor at work
    with one.run.writing() as writer:
        writer.write("status", status="running")
        assert status() == "running"
        one.steps(1, 50)
        assert status() == "running"
    assert status() == "interrupted"
    one.writer.write("status", status="failed", step=9, message='says "status"')
    one.steps(51, 52)
    assert status() == "failed"


def test_among_hundreds_the_run_that_matters_is_in_the_list(write_run, root):
    """However old it is: chosen, at work, in line; and what is shown is the same everywhere."""
    runs = []
    for n in range(500):
        path = root / f"20200101-{n:06d}-digits-gap"
        if n == 0:
            write_run().path.rename(path)
        else:
            path.mkdir()
            (path / "run.json").write_bytes((runs[0] / "run.json").read_bytes())
        (path / "events.jsonl").write_text('{"event":"status","status":"finished","step":1}\n')
        runs.append(path)
    reader = LobbyReader()

    def told():
        message = json.loads(reader.read())
        assert message["shown"] == shown_run()
        ids = [entry["id"] for entry in message["runs"]]
        assert message["shown"] in ids
        assert len(ids) == len(set(ids)) < 230
        return message["shown"], ids

    assert told()[0] == runs[499].name
    show_run_to_all(runs[7].name)
    assert told()[0] == runs[7].name
    with Run(runs[3]).writing() as writer:
        writer.write("status", status="running")
        shown, ids = told()
        assert shown == runs[7].name
        assert runs[3].name in ids
        show_run_to_all(None)
        assert told()[0] == runs[3].name
    (runs[5] / "events.jsonl").write_text('{"event":"status","status":"waiting"}\n')
    assert told()[0] == runs[5].name
