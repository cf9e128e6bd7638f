"""The numbers that the lectures print, as docs/lecture_numbers.md lists them."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "lecture_numbers.md").read_text("utf-8")
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d*\.\d+|\d+")
LINES = re.compile(r"L(\d+)(?:–(\d+))?")


class Row(NamedTuple):
    """A row of the tables.

    Attributes:
        deck: Number of the lecture's file.
        lines: Where it is printed.
        says: What is printed.
        right: What is right.
        by: What recomputes it, or the source of a fact.
        shown: Address, and words on that page.
    """

    deck: str
    lines: str
    says: str
    right: str
    by: str
    shown: str

    @property
    def address(self):
        return self.shown.partition("`")[2].partition("`")[0]

    @property
    def words(self):
        return re.findall(r"“([^”]+)”", self.shown)

    @property
    def code(self):
        return re.findall(r"`([^`]+)`", self.by)


def numbers(text):
    """All numbers of a text, in order: "6,220,800" is one of them."""
    return [float(found.replace(",", "")) for found in NUMBER.findall(text)]


def line_numbers(text):
    """The lines that a text names as L7 or L7–9."""
    named = [(int(first), int(last or first)) for first, last in LINES.findall(text)]
    return {line for first, last in named for line in range(first, last + 1)}


DECKS = {part[:3]: part for part in re.split(r"^## Lecture ", TEXT, flags=re.MULTILINE)[1:]}
ROWS = [
    Row(deck, *(cell.strip() for cell in line.strip("|").split(" | ")))
    for deck, part in DECKS.items()
    for line in part.split("\n")
    if re.match(r"\| L\d", line)
]
