"""What the class is asked about a run, and that the answers are those of its tensors."""

import base64
import dataclasses
import random

import numpy as np
import pytest
import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection import feature_maps, filters, load_model, predict
from cnnviz.inspection.frames import make_frame
from cnnviz.networks import build
from cnnviz.numbers.formatting import isolated
from cnnviz.runs import RunError, create_run
from cnnviz.runs.votes import pose, read_questions, vote
from cnnviz.training import labels, quiz
from cnnviz.training.config import make_config


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))


def add_snapshot(run, step, seed):
    """Weights drawn at random, with the frame that training would keep."""
    config = run.config
    torch.manual_seed(seed)
    model = build(config.spec, config.input_shape).eval()
    images, labels = run.load_probes()
    frame = make_frame(model, inputs_of(run, images), labels, step=step, epoch=1.0, seconds=1.0)
    run.write_tensors(f"snapshots/{step}.safetensors", model.state_dict())
    run.write_frame(step, frame)
    with run.writing() as writer:
        writer.write("snapshot", step=step, epoch=1.0, seconds=1.0)


def inputs_of(run, images):
    seen = [normalise(i.numpy(), run.config.mean, run.config.std) for i in images]
    return torch.stack(seen)


@pytest.fixture
def make_run():
    def make(network="gap", accuracies=()):
        data = load_dataset("digits")
        config = make_config(data, network)
        run = create_run(dataclasses.replace(config, classes=(*config.classes[:-1], "گربه")))
        probes = {
            "images": torch.from_numpy(data.test_images[:6].copy()),
            "labels": torch.from_numpy(data.test_labels[:6].copy()),
        }
        run.write_tensors("probes.safetensors", probes)
        with run.writing() as writer:
            for at, accuracy in enumerate(accuracies):
                writer.write(
                    "evaluation",
                    step=at,
                    epoch=at,
                    loss=1.0,
                    accuracy=accuracy,
                    images=9,
                    seconds=1.0,
                )
        return run

    return make


def last(run):
    return read_questions(run)[-1]


def test_which_class_is_what_the_newest_weights_say(make_run):
    run = make_run()
    add_snapshot(run, 4, seed=1)
    images, labels = run.load_probes()
    answers = set()
    for probe in range(6):
        pose(run, quiz.class_question(run, probe))
        asked = last(run)
        assert base64.b64decode(asked.shown.data) == images[probe].numpy().tobytes()
        assert [o.label for o in asked.options] == list(run.config.classes)
        vote(run, asked.id, 3, "somebody-1")
        quiz.reveal_now(run)
        told = last(run)
        answer = predict(load_model(run, 4), inputs_of(run, images)[probe])
        assert told.answer == answer.top(1)[0]
        assert f"predicts {isolated(run.config.classes[told.answer])} (" in told.words
        assert ("which is correct" in told.words) == (told.answer == labels[probe])
        answers.add(told.answer)
    # Newer weights before the reveal: they are the ones that answer, as the question says.
    assert "when the answer is revealed" in last(run).text
    pose(run, quiz.class_question(run, 0))
    for step in range(10, 16):
        add_snapshot(run, step, seed=step)
    quiz.reveal_now(run)
    answer = predict(load_model(run, 15), inputs_of(run, images)[0])
    assert last(run).answer == answer.top(1)[0]
    assert "After 15 steps" in last(run).words


@pytest.mark.parametrize("network", ["gap", "lenet5", "vgg"])
def test_which_filter_is_the_one_that_gives_the_map(make_run, network):
    run = make_run(network)
    add_snapshot(run, 4, seed=1)
    model = load_model(run, 4)
    weights = next(iter(filters_of(model)))
    images, _ = run.load_probes()
    for seed in range(5):
        pose(run, quiz.filter_question(run, random.Random(seed)))
        asked = last(run)
        assert 2 <= len(asked.options) <= 4
        assert len({o.tile.data for o in asked.options}) == len(asked.options)
        add_snapshot(run, 5 + seed, seed=9 + seed)  # the weights go on meanwhile
        quiz.reveal_now(run)
        told = last(run)
        index = next(i for i in range(len(weights)) if f"filter {i} " in told.words)
        tile = told.options[told.answer].tile
        codes = np.frombuffer(base64.b64decode(tile.data), np.uint8).astype(float)
        values = tile.low + codes / 255 * (tile.high - tile.low)
        source = load_model(run, int(told.words.split("after ")[1].split()[0]))
        np.testing.assert_allclose(
            values, next(iter(filters_of(source)))[index].ravel(), atol=tile.high / 255 + 1e-6
        )
        # And the map that was shown is what that filter gives for that picture.
        assert f"of picture {'ABCDEFGH'[asked.picture]} after " in asked.text
        assert base64.b64decode(asked.source.data) == images[asked.picture].numpy().tobytes()
        maps = feature_maps(source, inputs_of(run, images)[asked.picture])
        shown = np.frombuffer(base64.b64decode(asked.shown.data), np.uint8).reshape(
            asked.shown.shape
        )
        scale = asked.shown.high - asked.shown.low
        got = asked.shown.low + shown / 255 * scale
        assert any(
            m.ndim == 4
            and m.shape[1] == len(weights)
            and m.shape[2:] == got.shape
            and np.allclose(m[0, index], got, atol=scale / 255 + 1e-5)
            for m in maps.values()
        )


