import pytest

from cnnviz.runs import RunError
from cnnviz.ui.shared.number_field import Limits, parse_number, written
from cnnviz.ui.shared.recipe import BATCH, RATE


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
    with pytest.raises(RunError, match=reason):
        parse_number(text, RATE)


def test_whole_numbers():
    assert parse_number("32", BATCH) == 32
    assert isinstance(parse_number("32", BATCH), int)
    with pytest.raises(RunError, match="whole number from 2 to 4096"):
        parse_number("32.5", BATCH)


@pytest.mark.parametrize("value", [0.02, 1e-6, 0.0001, 3.0, 2**31 - 1, 0.65, 1e6])
def test_what_is_written_reads_as_the_same(value):
    assert parse_number(written(value), Limits(0, 2**31)) == value
