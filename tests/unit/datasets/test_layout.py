"""Zips as people and Kaggle make them: splits, levels, folders beside the classes."""

import pytest

from cnnviz.datasets import DatasetError, load_folder, load_zip
from tests.unit.datasets.zips import make_zip


def paths(text, count=3):
    """`train/cats` and the like, each with some pictures."""
    return [f"{folder}/{i}.png" for folder in text.split() for i in range(count)]


def load(png, names):
    names = paths(names) if isinstance(names, str) else names
    return load_zip(make_zip({name: png() for name in names}))


def sizes(dataset):
    return len(dataset.train_labels), len(dataset.test_labels)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("Training", "Testing"),
        ("training_set/training_set", "test_set/test_set"),
        ("archive/seg_train/seg_train", "archive/seg_test/seg_test"),
        ("data/train", "data/valid"),
        ("a/b/c/TRAIN", "a/b/c/VAL"),
        ("train", "validation"),
        ("train-images", "dev-images"),
        ("train_data", "eval_data"),
        ("TrainingSet", "ValidationSet"),
        ("train2017", "val2017"),
        ("Trainingsdaten", "Testdaten"),
        ("my_train", "my_test1"),
        ("训练集", "测试集"),
        ("entraînement", "validation"),
    ],
)
def test_a_split_is_taken_as_it_is(png, train, test):
    names = [*paths(f"{train}/cats {train}/dogs", 4), *paths(f"{test}/cats {test}/dogs", 1)]
    dataset, skipped = load(png, names)
    assert dataset.classes == ("cats", "dogs")
    assert dataset.train_labels.tolist() == [0] * 4 + [1] * 4
    assert dataset.test_labels.tolist() == [0, 1]
    assert skipped == []
    assert "used as it is" in dataset.remarks[0]


def test_the_pictures_of_a_split_stay_on_their_side(png):
    files = {
        f"{part}/{c}/{i}.png": png((255, 0, 0) if part == "train" else (0, 0, 255))
        for part in ("train", "test")
        for c in "ab"
        for i in range(3)
    }
    dataset, _ = load_zip(make_zip(files))
    assert dataset.train_images[:, :, 5, 5].tolist() == [[255, 0, 0]] * 6
    assert dataset.test_images[:, :, 5, 5].tolist() == [[0, 0, 255]] * 6


