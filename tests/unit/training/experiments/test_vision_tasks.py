"""What can be asked of a scene: targets, losses, answers and measures agree with the scenes."""

import numpy as np
import pytest
import torch

from cnnviz.datasets.scenes import CLASSES, KINDS, SIDE, make_scenes
from cnnviz.inspection.detection import find, instances
from cnnviz.training.experiments.vision_answers import Answer, answers, measures, sentence
from cnnviz.training.experiments.vision_tasks import (
    CROWD,
    SHAPE,
    UNIT,
    dense_loss,
    learn,
    main_loss,
    maps_of,
    shipped,
    targets,
)


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(24, seed=11, test=True, main=True)


@pytest.fixture(scope="module")
def wanted(scenes):
    return targets(scenes)


def perfect(wanted):
    """What a network gives that knows everything: N×14×SIDE×SIDE, and N×8."""
    labels = torch.nn.functional.one_hot(wanted.labels.long(), len(CLASSES)).permute(0, 3, 1, 2)
    heat = torch.where(wanted.heat == 1, 12.0, -12.0)
    crowd = torch.zeros(len(labels), 1, SIDE, SIDE)
    crowd[:, 0] = wanted.heat.eq(1).sum(1) * CROWD
    dense = torch.cat([24.0 * labels, heat, wanted.sides / UNIT, crowd], 1)
    main = torch.nn.functional.one_hot(wanted.main, len(KINDS)) * 24.0
    return dense, torch.cat([main, wanted.box / SIDE], 1)


def test_who_knows_everything_answers_everything_right(scenes, wanted):
    dense, main = perfect(wanted)
    said = []
    for scene, maps, numbers in zip(scenes, map(maps_of, dense.numpy()), main, strict=True):
        things = find(maps.heat, maps.sides)
        assert sorted((one.label, one.box) for one in things) == sorted(
            (one.label, one.box) for one in scene.sprites
        )
        mask = maps.classes.argmax(0)
        assert np.array_equal(mask, scene.labels())
        owners = instances(things, mask > 0, maps.sides)
        box = tuple((numbers[len(KINDS) :] * SIDE).tolist())
        label = 1 + int(numbers[: len(KINDS)].argmax())
        said.append(Answer(label, box, things, mask, owners, maps.crowd.sum()))
    found = measures(scenes, said)
    right = (found.accuracy, found.located, found.boxes, found.instances, found.mask)
    assert right == (1, 1, 1, 1, 1)
    assert (found.box, found.count) == (pytest.approx(1), pytest.approx(0, abs=1e-5))
    assert found.sentence == 1
    blind = Answer(0, (0, 0, 0, 0), [], np.zeros((SIDE, SIDE), int), np.zeros((SIDE, SIDE)), 0.0)
    nothing = measures(scenes, [blind] * len(scenes))
    assert (nothing.accuracy, nothing.boxes, nothing.mask, nothing.sentence) == (0, 0, 0, 0)
    assert nothing.count == np.mean([len(one.sprites) for one in scenes])


def test_the_losses_are_small_where_everything_is_right(wanted):
    dense, main = perfect(wanted)
    spread = wanted.heat.sum(1) * CROWD / (2 * torch.pi * 1.7**2)
    dense[:, -1] = spread
    assert main_loss(main, wanted) < 1e-4
    right = dense_loss(dense, wanted)
    assert right < 0.1  # a digit at the edge spreads out of the scene
    for part in (slice(0, 5), slice(5, 9), slice(9, 13), slice(13, 14)):
        wrong = dense.clone()
        wrong[:, part] = wrong[:, part].flip(-1)
        assert dense_loss(wrong, wanted) > right + 0.1, part


def test_both_learn_and_what_is_shipped_has_learned(scenes):
    first, last = learn(steps=16, scenes=16, every=8)
    assert last.step == 16
    assert last.losses[0] < first.losses[0]
    assert last.losses[1] < first.losses[1]
    found = measures(scenes, answers(scenes, shipped()))
    assert SHAPE == (1, SIDE, SIDE)
    assert min(found.accuracy, found.instances) > 0.8
    assert found.count < 0.5


def test_a_sentence_begins_with_the_largest_and_says_where_they_are():
    three, seven = (2, (0.0, 0.0, 10.0, 10.0)), (4, (20.0, 14.0, 40.0, 34.0))
    assert (
        sentence([three, seven]) == "Two digits: a large 7 in the middle and a 3 at the top left."
    )
    assert sentence([seven]) == "One digit: a large 7 in the middle."
    assert sentence([]) == "No digit."
    assert sentence([three] * 5).startswith("5 digits: a large 3 at the top left, a 3")
