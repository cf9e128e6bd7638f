"""Data sets: classes by their mean, their pictures, and one of them as numbers."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.datasets import DATASETS, load_dataset
from cnnviz.datasets.browse import class_means
from tests.pages.sent import sent


@pytest.fixture(autouse=True)
def nothing_downloaded(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def galleries(app):
    return sent(app, "gallery")


def grids(app):
    (found,) = sent(app, "linked_grids")
    return found["panels"]


def pixels(tile):
    data = base64.b64decode(tile["image"].partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def test_opens_on_mnist_with_the_mean_of_each_class(visit):
    app = visit("data_sets")
    means, shown = galleries(app)
    assert [tile["text"] for tile in means["tiles"]] == ["All", *"0123456789"]
    data = load_dataset("mnist5k")
    sevens = data.train_images[data.train_labels == 7, 0].astype(float)
    np.testing.assert_array_equal(pixels(means["tiles"][8]), np.rint(sevens.mean(axis=0)))
    assert len(shown["tiles"]) == 55
    (panel,) = grids(app)
    values = np.frombuffer(base64.b64decode(panel["values"]["data"])).reshape(panel["shape"])
    np.testing.assert_array_equal(values, data.train_images[shown["chosen"], 0])
    missing = [info.title for info in DATASETS.values() if not info.embedded]
    assert any(all(title in one.value for title in missing) for one in app.caption)


def test_a_class_and_its_last_page(visit):
    app = visit("data_sets", ds_name="digits", ds_part="test", ds_class_digits="3")
    labels = load_dataset("digits").test_labels
    _, shown = galleries(app)
    assert [tile["id"] for tile in shown["tiles"]] == np.flatnonzero(labels == 3)[:55].tolist()
    app = visit(
        "data_sets", ds_name="digits", ds_class_digits="-1", **{"ds_page_digits_train_-1": "27"}
    )
    assert len(galleries(app)[1]["tiles"]) == 1435 - 26 * 55


def test_a_class_without_pictures_is_black():
    images = np.full((2, 1, 2, 2), 9, np.uint8)
    means = class_means(images, np.array([0, 2]), 3)
    assert means.reshape(3, -1).max(axis=1).tolist() == [9, 0, 9]