def test_a_folder_on_disk_with_a_split(png, tmp_path):
    for name in paths("train/a train/b test/a test/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png())
    dataset, _ = load_folder(tmp_path)
    assert (dataset.classes, sizes(dataset)) == (("a", "b"), (6, 6))


def test_a_third_part_is_for_testing_too(png):
    dataset, _ = load(png, "train/a train/b val/a val/b test/a test/b")
    assert sizes(dataset) == (6, 12)
    assert "train for training, test and val for testing" in dataset.remarks[0]


@pytest.mark.parametrize(
    "extra",
    [
        "data/unlabelled/a data/unlabelled/b",
        "data/pred",
        "data/seg_pred/seg_pred",
        "data/samples/a",
        "data/test_unlabelled",
        "data/data/train/a data/data/train/b data/data/test/a data/data/test/b",
    ],
)
def test_what_stands_beside_a_split_is_left_out_and_named(png, extra):
    dataset, skipped = load(png, f"data/train/a data/train/b data/test/a data/test/b {extra}")
    assert (dataset.classes, sizes(dataset)) == (("a", "b"), (6, 6))
    assert f"{extra.split('/')[1]} is left out" in dataset.remarks[0]
    assert len(skipped) == 3 * len(extra.split())


def test_a_part_without_classes_is_left_out_if_another_has_them(png):
    dataset, _ = load(png, "train/a train/b valid/a valid/b test")
    assert (dataset.classes, sizes(dataset)) == (("a", "b"), (6, 6))
    assert "test is left out" in dataset.remarks[0]


def test_the_parts_of_a_split_may_write_a_class_with_other_capitals(png):
    dataset, _ = load(png, "train/Cats train/dogs test/cats test/DOGS")
    assert (dataset.classes, sizes(dataset)) == (("Cats", "dogs"), (6, 6))


def test_train_and_test_inside_each_class(png):
    dataset, _ = load(png, "a/train a/test b/train b/test")
    assert (dataset.classes, sizes(dataset)) == (("a", "b"), (6, 6))


def test_a_class_may_be_called_train(png):
    dataset, _ = load(png, "car train bus")
    assert dataset.classes == ("bus", "car", "train")
    dataset, _ = load(png, "train/car train/train test/car test/train")
    assert (dataset.classes, sizes(dataset)) == (("car", "train"), (6, 6))


@pytest.mark.parametrize(
    "names",
    [
        "train test",
        "Train Testing",
        "data/train data/test data/unlabelled",
        "train/a train/b test",
        "train/a train/b test/a test/c",
        "train/a train/b test/a",
        "training_set/a training_set/b training_set/c test_set/a test_set/b",
        "val test",
        "trainA trainB testA testB",
    ],
)
def test_a_split_without_the_same_classes_is_refused(png, names):
    with pytest.raises(DatasetError, match=r"folders are called .* give one folder per class"):
        load(png, names)


@pytest.mark.parametrize("names", ["images/a images/b masks/a masks/b", "1/a 1/b 2/a 2/b 2/c"])
def test_folders_that_all_hold_the_same_folders_are_refused(png, names):
    with pytest.raises(DatasetError, match=r"all hold the same folders \(a and b\)"):
        load(png, names)


@pytest.mark.parametrize("side", ["train", "test"])
def test_a_class_that_can_be_read_on_one_side_only(png, side):
    files = dict.fromkeys(paths("train/a train/b test/a test/b"), png())
    files |= {name: b"broken" for name in files if name.startswith(f"{side}/b")}
    purpose = {"train": "to learn from", "test": "to test"}[side]
    with pytest.raises(DatasetError, match=f"For b, no picture {purpose} can be read"):
        load_zip(make_zip(files))


@pytest.mark.parametrize(
    ("around", "beside", "named"),
    [
        ("pets/", {"docs/licence.txt": b"free"}, "docs is left out: there are no pictures in it"),
        ("pets/", {"docs/LICENSE": b"free", "a.md": b""}, "docs is left out"),
        ("pets/", {"docs/logo.png": None}, "The pictures in docs are left out"),
        ("", {"labels/a.xml": b"", "notes/b.csv": b""}, "labels and notes are left out"),
        ("x/y/", {"x/docs/a.pdf": b"", "README.md": b""}, "x/docs is left out"),
        ("x/y/", {"x/figures/a.png": None}, "The pictures in figures are left out"),
        ("", {"birds/clip.mov": b"film"}, "birds is left out: there are no pictures in it"),
    ],
)
def test_folders_beside_the_classes(png, around, beside, named):
    files = dict.fromkeys(paths(f"{around}cats {around}dogs"), png())
    files |= {name: png() if data is None else data for name, data in beside.items()}
    dataset, skipped = load_zip(make_zip(files))
    assert (dataset.classes, sizes(dataset)) == (("cats", "dogs"), (4, 2))
    assert [skip.name for skip in skipped] == sorted(beside)
    assert named in dataset.remarks[0]


def test_classes_that_hold_folders_are_said(png):
    dataset, _ = load(png, "cats/persian cats/siamese dogs")
    assert (dataset.classes, sizes(dataset)) == (("cats", "dogs"), (7, 2))
    assert "cats holds folders of its own (persian and siamese)" in dataset.remarks[0]


def test_what_systems_leave_beside_pictures_is_not_there(png):
    junk = [
        "cats/@eaDir/0.png/SYNOPHOTO_THUMB_S.jpg", "__MACOSX/cats/._0.png", "cats/._0.png",
        ".DS_Store", "cats/.DS_Store", "dogs/Thumbs.db", "cats/.thumbnails/0.png", ".git/x.png",
        ".Trash-1000/files/0.png", "#recycle/0.png", "cats/.@__thumb/0.png", "cats/desktop.ini",
        "@Recycle/dogs/0.png", "$RECYCLE.BIN/0.png", "System Volume Information/x.png",
        "cats/0.png@SynoEAStream", "dogs/.picasaoriginals/0.png", "lost+found/0.png",
    ]  # fmt: skip
    dataset, skipped = load(png, [*paths("cats dogs"), *junk])
    assert (dataset.classes, sizes(dataset), skipped) == (("cats", "dogs"), (4, 2), [])


def test_a_class_that_cannot_be_read_is_said_with_the_reason(png):
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    files = dict.fromkeys(paths("cats dogs"), png())
    files |= {f"birds/IMG_{i}.HEIC": heic for i in range(4)}
    dataset, skipped = load_zip(make_zip(files))
    assert dataset.classes == ("cats", "dogs")
    assert len(skipped) == 4
    said = dataset.remarks[0]
    assert said.startswith("The class birds is left out: none of its 4 pictures can be read.")
    assert "birds/IMG_0.HEIC: " in said


def test_a_class_with_one_test_picture_is_said(png):
    dataset, _ = load(png, [*paths("common", 120), *paths("rare", 2)])
    assert dataset.test_labels.tolist().count(1) == 1
    single, unequal = dataset.remarks
    assert single.startswith("rare has a single test picture")
    assert unequal.startswith("The classes are unequal: 120 pictures of common, 2 of rare.")
    assert "Each class has" in load(png, "a b c")[0].remarks[0]
    assert load(png, paths("a b", 7))[0].remarks == ()


def test_of_two_files_at_one_path_the_later_counts(png):
    files = [(name, png((255, 0, 0))) for name in paths("a b")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = make_zip([*files, *((name, png((0, 0, 255))) for name in paths("a"))])
    dataset, _ = load_zip(data)
    assert sizes(dataset) == (4, 2)
    assert dataset.train_images[:, :, 5, 5].tolist() == [[0, 0, 255]] * 2 + [[255, 0, 0]] * 2


@pytest.mark.parametrize("names", [["a/"], ["a/", "b/"], []])
def test_directories_only(png, names):
    with pytest.raises(DatasetError, match="zip is empty"):
        load(png, names)


def test_empty_files_and_zips_in_a_zip_are_named(png):
    files = dict.fromkeys(paths("a b"), png()) | {"a/empty.png": b"", "b/more.zip": make_zip({})}
    dataset, skipped = load_zip(make_zip(files))
    assert sizes(dataset) == (4, 2)
    assert [skip.name for skip in skipped] == ["a/empty.png", "b/more.zip"]
    assert skipped[1].reason == "it is not a picture"
