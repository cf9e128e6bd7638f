"""A run to read and write."""

import pytest

from cnnviz.runs import Recipe, RunConfig, create_run


@pytest.fixture
def config():
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


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("cnnviz.runs.folder.SHIPPED", tmp_path / "shipped")
    return tmp_path / "runs"


@pytest.fixture
def run(config):
    return create_run(config)
