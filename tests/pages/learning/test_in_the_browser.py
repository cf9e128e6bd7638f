"""The page Training in your browser: what the browser is sent, and what it is not."""

from tests.pages.sent import sent


def test_the_browser_gets_the_network_and_its_settings(visit):
    app = visit("in_the_browser", ib_data="digits", ib_rule="sgd", ib_rate_sgd="0.2", ib_batch="20")
    [first] = sent(app, "browser_training")
    assert first["settings"] == {"batch": 20, "rule": "sgd", "rate": 0.2, "momentum": 0.9}
    assert first["network"]["layers"][0]["kind"] == "conv"
    assert "torch.optim.SGD(model.parameters(), lr=0.2)" in first["pytorch"]
    app.slider(key="ib_rate_sgd").set_value(0.1).run()
    [second] = sent(app, "browser_training")
    assert (second["id"], second["settings"]["rate"]) == (first["id"], 0.1)  # it goes on
    app.slider(key="ib_seed").set_value(4).run()
    [third] = sent(app, "browser_training")
    assert third["id"] != first["id"]  # it begins anew


def test_a_line_that_cannot_be_trained_is_refused_in_words(visit):
    app = visit("in_the_browser", ib_data="digits", ib_net="own", ib_line="c4k3 drop0.2 fc10")
    assert not sent(app, "browser_training")
    assert "dropout1 cannot be trained in the browser" in app.error[0].value
    app.text_input(key="ib_line").set_value("c4k3 tanh fc10").run()
    assert sent(app, "browser_training")
    assert not app.error
