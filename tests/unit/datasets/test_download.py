import gzip
import hashlib
import shutil
import struct
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest

from cnnviz.datasets import DATASETS, DatasetError, download, load_dataset
from cnnviz.torchvision_door import torchvision_datasets


@pytest.fixture
def mnist():
    return torchvision_datasets().MNIST


@pytest.fixture
def tiny(monkeypatch, mnist, tmp_path, rng):
    """A mirror's folder with an MNIST of 5 and 3 pictures; its sums stand for the real ones."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    resources, archives = [], []
    for part, count in (("train", 5), ("t10k", 3)):
        pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        for name, header, content in (
            (f"{part}-images-idx3-ubyte.gz", struct.pack(">4i", 2051, count, 28, 28), pixels),
            (f"{part}-labels-idx1-ubyte.gz", struct.pack(">2i", 2049, count), bytes(range(count))),
        ):
            data = gzip.compress(header + bytes(content), mtime=0)
            (folder / name).write_bytes(data)
            resources.append((name, hashlib.md5(data).hexdigest()))
            archives.append((name, len(data)))
    monkeypatch.setattr(mnist, "resources", resources)
    monkeypatch.setitem(DATASETS, "mnist", replace(DATASETS["mnist"], archives=tuple(archives)))
    return folder


def left_behind(root):
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_downloads_checks_and_loads(monkeypatch, mnist, tiny, serve, tmp_path):
    monkeypatch.setattr(mnist, "mirrors", [serve(tiny)])
    seen, threads = [], set()

    def progress(there, total):
        seen.append((there, total))
        threads.add(threading.current_thread())

    loaded = load_dataset("mnist", root=tmp_path / "root", download=True, progress=progress)
    assert loaded.train_labels.tolist() == [0, 1, 2, 3, 4]
    assert loaded.test_images.shape == (3, 1, 28, 28)
    total = DATASETS["mnist"].download_bytes
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)
    assert threads == {threading.current_thread()}
    assert left_behind(tmp_path / "root") == sorted(name for name, _ in mnist.resources)


def test_downloads_the_real_archives(monkeypatch, mnist, serve, shared_data, tmp_path):
    monkeypatch.setattr(mnist, "mirrors", [serve(shared_data / "MNIST" / "raw")])
    loaded = load_dataset("mnist", root=tmp_path, download=True)
    assert len(loaded.train_labels) == 60_000
    # What is there and sound is not fetched again.
    monkeypatch.setattr(mnist, "mirrors", ["http://127.0.0.1:1/"])
    assert len(load_dataset("mnist", root=tmp_path, download=True).test_labels) == 10_000


def test_only_what_is_missing_or_damaged_is_fetched(monkeypatch, mnist, tiny, serve, tmp_path):
    folder = tmp_path / "root" / "MNIST" / "raw"
    shutil.copytree(tiny, folder)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"cut short")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    (tiny / "train-images-idx3-ubyte.gz").unlink()
    monkeypatch.setattr(mnist, "mirrors", [serve(tiny)])
    seen = []
    load_dataset(
        "mnist", root=tmp_path / "root", download=True, progress=lambda *now: seen.append(now)
    )
    sizes = dict(DATASETS["mnist"].archives)
    wanted = sizes["train-labels-idx1-ubyte.gz"] + sizes["t10k-labels-idx1-ubyte.gz"]
    assert seen[-1] == (wanted, wanted)


def test_a_second_mirror_is_tried(monkeypatch, mnist, tiny, serve, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setattr(mnist, "mirrors", [serve(empty), serve(tiny)])
    assert len(load_dataset("mnist", root=tmp_path / "root", download=True).train_labels) == 5


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://mirror.invalid/"])
def test_offline_gives_one_sentence_that_says_what_to_do(
    monkeypatch, mnist, tiny, tmp_path, address
):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(mnist, "mirrors", [address])
    with pytest.raises(DatasetError) as refused:
        load_dataset("mnist", root=tmp_path / "root", download=True)
    sentence = str(refused.value)
    assert sentence.startswith("MNIST could not be downloaded (")
    assert "urlopen" not in sentence
    assert "check the connection" in sentence
    assert str(tmp_path / "root" / "MNIST" / "raw") in sentence
    assert left_behind(tmp_path / "root") == []


def test_a_wrong_file_is_refused_and_not_kept(monkeypatch, mnist, tiny, serve, tmp_path):
    (tiny / "t10k-images-idx3-ubyte.gz").write_bytes(b"<html>Log in to the campus network</html>")
    monkeypatch.setattr(mnist, "mirrors", [serve(tiny)])
    with pytest.raises(DatasetError, match="the downloaded file is not the published one"):
        load_dataset("mnist", root=tmp_path / "root", download=True)
    assert left_behind(tmp_path / "root") == []


def test_a_connection_that_hangs_is_given_up(monkeypatch, mnist, tiny, serve, tmp_path):
    release = threading.Event()

    class Hangs(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            self.wfile.flush()
            release.wait()

        def log_message(self, *args):
            pass

    monkeypatch.setattr(download, "STALLED_S", 0.5)
    monkeypatch.setattr(mnist, "mirrors", [serve(handler=Hangs), serve(tiny)])
    try:
        with pytest.raises(DatasetError, match=r"nothing arrived for 0\.5 seconds"):
            load_dataset("mnist", root=tmp_path / "root", download=True)
    finally:
        release.set()
    for thread in threading.enumerate():
        if thread.name == "download-mnist":
            thread.join()
    # The thread that was left alone makes no folder of its own.
    assert list((tmp_path / "root" / "MNIST" / "raw").iterdir()) == []


def test_a_root_that_cannot_be_written_says_so(monkeypatch, mnist, tiny, serve, tmp_path):
    monkeypatch.setattr(mnist, "mirrors", [serve(tiny)])
    root = tmp_path / "root"
    root.write_text("a file where the folder should be")
    with pytest.raises(DatasetError, match=r"cannot be saved in .*: set CNNVIZ_DATA"):
        load_dataset("mnist", root=root, download=True)


def test_cifar_is_fetched_from_its_one_address(monkeypatch, serve, tmp_path):
    loader = torchvision_datasets().CIFAR10
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / loader.filename).write_bytes(b"archive")
    monkeypatch.setattr(loader, "url", serve(mirror) + loader.filename)
    monkeypatch.setattr(loader, "tgz_md5", hashlib.md5(b"archive").hexdigest())
    download.fetch(DATASETS["cifar10"], tmp_path / "root")
    assert (tmp_path / "root" / loader.filename).read_bytes() == b"archive"
