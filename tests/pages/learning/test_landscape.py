"""The page on loss landscapes: two networks, and the path of a run."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.datasets import normalise
from cnnviz.inspection import load_model
from cnnviz.inspection.misclassified import pictures_tested
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

ROOT = SHIPPED.parents[1]


def test_with_skips_there_is_a_bowl_and_without_them_there_is_none(
    visit, charts, until_whole, monkeypatch
):
    app = visit("landscape")
    assert "Points of the plane: " in app.get("progress")[0].proto.text  # before a grid is whole
    shapes = []
    while any(button.key == "_gather_stop" for button in app.button):
        shapes += [np.shape(trace["figure"]["data"][0]["z"]) for trace in charts(app)[:1]]
        app.run()
    # It gets finer; how many grids are seen depends on the processor.
    assert shapes
    assert shapes == sorted(shapes)
    assert {*shapes} <= {(3, 3), (5, 5), (13, 13)}
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
    # The code gives the numbers drawn, here of every sixth place.
    monkeypatch.chdir(ROOT)
    assert len(app.code) == 2
    for code, shown in zip(app.code, (bowl, rough), strict=True):
        assert "1, 13).tolist()" in code.value
        names = {}
        exec(code.value.replace("1, 13).tolist()", "1, 3).tolist()"), names)
        assert np.array(names["losses"]) == pytest.approx(shown[::6, ::6], rel=1e-3)


def test_the_path_of_a_run_has_its_own_losses(visit, charts, until_whole, monkeypatch):
    app = until_whole(visit("landscape", la_what="run", t_run="digits-gap"))
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
    samples, step = pictures_tested(run)[0], run.snapshot_steps()[2]
    images = normalise(samples.images[:256], run.config.mean, run.config.std)
    with torch.no_grad():
        own = F.cross_entropy(load_model(run, step)(images), torch.from_numpy(samples.labels[:256]))
    assert losses.iloc[2] == pytest.approx(own.item(), rel=1e-3)
    words = " ".join(one.value for one in (*app.markdown, *app.caption))
    assert "do not lie on the surface" in words
    assert min(path["x"]) > grid["x"][0]
    # The code gives the numbers drawn; the losses here at every sixth place.
    code = app.code[0].value
    assert code.count("margin, 13)") == 1
    monkeypatch.chdir(run.path)
    names = {}
    exec(code.replace("margin, 13)", "margin, 3)"), names)
    assert names["own"] == pytest.approx(losses.to_numpy(), rel=1e-3)
    assert np.array(names["losses"]) == pytest.approx(
        np.array(grid["customdata"])[::6, ::6], rel=1e-3
    )
    assert names["points"].numpy() == pytest.approx(np.array([path["x"], path["y"]]).T, abs=1e-4)
    for share in names["explained"].tolist():
        assert f"**{100 * share:.1f}" in words


def test_an_unknown_run_is_told(visit):
    app = visit("landscape", la_what="run", t_run="no-such-run")
    assert "no run called" in app.warning[0].value
