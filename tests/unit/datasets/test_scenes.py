"""Scenes: what is said of them is what is in them."""

import numpy as np
import pytest

from cnnviz.datasets import load_dataset
from cnnviz.datasets.scenes import (
    CLASSES,
    INK,
    KINDS,
    SIDE,
    SPRITE,
    Scene,
    Sprite,
    make_scenes,
    stacked,
)


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(40, seed=3)


def test_the_same_seed_gives_the_same_scenes_and_another_gives_others(scenes):
    pictures, labels = stacked(scenes)
    assert pictures.shape == (40, 1, SIDE, SIDE)
    assert labels.shape == (40, SIDE, SIDE)
    again = stacked(make_scenes(40, seed=3))
    assert np.array_equal(again[0], pictures)
    assert np.array_equal(again[1], labels)
    assert not np.array_equal(stacked(make_scenes(40, seed=4))[1], labels)


def test_masks_boxes_and_counts_are_those_of_the_digits(scenes):
    seen = set()
    for scene in scenes:
        assert 1 <= len(scene.sprites) <= 4
        labels = scene.labels()
        seen |= set(np.unique(labels))
        assert sum(scene.counts().values()) == len(scene.sprites)
        for one in scene.sprites:
            top, left, bottom, right = one.box
            box = labels[top:bottom, left:right]
            assert (box == one.label).any()
            # Ink touches each side of its box.
            ink = one.ink[top - one.top : bottom - one.top, left - one.left : right - one.left]
            assert ink[0].any()
            assert ink[-1].any()
            assert ink[:, 0].any()
            assert ink[:, -1].any()
            assert ink.sum() == one.ink.sum()
    assert seen == set(range(len(CLASSES)))


def test_one_digit_may_be_much_larger_and_instances_are_its_digits():
    for scene in make_scenes(20, seed=1, main=True):
        first, *others = scene.sprites
        assert all(one.side < 0.8 * first.side for one in others)
        owners, labels = scene.instances(), scene.labels()
        for number, one in enumerate(scene.sprites, 1):
            assert (labels[owners == number] == one.label).all()
            top, left, bottom, right = one.box
            assert not (owners == number)[:, right:].any()
            assert (owners[top:bottom, left:right] == number).any()
            assert bottom <= SIDE
        assert ((owners > 0) == (labels > 0)).all()


def test_a_scene_by_hand():
    values = np.zeros((SPRITE, SPRITE), np.uint8)
    values[2, 3], values[4, 5] = 200, INK - 1
    sprite = Sprite(2, 10, 20, values, values >= INK)
    clutter = np.zeros((SIDE, SIDE), np.uint8)
    clutter[0, 0], clutter[12, 23] = 90, 220
    noise = np.zeros((SIDE, SIDE), np.int16)
    noise[0, 0], noise[14, 25], noise[1, 1] = 200, -7, -5
    scene = Scene(clutter, noise, (sprite,))
    picture, labels = scene.picture(), scene.labels()
    assert (picture[0, 0], picture[12, 23], picture[14, 25], picture[1, 1]) == (255, 220, 92, 0)
    assert list(zip(*np.nonzero(labels), strict=True)) == [(12, 23)]
    assert labels[12, 23] == 2
    assert sprite.box == (12, 23, 13, 24)
    assert scene.counts() == {"0": 0, "3": 1, "4": 0, "7": 0}


def test_digits_for_testing_are_in_no_other_scene():
    import cv2

    data = load_dataset("digits")
    size = (SPRITE, SPRITE)

    def enlarged(images, labels):
        return {
            (cv2.resize(image[0], size, interpolation=cv2.INTER_CUBIC) >= INK).tobytes()
            for image, label in zip(images, labels, strict=True)
            if label in KINDS
        }

    known = enlarged(data.test_images, data.test_labels)
    for scene in make_scenes(20, seed=0, test=True):
        assert all(one.ink.tobytes() in known for one in scene.sprites)
