"""A question to a class about a run: its text, its options, what is known of the answer.

`cnnviz.runs.votes` writes questions into the run's folder, takes votes on them and reveals.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from cnnviz.runs.values import text as readable
from cnnviz.runs.values import whole as whole_number

MAX_TEXT = 300
MAX_OPTIONS = 16
_PALETTES = ("pixels", "weights", "activations")


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
        shown: The picture or the map it is about, if any.
        source: The picture that the map is of.
        picture: Which of the pictures that the run watches, if it is about one.
        secret: What is kept for the answer, as JSON; never told to anybody.
        id: Given by `pose`.
        votes: Voters per option; options without votes are missing. Not to be shown
            before the reveal.
        closed: Whether no more votes count.
        revealed: Whether the votes are shown too.
        answer: Index of the right option; None when there is none, or before the reveal.
        words: What was said at the reveal.
    """

    kind: str
    text: str
    options: tuple[Option, ...]
    shown: Tile | None = None
    source: Tile | None = None
    picture: int | None = None
    secret: dict[str, Any] = dataclasses.field(default_factory=dict)
    id: str = ""
    votes: dict[int, int] = dataclasses.field(default_factory=dict)
    closed: bool = False
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

    def refusal(self, option: object) -> str:
        """Why a vote for this option cannot count, in a sentence; "" if it can."""
        if self.closed:
            return "Voting on this question is closed."
        return "" if self.has(option) else "There is no such answer."

    def has(self, option: object) -> bool:
        """Whether this is the index of one of the options."""
        whole = isinstance(option, int) and not isinstance(option, bool)
        return whole and 0 <= option < len(self.options)  # type: ignore[operator]

    def to_json(self) -> dict[str, Any]:
        """What everybody may see of it before the reveal."""
        data: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "options": [_without_none(dataclasses.asdict(option)) for option in self.options],
        }
        for name, tile in (("shown", self.shown), ("source", self.source)):
            if tile is not None:
                data[name] = dataclasses.asdict(tile)
        if self.picture is not None:
            data["picture"] = self.picture
        return data


def question_from(data: dict[str, Any], secret: dict[str, Any] | None) -> Question:
    """Read back what `Question.to_json` wrote.

    Args:
        data: The JSON object.
        secret: What is kept for the answer.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: It is no question that could be asked.
    """
    picture = data.get("picture")
    question = Question(
        id=readable(data["id"]),
        kind=readable(data["kind"]),
        text=readable(data["text"]),
        options=tuple(
            Option(readable(option["label"]), _tile(option.get("tile")))
            for option in data["options"]
        ),
        shown=_tile(data.get("shown")),
        source=_tile(data.get("source")),
        picture=None if picture is None else whole_number(picture),
        secret=dict(secret or {}),
    )
    if problem := problem_of(question):
        raise ValueError(problem)
    return question


def problem_of(question: Question) -> str:
    """Why a question makes no sense, in a sentence; "" if it does."""
    if not 2 <= len(question.options) <= MAX_OPTIONS:
        return f"A question needs 2 to {MAX_OPTIONS} answers to choose from."
    texts = [question.text, question.kind, *(option.label for option in question.options)]
    if not all(0 < len(text.strip()) <= MAX_TEXT for text in texts):
        return f"A question and its answers need 1 to {MAX_TEXT} characters each."
    return ""


def _tile(data: dict[str, Any] | None) -> Tile | None:
    if data is None:
        return None
    tile = Tile(
        shape=tuple(map(whole_number, data["shape"])),
        data=readable(data["data"]),
        low=float(data["low"]),
        high=float(data["high"]),
        palette=str(data["palette"]),
    )
    if not (math.isfinite(tile.low) and math.isfinite(tile.high) and tile.palette in _PALETTES):
        raise ValueError(tile)  # no browser could draw it
    return tile


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