def filters_of(model):
    from cnnviz.inspection import conv_layers

    for name in conv_layers(model):
        yield filters(model, name).numpy()


def test_a_map_whose_frame_is_gone_has_its_answer_all_the_same(make_run):
    run = make_run()
    add_snapshot(run, 4, seed=1)
    weights = next(iter(filters_of(load_model(run, 4))))
    pose(run, quiz.filter_question(run, random.Random(0)))
    assert "after 4 steps" in last(run).text
    run.frame_path(4).unlink()  # thinned out while the class votes
    add_snapshot(run, 9, seed=2)
    quiz.reveal_now(run)
    told = last(run)
    index = int(told.words.removeprefix("It is filter ").split()[0])
    tile = told.options[told.answer].tile
    codes = np.frombuffer(base64.b64decode(tile.data), np.uint8).astype(float)
    values = tile.low + codes / 255 * (tile.high - tile.low)
    np.testing.assert_allclose(values, weights[index].ravel(), atol=tile.high / 255 + 1e-6)
    assert "after 4 steps" in told.words


def test_which_run_wins_is_decided_by_test_accuracy(make_run):
    worse, better = make_run(accuracies=(0.2, 0.9)), make_run(accuracies=(0.95, 0.3))
    better.rename("worse [trick]")
    pose(worse, quiz.run_question(worse))
    asked = last(worse)
    assert len(asked.options) == 2
    make_run(accuracies=(1.0,))  # a later run was not asked about
    better.rename("renamed meanwhile")
    quiz.reveal_now(worse)
    told = last(worse)
    assert told.options[told.answer].label == "worse [trick]"
    assert told.words == "worse [trick], with a test accuracy of 95.0%."


def test_a_run_that_wins_is_known_when_all_have_ended(make_run):
    first, second = make_run(accuracies=(0.5,)), make_run(accuracies=(0.4,))
    second.rename("The slow one")
    with second.writing() as writer:
        writer.write(
            "status", status="running", total_steps=9, train_images=90, test_images=90, device="CPU"
        )
        pose(first, quiz.run_question(first))
        with pytest.raises(RunError, match="“The slow one” has not ended yet"):
            quiz.reveal_now(first)
        assert not last(first).revealed
        for images, accuracy in ((9, 0.9), (90, 0.6)):
            writer.write(
                "evaluation",
                step=9,
                epoch=1,
                loss=1.0,
                accuracy=accuracy,
                images=images,
                seconds=1.0,
            )
        writer.write("status", status="finished")
    quiz.reveal_now(first)
    assert last(first).words == "The slow one, with a test accuracy of 60.0%."


def test_runs_to_compare_are_the_presenters(make_run):
    run = make_run()
    create_run(dataclasses.replace(run.config, owner="a-viewer"))
    assert [one.id for one in quiz.contestants(run)] == [run.id]
    other = make_run()
    assert {one.id for one in quiz.contestants(run)} == {run.id, other.id}


def test_runs_to_compare_can_be_told_apart(make_run):
    run = make_run()
    recipe = dataclasses.replace(run.config.recipe, learning_rate=0.125)
    faster = create_run(dataclasses.replace(run.config, recipe=recipe))
    assert labels.labels([run, faster]) == [
        f"{run.name} · peak learning rate {run.config.recipe.learning_rate:g}",
        f"{run.name} · peak learning rate 0.125",
    ]
    same = labels.labels([run, make_run()])  # only the time, or the id, can tell
    assert len(set(same)) == 2
    assert all(run.config.created[:10] in label for label in same)
    faster.rename("Fast")  # names that differ say enough
    assert labels.labels([run, faster]) == [run.name, "Fast"]


def test_a_tie_and_an_untested_run_have_no_winner(make_run):
    first, second = make_run(accuracies=(0.5,)), make_run()
    pose(first, quiz.run_question(first))
    quiz.reveal_now(first)
    assert last(first).answer is None
    assert "not all" in last(first).words.lower()
    with second.writing() as writer:
        writer.write("evaluation", step=1, epoch=1, loss=1.0, accuracy=0.5, images=9, seconds=1.0)
    pose(first, quiz.run_question(first))
    quiz.reveal_now(first)
    assert last(first).answer is None
    assert "a tie" in last(first).words


def test_what_cannot_be_asked_is_said(make_run):
    run = make_run()
    with pytest.raises(RunError, match="not saved any weights yet"):
        quiz.filter_question(run, random.Random(0))
    with pytest.raises(RunError, match="no second run"):
        quiz.run_question(run)
    with pytest.raises(RunError, match="no such picture"):
        quiz.class_question(run, 6)
    with pytest.raises(RunError, match="no longer an open question"):
        quiz.reveal_now(run)
