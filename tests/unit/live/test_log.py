"""Whatever is written in whatever pieces, a reader gets each line once, in order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.live import log


@given(
    lines=st.lists(st.integers(0, 60), min_size=1, max_size=40),
    pieces=st.lists(st.integers(1, 5), max_size=20),
    readers=st.lists(st.tuples(st.integers(0, 10), st.integers(1, 6)), min_size=1, max_size=4),
)
def test_readers_get_every_line_once(lines, pieces, readers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "KEPT", 10**9)
        encoded = [
            json.dumps({"n": n, "x": "é" * size}).encode() + b"\n" for n, size in enumerate(lines)
        ]
        kept = log.EventLog()
        start = [min(first, len(encoded)) for first, _ in readers]
        position = [sum(map(len, encoded[:first])) for first in start]
        seen = [[] for _ in readers]

        def read(reader):
            assert kept.has(position[reader])
            message = kept.message(position[reader])
            parsed = json.loads(message.text)
            assert parsed["type"] == "events"
            assert parsed["offset"] == message.end
            seen[reader] += [event["n"] for event in parsed["events"]]
            position[reader] = message.end

        waiting = list(encoded)
        for tick, size in enumerate([*pieces, len(encoded)]):
            if waiting:
                kept.append(b"".join(waiting[:size]))
                del waiting[:size]
            for reader, (_, every) in enumerate(readers):
                if tick % every == 0 and position[reader] < kept.end:
                    read(reader)
        for reader in range(len(readers)):
            while position[reader] < kept.end:
                read(reader)
            assert seen[reader] == list(range(start[reader], len(encoded)))


def test_readers_in_step_share_one_message():
    kept = log.EventLog()
    kept.append(b'{"a":1}\n{"b":2}\n')
    assert kept.message(0) is kept.message(0)
    assert kept.message(8) is not kept.message(0)
    before = kept.message(0)
    kept.append(b'{"c":3}\n')
    assert kept.message(0) is not before


def test_the_oldest_lines_are_let_go(monkeypatch):
    monkeypatch.setattr(log, "KEPT", 100)
    kept = log.EventLog()
    for number in range(100):
        kept.append(b'{"n":%03d}\n' % number)
    assert kept.end == 1000
    assert 800 < kept.start < 1000
    assert kept.start % 10 == 0
    assert not kept.has(0)
    assert not kept.has(kept.start + 3)
    assert not kept.has(kept.end + 1)
    assert kept.has(kept.end)


def test_distinct_positions_do_not_fill_the_memory():
    kept = log.EventLog()
    kept.append(b'{"n":0}\n' * 500)
    for position in range(0, 4000, 8):
        kept.message(position)
    assert len(kept._messages) <= 8


def test_cut_takes_whole_lines():
    assert log.cut(b"aa\nbb\ncc\n", 7) == b"aa\nbb\n"
    assert log.cut(b"aaaa\nb\n", 2) == b"aaaa\n"
    assert log.cut(b"aa\n", 100) == b"aa\n"
