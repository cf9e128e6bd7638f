import errno
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.runs import RunError
from cnnviz.runs.events import (
    EventWriter,
    append_command,
    check_command,
    read_commands,
    read_lines,
)


def test_written_events_are_read_back_in_order(tmp_path):
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    writer.write("status", status="running", title="ä\n“")
    writer.write("step", step=1)
    events, offset = read_lines(path)
    writer.write("step", step=2)
    later, end = read_lines(path, offset)
    writer.close()
    assert [e.get("step") for e in events] == [None, 1]
    assert events[0]["title"] == "ä\n“"
    assert [e["step"] for e in later] == [2]
    assert end == path.stat().st_size
    assert read_lines(path, end) == ([], end)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 200), split=st.integers(0, 200))
def test_any_torn_end_is_left_out_and_then_overwritten(tmp_path_factory, cut, split):
    path = tmp_path_factory.mktemp("torn") / "events.jsonl"
    lines = [json.dumps({"event": "step", "step": n, "note": "é" * n}) + "\n" for n in range(4)]
    data = "".join(lines).encode()
    cut = min(cut, len(data))
    path.write_bytes(data[:cut])
    whole = data[:cut].count(b"\n")
    first, offset = read_lines(path)
    assert [e["step"] for e in first] == list(range(whole))
    writer = EventWriter(path)
    writer.write("step", step=99)
    writer.close()
    rest, _ = read_lines(path, offset)
    assert [e["step"] for e in rest] == [99]
    assert [e["step"] for e in read_lines(path)[0]] == [*range(whole), 99]


def test_missing_file_is_empty(tmp_path):
    assert read_lines(tmp_path / "none") == ([], 0)


@pytest.mark.parametrize("line", [b"{not json}", b"[1]", b"\xff\xfe", b"", b"nul\x00"])
def test_a_mangled_line_is_quoted(tmp_path, line):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event":"step","step":1}\n' + line + b"\n")
    with pytest.raises(RunError, match="not an event"):
        read_lines(path)


def test_a_file_that_shrank_is_refused(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"{}\n")
    with pytest.raises(RunError, match="shorter"):
        read_lines(path, 100)


def test_not_a_number_is_never_written(tmp_path):
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    with pytest.raises(ValueError):
        writer.write("step", loss=float("nan"))
    writer.close()
    assert path.read_bytes() == b""


def test_half_a_line_on_a_full_disk_is_taken_back(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    writer.write("step", step=1)
    real, calls = os.write, []

    def full(descriptor, data):
        calls.append(data)
        if len(calls) == 1:
            return real(descriptor, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.write("step", step=2)
    monkeypatch.setattr(os, "write", real)
    writer.write("step", step=3)
    writer.close()
    assert [e["step"] for e in read_lines(path)[0]] == [1, 3]


def test_commands_from_several_hands(tmp_path):
    path = tmp_path / "control.jsonl"
    assert read_commands(path) == ([], 0)
    append_command(path, "pause")
    commands, offset = read_commands(path)
    assert [c["command"] for c in commands] == ["pause"]
    with path.open("ab") as file:
        file.write(b'garbage\n{"command": 3}\n{}\n[]\n')
    append_command(path, "learning_rate", value=0.5)
    append_command(path, "step", filter=3)
    rate, step = read_commands(path, offset)[0]
    assert (rate["command"], rate["value"]) == ("learning_rate", 0.5)
    assert (step["command"], step["filter"]) == ("step", 3)
    assert step["time"] >= commands[0]["time"] > 1e9
    with pytest.raises(ValueError):
        append_command(path, "pace", value=float("nan"))


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("learning_rate", {"value": 0}),
        ("learning_rate", {"value": float("inf")}),
        ("learning_rate", {"value": "fast"}),
        ("pace", {"value": -1}),
        ("pace", {"value": True}),
        ("step", {"filter": -1}),
        ("step", {"filter": 1.5}),
        ("step", {"filter": None}),
    ],
)
def test_values_that_make_no_sense(command, values):
    with pytest.raises(RunError):
        check_command({"command": command, **values})


def test_values_that_do():
    for values in ({"value": 0}, {"value": 2.5}):
        check_command({"command": "pace", **values})
    check_command({"command": "stop"})
    check_command({"command": "step", "filter": 3})
