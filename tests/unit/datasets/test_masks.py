"""Pictures with masks in a zip: pairs by name, bad ones named, colours as classes."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.masks import CLASSES, load_mask_zip, read_masks
from cnnviz.datasets.scenes import SIDE
from tests.unit.datasets.zips import make_zip


def png(array):
    file = io.BytesIO()
    Image.fromarray(np.asarray(array, np.uint8)).save(file, "PNG")
    return file.getvalue()


def pair(at, colour=(255, 255, 255), size=(60, 90)):
    """A picture with a square, and its mask."""
    mask = np.zeros((*size, 3), np.uint8)
    mask[10 + at : 30 + at, 40:60] = colour
    return png(mask // 2 + 20), png(mask)


def zipped(count=5, **more):
    files = {}
    for at in range(count):
        files[f"all/images/p{at}.png"], files[f"all/Masks/p{at}.PNG"] = pair(at)
    return make_zip(files | more)


def test_pairs_are_found_by_their_names_and_bad_ones_are_named():
    tall = pair(0, size=(50, 90))[1]
    data = zipped(**{
        "all/images/alone.png": pair(0)[0], "all/Masks/orphan.png": pair(0)[1],
        "all/images/torn.png": pair(0)[0], "all/Masks/torn.png": b"no picture",
        "all/images/odd.png": pair(0)[0], "all/Masks/odd.png": tall,
        "read.me": b"some text", "q.csv": b"7", "q.png": pair(7)[0], "q_mask.png": pair(7)[1],
    })  # fmt: skip
    found = load_mask_zip(data)
    assert sorted(found.names) == ["p0", "p1", "p2", "p3", "p4", "q"]
    assert found.pictures.shape == (6, 1, SIDE, SIDE)
    assert found.classes == ("background", "white")
    reasons = {one.name.split("/")[-1]: one.reason for one in found.skipped}
    assert set(reasons) == {"alone.png", "orphan.png", "torn.png", "odd.png", "read.me", "q.csv"}
    assert reasons["alone.png"] == "there is no mask of this name"
    assert reasons["odd.png"] == "picture and mask differ in size: 90×60 and 90×50"
    assert found.tests.tolist() == [True, False, False, False, False, True]
    assert len(found.scenes(1)) == 1
    for scene, at in zip(found.scenes(5), (0, 5), strict=True):
        assert np.array_equal(scene.picture(), found.pictures[at, 0])
        assert np.array_equal(scene.labels(), found.labels[at])
    for picture, labels in zip(found.pictures, found.labels, strict=True):
        # The square of 20 by 20 of 60 pixels is 16 by 16 of 48, where the picture is light.
        assert labels.sum() == 16 * 16
        assert picture[0][labels == 1].mean() > 130
        assert picture[0][labels == 0].mean() < 30


def test_each_colour_is_a_class_and_class_numbers_are_too():
    colours = [(255, 0, 0), (250, 4, 2), (0, 0, 255), (255, 0, 0), (0, 200, 0)]
    files = {}
    for at, colour in enumerate(colours):
        files[f"p{at}.png"], files[f"masks/p{at}.png"] = pair(at, colour)
    found = load_mask_zip(make_zip(files))
    assert found.classes[0] == "background"
    assert sorted(found.classes[1:]) == ["#0000ff", "#00c800", "#ff0000"]
    labels = dict(zip(found.names, found.labels, strict=True))
    assert labels["p0"].max() == labels["p1"].max() != labels["p2"].max()  # nearly the same red
    files |= {f"masks/p{at}.png": pair(at, (1 + at % 2,) * 3)[1] for at in range(5)}
    assert load_mask_zip(make_zip(files)).classes == ("background", "level 1", "level 2")


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        ("images/p{}.png", "labels/p{}.png"), ("imgs/p{}.png", "masks/p{}.png"),
        ("img/p{}.png", "mask/p{}.png"), ("train/p{}.png", "train_masks/p{}_mask.png"),
        ("masks of cells/images/p{}.png", "masks of cells/Ground Truth/p{}.png"),
        ("my-masks/images/p{}.png", "my-masks/annotations/p{}.png"),
        ("p{}.png", "p{}_mask.png"), ("p{}.png", "p{}_segmentation.png"),
    ],
)  # fmt: skip
def test_the_usual_layouts_are_taken(picture, mask):
    files = {}
    for at in range(4):
        files[picture.format(at)], files[mask.format(at)] = pair(at)
    found = load_mask_zip(make_zip(files))
    assert found.names == ("p0", "p1", "p2", "p3")
    assert not found.skipped


def test_pascal_voc_is_taken_and_what_it_leaves_uncounted_is_background():
    palette = np.zeros((256, 3), np.uint8)  # of VOC: 1 is an aeroplane, 2 a bicycle, 255 a border
    palette[1], palette[2], palette[255] = (128, 0, 0), (0, 128, 0), (224, 224, 192)
    numbers = np.zeros((60, 60), np.uint8)
    numbers[5:35, 5:35], numbers[10:30, 10:30] = 255, 1
    files = {}
    for at in range(4):
        voc = "VOCdevkit/VOC2012"
        image = Image.fromarray(np.where(numbers == 1, 2 if at == 3 else 1, numbers))
        image.putpalette(palette.tobytes())
        file = io.BytesIO()
        image.save(file, "PNG")
        files[f"{voc}/JPEGImages/2007_{at}.png"] = pair(at, size=(60, 60))[0]
        files[f"{voc}/SegmentationClass/2007_{at}.png"] = file.getvalue()
        files[f"{voc}/SegmentationObject/2007_{at}.png"] = png(NOISE)
    found = load_mask_zip(make_zip(files))
    assert found.classes == ("background", "#800000", "#008000")
    assert (found.labels > 0).sum((1, 2)).tolist() == [16 * 16] * 4
    # The same as bare numbers, as many save them.
    files |= {
        name: png(np.asarray(Image.open(io.BytesIO(data))))
        for name, data in files.items() if "Class" in name
    }  # fmt: skip
    bare = load_mask_zip(make_zip(files))
    assert bare.classes == ("background", "level 1", "level 2")
    assert np.array_equal(bare.labels, found.labels)


NOISE = np.random.default_rng(0).integers(0, 255, (60, 90, 3))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(3), "has 3 pairs"),
        (zipped(1), "has 1 pair of"),
        (make_zip({"a/1.txt": b"some text", "masks/1.txt": b"some text"}),
         r"masks\. a/1\.txt is left out: it is not a picture\.$"),
        (b"nothing", "not a zip .* zip the pictures and the folder called masks again"),
        (zipped(4, **{f"all/Masks/p{at}.PNG": png(np.zeros((60, 90, 3))) for at in range(4)}),
         "All masks are black"),
        (zipped(4, **{"all/Masks/p0.PNG": png(NOISE)}),
         f"more than {CLASSES} colours"),
        (zipped(4, **{f"all/Masks/p{at}.PNG": png(np.full((60, 90, 3), 200)) for at in range(4)}),
         "no black"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_a_sentence(data, words):
    with pytest.raises(DatasetError, match=words):
        load_mask_zip(data)


def painted(masks, classes=("a", "b")):
    return json.dumps({"classes": classes, "masks": masks})


def test_painted_masks_are_read_and_classes_that_are_painted_nowhere_left_out():
    labels, classes = read_masks(painted(["2:0-2,48", "", "2:5;0:0"]), 3)
    assert classes == ("background", "b")
    assert labels.shape == (3, SIDE, SIDE)
    assert np.argwhere(labels).tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 1, 0], [2, 0, 5]]
    assert labels.max() == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", painted([]), painted(["1:0", ""]), painted(["1:99999"]),
        painted(["3:0"]), painted([7]), painted(["1:0"], ["x"] * CLASSES), painted(["1:0"], None),
    ],
)  # fmt: skip
def test_masks_that_do_not_fit_are_refused(text):
    with pytest.raises(DatasetError, match="do not fit the pictures"):
        read_masks(text, 1)


def test_nothing_painted_is_said():
    with pytest.raises(DatasetError, match="Nothing is painted yet"):
        read_masks(painted(["", "0:3"]), 2)
