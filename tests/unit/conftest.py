"""What the tests of several packages use."""

import pytest

from cnnviz.runs import Recipe, RunConfig
from tests.unit.guarded_app import serving


@pytest.fixture
def config():
    """What a small run is asked; nothing is trained with it."""
    return RunConfig(
        dataset="digits",
        dataset_title="Digits",
        network="gap",
        spec=[{"layer": "gap"}, {"layer": "flatten"}, {"layer": "linear", "out": 2}],
        input_shape=(1, 8, 8),
        classes=("a", "b"),
        mean=(0.25,),
        std=(0.5,),
        recipe=Recipe(epochs=1.5, seed=7),
    )


@pytest.fixture
def own_runs(tmp_path, monkeypatch):
    """The folder of runs of one test: empty, and no runs came with the app."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("cnnviz.runs.folder.SHIPPED", tmp_path / "shipped")
    return tmp_path / "runs"


@pytest.fixture(scope="session")
def port(tmp_path_factory, root):
    """Where the small app behind the gate is served."""
    with serving(tmp_path_factory.mktemp("app"), root) as port:
        yield port
