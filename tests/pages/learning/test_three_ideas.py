"""Three ideas, switched: both views open, with the numbers of the networks."""

import pytest

from cnnviz.training.experiments.side_by_side import Contest
from cnnviz.training.experiments.three_ideas import HIDDEN, ROWS


@pytest.fixture(autouse=True)
def one_round(monkeypatch):
    """Train a round while the page waits, instead of all of them in a thread that outlives it."""
    monkeypatch.setattr(Contest, "go_on", Contest.advance)


def test_the_table_has_each_network_s_parameters(visit, charts):
    app = visit("three_ideas", ti_n="50")
    [table] = [frame.value for frame in app.dataframe]
    assert "Round 1 of 25" in str([e.proto.text for e in app.get("progress")])
    assert table["Network"].tolist() == [row.title for row in ROWS]
    assert table["Parameters"].tolist()[::5] == [158730, 1066]
    curves, by_parameters = charts(app)
    assert len(curves["figure"]["data"]) == 6
    assert sorted(by_parameters["figure"]["data"][0]["x"]) == sorted(table["Parameters"])


def test_overfitting_shows_two_curves_and_all_sizes(visit, charts):
    app = visit("three_ideas", ideas_view="overfitting", of_hidden="64", of_n="40")
    curves, by_parameters = charts(app)
    assert [line["name"] for line in curves["figure"]["data"]] == [
        "training pictures", "test pictures"
    ]  # fmt: skip
    assert all(len(line["x"]) == len(HIDDEN) for line in by_parameters["figure"]["data"])
    assert any("4,810 parameters for 40 pictures" in text.value for text in app.markdown)
