"""Predict, then reveal: over the socket, and never the distribution before the reveal."""

import asyncio
import dataclasses
import json

from cnnviz.classroom import viewer_of
from cnnviz.runs.questions import Option, Question, pose, read_questions, reveal

QUESTION = Question("class", "Which class?", (Option("cat"), Option("dog"), Option("ship")))


def card(number):
    """The cookie of some browser."""
    return f"voter-{number:03d}-" + "x" * 24


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
                assert set(message) == {"type", "question", "count"}
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


def test_the_voter_is_the_one_that_pages_know(view, written, play, wait_until):
    from cnnviz.runs.questions import vote

    id = pose(written.run, QUESTION)

    async def watch():
        async with view(f"/live/{written.run.id}", cookie=card(7)) as client:
            await client.ask(vote={"question": id, "option": 1})
            await client.until(lambda c: c.of("votes") and c.of("votes")[-1]["count"] == 1)

    play(watch())
    vote(written.run, id, 2, viewer_of({"cnnviz_viewer": card(7)}))
    assert read_questions(written.run)[0].votes == {2: 1}
    assert card(7) not in (written.path / "questions.jsonl").read_text()


def test_no_cookie_no_vote(view, written, play):
    id = pose(written.run, QUESTION)

    async def watch(cookie):
        async with view(f"/live/{written.run.id}", cookie=cookie) as client:
            await client.ask(vote={"question": id, "option": 1})
            await client.until(lambda c: c.of("refused"))

    for cookie in (None, "short", "../../../etc/passwd-and-more"):
        play(watch(cookie))
    assert read_questions(written.run)[0].count == 0


def test_a_room_that_votes_at_once_is_told_a_few_times_a_second(view, written, play):
    id = pose(written.run, QUESTION)

    async def watch():
        async def vote(number):
            async with view(f"/live/{written.run.id}", cookie=card(number)) as client:
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
