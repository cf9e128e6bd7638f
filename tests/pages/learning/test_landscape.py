"""The page on loss landscapes: two networks, and the path of a run."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.datasets import normalise
from cnnviz.inspection import load_model
from cnnviz.inspection.samples import load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

ROOT = SHIPPED.parents[1]


def test_with_skips_there_is_a_bowl_and_without_them_there_is_none(visit, charts, monkeypatch):
    app = visit("landscape")
    skips, lines, plain, plain_lines = [trace["figure"]["data"][0] for trace in charts(app)]
    for trace, twin in ((skips, lines), (plain, plain_lines)):
        assert trace["type"] == "surface"
        assert np.shape(trace["z"]) == (13, 13)
        assert (trace["cmin"], trace["cmax"]) == (skips["cmin"], skips["cmax"])
        assert len(trace["x"]) == len(trace["y"]) == 13
        # The contour lines: the same numbers at the same places in the same colours.
        assert twin["type"] == "contour"
        for what in ("x", "y", "z", "customdata", "colorscale"):
            assert twin[what] == trace[what]
        assert (twin["zmin"], twin["zmax"]) == (trace["cmin"], trace["cmax"])
    bowl, rough = (np.array(trace["customdata"]) for trace in (skips, plain))
    assert bowl.argmin() == 84  # the middle
    assert bowl[6, 6] < 0.01
    assert rough.min() > 10 * bowl.min()
    assert "_gather_stop" not in {button.key for button in app.button}
    # The code gives the numbers drawn, here of every sixth place.
    monkeypatch.chdir(ROOT)
    assert len(app.code) == 2
    for code, shown in zip(app.code, (bowl, rough), strict=True):
        assert "1, 13).tolist()" in code.value
        names = {}
        exec(code.value.replace("1, 13).tolist()", "1, 3).tolist()"), names)
        assert np.array(names["losses"]) == pytest.approx(shown[::6, ::6], rel=1e-3)


def test_the_path_of_a_run_has_its_own_losses(visit, charts):
    app = visit("landscape", la_what="run", t_run="digits-gap")
    surface, lines = (trace["figure"] for trace in charts(app))
    assert [trace["type"] for trace in surface["data"]] == ["surface"]
    grid, path = lines["data"]
    assert grid["z"] == surface["data"][0]["z"]
    run = Run(SHIPPED / "digits-gap", shipped=True)
    assert len(path["x"]) == len(run.snapshot_steps())
    table = app.dataframe[0].value
    assert table["Step"].tolist() == run.snapshot_steps()
    losses = table["Its own loss"].astype(float)
    assert losses.iloc[0] == pytest.approx(np.log(10), abs=0.5)
    assert losses.iloc[-1] < 0.2
    # The colour of a point is that of its own loss, on the scale of the losses around it.
    marker = path["marker"]
    assert 10 ** np.array(marker["color"]) == pytest.approx(losses.to_numpy(), rel=1e-3)
    assert (marker["cmin"], marker["cmax"]) == (grid["zmin"], grid["zmax"])
    assert marker["colorscale"] == grid["colorscale"]
    # Its own loss is that of its own snapshot, batch norm's averages of then included.
    samples, step = load_samples(run), run.snapshot_steps()[2]
    few = np.linspace(0, len(samples.images) - 1, 256).astype(int)
    images = normalise(torch.from_numpy(samples.images[few]), run.config.mean, run.config.std)
    with torch.no_grad():
        own = F.cross_entropy(load_model(run, step)(images), torch.from_numpy(samples.labels[few]))
    assert losses.iloc[2] == pytest.approx(own.item(), rel=1e-3)
    words = " ".join(one.value for one in (*app.markdown, *app.caption))
    assert "do not lie on the surface" in words
    assert "of its variance" in words
    assert min(path["x"]) > grid["x"][0]
    assert len(load_samples(run).images) >= 256


def test_an_unknown_run_is_told(visit):
    app = visit("landscape", la_what="run", t_run="no-such-run")
    assert "no run called" in app.warning[0].value
