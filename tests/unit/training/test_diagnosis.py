"""Made-up histories, each with one thing wrong; and real ones, good and bad."""

import dataclasses
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.runs import Recipe, RunState, create_run, fold
from cnnviz.runs.run import Run
from cnnviz.training.config import make_config, recipe_for
from cnnviz.training.diagnosis import diagnose, nan_finding
from cnnviz.training.loop import Trainer
from cnnviz.training.schedule import one_cycle
from cnnviz.training.tasks import TASKS

CHANCE = math.log(10)


def history(loss, test=None, *, steps=2000, per_epoch=200, accuracy=None, health=None, every=25):
    """A run whose training loss is `loss(share done)`, and so on."""
    noise = random.Random(0)
    events = [
        {"event": "status", "status": "running", "step": 0, "total_steps": steps,
         "train_images": 128 * per_epoch, "test_images": 5000},
    ]  # fmt: skip
    for step in range(every, steps + 1, every):
        share = step / steps
        value = loss(share) * (1 + noise.uniform(-0.03, 0.03))
        right = accuracy(share) if accuracy else max(0.1, 1 - value / CHANCE)
        common = {"step": step, "epoch": step / per_epoch, "seconds": step / 50}
        events.append({"event": "step", "loss": value, "accuracy": right,
                       "learning_rate": one_cycle(step - 1, steps, 0.1),
                       "images_per_second": 6400.0, **common})  # fmt: skip
        if step % (4 * every) == 0:
            if test is not None:
                tested, good = test(share)
                events.append({"event": "evaluation", "loss": tested, "accuracy": good,
                               "images": 1000, **common})  # fmt: skip
            layers = [
                {"name": name, "gradient": g, "ratio": r, "dead": d}
                for name, g, r, d in (health(share) if health else WELL)
            ]
            events.append({"event": "health", "step": step, "layers": layers})
    return fold(events, RunState())


WELL = (
    ("conv1", 0.3, 0.01, 0.06),
    ("conv2", 0.5, 0.02, 0.1),
    ("conv3", 0.4, 0.02, 0.0),
    ("linear1", 0.2, 0.01, None),
)


def fall(share):
    return 2.3 * math.exp(-6 * share) + 0.2


def kinds(state, classes=10):
    return [f.kind for f in diagnose(state, classes)]


def at_any_time(state):
    """The state after each of its points."""
    for n in range(len(state.progress)):
        step = state.progress[n].step
        yield dataclasses.replace(
            state,
            progress=state.progress[: n + 1],
            evaluations=[e for e in state.evaluations if e.step <= step],
            health=[h for h in state.health if h.step <= step],
        )


def test_a_good_run_has_nothing_wrong_at_any_time():
    state = history(fall, lambda s: (fall(s) + 0.03, 0.9))
    assert kinds(state) == []
    assert kinds(RunState()) == []
    assert all(kinds(part) == [] for part in at_any_time(state))


@pytest.mark.parametrize(("classes", "level"), [(10, 1.0), (2, 1.0), (100, 1.1)])
def test_a_flat_loss(classes, level):
    state = history(lambda _: level * math.log(classes), accuracy=lambda _: 1 / classes)
    (finding,) = diagnose(state, classes)
    assert finding.kind == "flat"
    assert "learns nothing" in finding.text
    assert f"guessing gives {math.log(classes):.3g}:" in finding.text


@pytest.mark.parametrize(("ends", "trained", "right"), [(1.58, 0.83, 0.6), (1.9, 0.62, 0.8)])
def test_a_test_loss_above_guessing_is_not_learning_nothing_where_training_pictures_are_learned(
    ends, trained, right
):
    """As it was with 3 classes of 40 pictures; too short to see the test loss rise for long."""

    def loss(share):
        return 1.1 + (trained - 1.1) * share**2

    def run(final):
        state = history(
            loss, lambda s: (1.1 + (final - 1.1) * s**4, 0.3), steps=100, per_epoch=3, every=5,
            accuracy=lambda s: 0.33 + (right - 0.33) * s,
        )  # fmt: skip
        return dataclasses.replace(state, test_images=1000)

    (finding,) = diagnose(run(ends), 3)
    assert finding.kind == "overfitting"
    assert f"ends at {ends:.1f}; random guessing would give 1.1." in finding.text
    assert "learning rate" not in finding.advice
    # As long as it goes on, one bad test is an accident.
    *before, end = at_any_time(run(ends))
    assert diagnose(end, 3)
    assert not any(diagnose(part, 3) for part in before)
    assert diagnose(run(1.0), 3) == []


