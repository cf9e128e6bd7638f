"""The channel of one run: its events, frames and questions."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from cnnviz.live.channel import GONE, Channel
from cnnviz.live.log import CHUNK, EventLog, Message, cut, encode
from cnnviz.live.source import News, RunGoneError, Source
from cnnviz.runs import RunError
from cnnviz.runs.events import parse_event
from cnnviz.runs.history import LONG
from cnnviz.runs.values import is_number
from cnnviz.runs.votes import NO_CARD, vote, vote_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from cnnviz.live.subscriber import Subscriber
    from cnnviz.runs import Run
    from cnnviz.runs.questions import Question

ALIVE_SECONDS = 0.1
IDLE_SECONDS = 0.4
QUESTION_SECONDS = 0.35
MESSAGES_PER_SECOND = 1500
"""To all subscribers of a run together: with very many, each gets fewer, larger messages."""

OLD_BYTES_PER_SECOND = 60_000_000
"""Frames of long ago, to all subscribers together: a room that joins at once must not hold
up what happens now."""

HISTORY_FRAMES = 32
PIECE = 250_000
"""Bytes of old frames in one message: new events must not queue behind much of it."""

VOTERS_PER_ADDRESS = 300
"""Whose votes on one question count, of those behind one address: a school often has only one."""

CACHED_BYTES = 16_000_000
_AT_ONCE = 8


class RunChannel(Channel):
    """Tails one run."""

    def __init__(self, run: Run, threads: Executor, ballots: Executor) -> None:
        self.run = run
        self._ballots = ballots
        self._voters: dict[str, set[str]] = {}
        self._source = Source(run)
        self._log = EventLog()
        self._history: tuple[list[bytes], int] | None = None
        self._older: OrderedDict[int, Message] = OrderedDict()
        self._about: dict[str, Any] = {}
        self._alive = False
        self._waiting = False
        self._steps: list[int] = []
        self._ticks: tuple[int, bytes, bytes] = (0, b"", b"")
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._frame_bytes = 0
        self._budget = OLD_BYTES_PER_SECOND * ALIVE_SECONDS
        self._question: Question | None = None
        self._asked_at = 0.0
        super().__init__(threads)

    async def open(self) -> None:
        """Read the run and all its events so far."""
        try:
            self._about = await self.in_thread(self._source.describe)
            if (history := await self.in_thread(self._source.history)) is not None:
                lines, end = history
                for line in lines:
                    self._fold(parse_event(line))
                self._log.begin(end)
            news = await self.in_thread(self._source.poll, self._log.end)
            self._take(news)
            while news.more:
                news = await self.in_thread(self._source.poll, self._log.end)
                self._take(news)
        except RunGoneError:
            self.end(GONE, "gone")
            return
        self._alive, self._about["name"] = news.alive, news.name
        await self._look_aside()

    async def tick(self) -> float:
        """Read the new lines, and the frames they tell of."""
        try:
            news = await self.in_thread(self._source.poll, self._log.end)
        except RunGoneError:
            self.end(GONE, "gone")
            return 0.0
        fresh = self._take(news)
        if news.alive != self._alive:
            self._alive = news.alive
            self.notice("alive", alive=news.alive)
        if news.name != self._about["name"]:
            self._about["name"] = news.name
            self.notice("renamed", name=news.name)
        if news.lines:
            self.announce()
        if fresh:
            frames = [(step, await self._frame(step)) for step in fresh[-_AT_ONCE:]]
            found = [frame for _, frame in frames if frame]
            if found:
                self._ticks = (self._ticks[0] + 1, pack(found), pack(found[-1:]))
                self.announce()
        await self._look_aside()
        pause = max(ALIVE_SECONDS, len(self.subscribers) / MESSAGES_PER_SECOND)
        if not (self._alive or self._waiting):
            pause = IDLE_SECONDS
        self._budget = OLD_BYTES_PER_SECOND * pause
        for subscriber in self.subscribers:
            if subscriber.wanted:
                subscriber.wake.set()
        return pause

    async def welcome(self, subscriber: Subscriber, query: dict[str, str]) -> None:
        """Send the greeting, and find out which events and frames the subscriber lacks."""
        position = _number(query.get("after", ""))
        if self._log.end - position > 2 * LONG:
            position = 0  # so far behind that the thinned history is shorter
        if not self._log.has(position) and not await self.in_thread(
            self._source.begins_line, position
        ):
            position = 0
        subscriber.position = position
        if query.get("frames") == "none":  # only its curves are drawn, beside those of others
            subscriber.frames = sys.maxsize
        else:
            subscriber.frames = self._ticks[0]
            listed = query.get("frames", "").split(",") if position else []
            has = {_number(step) for step in listed}
            subscriber.wanted.extend(spread([step for step in self._steps if step not in has]))
        hello = {
            "type": "hello",
            "run": self._about,
            "alive": self._alive,
            "from": position,
            "now": round(time.time(), 3),
        }
        await subscriber.send(json.dumps(hello))
        await self._tell_own_vote(subscriber)

    async def deliver(self, subscriber: Subscriber) -> bool:
        """Send missing events first, then new frames, then older frames piece by piece."""
        # One message of each at a time, so that old frames never hold up new events.
        sent = False
        if subscriber.position == 0 and self._log.end > LONG:
            await self._send_history(subscriber)
            sent = True
        elif subscriber.position < self._log.end:
            message = await self._events(subscriber.position)
            subscriber.position = message.end
            await subscriber.send(message.text)
            sent = True
        count, all_of_tick, newest = self._ticks
        if subscriber.frames < count:
            message_of = all_of_tick if subscriber.frames == count - 1 else newest
            subscriber.frames = count
            await subscriber.send(message_of)
            sent = True
        elif subscriber.wanted and self._budget > 0:
            await self._send_wanted(subscriber)
            sent = True
        return sent

    async def asked(self, subscriber: Subscriber, message: dict[str, Any]) -> None:
        """Frames and votes can be asked for; nothing that changes a run."""
        if "frames" in message:
            subscriber.want(message["frames"])
        ballot = message.get("vote")
        if isinstance(ballot, dict):
            await self._vote(subscriber, str(ballot.get("question")), ballot.get("option"))

    async def _vote(self, subscriber: Subscriber, id: str, option: object) -> None:
        """Take a vote; what cannot count is refused here and reaches no file."""
        await self._ready.wait()  # a browser may vote before anything was read
        question = self._question
        if question is None or id != question.id:
            refused = "This question is no longer open."
        elif not subscriber.voter:
            refused = NO_CARD
        else:
            refused = question.refusal(option) or self._crowd(subscriber)
        if not refused:
            try:
                await self._at_the_ballots(vote, id, option, subscriber.voter)
            except RunError as error:
                refused = str(error)
        if refused:
            subscriber.reply(type="refused", message=refused, card=refused != NO_CARD)
        await self._tell_own_vote(subscriber)

    async def _tell_own_vote(self, subscriber: Subscriber) -> None:
        """Tell a viewer which vote of its own counts, so that it need not trust its memory."""
        if (question := self._question) is None:
            return
        try:
            option = await self._at_the_ballots(vote_of, question.id, subscriber.voter)
        except RunError:
            return  # the next look at the questions says so
        subscriber.reply(type="voted", question=question.id, option=option)

    async def _at_the_ballots(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Read or write votes, all in one thread, so that the last count told is the newest."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._ballots, call, self.run, *arguments)

    def _crowd(self, subscriber: Subscriber) -> str:
        """Why no more voters are let in from this network address; "" where this one is."""
        voters = self._voters.setdefault(subscriber.address, set())
        if subscriber.voter not in voters and len(voters) >= VOTERS_PER_ADDRESS:
            return f"Your network has cast {VOTERS_PER_ADDRESS} votes already: no more are counted."
        voters.add(subscriber.voter)
        return ""

    def _take(self, news: News) -> list[int]:
        """Take in events; returns the steps of new frames."""
        if not news.lines:
            return []
        self._log.append(news.lines)
        for event in news.events:
            self._fold(event)
        # Also those taken back and made again.
        fresh = [event.get("step") for event in news.events if event["event"] == "snapshot"]
        return [step for step in self._steps if step in fresh]

    def _fold(self, event: dict[str, Any]) -> None:
        """Note which frames there are."""
        kind = event.get("event")
        given = event.get("step")
        step = int(given) if is_number(given) and given >= 0 else None
        if kind == "snapshot" and step is not None:
            self._steps = [*(s for s in self._steps if s < step), step]
        elif kind == "thinned":
            self._steps = [s for s in self._steps if s != step]
        elif kind == "status":
            self._waiting = event.get("status") == "waiting"
            if step is not None and any(s > step for s in self._steps):
                # A resumed run repeats these steps and writes their frames anew.
                self._steps = [s for s in self._steps if s <= step]
                self._frames.clear()
                self._frame_bytes = 0

    async def _send_history(self, subscriber: Subscriber) -> None:
        """Send the thinned events of a long run, in a few messages.

        Only the last of them has the offset that they lead to: a browser that loses its
        connection on the way stands at no line, and begins again.
        """
        if self._history is None or not self._log.has(self._history[1]):
            self._history = await self.in_thread(self._source.history)
        if self._history is None:
            raise RunError("events.jsonl is shorter than it was.")
        lines, end = self._history
        left, part = b"\n".join(lines) + b"\n", 0
        while left:
            lines_now = cut(left, CHUNK)
            left, part = left[len(lines_now) :], part + 1
            await subscriber.send(encode(lines_now, part if left else end).text)
        subscriber.position = end

    async def _events(self, position: int) -> Message:
        if self._log.has(position):
            return self._log.message(position)
        message = self._older.get(position)
        if message is None:
            message = await self.in_thread(self._source.older, position, self._log.end)
            self._older[position] = message
            while len(self._older) > 4:
                self._older.popitem(last=False)
        return message

    async def _frame(self, step: int) -> bytes | None:
        if step in self._frames:
            self._frames.move_to_end(step)
            return self._frames[step]
        frame = await self.in_thread(self._source.frame, step)
        if frame is not None and step in self._steps and step not in self._frames:
            self._frames[step] = frame
            self._frame_bytes += len(frame)
            while self._frame_bytes > CACHED_BYTES:
                self._frame_bytes -= len(self._frames.popitem(last=False)[1])
        return frame

    async def _send_wanted(self, subscriber: Subscriber) -> None:
        frames: list[bytes] = []
        while subscriber.wanted and sum(map(len, frames)) < PIECE:
            frame = await self._frame(subscriber.wanted.popleft())
            if frame is not None:
                frames.append(frame)
        if frames:
            message = pack(frames)
            self._budget -= len(message)
            await subscriber.send(message)

    async def _look_aside(self) -> None:
        """Look for what rarely changes: probe images, questions and votes."""
        now = time.monotonic()
        if now - self._asked_at < QUESTION_SECONDS:
            return
        self._asked_at = now
        probes, question = await self.in_thread(self._source.aside)
        if probes is not None:
            self.notice_text("probes", probes)
        if question is not None and question != self._question:
            self._tell(question)

    def _tell(self, question: Question) -> None:
        before, self._question = self._question, question
        if before is None or before.id != question.id:
            self.withdraw("votes", "reveal")
            self._voters.clear()
            self.notice("question", question=question.to_json())
        if question.revealed:
            self.withdraw("votes")
        watching = len({one.voter for one in self.subscribers} - {""})
        message = question_messages(question, watching)[-1]
        self.notice(message.pop("type"), **message)


def question_messages(question: Question, watching: int = 0) -> list[dict[str, Any]]:
    """What everybody is told of a question: itself, then how many voted, or the answer."""
    asked = {"type": "question", "question": question.to_json()}
    if not question.revealed:
        # How many, never which: that would sway the others.
        news = {"count": question.count, "closed": question.closed, "watching": watching}
        return [asked, {"type": "votes", "question": question.id, **news}]
    found = {"counts": question.counts, "answer": question.answer, "words": question.words}
    return [asked, {"type": "reveal", "question": question.id, **found}]


def pack(frames: Iterable[bytes]) -> bytes:
    """One binary message: each frame with its length (32 bits, little endian) before it."""
    return b"".join(part for frame in frames for part in (struct.pack("<I", len(frame)), frame))


def spread(steps: list[int], most: int = HISTORY_FRAMES) -> list[int]:
    """Choose at most that many steps, evenly spaced: the newest first, then in order."""
    if len(steps) > most:
        steps = [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]
    return [*steps[-1:], *steps[:-1]]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
