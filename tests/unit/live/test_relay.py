"""What a page brings to a browser whose network blocks the sockets: the same as they would."""

import base64
import json

import pytest

from cnnviz.live.relay import relay
from cnnviz.runs import delete_run
from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import pose, reveal, vote

from .conftest import unpack


def brought(run, after=0):
    answer = relay({"number": 7, "runs": {run.id: after}})
    assert answer["number"] == 7
    (news,) = answer["runs"].values()
    return [json.loads(text) for text in news["messages"]], news.get("frame")


def test_it_brings_what_the_socket_would(written, view, play):
    written.steps(1, 20)
    frame = written.snapshot(20)
    id = pose(written.run, Question("class", "Which?", (Option("a"), Option("b"))))
    vote(written.run, id, 1, "somebody-0123456789")

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            return await client.until(lambda c: c.of("votes") and c.events and c.frames)

    socket = play(watch())
    messages, sent = brought(written.run)
    for name in ("hello", "events", "question", "votes"):
        (there,), (here,) = socket.of(name), [m for m in messages if m["type"] == name]
        for one in (there, here):
            one.pop("now", None)
        assert here == there
    assert unpack(base64.b64decode(sent)) == [frame] == socket.frames


def test_it_goes_on_where_the_browser_is(written):
    written.steps(1, 5)
    (_, events), _ = brought(written.run)
    written.steps(6, 7)
    (hello, more), frame = brought(written.run, events["offset"])
    assert hello["from"] == events["offset"]
    assert events["events"] + more["events"] == written.recorded()
    assert frame is None
    for nowhere in (events["offset"] - 1, -1, 10**20, 1.5, "x", None, True, [1]):
        assert brought(written.run, nowhere)[0][0]["from"] == 0


def test_the_answer_is_not_told_before_the_reveal(written):
    id = pose(written.run, Question("class", "Which?", (Option("a"), Option("b")), secret={"x": 1}))
    vote(written.run, id, 1, "somebody-0123456789")
    assert "counts" not in json.dumps(brought(written.run))
    assert "secret" not in json.dumps(brought(written.run))
    reveal(written.run, id, 1, "It is b.")
    assert brought(written.run)[0][-1]["counts"] == [0, 1]


def test_runs_that_are_gone_or_damaged_are_said_to_be(written, write_run):
    other = write_run()
    other.events.write_text("nonsense\n")
    assert brought(other.run)[0][0]["type"] == "error"
    delete_run(written.run)
    assert brought(written.run)[0] == [{"type": "gone"}]


@pytest.mark.parametrize(
    "asked", [None, 1, "x", [], {}, {"runs": 1}, {"runs": [1]}, {"runs": None}]
)
def test_what_asks_nothing_gets_nothing(asked):
    assert relay(asked) is None


def test_no_more_than_a_race_of_runs_and_no_other_folder():
    asked = {f"../../etc{n}": 0 for n in range(1000)}
    answer = relay({"number": 1, "runs": asked})
    assert len(answer["runs"]) == 8
    assert all(news == {"messages": ['{"type":"gone"}']} for news in answer["runs"].values())
