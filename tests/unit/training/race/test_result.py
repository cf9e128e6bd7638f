import dataclasses

import pytest

from cnnviz.runs import fold
from cnnviz.training.race.result import verdict
from cnnviz.training.tasks import TASKS


def lane(early, end, images=1000, status="finished", total=1000):
    def evaluation(step, accuracy):
        return {
            "event": "evaluation", "step": step, "epoch": step / 100, "seconds": 1.0, "loss": 1.0,
            "accuracy": accuracy, "images": images,
        }  # fmt: skip

    return fold([
        {"event": "status", "status": "running", "total_steps": total, "test_images": images},
        evaluation(0, 0.1), evaluation(110, early), evaluation(500, 0.5), evaluation(total, end),
        {"event": "status", "status": status},
    ])  # fmt: skip


def test_who_was_ahead_early_and_who_is_at_the_end():
    text = verdict(["A", "B"], [lane(0.8, 0.9), lane(0.6, 0.95)])
    assert "after 110 steps, A was ahead by 20.0 points" in text
    assert "At the end, B is ahead by 5.0 points: B has 95.0% and A has 90.0% of" in text


def test_what_may_be_chance_is_a_tie():
    text = verdict(["A", "B", "C"], [lane(0.8, 0.900), lane(0.8, 0.905), lane(0.8, 0.5)])
    assert "At the end, B and A are tied" in text
    assert "With 1,000 test pictures, a difference of 0.5 points may be chance." in text
    text = verdict(["A", "B"], [lane(0.8, 0.9), lane(0.8, 0.9)])
    assert text.endswith(
        "At the end, A and B are tied: each has 90.0% of 1,000 test pictures right."
    )
    text = verdict(["A", "B", "C"], [lane(0.8, 0.9), lane(0.8, 0.9), lane(0.8, 0.5)])
    assert text.endswith("C has 50.0% of the test pictures right.")


@pytest.mark.parametrize(("images", "word"), [(100, "tied"), (100_000, "ahead")])
def test_more_test_pictures_tell_smaller_differences_apart(images, word):
    text = verdict(["A", "B"], [lane(0.5, 0.90, images), lane(0.5, 0.91, images)])
    assert word in text.partition("At the end")[2]


def test_nothing_is_said_before_the_end_or_of_one():
    assert verdict(["A", "B"], [lane(0.8, 0.9), lane(0.8, 0.9, status="stopped")]) == ""
    assert verdict(["A"], [lane(0.8, 0.9)]) == ""


def test_lanes_tested_at_other_steps_are_not_compared_early():
    slow = lane(0.6, 0.95)
    slow.evaluations[1] = dataclasses.replace(slow.evaluations[1], step=300)
    text = verdict(["A", "B"], [lane(0.8, 0.9), slow])
    assert text.startswith("At the end, B is ahead")


@pytest.mark.parametrize(
    ("task", "values", "sentence"),
    [
        ("segment", (0.4, 0.5), "B is ahead by 10.0 points: B has 50.0% and A has 40.0% (Mean"),
        ("denoise", (21.25, 20.0), "A is ahead by 1.2 dB: A has 21.2 dB and B has 20.0 dB (PSNR"),
        ("autoencode", (20.5, 11.0), "B is ahead by 9.5 levels: B has 11.0 levels and A has 20.5"),
    ],
)
def test_tasks_are_ranked_by_their_own_measure(task, values, sentence):
    name = TASKS[task].measures[0].name
    states = [lane(0.5, 0.5), lane(0.5, 0.5)]
    for state, value in zip(states, values, strict=True):
        state.evaluations[:] = [
            dataclasses.replace(e, accuracy=float("nan"), measures={name: value})
            for e in state.evaluations
        ]
    text = verdict(["A", "B"], states, TASKS[task])
    assert f"At the end, {sentence}" in text
    assert ("of which less is better" in text) == (task == "autoencode")
    assert "may be chance" not in text
