import dataclasses
import json

import pytest

from cnnviz.runs import Recipe, RunConfig, RunError


def test_json_round_trip(config):
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"epochs": 0}, "Epochs"),
        ({"epochs": float("nan")}, "Epochs"),
        ({"batch_size": 0}, "batch size"),
        ({"optimiser": "adam"}, "optimiser"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": float("inf")}, "learning rate"),
        ({"weight_decay": -1}, "weight decay"),
        ({"shift": 17}, "shift"),
        ({"label_smoothing": 1}, "smoothing"),
        ({"seed": -1}, "seed"),
    ],
)
def test_recipe_refuses_what_cannot_be_trained_with(change, word):
    with pytest.raises(RunError, match=word):
        Recipe(**change)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"classes": []}, "classes"),
        ({"classes": "ab"}, "classes"),
        ({"mean": [0.1, 0.2]}, "mean"),
        ({"input_shape": [1, 8]}, "input_shape"),
        ({"input_shape": [1, 8, -8]}, "input_shape"),
        ({"spec": {}}, "spec"),
        ({"network": None}, "network"),
        ({"recipe": []}, "recipe"),
        ({"recipe": {"epochs": 1}}, "batch_size"),
    ],
)
def test_mangled_json_is_named(config, change, word):
    data = json.loads(json.dumps(config.to_json())) | change
    with pytest.raises(RunError, match=word):
        RunConfig.from_json(data)


def test_missing_field_and_wrong_boolean(config):
    data = json.loads(json.dumps(config.to_json()))
    del data["std"]
    with pytest.raises(RunError, match="std"):
        RunConfig.from_json(data)
    with pytest.raises(RunError, match="object"):
        RunConfig.from_json([])
    recipe = dataclasses.asdict(Recipe()) | {"seed": True}
    data = json.loads(json.dumps(config.to_json())) | {"recipe": recipe}
    with pytest.raises(RunError, match="seed"):
        RunConfig.from_json(data)


def test_runs_of_an_earlier_version_can_be_read(config):
    data = json.loads(json.dumps(config.to_json()))
    for name in ("owner", "group", "based_on", "threads", "max_seconds", "pace", "variant"):
        del data[name]
    old = RunConfig.from_json(data)
    assert old == config
    assert (old.owner, old.threads, old.pace, old.variant) == ("", 0, 0.0, {})


def test_what_is_new_is_kept(config):
    new = dataclasses.replace(
        config,
        owner="v1",
        group="race",
        based_on="digits-gap",
        threads=1,
        max_seconds=60,
        pace=2.5,
        variant={"depth": 4, "batch_norm": False},
    )
    assert RunConfig.from_json(json.loads(json.dumps(new.to_json()))) == new


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"threads": -1}, "threads"),
        ({"threads": 1.5}, "threads"),
        ({"pace": -1}, "pace"),
        ({"pace": float("nan")}, "pace"),
        ({"max_seconds": float("inf")}, "max_seconds"),
        ({"variant": []}, "variant"),
        ({"owner": 3}, "owner"),
    ],
)
def test_limits_that_mean_nothing(config, change, word):
    data = json.loads(json.dumps(config.to_json())) | change
    with pytest.raises(RunError, match=word):
        RunConfig.from_json(data)
