"""The page on loss landscapes: two networks, and the path of a run."""

import numpy as np
import pytest

from cnnviz.inspection import load_model
from cnnviz.inspection.samples import load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED


def test_with_skips_there_is_a_bowl_and_without_them_there_is_none(visit, charts):
    app = visit("landscape")
    skips, plain = [trace["figure"]["data"][0] for trace in charts(app)]
    for trace in (skips, plain):
        assert trace["type"] == "surface"
        assert np.shape(trace["z"]) == (13, 13)
        assert (trace["cmin"], trace["cmax"]) == (skips["cmin"], skips["cmax"])
        assert len(trace["x"]) == len(trace["y"]) == 13
    bowl, rough = (np.array(trace["customdata"]) for trace in (skips, plain))
    assert bowl.argmin() == 84  # the middle
    assert bowl[6, 6] < 0.01
    assert rough.min() > 10 * bowl.min()
    assert "_gather_stop" not in {button.key for button in app.button}
    # As a map: the same numbers, without computing them again.
    app.button_group(key="_la_pair_as").set_value("map").run()
    maps = charts(app)
    assert maps[0]["figure"]["data"][0]["type"] == "heatmap"
    assert maps[0]["figure"]["data"][0]["customdata"] == skips["customdata"]


def test_the_path_of_a_run_has_its_own_losses(visit, charts):
    app = visit("landscape", la_what="run", t_run="digits-gap")
    (figure,) = (trace["figure"] for trace in charts(app))
    surface, path = figure["data"]
    run = Run(SHIPPED / "digits-gap", shipped=True)
    assert len(path["x"]) == len(run.snapshot_steps())
    table = app.dataframe[0].value
    assert table["Step"].tolist() == run.snapshot_steps()
    losses = table["Its own loss"].astype(float)
    assert losses.iloc[0] == pytest.approx(np.log(10), abs=0.5)
    assert losses.iloc[-1] < 0.2
    words = " ".join(one.value for one in (*app.markdown, *app.caption))
    assert "do not lie on the surface" in words
    assert "of its variance" in words
    assert min(path["x"]) > surface["x"][0]
    assert len(load_samples(run).images) >= 256
    assert load_model(run).training is False


def test_an_unknown_run_is_told(visit):
    app = visit("landscape", la_what="run", t_run="no-such-run")
    assert "no run called" in app.warning[0].value
