"""A generator and a discriminator: losses by hand, what was shipped, and that both learn."""

import numpy as np
import pytest
import torch

from cnnviz.datasets import load_dataset
from cnnviz.networks import build, summary
from cnnviz.training.experiments.gan import (
    COUNTED,
    LATENT,
    SHAPE,
    classes_of,
    codes,
    discriminator,
    discriminator_loss,
    generator,
    generator_loss,
    learn,
    made,
    shipped,
    shipped_classifier,
)


def test_the_losses_are_those_of_the_papers():
    real, fake = torch.tensor([0.3, -1.0]), torch.tensor([2.0, -0.5, 0.0])
    chance = [1 / (1 + np.exp(-scores.numpy())) for scores in (real, fake)]
    smoothed = -(0.9 * np.log(chance[0]) + 0.1 * np.log(1 - chance[0])).mean()
    told = smoothed - np.log(1 - chance[1]).mean()
    assert discriminator_loss(real, fake).item() == pytest.approx(told, rel=1e-5)
    assert generator_loss(fake).item() == pytest.approx(-np.log(chance[1]).mean(), rel=1e-5)


def test_the_plans_fit_each_other():
    assert summary(generator(), (LATENT, 1, 1))[-1].output_shape == SHAPE
    assert summary(discriminator(), SHAPE)[-1].output_shape == (1, 1, 1)


def test_the_classifier_that_counts_is_right_on_digits_that_it_never_saw():
    data = load_dataset("mnist5k")
    pictures = torch.from_numpy(data.test_images).float() / 255
    with torch.no_grad():
        found = classes_of(pictures, shipped_classifier())
    assert (found.numpy() == data.test_labels).mean() > 0.93


@pytest.mark.parametrize("pace", ["even", "hasty"])
def test_what_is_shipped_makes_what_its_frames_say(pace):
    """Half precision may move a picture or two over a border between classes."""
    frames = shipped(pace)
    with torch.no_grad():
        for frame in frames:
            pictures = made(frame.generator, codes(COUNTED, 1))
            counts = torch.bincount(classes_of(pictures, shipped_classifier()), minlength=10)
            assert np.abs(counts.numpy() - frame.counts).sum() <= 6
            assert sum(frame.counts) == COUNTED
    if pace == "even":  # most digits are made, and as varied as real ones
        assert sum(count >= 0.02 * COUNTED for count in frames[-1].counts) >= 8
        assert frames[-1].spread > 0.75
    else:  # few are, and each time others
        worst = min(frames[1:], key=lambda frame: frame.spread)
        assert worst.spread < 0.7
        assert len({int(np.argmax(frame.counts)) for frame in frames}) > 1


def test_the_discriminator_of_the_shipped_run_tells_real_from_noise():
    first, *_, last = shipped("even")
    judge = build(discriminator(), SHAPE).eval()
    judge.load_state_dict(last.discriminator)
    real = torch.from_numpy(load_dataset("mnist5k").test_images[:100]).float() / 255
    with torch.no_grad():
        noise = made(first.generator, codes(100, 2))  # what it made before it had learned
        assert judge(real).mean() > judge(noise).mean() + 1


def test_a_step_moves_the_discriminator_and_then_the_generator_the_same_each_time():
    [one], [again] = (list(learn("hasty", steps=0)) for _ in range(2))
    assert one.losses == pytest.approx(again.losses, rel=1e-4)
    moved = {}
    for name in ("generator", "discriminator"):
        before, after = getattr(one, name), getattr(one, f"{name}_after")
        weights = [key for key in before if key.endswith("weight")]
        moved[name] = max(float((after[key] - before[key]).abs().max()) for key in weights)
    # Adam's first step is the learning rate for each weight; the generator has taken eight.
    assert moved["discriminator"] == pytest.approx(1e-3, rel=0.01)
    assert moved["generator"] > 2e-3
