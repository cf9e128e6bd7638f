"""Scenes: what is said of them is what is in them."""

import gzip
import hashlib
import struct

import numpy as np
import pytest

from cnnviz.datasets import DATASETS, DatasetError, is_available, load_dataset
from cnnviz.datasets.catalogue import GARMENTS
from cnnviz.datasets.scenes import (
    CLASSES,
    CLOTHES,
    INK,
    KINDS,
    SIDE,
    SPRITE,
    Scene,
    Sprite,
    make_scenes,
    stacked,
)
from cnnviz.torchvision_door import torchvision_datasets


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


def made_up_clothes(root, monkeypatch):
    """A small Fashion-MNIST as it is published, with sums to match: filled boxes and rings."""
    random, info = np.random.default_rng(0), DATASETS["fashionmnist"]
    folder, sums, pictures = root / info.folder, [], {}
    folder.mkdir(parents=True)
    for part, count in (("train", 40), ("t10k", 20)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = np.zeros((count, 28, 28), np.uint8)
        for at, image in enumerate(images):
            image[4 : 20 + labels[at] % 5, 6:22] = random.integers(60, 256)
            if part == "t10k":
                image[8:12, 10:14] = 0  # what only those for testing have
        pictures[part] = images
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
            data = gzip.compress(head + values.tobytes())
            name = f"{part}-{kind}-ubyte.gz"
            (folder / name).write_bytes(data)
            sums.append((name, hashlib.md5(data).hexdigest()))
    monkeypatch.setattr(torchvision_datasets().FashionMNIST, "resources", sums)
    return pictures


def test_scenes_of_clothes_know_the_class_of_every_pixel(tmp_path, monkeypatch):
    with pytest.raises(DatasetError, match=r"Scenes of clothes.* is not on this computer"):
        load_dataset("clothes", root=tmp_path)
    made_up_clothes(tmp_path, monkeypatch)
    assert is_available("clothes", tmp_path)
    data = load_dataset("clothes", root=tmp_path)
    clothes = load_dataset("fashionmnist", root=tmp_path)
    assert (data.task, data.classes) == ("segment", ("background", *GARMENTS))
    assert (data.shape, data.train_images.shape[0]) == ((1, SIDE, SIDE), 1200)
    assert set(np.unique(data.train_targets)) == set(range(1 + len(GARMENTS)))
    for test in (False, True):
        scenes = make_scenes(200, seed=0, test=test, clothes=clothes)
        targets = data.test_targets if test else data.train_targets
        assert np.array_equal(stacked(scenes)[1], targets[:200])
        for scene in scenes[:30]:
            labels = scene.labels()
            for one in scene.sprites:
                top, left, bottom, right = one.box
                name = GARMENTS[one.label - 1]
                at = clothes.classes.index(name)
                # As tall and wide as the box it was made of, of 28 pixels, is in 20.
                assert abs((bottom - top) - (16 + at % 5) * CLOTHES / 28) <= 2
                assert abs((right - left) - 16 * CLOTHES / 28) <= 2
                assert (labels[top:bottom, left:right] == one.label).any()
        holes = [not one.ink[6:8, 8:9].all() for scene in scenes for one in scene.sprites]
        assert all(holes) if test else not any(holes)


def test_scenes_of_the_real_clothes(shared_data):
    clothes = load_dataset("fashionmnist", root=shared_data)
    scenes = make_scenes(60, seed=2, clothes=clothes)
    pictures, labels = stacked(scenes)
    assert set(np.unique(labels)) == set(range(1 + len(GARMENTS)))
    # A garment is lighter than the ground, where there is no line: its pixels stand out.
    assert pictures[:, 0][labels > 0].mean() > 2 * pictures[:, 0][labels == 0].mean()
    for scene in scenes:
        for one in scene.sprites:
            assert one.ink.mean() > 0.05
