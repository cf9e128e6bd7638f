import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.datasets import DatasetError, normalise
from cnnviz.networks import NETWORKS
from cnnviz.runs import Recipe, RunError, create_run
from cnnviz.training.config import default_recipe, make_config
from cnnviz.training.data import Batches, Normalise, load_run_dataset, own_dataset_tensors

CPU = torch.device("cpu")
PLAIN = Normalise((0.0,), (1 / 255,), CPU)  # pixels as they are


def numbered(count=10, height=5, width=4, channels=1):
    """Images whose pixels are all different, none of them 0."""
    values = torch.arange(1, count * channels * height * width + 1) % 255 + 1
    images = values.to(torch.uint8).view(count, channels, height, width)
    return images, torch.arange(count)


def batches(recipe, **shape):
    images, labels = numbered(**shape)
    return images, Batches(images, labels, recipe, PLAIN, CPU)


def test_an_epoch_shows_every_image_once_in_a_new_order():
    images, data = batches(Recipe(batch_size=3, epochs=2))
    assert (data.per_epoch, data.total, data.size) == (3, 6, 3)
    orders = []
    for epoch in range(2):
        seen = []
        for step in range(3):
            x, y = data.batch(epoch * 3 + step)
            torch.testing.assert_close(x, images[y].float())
            seen += y.tolist()
        assert len(set(seen)) == 9
        orders.append(seen)
    assert orders[0] != orders[1]
    assert data.epoch(3) == 1


def test_a_batch_depends_on_seed_and_step_alone():
    recipe = Recipe(batch_size=3, shift=1, flip=True, seed=5, epochs=4)
    straight = [batches(recipe)[1].batch(7) for _ in range(2)]
    walked = batches(recipe)[1]
    for step in range(8):
        last = walked.batch(step)
    for x, y in straight:
        assert torch.equal(x, last[0])
        assert torch.equal(y, last[1])
    other = batches(dataclasses.replace(recipe, seed=6))[1].batch(7)
    assert not torch.equal(other[0], last[0])


def test_shift_and_flip_are_those_of_a_padded_crop():
    recipe = Recipe(batch_size=10, shift=2, flip=True, epochs=40)
    images, data = batches(recipe, channels=3)
    seen = set()
    for step in range(40):
        x, y = data.batch(step)
        assert x.is_contiguous(memory_format=torch.channels_last)
        for picture, label in zip(x, y, strict=True):
            padded = F.pad(images[label].float(), (2, 2, 2, 2))
            found = [
                (top, left, flip)
                for top in range(5)
                for left in range(5)
                for flip in (False, True)
                if torch.equal(
                    picture,
                    (padded[:, top : top + 5, left : left + 4]).flip(2)
                    if flip
                    else padded[:, top : top + 5, left : left + 4],
                )
            ]
            assert len(found) == 1
            seen.add(found[0])
    assert len(seen) == 50


def test_without_augmentation_images_are_as_they_are():
    images, data = batches(Recipe(batch_size=5))
    x, y = data.batch(0)
    assert torch.equal(x, images[y].float())


def test_a_small_set_is_one_batch():
    _, data = batches(Recipe(batch_size=128, epochs=3))
    assert (data.size, data.per_epoch, data.total) == (10, 1, 3)


def test_normalise_is_the_datasets_own(digits):
    ours = Normalise(digits.mean, digits.std, CPU)(torch.from_numpy(digits.test_images))
    torch.testing.assert_close(ours, normalise(digits.test_images, digits.mean, digits.std))
    colour = torch.arange(2 * 3 * 2 * 2, dtype=torch.uint8).view(2, 3, 2, 2)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    torch.testing.assert_close(Normalise(mean, std, CPU)(colour), normalise(colour, mean, std))


def test_own_pictures_travel_in_the_run(digits):
    own = dataclasses.replace(digits, id="own", title="Mine", classes=tuple("abcdefghij"))
    run = create_run(make_config(own, "gap"), tensors=own_dataset_tensors(own))
    loaded = load_run_dataset(run)
    assert loaded.classes == own.classes
    assert loaded.title == "Mine"
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(own, name))
        assert getattr(loaded, name).dtype == getattr(own, name).dtype


def test_own_pictures_that_are_gone_are_missed(digits):
    own = dataclasses.replace(digits, id="own")
    run = create_run(make_config(own, "gap"))
    with pytest.raises(RunError, match=r"data\.safetensors"):
        load_run_dataset(run)
    run = create_run(make_config(own, "gap"), tensors={"train_images": torch.zeros(1)})
    with pytest.raises(DatasetError, match="train_labels"):
        load_run_dataset(run)


def test_another_data_set_of_the_same_name_is_refused(digits):
    config = dataclasses.replace(make_config(digits, "gap"), classes=("x", "y"))
    with pytest.raises(DatasetError, match="not the data set"):
        load_run_dataset(create_run(config))


def test_too_few_pictures_are_refused(digits):
    few = dataclasses.replace(
        digits, id="own", train_images=digits.train_images[:1], train_labels=digits.train_labels[:1]
    )
    run = create_run(make_config(few, "gap"), tensors=own_dataset_tensors(few))
    with pytest.raises(DatasetError, match="at least two"):
        load_run_dataset(run)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_there_is_a_default_recipe_for_every_network(network, optimiser):
    small, large = (default_recipe(network, count, optimiser) for count in (1000, 60_000))
    assert small.optimiser == large.optimiser == optimiser
    assert small.batch_size < large.batch_size
    ratio = small.learning_rate / large.learning_rate
    assert ratio == pytest.approx(small.batch_size / large.batch_size)
