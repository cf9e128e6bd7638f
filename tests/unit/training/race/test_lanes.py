"""What a race asks of each run: the same for all but for what is compared."""

import contextlib
import dataclasses
import json
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.networks import NetworkError, build, network_from_line, network_spec
from cnnviz.runs import RunConfig, RunError
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training.config import check_trainable, default_recipe, recipe_for
from cnnviz.training.race.lanes import (
    MOST,
    Lane,
    lane_config,
    lanes_from_text,
    lanes_to_text,
    threads_each,
)
from cnnviz.training.race.presets import PRESETS, race_id, race_title
from tests.unit.training.test_tasks import small


def ask(digits, lane, **more):
    given = {"length": "quick", "seed": 5, "group": "g", "threads": 1} | more
    return lane_config(digits, lane, **given)


@pytest.mark.parametrize("name", [n for n, one in PRESETS.items() if "classify" in one.tasks])
def test_every_preset_can_be_started_and_differs_only_in_what_it_asks(digits, name):
    lanes = PRESETS[name].lanes(digits.shape, True, 10)
    assert 2 <= len(lanes) <= MOST
    configs = [ask(digits, lane) for lane in lanes]
    for config in configs:
        model = build(config.spec, config.input_shape).eval()
        assert model(torch.zeros(2, *digits.shape)).shape == (2, 10)
        assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
        assert (config.group, config.threads) == ("g", 1)
    fair = ("seed", "batch_size", "epochs", "label_smoothing")
    for field in fair:
        assert len({getattr(config.recipe, field) for config in configs}) == 1
    assert len({json.dumps(config.to_json(), sort_keys=True) for config in configs}) == len(lanes)
    assert len({lane.name for lane in lanes}) == len(lanes)


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 32, 32), (3, 64, 64)])
@pytest.mark.parametrize("name", [n for n, one in PRESETS.items() if "classify" in one.tasks])
def test_layers_fit_pictures_of_ones_own(name, shape):
    for lane in PRESETS[name].lanes(shape, True, 3):
        if lane.network == OWN_NETWORK:
            check_trainable(network_from_line(lane.line), shape, 3, 16, "classify")


@pytest.mark.parametrize(
    ("name", "task"),
    [(n, task) for n, one in PRESETS.items() for task in one.tasks if task != "classify"],
)
def test_presets_of_tasks_beyond_a_class(name, task):
    dataset = small(task)
    lanes = PRESETS[name].lanes(dataset.shape, False, len(dataset.classes))
    assert 2 <= len(lanes) <= MOST
    configs = [ask(dataset, lane) for lane in lanes]
    recipe = recipe_for("quick", lanes[0].network, len(dataset.train_images), task=task)
    for config in configs:
        assert (config.task, config.recipe.learning_rate) == (task, recipe.learning_rate)
        build(config.spec, config.input_shape)
    assert len({json.dumps([c.spec, c.loss]) for c in configs}) == len(lanes)
    assert lanes_from_text(lanes_to_text(lanes)) == lanes


def test_networks_and_losses_of_another_task_are_refused(digits):
    with pytest.raises(NetworkError, match=r"Mine: U-Net is not made .* choose one of GAP net"):
        ask(digits, Lane("Mine", network="unet"))
    with pytest.raises(NetworkError, match=r"Mine: GAP net is not made .* choose one of U-Net"):
        ask(small("segment"), Lane("Mine"))
    with pytest.raises(RunError, match="Mine: There is no loss “dice”"):
        ask(small("denoise"), Lane("Mine", network="unet", loss="dice"))


def test_each_optimiser_races_at_its_own_rate(digits):
    sgd, adamw = (ask(digits, lane) for lane in PRESETS["optimiser"].lanes(digits.shape, False, 10))
    images = len(digits.train_images)
    assert sgd.recipe.learning_rate == default_recipe("gap", images, "sgd").learning_rate
    assert adamw.recipe.learning_rate == default_recipe("gap", images, "adamw").learning_rate
    assert sgd.spec == adamw.spec == network_spec("gap", digits.shape, 10)


