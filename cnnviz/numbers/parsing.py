"""Numbers as people type and paste them: one, or rows from spreadsheets, NumPy or MATLAB."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.numbers.formatting import as_typed, formatted

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1e6
LONGEST = 20_000  # characters: 32×32 numbers of 19 each

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WORD = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
_APART = re.compile(r"(?:\s*,)?\s+(?:,\s*)?")  # between numbers whose commas are decimal points
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_ONE_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
# What stands around the brackets of NumPy, PyTorch and MATLAB and changes none of the numbers.
_NAME = re.compile(r"^\s*[A-Za-z_]\w*\s*=\s*")
_CALL = re.compile(
    r"\b(?:(?:np|numpy|torch)\.)?(?:array|asarray|matrix|tensor|Tensor|FloatTensor|float32)(?=\()"
)
_OPTION = re.compile(
    r",\s*(?:(?:dtype|device|requires_grad)\s*=\s*[\w.'\":]+|(?:np|numpy|torch)\.\w+)"
)
# A number by which all the others are multiplied or divided: 1/9 * [1 1 1], np.array(…)/9.
_FACTOR = rf"\(?({_NUMBER}(?:/{_NUMBER})?)\)?"
_BEFORE = re.compile(rf"^{_FACTOR}\s*\*\s*(?=[\[({{\w])")
_AFTER = re.compile(rf"(?<=[\])}}])\s*([*/])\s*{_FACTOR}$")
_QUOTED = re.compile(r"""(["'])([-+\d.,/eE]+)\1""")
# Tried once for a run of spaces: tried at each of them, it takes as long as their square.
_SLASH = re.compile(r"(?<![ \t])[ \t]*/[ \t]*")
_ROW = "\0"  # stands for one row in brackets
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\u00ad\ufe58\ufe63\uff0d"
_SIGNS = (
    dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, "\u2044\u2215\uff0f"), "/")
    | dict.fromkeys(map(ord, "\u060c\u3001\uff0c"), ",")
    | dict.fromkeys(map(ord, "\uff1b\u061b"), ";")
    | {ord("\u066b"): ",", ord("\uff0e"): ".", ord("\uff0b"): "+"}
)


class Limits(NamedTuple):
    """What a number may be: from `low` to `high`, whole or not."""

    low: float
    high: float
    whole: bool = False

    def __str__(self) -> str:
        kind = "whole number" if self.whole else "number"
        return f"a {kind} from {as_typed(self.low)} to {as_typed(self.high)}"


def parse_number(text: str, limits: Limits) -> float:
    """Read one number as people write it: `0.02`, `0,02`, `2e-2`.

    Args:
        text: What was typed.
        limits: What it may be.

    Returns:
        The number; a whole one as an `int`.

    Raises:
        ValueError: It is none, or not within the limits; the message says what to write.

    >>> parse_number("0,5", Limits(0, 1))
    0.5
    """
    if not text.strip():
        raise ValueError(f"The field is empty: write {limits}.")
    quoted, typed = f"“{text[:20]}”", _plain(text).strip()
    if _ONE_THOUSAND.fullmatch(typed):
        raise ValueError(
            f"{quoted} could be read in two ways: write {typed.replace(',', '.')} or "
            f"{typed.replace(',', '')}."
        )
    typed = typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed
    if not re.fullmatch(_NUMBER, typed):
        raise ValueError(f"{quoted} is not a number: write {limits}.")
    value = float(typed)
    if not math.isfinite(value) or not limits.low <= value <= limits.high:
        raise ValueError(f"{quoted} is out of range: write {limits}.")
    if limits.whole and not value.is_integer():
        raise ValueError(f"{quoted} is not whole: write {limits}.")
    return int(value) if limits.whole else value


