"""The page Vanishing and exploding gradients: six networks and one's own."""

import pytest


def test_six_networks_and_ones_own_are_side_by_side(visit, charts):
    app = visit("vanishing")
    gradients, spreads = charts(app)
    lines = {line["name"]: line["y"] for line in gradients["figure"]["data"]}
    assert len(lines) == 7
    assert all(len(values) == 24 for values in lines.values())
    assert gradients["figure"]["layout"]["yaxis"]["type"] == "log"
    assert lines["PyTorch's default"][1] < 1e-7 * lines["PyTorch's default"][-1]
    assert lines["He"][1] > 0.1 * lines["He"][-1]
    table = app.dataframe[0].value.set_index("Network")
    ratio = table.loc["Sigmoid", "Second ÷ last"]
    assert ratio.endswith(("e−19", "e−20"))
    # What goes forward grows with skips.
    forward = {line["name"]: line["y"] for line in spreads["figure"]["data"]}
    assert forward["Default, skips"][-1] > 10 * forward["He"][-1]


def test_switches_change_the_own_network_alone_and_a_link_sets_them(visit, charts):
    app = visit("vanishing", va_depth="8", va_start="large", va_bend="tanh", va_skip="false")
    before = {line["name"]: line["y"] for line in charts(app)[0]["figure"]["data"]}
    assert len(before["Your own"]) == 8
    app.toggle(key="va_norm").set_value(True).run()
    after = {line["name"]: line["y"] for line in charts(app)[0]["figure"]["data"]}
    assert after["Your own"] != before["Your own"]
    assert after["He"] == pytest.approx(before["He"])
    assert "torch.tanh" in app.code[0].value
    assert "batch_norm" in app.code[0].value
    assert "range(8)" not in app.code[0].value