def test_digits_are_not_mirrored():
    lanes = PRESETS["augmentation"].lanes((1, 28, 28), False, 10)
    assert not any(lane.flip for lane in lanes)
    assert any(lane.flip for lane in PRESETS["augmentation"].lanes((3, 32, 32), True, 10))


def test_a_lane_says_everything_about_its_network(digits):
    """So that the table can say in what two lanes differ, also if one has what is usual."""
    assert ask(digits, Lane("a")).variant == {"depth": 3, "batch_norm": True, "skips": False}
    other = ask(digits, Lane("b", depth=5, skips=True))
    assert other.variant == {"depth": 5, "batch_norm": True, "skips": True}
    assert other.spec == network_spec("gap", digits.shape, 10, depth=5, skips=True)
    lenet = ask(digits, Lane("c", network="lenet5"))
    assert lenet.variant == {}
    assert lenet.spec == network_spec("lenet5", digits.shape, 10)


def test_rate_shift_and_length_arrive(digits):
    lane = Lane("a", rate=0.5, shift=2, flip=True, optimiser="adamw", network="lenet5")
    config = ask(digits, lane, length="thorough", seed=9)
    usual = recipe_for("thorough", "lenet5", len(digits.train_images), "adamw")
    assert config.recipe == dataclasses.replace(
        usual, learning_rate=usual.learning_rate / 2, shift=2, flip=True, seed=9
    )


@pytest.mark.parametrize(
    ("lane", "error", "sentence"),
    [
        (Lane("Deep", depth=21), NetworkError, "^Deep: GAP net can have 1 to 20"),
        (Lane("L", network="lenet5", skips=True), NetworkError, "^L: LeNet-5 has no skip"),
        (Lane("L", network="lenet5", depth=2), NetworkError, "^L: LeNet-5 has a fixed depth"),
        (Lane("Far", shift=17), RunError, "^Far: The shift must be 0 to 16"),
    ],
)
def test_a_lane_that_cannot_be_had_is_named(digits, lane, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(digits, lane)


@given(count=st.integers(2, 6), cores=st.integers(1, 64))
def test_threads_are_shared_equally_and_never_more_than_there_are(count, cores):
    each = threads_each(count, cores, together=True)
    assert each >= 1
    assert each * count <= max(cores, count)
    assert (each + 1) * count > cores
    assert threads_each(count, cores, together=False) == cores


LANES = st.builds(
    Lane,
    name=st.text(st.characters(categories=["L", "N", "S"]), min_size=1, max_size=20),
    network=st.sampled_from(["gap", "lenet5", "unet", "autoencoder"]),
    optimiser=st.sampled_from(["sgd", "adamw"]),
    rate=st.floats(0.001, 100),
    depth=st.none() | st.integers(1, 20),
    batch_norm=st.booleans(),
    skips=st.booleans(),
    shift=st.integers(0, 16),
    flip=st.booleans(),
    loss=st.sampled_from(["", "dice"]),
)


@given(st.lists(LANES, min_size=2, max_size=6))
def test_lanes_survive_the_address(lanes):
    assert lanes_from_text(lanes_to_text(lanes)) == tuple(lanes)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["name", "rate", "depth"]), inner)
    ),
)


@given(st.text() | ANYTHING.map(json.dumps))
def test_anything_in_the_address_gives_lanes_or_a_sentence(text):
    with contextlib.suppress(RunError):
        assert all(isinstance(lane, Lane) for lane in lanes_from_text(text))


def test_a_lane_without_a_name_gets_one():
    assert Lane.of({"name": None, "rate": None}, 3) == Lane("Lane 3")
    assert Lane.of({"name": " a\nb\u202e"}, 1).name == "ab"
    with pytest.raises(RunError, match="Lane 2 needs a network and an optimiser"):
        Lane.of({"network": "resnet"}, 2)
    with pytest.raises(RunError, match="above 0"):
        Lane.of({"rate": 0})


def test_a_race_is_called_after_its_question_and_time():
    group = race_id("optimiser")
    assert re.fullmatch(r"SGD or AdamW\? · \d{4}-\d\d-\d\d, \d\d:\d\d:\d\d", race_title(group))
    assert race_id("optimiser") != group
    assert race_title("20260102-030405-gone-12ab") == "Race · 2026-01-02, 03:04:05"
    assert race_title("mine") == "mine"
