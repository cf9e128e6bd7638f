"""Drawings are scaled and placed as the pictures of a data set were: held to OpenCV and SciPy."""

import gzip

import cv2
import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from cnnviz.components.packing import packed
from cnnviz.datasets import DATASETS
from tests.unit.components.node import in_node

CENTRE = """
import { unpackArray } from "./cnnviz/components/kit/arrays.js";
import { centred, ruleOf } from "./cnnviz/components/kit/picture/centring.js";
console.log(JSON.stringify(data.pictures.map((picture) => {
  const [rows, columns] = picture.shape;
  const drawing = { values: unpackArray(picture), rows, columns, painted: true };
  return [...centred(drawing, data.size, ruleOf(data.dataset))];
})));
"""
SIDE = 120


def centred(dataset, size, pictures):
    data = {"dataset": dataset, "size": size, "pictures": [packed(one) for one in pictures]}
    return [np.reshape(levels, size) for levels in in_node(CENTRE, data=data)]


def drawings():
    """A dot and thick lines anywhere on a pad, light on black."""
    random = np.random.default_rng(1)
    yield cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (90, 30), 4, 255, -1, cv2.LINE_AA)
    for count in (2, 2, 3, 5, 5):
        pad = np.zeros((SIDE, SIDE), np.uint8)
        points = random.integers(10, SIDE - 10, (count, 2)).astype(np.int32)
        width = int(random.integers(4, 20))
        cv2.polylines(pad, [points], False, 255, width, cv2.LINE_AA)
        yield pad


def ink(pad):
    rows, columns = np.flatnonzero(pad.any(axis=1)), np.flatnonzero(pad.any(axis=0))
    return pad[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scaled(cut, rows, columns):
    shrinks = rows <= cut.shape[0] and columns <= cut.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(cut.astype(np.float64), (columns, rows), interpolation=how)


def test_digits_fill_20_pixels_and_have_their_centre_of_mass_in_the_middle():
    pads = list(drawings())
    for pad, got in zip(pads, centred("mnist", (28, 28), pads), strict=True):
        cut = ink(pad)
        factor = 20 / max(cut.shape)
        rows, columns = (max(1, round(side * factor)) for side in cut.shape)
        assert max(rows, columns) == 20
        exact = scaled(cut, rows, columns)
        down, across = center_of_mass(np.rint(exact))
        top, left = (int(np.ceil(13.5 - place)) for place in (down, across))
        wanted = np.zeros((28, 28))
        wanted[top : top + rows, left : left + columns] = exact
        np.testing.assert_allclose(got, wanted, rtol=0, atol=0.51)
        for place in center_of_mass(got):
            assert 13.5 <= place <= 14.5


def test_clothes_fill_28_pixels_and_lie_in_the_middle():
    pads = list(drawings())
    for pad, got in zip(pads, centred("fashionmnist", (28, 28), pads), strict=True):
        cut = ink(pad)
        factor = 28 / max(cut.shape)
        rows, columns = (max(1, round(side * factor)) for side in cut.shape)
        wanted = np.zeros((28, 28))
        top, left = -(-(28 - rows) // 2), -(-(28 - columns) // 2)
        wanted[top : top + rows, left : left + columns] = scaled(cut, rows, columns)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=0.51)


def test_digits_of_8_by_8_fill_all_rows_and_at_most_6_columns():
    pads = list(drawings())
    for pad, got in zip(pads, centred("digits", (8, 8), pads), strict=True):
        cut = ink(pad)
        columns = min(24, max(1, round(cut.shape[1] * 32 / cut.shape[0])))
        field = np.zeros((32, 32))
        left = -(-(32 - columns) // 2)
        field[:, left : left + columns] = np.rint(scaled(cut, 32, columns))
        np.testing.assert_allclose(got, scaled(field, 8, 8), rtol=0, atol=0.51)


def test_a_drawing_for_other_pictures_is_scaled_as_a_whole():
    pads = list(drawings())
    for pad, got in zip(pads, centred("own", (24, 30), pads), strict=True):
        np.testing.assert_allclose(got, scaled(pad, 24, 30), rtol=0, atol=0.51)


def test_nothing_drawn_is_a_black_picture():
    for dataset in ("mnist", "fashionmnist", "digits", "own", "toString"):
        (got,) = centred(dataset, (9, 9), [np.zeros((50, 50))])
        assert not got.any()


@pytest.mark.parametrize(("dataset", "share"), [("mnist", 1), ("fashionmnist", 0.95)])
def test_pictures_of_the_data_set_stay_as_they_are(dataset, share, shared_data):
    folder = DATASETS[dataset].folder
    with gzip.open(shared_data / folder / "t10k-images-idx3-ubyte.gz") as file:
        pictures = np.frombuffer(file.read(16 + 300 * 784), np.uint8, offset=16)
    pictures = pictures.reshape(300, 28, 28)
    # These have been through the real thing. The few that do not fill their box are scaled.
    box = {"mnist": 20, "fashionmnist": 28}[dataset]
    full = [picture for picture in pictures if max(ink(picture).shape) == box]
    assert len(full) > 250
    # Somewhere else on a larger pad, so that nothing can stay by doing nothing.
    pads = [np.pad(picture, ((30, 11), (2, 40))) for picture in full]
    got = centred(dataset, (28, 28), pads)
    same = [np.array_equal(one, picture) for one, picture in zip(got, full, strict=True)]
    assert np.mean(same) >= share