def test_the_most_frequent_of_unequal_classes_for_every_picture_is_nothing_learned():
    """As it was with 24, 15 and 14 pictures: 1.07 is the entropy of their shares, below log 3."""
    state = history(lambda s: 1.1 - 0.07 * s**0.1, lambda _: (1.07, 24 / 53), steps=80, every=5)
    end = dataclasses.replace(state.evaluations[-1], confusion=((24, 0, 0), (15, 0, 0), (14, 0, 0)))
    (finding,) = diagnose(
        dataclasses.replace(state, test_images=1000, evaluations=[*state.evaluations[:-1], end]), 3
    )
    assert finding.kind == "flat"


def test_of_few_steps_it_is_said_that_they_show_nothing_unless_they_do():
    def run(loss, right, trained=1.1):
        state = history(lambda _: trained, lambda _: (loss, right), steps=40, every=5)
        return dataclasses.replace(state, test_images=1000)

    (finding,) = diagnose(run(1.1, 0.3), 3)
    assert finding.kind == "short"
    assert finding.text.startswith("The test loss is 1.1 after only 40 steps")
    assert diagnose(run(0.9, 0.5), 3) == []
    assert diagnose(run(1.09, 0.7), 3) == []  # label smoothing
    assert diagnose(run(1.5, 0.3, trained=0.3), 3) == []
    assert diagnose(dataclasses.replace(run(1.1, 0.3), total_steps=2000), 3) == []  # stopped


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.output != "class"])
def test_of_few_steps_to_a_picture_it_is_said_where_the_loss_is_as_before_them(name):
    def run(before, after, foreground=0.5, steps=40):
        tests = [
            {"event": "evaluation", "step": step, "epoch": step / 10, "seconds": step, "loss": loss,
             "images": 20, "foreground": foreground}
            for step, loss in ((0, before), (steps, after))
        ]  # fmt: skip
        begin = {"event": "status", "status": "running", "step": 0, "total_steps": steps,
                 "train_images": 20, "test_images": 20}  # fmt: skip
        return fold([begin, *tests], RunState())

    task = TASKS[name]
    found = diagnose(run(0.101, 0.1), 3, task)
    if name == "generate":  # the losses of two that work against each other say nothing
        assert found == []
        return
    assert [finding.kind for finding in found] == ["short"]
    assert found[0].text.startswith(
        "The test loss is 0.1 after only 40 steps, and was 0.101 before the first: so few steps"
    )
    assert diagnose(run(0.101, 0.09), 3, task) == []
    assert diagnose(run(0.101, 0.1, steps=70), 3, task) == []
    assert diagnose(dataclasses.replace(run(0.101, 0.1), total_steps=2000), 3, task) == []
    ground = diagnose(run(0.101, 0.05, foreground=0.0), 3, task)
    assert [one.text[:48] for one in ground] == (
        ["It calls every pixel background after only 40 st"] if name == "segment" else []
    )


@pytest.mark.parametrize(("ratio", "word"), [(1e-6, "raise"), (0.4, "lower"), (0.01, "up or down")])
def test_the_advice_for_a_flat_loss_depends_on_how_the_weights_move(ratio, word):
    layers = [(name, g, ratio, d) for name, g, _, d in WELL]
    (finding,) = diagnose(history(lambda _: CHANCE, health=lambda _: layers), 10)
    assert word in finding.advice


def test_a_loss_that_falls_to_what_the_classes_allow_is_not_flat():
    # Nine in ten of one class: 0.33 is what guessing gives there, and it is learned at once.
    state = history(lambda s: 0.5 * math.exp(-9 * s) + 0.33, accuracy=lambda _: 0.9)
    assert kinds(state, 2) == []


def test_label_smoothing_keeps_the_loss_up_and_is_not_flat():
    assert kinds(history(lambda _: 2.28, accuracy=lambda s: 0.2 + 0.7 * s)) == []


def test_diverging():
    assert kinds(history(lambda s: fall(s) if s < 0.6 else 2.0)) == ["diverging"]
    assert kinds(history(lambda s: 2.3 if s < 0.1 else 9.0)) == ["diverging"]
    # The bump that a high learning rate makes on the way is none.
    assert kinds(history(lambda s: fall(s) + 0.4 * math.exp(-((s - 0.8) ** 2) / 0.02))) == []


