"""Predict, then reveal: over the socket, and never the distribution before the reveal."""

import asyncio
import dataclasses
import functools
import hashlib
import json

import pytest

from cnnviz.classroom import new_viewer, viewer_of
from cnnviz.live import run_channel
from cnnviz.runs import show_run_to_all
from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import close_voting, pose, read_questions, reveal

QUESTION = Question("class", "Which class?", (Option("cat"), Option("dog"), Option("ship")))


@functools.cache
def card(_number):
    """The cookie of some browser, as it got it with a page."""
    return new_viewer()


def test_votes_are_counted_and_only_the_reveal_says_how_they_fell(view, written, play):
    id = pose(written.run, dataclasses.replace(QUESTION, secret={"words": "It floats."}))
    path = f"/live/{written.run.id}"

    async def watch():
        async with view(path, cookie=card(1)) as one, view(path, cookie=card(2)) as two:
            for client in (one, two):
                await client.until(lambda c: c.of("question"))
            assert one.of("question")[0]["question"] == {
                "id": id,
                "kind": "class",
                "text": "Which class?",
                "options": [{"label": "cat"}, {"label": "dog"}, {"label": "ship"}],
            }
            await one.ask(vote={"question": id, "option": 2})
            await two.ask(vote={"question": id, "option": 2})
            await two.ask(vote={"question": id, "option": 0})  # thought better of it
            await one.until(lambda c: c.of("votes") and c.of("votes")[-1]["count"] == 2)
            await one.for_a_while()
            for message in one.of("votes"):
                assert set(message) == {"type", "question", "count", "closed", "watching"}
            assert "counts" not in json.dumps(one.messages)
            assert "floats" not in json.dumps(one.messages)
            assert read_questions(written.run)[-1].votes == {0: 1, 2: 1}
            reveal(written.run, id, 2, "It floats.")
            await one.until(lambda c: c.of("reveal"))
            assert one.of("reveal")[0] == {
                "type": "reveal",
                "question": id,
                "counts": [1, 0, 1],
                "answer": 2,
                "words": "It floats.",
            }
            await two.ask(vote={"question": id, "option": 2})
            await two.until(lambda c: c.of("refused"))
            assert "closed" in two.of("refused")[0]["message"]
            assert not one.of("refused")
        async with view(path) as late:  # who comes later sees it too
            await late.until(lambda c: c.of("reveal"))
            assert late.of("question")

    play(watch())
    assert read_questions(written.run)[-1].counts == [1, 0, 1]


def test_a_viewer_on_any_page_is_told_of_the_question_that_is_open(view, write_run, play):
    run, other = write_run().run, write_run().run
    show_run_to_all(run.id)

    async def watch():
        async with view("/live/-question") as client:

            async def told(question):
                await client.until(lambda c: c.messages and c.messages[-1]["question"] == question)

            await told("")
            first = pose(run, QUESTION)
            await told(first)
            await told(second := pose(run, QUESTION))
            close_voting(run, second)
            await told("")
            pose(other, QUESTION)  # of which whoever follows sees nothing
            await told(third := pose(run, QUESTION))
            reveal(run, third, None, "")
            await told("")
            (run.path / "questions.jsonl").write_text("nonsense")
            await client.for_a_while(1.5)
        asked = ["", first, second, "", third, ""]
        assert client.messages == [{"type": "asked", "question": one} for one in asked]

    play(watch())


def test_the_voter_is_the_one_that_pages_know(view, written, play, wait_until):
    from cnnviz.runs.votes import vote

    id = pose(written.run, QUESTION)

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(7)) as client:
            await client.until(lambda c: c.of("question"))
            await client.ask(vote={"question": id, "option": 1})
            await client.until(lambda c: c.of("votes") and c.of("votes")[-1]["count"] == 1)

    play(watch())
    vote(written.run, id, 2, viewer_of({"cnnviz_viewer": card(7)}))
    assert read_questions(written.run)[0].votes == {2: 1}
    assert card(7) not in (written.path / "questions.jsonl").read_text()


def test_who_comes_back_is_told_the_own_vote_and_nobody_else_is(view, written, play):
    id = pose(written.run, QUESTION)

    async def told(number, count=1):
        async with view(f"/live/{written.run.id}", cookie=number and card(number)) as client:
            await client.until(lambda c: len(c.of("voted")) == count)
            assert client.messages.index(client.of("question")[0]) < client.messages.index(
                client.of("voted")[0]
            )
            return client.of("voted")[-1]

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(1)) as client:
            await client.until(lambda c: c.of("voted"))
            await client.ask(vote={"question": id, "option": 2})
            await client.until(lambda c: len(c.of("voted")) == 2)
            await client.ask(vote={"question": id, "option": 9})  # the other still counts
            await client.until(lambda c: len(c.of("voted")) == 3)
            assert [m["option"] for m in client.of("voted")] == [None, 2, 2]
        mine = {"type": "voted", "question": id, "option": 2}
        assert await told(1) == mine
        for other in (2, None):  # also the same browser, to a server that gave it another card
            assert await told(other) == mine | {"option": None}
        close_voting(written.run, id)
        reveal(written.run, id, 2)
        assert await told(1) == mine
        second = pose(written.run, QUESTION)
        assert await told(1) == {"type": "voted", "question": second, "option": None}

    play(watch())


def test_a_vote_may_be_the_first_thing_that_is_said(view, written, play):
    """As of a browser that was offline when somebody voted: nothing was read of the run yet."""
    id = pose(written.run, QUESTION)

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(1)) as client:
            await client.ask(vote={"question": id, "option": 2})
            await client.until(lambda c: c.of("refused") or {"option": 2} in told(c))
            assert not client.of("refused")

    def told(client):
        return [{"option": message["option"]} for message in client.of("voted")]

    play(watch())
    assert read_questions(written.run)[0].counts == [0, 0, 1]


