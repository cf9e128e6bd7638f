"""Predict, then reveal: questions about a run, everybody's votes, and the answer.

A line log like the others of a run (`questions.jsonl`): a question, a vote and a reveal
are one line each, appended whole. What was asked last is the open question; a vote counts
once per voter, the last one wins, and none counts once voting is closed.

The tally is kept in memory: each look reads only the lines that were added, by whichever server.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import secrets
import threading
import time
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Any

from cnnviz.runs.config import RunError
from cnnviz.runs.files import NO_LINK, open_inside
from cnnviz.runs.questions import MAX_TEXT, Question, problem_of, question_from
from cnnviz.runs.values import NONSENSE, parse_json
from cnnviz.runs.values import text as readable

if TYPE_CHECKING:
    from pathlib import Path

    from cnnviz.runs.folder import Run

FILE = "questions.jsonl"
MAX_BYTES = 4_000_000
"""Of the file, for votes."""

PRESENTERS_BYTES = 1_000_000
"""Beyond that, for what the presenter asks and reveals: no votes can take this room."""

MAX_VOTES = 3000
"""On one question, changes included: about 400 kB of the file."""

MAX_CHANGES = 30
NO_CARD = "This browser has no voting card yet. Vote again in a few seconds."
_VOTER = re.compile(r"[A-Za-z0-9_.~=+/-]{8,200}")
_TALLIES = 64


def pose(run: Run, question: Question) -> str:
    """Ask the class something; an earlier question of the run is closed by it.

    Returns:
        The question's id.

    Raises:
        RunError: The run is read-only, the question makes no sense, or the disk refused.
    """
    if problem := problem_of(question):
        raise RunError(problem)
    question = dataclasses.replace(question, id=secrets.token_hex(6))
    room = MAX_BYTES + PRESENTERS_BYTES
    _append(run, {"pose": question.to_json(), "secret": question.secret}, room)
    return question.id


def vote(run: Run, question_id: str, option: object, voter: str) -> None:
    """Vote, or change one's vote.

    Args:
        run: The run that was asked about.
        question_id: From `pose`.
        option: Index of the option.
        voter: Who votes: any secret string that stays the same. A hash of it is kept.

    Raises:
        RunError: The question is closed or unknown, there is no such option, nobody
            votes, or the disk refused.
    """
    if not _VOTER.fullmatch(voter):
        raise RunError(NO_CARD)
    hashed = _hashed(question_id, voter)
    tally = _tally_of(run)
    with tally.lock:
        tally.read()
        if refused := tally.last(question_id).refusal(option):
            raise RunError(refused)
        if tally.ballot.get(hashed) == option:
            return
        if tally.changes[hashed] >= MAX_CHANGES:
            raise RunError("You have changed your vote too often: the last one counts.")
        if tally.changes.total() >= MAX_VOTES:
            raise RunError("This question cannot take any more votes.")
        line = {"vote": {"question": question_id, "option": option, "voter": hashed}}
        _append(run, line, MAX_BYTES)


def vote_of(run: Run, question_id: str, voter: str) -> int | None:
    """The option that somebody's vote on the run's last question counts for.

    Args:
        run: The run that was asked about.
        question_id: From `pose`.
        voter: As for `vote`.

    Returns:
        Index of the option; None if there is no vote, or the question is not the last one.

    Raises:
        RunError: The file cannot be read.
    """
    tally = _tally_of(run)
    with tally.lock:
        tally.read()
        return tally.ballot.get(_hashed(question_id, voter))


def _hashed(question_id: str, voter: str) -> str:
    """What is kept of a voter: it differs from question to question."""
    return hashlib.sha256(f"{question_id} {voter}".encode()).hexdigest()[:24]


def close_voting(run: Run, question_id: str) -> None:
    """Take no more votes on a question; they stay hidden until the reveal.

    Args:
        run: The run that was asked about.
        question_id: From `pose`.

    Raises:
        RunError: The question is not the last one, or was answered, or the disk refused.
    """
    _unanswered(run, question_id)
    _append(run, {"close": {"question": question_id}}, MAX_BYTES + PRESENTERS_BYTES)


def reveal(run: Run, question_id: str, answer: int | None, words: str = "") -> None:
    """Close the votes and show them, with the answer.

    Args:
        run: The run that was asked about.
        question_id: From `pose`.
        answer: Index of the right option, or None when there is none.
        words: A sentence to go with it.

    Raises:
        RunError: The question is closed or unknown, there is no such option, or the
            disk refused.
    """
    question = _unanswered(run, question_id)
    if answer is not None and not question.has(answer):
        raise RunError("There is no such answer.")
    line = {"reveal": {"question": question_id, "answer": answer, "words": words[:MAX_TEXT]}}
    _append(run, line, MAX_BYTES + PRESENTERS_BYTES)


def read_questions(run: Run) -> list[Question]:
    """The run's questions, oldest first, each with its votes.

    Raises:
        RunError: The file cannot be read.
    """
    tally = _tally_of(run)
    with tally.lock:
        tally.read()
        return list(tally.questions.values())


class _Tally:
    """The questions of one run with their votes, brought up to date by what was added.

    Attributes:
        lock: To be held around all else.
        questions: By id, oldest first.
        ballot: The option of each voter, in the last question.
        changes: How often each of them has voted.
    """

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self._path = path
        self._file = -1
        self._begin(-1)

    def _begin(self, file: int) -> None:
        self._file, self._end = file, 0
        self.questions: dict[str, Question] = {}
        self.ballot: dict[str, int] = {}
        self.changes: Counter[str] = Counter()

    def read(self) -> None:
        """Take in the lines that were added; those that make no sense are passed over.

        Raises:
            RunError: The file cannot be read.
        """
        try:
            with open_inside(self._path.parent, FILE) as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._file or found.st_size < self._end:
                    self._begin(found.st_ino)  # another file
                file.seek(self._end)
                added = file.read(2 * (MAX_BYTES + PRESENTERS_BYTES))
        except FileNotFoundError:
            self._begin(-1)
            return
        except OSError as error:
            raise RunError(f"{FILE} cannot be read: {error.strerror}.") from error
        whole = added[: added.rfind(b"\n") + 1]
        self._end += len(whole)
        for line in whole.split(b"\n"):
            try:
                self._take(parse_json(line))
            except NONSENSE:
                continue
        if whole:
            self._count()

    def last(self, id: str) -> Question:
        """The question of this id, which must be the last one.

        Raises:
            RunError: It is none, or another was asked after it.
        """
        if id not in self.questions:
            raise RunError("There is no such question.")
        if id != next(reversed(self.questions)):
            raise RunError("Voting on this question is closed.")
        return self.questions[id]

    def _take(self, line: dict[str, Any]) -> None:
        if "pose" in line:
            question = question_from(line["pose"], line.get("secret"))
            if question.id in self.questions:
                raise ValueError(question.id)
            self._count()
            self.questions[question.id] = question
            self.ballot, self.changes = {}, Counter()
        elif "vote" in line:
            id, option = line["vote"]["question"], line["vote"]["option"]
            voter = str(line["vote"]["voter"])
            if id == next(reversed(self.questions), None) and not self.questions[id].refusal(
                option
            ):
                self.ballot[voter] = option
                self.changes[voter] += 1
        elif "close" in line:
            id = line["close"]["question"]
            self.questions[id] = dataclasses.replace(self.questions[id], closed=True)
        elif "reveal" in line:
            id, answer = line["reveal"]["question"], line["reveal"]["answer"]
            question = self.questions[id]
            if (answer is None or question.has(answer)) and not question.revealed:
                words = readable(line["reveal"]["words"])[:MAX_TEXT]
                self.questions[id] = dataclasses.replace(
                    question, closed=True, revealed=True, answer=answer, words=words
                )

    def _count(self) -> None:
        """Write the votes so far into the last question."""
        last = next(reversed(self.questions.values()), None)
        if last is not None:
            votes = dict(sorted(Counter(self.ballot.values()).items()))
            self.questions[last.id] = dataclasses.replace(last, votes=votes)


_tallies: OrderedDict[Path, _Tally] = OrderedDict()
_tallies_lock = threading.Lock()


def _tally_of(run: Run) -> _Tally:
    path = run.path / FILE
    with _tallies_lock:
        tally = _tallies.setdefault(path, _Tally(path))
        _tallies.move_to_end(path)
        while len(_tallies) > _TALLIES:
            _tallies.popitem(last=False)
        return tally


def _unanswered(run: Run, question_id: str) -> Question:
    """The run's last question, if it is that one and was not answered yet."""
    tally = _tally_of(run)
    with tally.lock:
        tally.read()
        question = tally.last(question_id)
    if question.revealed:
        raise RunError("Voting on this question is closed.")
    return question


def _append(run: Run, line: dict[str, Any], room: int) -> None:
    """Append one line, to a file of at most `room` bytes.

    A line before it that was torn by a crash spoils only itself.
    """
    if run.shipped:
        raise RunError("This run is a bundled example and is read-only.")
    text = json.dumps({**line, "time": round(time.time(), 3)}, ensure_ascii=False)
    path = run.path / FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_LINK, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size + len(text) > room:
                raise RunError("This run has no room for more questions and votes.")
            os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
            torn = size > 0 and os.read(descriptor, 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + text.encode() + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RunError(f"{FILE} could not be written: {error.strerror}.") from error