def test_overfitting():
    def by_heart(share):
        return 2.3 * math.exp(-9 * share) + 0.005

    def test(share):
        return (0.5 + abs(share - 0.3), 0.85)

    state = history(by_heart, test)
    (finding,) = diagnose(state, 10)
    assert finding.kind == "overfitting"
    assert "by heart" in finding.text
    assert "step 600" in finding.text
    (finding,) = diagnose(state, 1, TASKS["denoise"])
    assert finding.kind == "overfitting"
    assert kinds(history(by_heart, lambda s: (0.5 + 0.05 * s, 0.95))) == []
    # One bad test is an accident.
    assert kinds(history(by_heart, lambda s: (0.9 if s == 1 else 0.4, 0.85))) == []


@pytest.mark.parametrize("right", [0.94, 0.99])
def test_an_excursion_of_a_high_rate_is_not_learned_by_heart(right):
    """As they were with VGG and GAP networks: the test loss rises for a while, far and alone."""

    def bump(share):
        return math.exp(-(((share - 0.3) / 0.1) ** 2))

    def loss(share):
        return 2.3 * math.exp(-15 * share) + 3 * (1 - right) * math.exp(-((share / 0.5) ** 4))

    def test(share):
        return (2.2 * math.exp(-25 * share) + 0.1 + 1.5 * bump(share), 0.97 - 0.5 * bump(share))

    state = history(loss, test, steps=540, per_epoch=45, every=7, accuracy=lambda _: right)
    losses = {e.step: e.loss for e in state.evaluations}
    assert losses[56] < 0.4
    assert max(losses[step] for step in losses if step > 56) > 1.5
    assert all(kinds(part) == [] for part in at_any_time(state))
    assert all(diagnose(part, 1, TASKS["denoise"]) == [] for part in at_any_time(state))


def test_a_dead_layer():
    def health(share):
        dead = 1.0 if share > 0.5 else 0.0
        return [(name, 0.0, 0.0, dead if name == "conv2" else d) for name, _, _, d in WELL]

    state = history(lambda _: CHANCE, health=health)
    assert kinds(state) == ["flat", "dead"]
    flat, dead = diagnose(state, 10)
    assert "conv2" in dead.text
    assert "conv1" not in dead.text
    assert "layer is dead" in flat.advice


def test_vanishing_and_exploding_gradients():
    weak = [(n, 1e-7 if n == "conv1" else g, r, d) for n, g, r, d in WELL]
    assert kinds(history(fall, health=lambda _: weak)) == ["vanishing"]
    strong = [(n, g, 1.5 if n == "conv3" else r, d) for n, g, r, d in WELL]
    (finding,) = diagnose(history(fall, health=lambda _: strong), 10)
    assert finding.kind == "exploding"
    assert "conv3" in finding.text
    steep = [(n, 5e4, r, d) for n, _, r, d in WELL]
    assert kinds(history(fall, health=lambda _: steep)) == ["exploding"]
    # Once is not enough.
    assert kinds(history(fall, health=lambda s: strong if s == 1 else WELL)) == []
    # Everything small is a run that has learned all there is.
    small = [(n, 1e-9, 1e-9, d) for n, _, _, d in WELL]
    assert kinds(history(fall, health=lambda _: small)) == []


def test_not_a_number_says_which_rate_to_try(digits):
    config = make_config(digits, "lenet5", Recipe(optimiser="sgd", learning_rate=50.0))
    finding = nan_finding(config, 1435, 50.0)
    assert "50" in finding.advice
    assert "0.075" in finding.advice  # what a lesson would take
    assert "such as 0.001" in nan_finding(config, 1435, 0.01).advice


def finish(config):
    run = create_run(config)
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    return run.state()


def found(state):
    return [(d.step, f.kind, f.text) for d in state.diagnoses for f in d.findings]


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("network", ["gap", "lenet5", "vgg"])
def test_no_false_alarm_on_digits(digits, network, optimiser, monkeypatch):
    # Measured far more often than by the clock, so that there is more to be wrong about.
    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(7))
    recipe = recipe_for("lesson", network, len(digits.train_images), optimiser)
    recipe = dataclasses.replace(recipe, epochs=12.0)
    state = finish(make_config(digits, network, recipe))
    assert len(state.health) > 50
    assert len(state.evaluations) > 15
    assert found(state) == []
    assert state.final.accuracy > 0.8  # 0.93 to 1.0 with ten seeds each


