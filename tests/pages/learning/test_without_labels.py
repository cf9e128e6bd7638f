"""The page Filters without labels: its film, its patches and its contest."""

from tests.pages.sent import sent


def test_it_shows_every_step_and_what_the_layers_are_worth(visit, charts, until_whole):
    app = until_whole(visit("without_labels"))
    (film,) = sent(app, "film")
    assert film["group"]["shape"] == [32, 5, 5]
    steps = len(film["values"])
    assert film["values"][-1] < 0.8 * film["values"][0]
    assert film["counts"]["shape"] == [steps, 32]
    (chart,) = charts(app)
    (bars,) = chart["figure"]["data"]
    shares = dict(zip(bars["y"], bars["x"], strict=True))
    assert len(shares) == 6
    assert all(0.3 < share < 1 for share in shares.values())
    assert shares["A second layer on it"] > shares["Trained end to end"]  # with 100 labels
    app.toggle(key="wl_white").set_value(False).run()
    (blurred,) = sent(app, "film")
    assert blurred["values"][-1] != film["values"][-1]


def test_it_can_be_stopped_and_goes_on(visit, charts, until_whole, monkeypatch):
    from cnnviz.ui.shared import piece_by_piece

    # Somebody has pressed Stop before anything was computed.
    monkeypatch.setattr(piece_by_piece, "stopped", lambda _: True)
    app = visit("without_labels", wl_labels="300", wl_white="false")
    (chart,) = charts(app)
    assert sum(share is not None for share in chart["figure"]["data"][0]["x"]) == 1
    monkeypatch.undo()
    until_whole(app.button(key="_gather_on").click().run())
    (chart,) = charts(app)
    assert None not in chart["figure"]["data"][0]["x"]


def test_an_unknown_data_set_is_told(visit):
    app = visit("without_labels", wl_data="imagenet")
    assert "imagenet" in app.warning[0].value
