from pathlib import Path

import pytest

from cnnviz.datasets import DATASETS, data_root
from cnnviz.datasets.download import published_md5
from cnnviz.torchvision_door import torchvision_datasets

DOWNLOADED = [info for info in DATASETS.values() if not info.embedded]


def test_digits_come_first_and_need_no_network():
    assert next(iter(DATASETS)) == "digits"
    assert DATASETS["digits"].embedded
    assert DATASETS["digits"].download_bytes == 0


@pytest.mark.parametrize("info", DOWNLOADED, ids=lambda info: info.id)
def test_archives_are_those_torchvision_has_sums_for(info):
    assert [name for name, _ in info.archives] == list(published_md5(info))


def test_classes_are_torchvisions():
    loaders = torchvision_datasets()
    assert list(DATASETS["fashionmnist"].classes) == loaders.FashionMNIST.classes
    assert [f"{c} - " for c in DATASETS["mnist"].classes] == [
        name[:4] for name in loaders.MNIST.classes
    ]


def test_sizes_are_those_of_the_real_files(shared_data):
    for info in (DATASETS["fashionmnist"], DATASETS["mnist"]):
        for name, size in info.archives:
            assert (shared_data / info.folder / name).stat().st_size == size


def test_data_root_is_what_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.setenv("CNNVIZ_DATA", "~/pictures")
    assert data_root() == Path.home() / "pictures"


@pytest.mark.parametrize(
    ("platform", "variable", "below_home"),
    [
        ("linux", "XDG_CACHE_HOME", ".cache"),
        ("darwin", None, "Library/Caches"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_data_root_is_in_the_users_cache(monkeypatch, tmp_path, platform, variable, below_home):
    monkeypatch.setattr("sys.platform", platform)
    for name in ("CNNVIZ_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert data_root() == Path.home() / below_home / "cnnviz" / "data"
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
        assert data_root() == tmp_path / "cnnviz" / "data"
