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