def read_rows(text: str, what: str, most: int, example: str) -> NDArray[np.float64]:
    r"""Read rows of numbers typed or pasted by a person.

    Rows end with a new line or a semicolon; numbers are apart by spaces, tabs or commas.
    Brackets of NumPy, PyTorch and MATLAB, fractions, all kinds of minus signs and digits, and
    decimal commas are read where they can mean one thing only. Nothing is evaluated.

    Args:
        text: For example ``"-1 0 1; -2 0 2; -1 0 1"`` or ``"np.array([[1, 0], [0, -1]])"``.
        what: What the numbers are, for the sentences: "kernel".
        most: The largest number of rows and of numbers in a row.
        example: A text that can be read.

    Returns:
        H×W.

    Raises:
        ValueError: With a sentence that says what to change.

    >>> read_rows("0,5\t1\n0\t0,5", "kernel", 15, "1").tolist()
    [[0.5, 1.0], [0.0, 0.5]]
    """
    if len(text) > LONGEST:
        raise ValueError(f"The {what} is too long to be read: {most}×{most} is the largest.")
    body, factor = _without_factor(_plain(text), what)
    lines, code = _lines(body, what)
    rows = _split(lines, what, code=code)
    if not any(rows):
        raise ValueError(f"The {what} is empty: type its rows, for example {example}.")
    height, width = len(rows), max(map(len, rows))
    if max(height, width) > most:
        raise ValueError(f"The {what} is {height}×{width}; {most}×{most} is the largest.")
    values = [[read_number(word, what) for word in row] for row in rows]
    for at, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"Every row of the {what} needs the same number of values: row 1 has"
                f" {len(rows[0])}, row {at} has {len(row)}."
            )
    scaled = np.array(values) * factor
    for value in scaled.flat:
        _small(value, formatted(value), what)
    return scaled + 0.0  # no −0


def read_number(word: str, what: str) -> float:
    """Read one number, such as ``2``, ``-0.5`` or ``1/9``; see `read_rows`."""
    excerpt = word if len(word) <= 20 else f"{word[:20]}…"
    if re.fullmatch(r"[+-]?(inf|infinity|nan|∞)", word, re.IGNORECASE):
        raise ValueError(f"“{excerpt}” is not finite: use numbers below a million.")
    found = _WORD.fullmatch(word)
    if not found:
        raise ValueError(f"“{excerpt}” is not a number: use numbers such as 2, -0.5 or 1/9.")
    top, bottom = float(found[1]), float(found[2] or 1)
    if bottom == 0:
        raise ValueError(f"“{excerpt}” divides by 0.")
    return _small(top / bottom, excerpt, what)


def _small(value: float, excerpt: str, what: str) -> float:
    if not abs(value) < LARGEST:
        raise ValueError(
            f"“{excerpt}” is too large for the {what}: use numbers between minus a million and"
            " a million."
        )
    return value + 0.0  # no −0


def _plain(text: str) -> str:
    """The same in ASCII where a character has one clear meaning: digits, signs, spaces."""
    found: list[str] = []
    for sign in text.replace("\r\n", "\n").replace("\r", "\n").translate(_SIGNS):
        kind = unicodedata.category(sign)
        if kind == "Nd":
            found.append(str(unicodedata.decimal(sign)))
        elif kind in {"Zl", "Zp"}:
            found.append("\n")
        elif kind == "Zs":
            found.append(" ")
        elif sign in "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒" and not (found and found[-1].isdigit()):  # not 1½
            found.append(unicodedata.normalize("NFKC", sign).replace("\u2044", "/"))
        elif sign in "\n\t" or kind not in {"Cc", "Cf"}:  # marks of text direction and the like
            found.append(sign)
    return _SLASH.sub("/", _QUOTED.sub(r"\2", "".join(found)))


def _without_factor(text: str, what: str) -> tuple[str, float]:
    text = _NAME.sub("", text.strip(" \n;"))
    if before := _BEFORE.match(text):
        return text[before.end() :], read_number(before[1], what)
    if after := _AFTER.search(text):
        number = read_number(after[2], what)
        if after[1] == "/":
            number = 1 / number if number else read_number("1/0", what)
        return text[: after.start()], number
    return text, 1.0