class Often:
    """Due every so many times that somebody asks."""

    def __init__(self, every):
        self.every, self._asked = every, 0
        self._length = every

    def due(self):
        self._asked += 1
        return self._asked % self._length == 0

    def spend(self):
        import contextlib

        return contextlib.nullcontext()


def test_no_false_alarm_on_fashionmnist(shared_data, monkeypatch):
    """The beginning of a short and of a long run; the whole of a lesson comes with cnnviz."""
    from cnnviz.datasets import load_dataset

    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(10))
    dataset = load_dataset("fashionmnist", root=shared_data)
    monkeypatch.setattr("cnnviz.training.learner.load_run_dataset", lambda _run: dataset)
    for length in ("quick", "thorough"):
        config = make_config(dataset, "lenet5", recipe_for(length, "lenet5", 60_000))
        run = create_run(config)
        with run.writing() as writer:
            trainer = Trainer(run, writer, torch.device("cpu"))
            step = trainer.learner.step

            def stop_later(number, rate, *, step=step, trainer=trainer):
                if number == 200:
                    trainer.request_stop()
                return step(number, rate)

            monkeypatch.setattr(trainer.learner, "step", stop_later)
            trainer.train()
        state = run.state()
        assert len(state.health) > 10
        assert found(state) == []


@pytest.mark.parametrize("name", ["digits-gap", "fashionmnist-gap"])
def test_no_false_alarm_in_the_runs_that_come_with_it(name):
    root = Path(__file__).parents[3] / "assets" / "runs"
    events, _ = Run(root / name, shipped=True).events()
    state = RunState()
    classes = len(json.loads((root / name / "run.json").read_text())["classes"])
    for event in events:
        state.apply(event)
        assert diagnose(state, classes) == []


def test_a_rate_far_too_high_is_found_in_a_real_run(digits, monkeypatch):
    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(5))
    recipe = Recipe(epochs=8, batch_size=32, optimiser="sgd", learning_rate=30.0)
    state = finish(make_config(digits, "lenet5", recipe))
    assert {kind for _, kind, _ in found(state)} & {"diverging", "flat", "exploding"}


def test_dead_relus_are_found_in_a_real_run(digits, monkeypatch):
    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(5))
    recipe = Recipe(epochs=8, batch_size=32, optimiser="sgd", learning_rate=0.01)
    config = make_config(digits, "gap", recipe, variant={"batch_norm": False})
    run = create_run(config)
    with run.writing() as writer:
        trainer = Trainer(run, writer, torch.device("cpu"))
        with torch.no_grad():
            trainer.model.conv2.bias.fill_(-100)
        trainer.train()
    state = run.state()
    assert {"dead", "flat"} <= {f.kind for f in state.findings}
    assert "conv2" in next(f.text for f in state.findings if f.kind == "dead")


def test_learning_by_heart_is_found_in_a_real_run(digits, monkeypatch):
    """Few pictures, half of them labelled at random: the test loss nearly doubles."""
    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(10))
    images, labels = digits.train_images[:150], digits.train_labels[:150].copy()
    labels[:75] = np.random.default_rng(0).integers(0, 10, 75)
    few = dataclasses.replace(digits, train_images=images, train_labels=labels)
    monkeypatch.setattr("cnnviz.training.learner.load_run_dataset", lambda _run: few)
    recipe = Recipe(epochs=100, batch_size=32, optimiser="adamw", learning_rate=0.01)
    state = finish(make_config(few, "lenet5", recipe))
    assert [f.kind for f in state.findings] == ["overfitting"]


@pytest.mark.parametrize(
    ("epochs", "kind", "advice"), [(8, "flat", "raise"), (0.5, "short", "more epochs")]
)
def test_a_rate_far_too_low_is_found_in_a_real_run(digits, monkeypatch, epochs, kind, advice):
    monkeypatch.setattr("cnnviz.training.recorder.Pace", lambda _every, _share: Often(5))
    recipe = Recipe(epochs=epochs, batch_size=32, optimiser="sgd", learning_rate=1e-7)
    state = finish(make_config(digits, "lenet5", recipe))
    (finding,) = state.findings
    assert finding.kind == kind
    assert advice in finding.advice
