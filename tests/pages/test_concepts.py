"""The table of the lectures' concepts: whole, true, and each of its addresses opens."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest

from cnnviz.pages import page_at
from cnnviz.ui.lab.tour.blanks import BLANKS
from tests.pages.sent import tables
from tests.unit.lecture.printed import ROWS as PRINTED

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "concepts.md").read_text("utf-8").split("\n")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in LINES
    if re.match(r"\| \d", line)
]
SLIPS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in LINES
    if re.match(r"\| E\d", line)
]
ADDRESSES = sorted(
    {row[3].strip("`") for row in ROWS} - {""}
    | {row[4].strip("`") for row in SLIPS}
    | {row.address for row in PRINTED}
)


def test_there_are_106_each_with_a_page_and_a_test_or_not_yet():
    assert [int(row[0]) for row in ROWS] == list(range(1, 107))
    for _, concept, page, address, test, lacks in ROWS:
        if not page:
            assert (address, test) == ("", ""), concept
            assert lacks.startswith("not yet"), concept
            continue
        assert page_at(urlsplit(address.strip("`")).path.strip("/")).title == page, concept
        assert (ROOT / test.strip("`")).is_file(), concept


@pytest.mark.usefixtures("untaught")
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_address_opens(visit, address):
    url, query = urlsplit(address).path.strip("/"), dict(parse_qsl(urlsplit(address).query))
    app = visit(url, **query)
    # Either the address keeps what it asked for, or that is the default and chosen.
    chosen = [widget.value for kind in ("selectbox", "button_group") for widget in app.get(kind)]
    for name, value in query.items():
        assert value in app.query_params.get(name, []) or value in chosen, name
    words = " ".join(one.value for kind in (app.markdown, app.caption, app.info) for one in kind)
    words += " ".join(table.value.to_csv() for table in app.dataframe)
    words += " ".join(pd.DataFrame(table).to_csv() for table in tables(app))
    words += " ".join(part.proto.body for kind in ("header", "html") for part in app.get(kind))
    for number, *_, where, shown in SLIPS:
        if where.strip("`") == address:
            assert shown in words, number
    words += " ".join(part.proto.json for part in app.get("bidi_component"))
    words += " ".join(option for part in app.selectbox for option in part.options)
    for row in PRINTED:
        if row.address == address:
            for shown in row.words:
                assert shown in words, (row.lines, shown)


def test_each_slip_and_each_blank_of_the_lectures_is_listed():
    assert [row[0] for row in SLIPS] == [f"E{number}" for number in range(1, 35)]
    assert [blank.line for blank in BLANKS] == [
        67, 187, 217, 293, 387, 405, 416, 430, 464, 468, 483, 494, 529, 556, 596, 605, 607, 659,
        686, 800, 815, 832, 846, 854, 870, 937, 957, 969, 998,
    ]  # fmt: skip
    for blank in BLANKS:
        assert page_at(blank.url)
