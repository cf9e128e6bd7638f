"""Numbers as people read them."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnviz.numbers.formatting import as_typed, counted, duration, formatted, percent, short
from cnnviz.numbers.parsing import Limits, parse_number

FINITE = st.floats(-1e9, 1e9, allow_nan=False)
HYPHEN = "-"


def read(text):
    return float(text.replace("\N{MINUS SIGN}", HYPHEN).replace(",", ""))


@given(FINITE, st.sampled_from(["g", ".3f", ".2e", ",.1f", "+.2f", ".4g"]))
@example(-0.0, ".2e")
def test_a_number_has_no_hyphen_and_no_signed_zero(value, spec):
    text = formatted(value, spec)
    assert HYPHEN not in text
    assert read(text) == float(format(value, spec).replace(",", ""))
    assert not (text.startswith("\N{MINUS SIGN}") and read(text) == 0)


@given(FINITE, st.integers(2, 6))
def test_short_numbers_are_as_near_as_their_digits_allow(value, digits):
    text = short(value, digits)
    assert HYPHEN not in text
    assert math.isclose(read(text), value, rel_tol=0.51 * 10 ** (1 - digits), abs_tol=1e-300)
    if abs(value) >= 1e-7:
        assert "e" not in text
        assert not text.endswith(("0", ".")) or "." not in text


@pytest.mark.parametrize(
    ("number", "expected"),
    [(-9.728e-05, "−0.00009728"), (0.25, "0.25"), (0.0, "0"), (12.3456, "12.35"), (2e-9, "2e−09")],
)
def test_a_small_number_is_written_out(number, expected):
    assert short(number) == expected


@given(st.floats(1e-6, 1e6) | st.integers(0, 10**9))
def test_what_a_field_is_given_is_read_as_the_same(value):
    assert math.isclose(parse_number(as_typed(value), Limits(0, 10**9)), value, rel_tol=1e-4)


@pytest.mark.parametrize("value", [0.02, 1e-6, 0.0001, 3.0, 2**31 - 1, 0.65, 1e6])
def test_settings_are_kept_to_the_last_digit(value):
    assert parse_number(as_typed(value), Limits(0, 2**31)) == value


def test_the_ends_of_each_unit():
    assert [duration(s) for s in (9.94, 119.4, 7199, 7200)] == [
        "9.9 s",
        "119 s",
        "120 min",
        "2.0 h",
    ]
    assert [percent(share) for share in (0, 0.0005, 0.9995)] == ["0.0%", "0.1%", "100.0%"]
    assert counted(0, "run") == "0 runs"


def test_no_other_module_turns_hyphens_into_minus_signs(root):
    elsewhere = [
        path.name
        for folder in ("cnnviz", "pages")
        for path in (root / folder).rglob("*.py")
        if re.search(r"""replace\(["']-["'], ["'](\\u2212|−|\\N)""", path.read_text("utf-8"))
    ]
    assert elsewhere == []
