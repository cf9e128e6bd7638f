"""Predict, then reveal: questions about a run, everybody's votes, and the answer.

A line log like the others of a run (`questions.jsonl`): a question, a vote and a reveal
are one line each, appended whole. What was asked last is the open question; a vote counts
once per voter, the last one wins, and none counts after the reveal.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from cnnviz.runs.config import RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnviz.runs.folder import Run

FILE = "questions.jsonl"
MAX_TEXT = 300
MAX_OPTIONS = 16
MAX_BYTES = 4_000_000
MAX_CHANGES = 30
_VOTER = re.compile(r"[A-Za-z0-9_.~=+/-]{8,200}")


@dataclasses.dataclass(frozen=True)
class Tile:
    """A small picture beside a question or an option, 8 bits a value.

    Attributes:
        shape: (h, w), or (C, h, w) for a picture in colour.
        data: The values, uint8 in C order, in base64.
        low: Value of code 0.
        high: Value of code 255.
        palette: `pixels`, `weights` or `activations`.
    """

    shape: tuple[int, ...]
    data: str
    low: float = 0.0
    high: float = 1.0
    palette: str = "pixels"


@dataclasses.dataclass(frozen=True)
class Option:
    """One answer to choose from.

    Attributes:
        label: What the button says.
        tile: A picture on it, if any.
    """

    label: str
    tile: Tile | None = None


@dataclasses.dataclass(frozen=True)
class Question:
    """A question to the class, with what is known about it so far.

    Attributes:
        kind: What is asked about, such as `class`, `filter` or `run`.
        text: The question.
        options: Two or more answers to choose from.
        shown: The picture it is about, if any.
        picture: Which of the pictures that the run watches, if it is about one.
        secret: What is kept for the answer, as JSON; never told to anybody.
        id: Given by `pose`.
        votes: Voters per option; options without votes are missing. Not to be shown
            before the reveal.
        revealed: Whether the votes are closed and shown.
        answer: Index of the right option; None when there is none, or before the reveal.
        words: What was said at the reveal.
    """

    kind: str
    text: str
    options: tuple[Option, ...]
    shown: Tile | None = None
    picture: int | None = None
    secret: dict[str, Any] = dataclasses.field(default_factory=dict)
    id: str = ""
    votes: dict[int, int] = dataclasses.field(default_factory=dict)
    revealed: bool = False
    answer: int | None = None
    words: str = ""

    @property
    def count(self) -> int:
        """How many have voted."""
        return sum(self.votes.values())

    @property
    def counts(self) -> list[int]:
        """Voters per option, in order."""
        return [self.votes.get(option, 0) for option in range(len(self.options))]

    def to_json(self) -> dict[str, Any]:
        """What everybody may see of it before the reveal."""
        data: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "options": [_without_none(dataclasses.asdict(option)) for option in self.options],
        }
        if self.shown is not None:
            data["shown"] = dataclasses.asdict(self.shown)
        if self.picture is not None:
            data["picture"] = self.picture
        return data


def pose(run: Run, question: Question) -> str:
    """Ask the class something; an earlier question of the run is closed by it.

    Returns:
        The question's id.

    Raises:
        RunError: The run is read-only, the question makes no sense, or the disk refused.
    """
    if not 2 <= len(question.options) <= MAX_OPTIONS:
        raise RunError(f"A question needs 2 to {MAX_OPTIONS} answers to choose from.")
    texts = [question.text, question.kind, *(option.label for option in question.options)]
    if not all(0 < len(text.strip()) <= MAX_TEXT for text in texts):
        raise RunError(f"A question and its answers need 1 to {MAX_TEXT} characters each.")
    question = dataclasses.replace(question, id=secrets.token_hex(6))
    _append(run, {"pose": question.to_json(), "secret": question.secret})
    return question.id


def vote(run: Run, question_id: str, option: int, voter: str) -> None:
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
        raise RunError("This browser has no voting card: reload the page.")
    data = _read(run)
    question = _open_question(data, question_id)
    if isinstance(option, bool) or not isinstance(option, int):
        raise RunError("There is no such answer.")
    if not 0 <= option < len(question.options):
        raise RunError("There is no such answer.")
    hashed = hashlib.sha256(f"{question_id} {voter}".encode()).hexdigest()[:24]
    if data.count(hashed.encode()) >= MAX_CHANGES:
        raise RunError("This vote has been changed too often.")
    _append(run, {"vote": {"question": question_id, "option": option, "voter": hashed}})


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
    question = _open_question(_read(run), question_id)
    if answer is not None and not 0 <= answer < len(question.options):
        raise RunError("There is no such answer.")
    _append(run, {"reveal": {"question": question_id, "answer": answer, "words": words[:MAX_TEXT]}})


def read_questions(run: Run) -> list[Question]:
    """The run's questions, oldest first, each with its votes.

    Raises:
        RunError: The file cannot be read.
    """
    return _fold(_read(run).split(b"\n"))


def _read(run: Run) -> bytes:
    """The whole lines of the file."""
    try:
        data = (run.path / FILE).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RunError(f"{FILE} cannot be read: {error.strerror}.") from error
    return data[: data.rfind(b"\n") + 1]


def _fold(lines: Iterable[bytes]) -> list[Question]:
    """The questions after these lines; a line that makes no sense is passed over."""
    questions: dict[str, Question] = {}
    ballots: dict[str, dict[str, int]] = {}
    for line in lines:
        try:
            _fold_line(json.loads(line), questions, ballots)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return [
        dataclasses.replace(question, votes=_tally(ballots[question.id]))
        for question in questions.values()
    ]


def _fold_line(
    line: dict[str, Any], questions: dict[str, Question], ballots: dict[str, dict[str, int]]
) -> None:
    latest = next(reversed(questions), None)
    if "pose" in line:
        question = _question(line["pose"], line.get("secret"))
        questions[question.id] = question
        ballots[question.id] = {}
    elif "vote" in line:
        id, option = line["vote"]["question"], line["vote"]["option"]
        if id == latest and not questions[id].revealed:
            _ = questions[id].options[option]
            ballots[id][str(line["vote"]["voter"])] = int(option)
    elif "reveal" in line:
        id, answer = line["reveal"]["question"], line["reveal"]["answer"]
        if not questions[id].revealed:
            questions[id] = dataclasses.replace(
                questions[id], revealed=True, answer=answer, words=str(line["reveal"]["words"])
            )


def _question(data: dict[str, Any], secret: dict[str, Any] | None) -> Question:
    return Question(
        id=str(data["id"]),
        kind=str(data["kind"]),
        text=str(data["text"]),
        options=tuple(
            Option(str(option["label"]), _tile(option.get("tile"))) for option in data["options"]
        ),
        shown=_tile(data.get("shown")),
        picture=data.get("picture"),
        secret=dict(secret or {}),
    )


def _tile(data: dict[str, Any] | None) -> Tile | None:
    if data is None:
        return None
    return Tile(
        shape=tuple(int(n) for n in data["shape"]),
        data=str(data["data"]),
        low=float(data["low"]),
        high=float(data["high"]),
        palette=str(data["palette"]),
    )


def _tally(ballot: dict[str, int]) -> dict[int, int]:
    chosen = list(ballot.values())
    return {option: chosen.count(option) for option in sorted(set(chosen))}


def _open_question(data: bytes, question_id: str) -> Question:
    """The run's last question, if it is that one and still open."""
    questions = _fold(data.split(b"\n"))
    question = next((q for q in questions if q.id == question_id), None)
    if question is None:
        raise RunError("There is no such question.")
    if question.revealed or question is not questions[-1]:
        raise RunError("The votes on this question are closed.")
    return question


def _append(run: Run, line: dict[str, Any]) -> None:
    """Append one line; one torn by a crash before it spoils only itself."""
    if run.shipped:
        raise RunError("This run came with cnnviz and is read-only.")
    text = json.dumps({**line, "time": round(time.time(), 3)}, ensure_ascii=False)
    path = run.path / FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size + len(text) > MAX_BYTES:
                raise RunError("This run has no room for more questions and votes.")
            os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
            torn = size > 0 and os.read(descriptor, 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + text.encode() + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RunError(f"{FILE} could not be written: {error.strerror}.") from error


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