def test_no_cookie_no_vote(view, written, play):
    id = pose(written.run, QUESTION)

    async def watch(cookie):
        async with view(f"/live/{written.run.id}", cookie=cookie) as client:
            await client.until(lambda c: c.of("question"))
            await client.ask(vote={"question": id, "option": 1})
            await client.until(lambda c: c.of("refused"))
            assert client.of("refused")[0]["card"] is False

    invented = hashlib.sha256(b"x").hexdigest()[:46]
    for cookie in (None, "short", "../../../etc/passwd-and-more", "a" * 32, invented):
        play(watch(cookie))
    assert read_questions(written.run)[0].count == 0


def test_a_room_that_votes_at_once_is_told_a_few_times_a_second(view, written, play):
    id = pose(written.run, QUESTION)

    async def watch():
        async def vote(number):
            async with view(f"/live/{written.run.id}", cookie=card(number)) as client:
                await client.until(lambda c: c.of("question"))
                await client.ask(vote={"question": id, "option": number % 3})
                await client.until(lambda c: c.of("votes") and c.of("votes")[-1]["count"] == 40)
                return [m["count"] for m in client.of("votes")]

        began = asyncio.get_running_loop().time()
        told = await asyncio.gather(*(vote(number) for number in range(40)))
        seconds = asyncio.get_running_loop().time() - began
        assert all(counts == sorted(counts) for counts in told)
        assert max(map(len, told)) <= 3 * seconds + 2

    play(watch())
    assert read_questions(written.run)[0].counts == [14, 13, 13]


def test_the_next_question_replaces_the_last(view, written, play):
    first = pose(written.run, QUESTION)
    reveal(written.run, first, None)

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(1)) as client:
            await client.until(lambda c: c.of("reveal"))
            second = pose(written.run, QUESTION)
            await client.until(lambda c: len(c.of("question")) == 2)
            assert client.of("question")[1]["question"]["id"] == second
            await client.ask(vote={"question": first, "option": 0})
            await client.until(lambda c: c.of("refused"))
        async with view(f"/live/{written.run.id}") as late:
            await late.until(lambda c: c.of("votes"))
            assert not late.of("reveal")
            assert [m["question"]["id"] for m in late.of("question")] == [second]

    play(watch())


@pytest.mark.parametrize("option", [3, 99, -1, 10**400, 1.0, True, "1", None, [], {"a": 1}])
def test_an_answer_that_there_is_not_reaches_no_file(option, view, written, play):
    id = pose(written.run, QUESTION)
    before = (written.path / "questions.jsonl").read_bytes()

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(1)) as client:
            await client.until(lambda c: c.of("question"))
            await client.ask(vote={"question": id, "option": option})
            await client.until(lambda c: c.of("refused"))
            assert client.of("refused")[0]["message"] == "There is no such answer."

    play(watch())
    assert (written.path / "questions.jsonl").read_bytes() == before


def test_one_address_has_so_many_voters_and_no_more(view, written, play, monkeypatch):
    monkeypatch.setattr(run_channel, "VOTERS_PER_ADDRESS", 5)
    id = pose(written.run, QUESTION)
    path = f"/live/{written.run.id}"

    async def watch():
        async def cast(number, option):
            async with view(path, cookie=card(number)) as client:
                await client.until(lambda c: c.of("question"))
                await client.ask(vote={"question": id, "option": option})
                await client.for_a_while()
                return client.of("refused")

        async with view(path):  # somebody watches all the time
            refused = await asyncio.gather(*(cast(number, number % 3) for number in range(20)))
            assert sum(map(bool, refused)) == 15
            assert all("network" in one[0]["message"] for one in refused if one)
            voted = refused.index([])
            assert await cast(voted, (voted + 1) % 3) == []  # who has voted may change it

    play(watch())
    assert read_questions(written.run)[0].count == 5


def test_the_presenter_sees_how_many_watch_and_can_close_the_vote(view, written, play, monkeypatch):
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "of this test")
    one, two = new_viewer(), new_viewer()
    proof = hashlib.sha256(b"of this test").hexdigest()
    path = f"/live/{written.run.id}"
    id = pose(written.run, QUESTION)

    async def watch():
        cookies = {"Cookie": f"cnnviz_presenter={proof}; cnnviz_viewer={two}"}
        async with (
            view(path, headers=cookies) as presenter,
            view(path, cookie=one) as first,
            view(path, cookie=one) as again,
        ):
            for client in (presenter, first, again):
                await client.until(lambda c: c.of("question"))
            await first.ask(vote={"question": id, "option": 2})
            await presenter.until(lambda c: c.of("votes") and c.of("votes")[-1]["count"] == 1)
            assert presenter.of("votes")[-1]["watching"] == 1  # one browser, with two tabs
            await presenter.ask(vote={"question": id, "option": 1})  # who asks has no vote
            await presenter.until(lambda c: c.of("refused"))
            close_voting(written.run, id)
            await first.until(lambda c: any(m["closed"] for m in c.of("votes")))
            await first.ask(vote={"question": id, "option": 1})
            await first.until(lambda c: c.of("refused"))
            assert "closed" in first.of("refused")[0]["message"]
            assert not first.of("reveal")
            reveal(written.run, id, 2, "It is a ship.")
            await first.until(lambda c: c.of("reveal"))
            assert first.of("reveal")[0]["counts"] == [0, 0, 1]

    play(watch())
