import dataclasses

import pytest

from cnnviz.networks import NetworkError, network_from_line, network_spec
from cnnviz.runs import RunError
from cnnviz.training import estimate
from cnnviz.training.config import LENGTHS, again, default_recipe, make_config, recipe_for
from cnnviz.training.data import Batches
from cnnviz.training.estimate import estimate_seconds, recorded_rate


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("images", [100, 1435, 5000, 24_000, 60_000])
def test_longer_lengths_take_more_steps(images, optimiser):
    steps = [
        recipe.epochs * images / recipe.batch_size
        for recipe in (recipe_for(length, "gap", images, optimiser) for length in LENGTHS)
    ]
    assert steps == sorted(set(steps))
    assert default_recipe("gap", images, optimiser) == recipe_for(
        "lesson", "gap", images, optimiser
    )


def test_a_few_pictures_of_ones_own_get_steps_to_watch_and_a_careful_rate():
    for length, steps in (("quick", 100), ("lesson", 300), ("thorough", 1000)):
        few, usual = (recipe_for(length, "gap", n) for n in (36, 1435))
        assert few.epochs * (36 // few.batch_size) == steps
        assert few.learning_rate == usual.learning_rate / 4
    assert recipe_for("lesson", "gap", 499).epochs == 30  # 450 steps


def test_a_set_of_middling_size_gets_as_many_steps_as_a_large_one():
    few, many = (recipe_for("lesson", "gap", n) for n in (5000, 25_000))
    assert few.epochs * 5000 == many.epochs * 25_000
    assert many.epochs == recipe_for("lesson", "gap", 60_000).epochs == 3


def test_an_unknown_network_gets_a_careful_rate():
    assert 0 < recipe_for("quick", "mine", 60_000).learning_rate <= 0.1


def test_a_network_of_ones_own(digits):
    spec = network_from_line("c4k3 relu fc10")
    config = make_config(digits, spec)
    assert (config.network, config.network_title, config.spec) == ("own", "c4k3 relu fc10", spec)
    assert (
        config.recipe.learning_rate == default_recipe("own", len(digits.train_images)).learning_rate
    )
    changed = again(config, "first", batch_size=8, optimiser="adamw", seed=3)
    assert (changed.spec, changed.network_title) == (spec, config.network_title)
    with pytest.raises(NetworkError, match="10 classes"):
        make_config(digits, network_from_line("c4k3 relu fc9"))
    large = network_from_line("c2000k1 c2000k1 gap fc10")
    make_config(digits, large)
    with pytest.raises(NetworkError, match="GB of memory"):
        make_config(digits, large, dataclasses.replace(config.recipe, batch_size=4096))
    long = network_from_line("relu " * 30 + "fc10")
    assert make_config(digits, long).network_title.endswith("relu…")


def test_a_step_of_a_huge_network_is_timed_on_few_pictures(digits, monkeypatch):
    monkeypatch.setattr(estimate, "_WORK", 1_000_000)
    sizes = []

    class Timed(Batches):
        def __init__(self, images, *rest):
            sizes.append(len(images))
            super().__init__(images, *rest)

    monkeypatch.setattr("cnnviz.training.data.Batches", Timed)
    for line in ("fc10", "c64k3p1 bn c64k3p1 fc10"):
        assert estimate._time_steps(make_config(digits, network_from_line(line))) > 0
    assert sizes == [32, 2]


def test_again_with_one_thing_changed(digits):
    config = make_config(digits, "gap")
    same = again(config, "first")
    assert dataclasses.replace(same, based_on="") == config
    assert same.based_on == "first"
    other = again(config, "first", seed=4, learning_rate=0.5)
    assert (other.recipe.seed, other.recipe.learning_rate) == (4, 0.5)
    assert dataclasses.replace(other.recipe, seed=0, learning_rate=0.5) == dataclasses.replace(
        config.recipe, learning_rate=0.5
    )
    assert other.spec == config.spec
    deep = again(config, "first", depth=4)
    assert deep.spec == network_spec("gap", (1, 8, 8), 10, depth=4)
    assert deep.variant == {"depth": 4}
    lenet = again(deep, "first", network="lenet5")
    assert lenet.spec == network_spec("lenet5", (1, 8, 8), 10)
    assert lenet.variant == {}
    assert [c.title.split(", ")[-1] for c in (config, deep, lenet)] == ["GAP net"] * 2 + ["LeNet-5"]
    plain = again(deep, "second", batch_norm=False)
    assert plain.variant == {"depth": 4, "batch_norm": False}
    in_a_race = dataclasses.replace(config, group="race", owner="somebody", max_seconds=9.0)
    assert again(in_a_race, "first") == same
    assert again(config, "first", pace=5.0).pace == 5
    with pytest.raises(RunError, match="batch size"):
        again(config, batch_size=0)
    with pytest.raises(NetworkError):
        again(config, network="none")


def test_another_optimiser_brings_its_usual_rate(digits):
    config = again(make_config(digits, "gap"), batch_size=64)
    copy = again(config, optimiser="adamw").recipe
    usual = default_recipe("gap", 60_000, "adamw")
    assert (usual.batch_size, copy.batch_size) == (128, 64)
    assert copy.learning_rate == pytest.approx(usual.learning_rate / 2)
    assert copy.weight_decay == usual.weight_decay
    assert again(config, optimiser="adamw", learning_rate=0.5).recipe.learning_rate == 0.5


def test_an_estimate_comes_from_a_run_like_it(new_run, digits, monkeypatch):
    run = new_run(epochs=2, batch_size=32)
    assert recorded_rate(run.config) is None
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=88, train_images=1000,
                     test_images=2, device="CPU, 1 thread")  # fmt: skip
        for step, epoch, seconds in ((10, 0.2, 1.0), (88, 2.2, 5.0)):
            writer.write("step", step=step, epoch=epoch, loss=1, accuracy=0.5, learning_rate=0.1,
                         images_per_second=9.0, seconds=seconds)  # fmt: skip
        assert recorded_rate(run.config) is None  # not at its end yet
        writer.write("status", status="finished", step=88)
    assert recorded_rate(run.config) == 500
    longer = again(run.config, epochs=10)
    assert 20 <= estimate_seconds(longer, 1000) <= 24
    assert recorded_rate(again(run.config, network="lenet5")) is None
    assert recorded_rate(again(run.config, batch_size=64)) is None
    limited = dataclasses.replace(longer, max_seconds=7.0)
    assert estimate_seconds(limited, 1000) == 7
    slow = dataclasses.replace(longer, pace=1.0)
    assert estimate_seconds(slow, 1000) == pytest.approx(10 * 1000 / 32)
    (run.path / "events.jsonl").write_text("nonsense\n")
    assert recorded_rate(run.config) is None


def test_else_from_a_few_steps_timed_once(digits, monkeypatch):
    monkeypatch.setattr(estimate, "_timed", {})
    config = make_config(digits, "lenet5")
    first = estimate_seconds(config, 1000)
    assert 0 < first < 3600
    monkeypatch.setattr(estimate, "_time_steps", lambda _: pytest.fail("timed again"))
    assert estimate_seconds(config, 1000) == first
    assert estimate_seconds(again(config, epochs=60), 1000) == pytest.approx(2 * first)
