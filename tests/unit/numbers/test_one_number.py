"""One number as people type it into a field."""

import pytest

from cnnviz.numbers.parsing import Limits, parse_number

RATE = Limits(1e-6, 1e6)
BATCH = Limits(2, 4096, whole=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.02", 0.02), (" 0,02 ", 0.02), ("2e-2", 0.02), ("2E\N{MINUS SIGN}2", 0.02), (".5", 0.5),
     ("1e6", 1e6), ("10\N{NO-BREAK SPACE}", 10.0), ("3.", 3.0)],
)  # fmt: skip
def test_a_number_as_people_write_it(text, value):
    assert parse_number(text, RATE) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [("1e9", "out of range"), ("0", "out of range"), ("-1", "out of range"), ("", "is empty"),
     ("abc", "not a number"), ("nan", "not a number"), ("inf", "not a number"),
     ("1e999", "out of range"), ("1,000", "1.000 or 1000"), ("1.000,5", "not a number"),
     ("1 000", "not a number"), ("0x10", "not a number"), ("1_0", "not a number"),
     ("9" * 40, "out of range")],
)  # fmt: skip
def test_what_is_refused_with_a_sentence(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_number(text, RATE)


def test_whole_numbers():
    assert parse_number("32", BATCH) == 32
    assert isinstance(parse_number("32", BATCH), int)
    with pytest.raises(ValueError, match="whole number from 2 to 4096"):
        parse_number("32.5", BATCH)