def _lines(text: str, what: str) -> tuple[list[str], bool]:
    """The text of each row, and whether brackets show that a program wrote it."""
    bare = _OPTION.sub("", _CALL.sub("", text)).translate(str.maketrans("({})", "[[]]"))
    rows = re.findall(r"\[([^\[\]]*)\]", bare)
    shape = re.sub(r"[\s,]", "", re.sub(r"\[[^\[\]]*\]", _ROW, bare))
    around = len(shape)
    depth = min(around - len(shape.lstrip("[")), around - len(shape.rstrip("]")))
    shape = shape[depth : around - depth]
    if set(shape) == {_ROW} and around > 1:  # a row may go over several lines of print
        return [" ".join(row.split("\n")) for row in rows], True
    if shape == _ROW:
        bare = rows[0]
    elif set(bare) & set("[]"):
        raise ValueError(
            f"The brackets do not hold one {what}, or something else stands beside them: type the"
            " rows alone, for example [[1, 0], [0, -1]] or 1 0; 0 -1."
        )
    lines = [line for line in bare.split("\n") if line.strip(" \t,;")]
    if len(lines) > 1 and shape != _ROW and all(map(_is_csv, lines)):
        return [line.strip(" ;").replace(";", "\t") for line in lines], False
    return [line for line in re.split(r"[;\n]", bare) if line.strip(" \t,")], shape == _ROW


def _is_csv(line: str) -> bool:
    """Whether a line is one as spreadsheets write it where the comma is the decimal point.

    Its semicolons are between columns then, since another line follows.
    """
    cells = line.strip(" ;").split(";")
    return len(cells) > 1 and all(cell and not re.search(r"\s", cell) for cell in cells)


def _split(lines: list[str], what: str, *, code: bool) -> list[list[str]]:
    """The numbers of each row as words, where the text can mean one thing only.

    A comma without a space is between two numbers or in one. Nobody separates some numbers of a
    row by commas and others by spaces, so spaces in a row say that its commas are decimal.
    """
    if len(lines) == 1 and "\t" in lines[0]:
        # A block of a spreadsheet in a field of one line, where its line ends became spaces.
        pieces = lines[0].split()
        blocks = [piece for piece in lines[0].strip(" ").split(" ") if piece]
        if len({block.count("\t") for block in blocks}) == 1 and len(blocks) < len(pieces):
            lines = blocks
    separated = [line.replace(",", " ").split() for line in lines]
    words = [_APART.split(line.strip(" \t,")) for line in lines]
    inside = [word for row in words for word in row if "," in word]
    if not inside:
        return separated
    for word in (word for row in separated for word in row):
        read_number(word, what)
    readings = []
    if all(
        len(row) == 1 or not re.search(r"[^\s,]\s+[^\s,]", line)
        for row, line in zip(words, lines, strict=True)
    ):
        readings.append(separated)
        if code:
            return separated
    if len(words) == 1 < len(words[0]) and "\t" not in lines[0]:
        block = [word.split(",") for word in words[0]]  # line ends became spaces
        readings += [block] * (len({len(row) for row in block}) == 1)
    decimal = [[word.replace(",", ".") for word in row] for row in words]
    pointed = any("." in line for line in lines)
    if not pointed and all(_WORD.fullmatch(word) for row in decimal for word in row):
        readings.append(decimal)
    even = [rows for rows in readings if len({len(row) for row in rows}) == 1]
    thousands = all(map(_THOUSANDS.fullmatch, inside)) and readings == [decimal]
    if len(even or readings) == 1 and not thousands:
        return (even or readings)[0]
    raise ValueError(
        f"“{inside[0][:20]}” can be one number or more: put spaces between numbers, and write"
        " decimals with a point, as in 0.5 1 -2."
    )
