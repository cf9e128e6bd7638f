"""A snapshot's weights over HTTP: half precision, encoded once, and nothing but a run's own."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save_file
from starlette.datastructures import Headers

from cnnviz.live import weights
from cnnviz.live.origin import may_read
from cnnviz.live.weights import encode


@pytest.fixture
def ask(server):
    """Status, headers and body of a request."""

    def send(path, **headers):
        url = f"http://127.0.0.1:{server.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=named)) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    return send


@pytest.fixture
def snapshot(written):
    """Writes the weights of a step; gives them back."""
    (written.path / "snapshots").mkdir()

    def write(step, seed=0):
        random = np.random.default_rng(seed)
        tensors = {
            "conv1.weight": random.normal(size=(2, 1, 3, 3)).astype(np.float32),
            "conv1.bias": np.array([1e9, -1e-9], np.float32),
            "batchnorm1.num_batches_tracked": np.array(7),
        }
        save_file(tensors, written.path / f"snapshots/{step}.safetensors")
        return tensors

    return write


def test_weights_come_in_half_precision_with_what_describes_them(ask, written, snapshot):
    tensors = snapshot(40)
    path = f"/live/{written.run.id}/weights/40"
    status, headers, body = ask(path)
    assert (status, headers["Cache-Control"]) == (200, "private, no-cache")
    got = load(body)
    assert set(got) == {"conv1.weight", "conv1.bias"}
    np.testing.assert_array_equal(got["conv1.weight"], tensors["conv1.weight"].astype(np.float16))
    np.testing.assert_array_equal(got["conv1.bias"], np.array([65504, 0], np.float16))
    head = json.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
    network, config = json.loads(head["__metadata__"]["network"]), written.run.config
    assert (network["step"], network["dataset"]) == (40, config.dataset)
    assert network["spec"] == json.loads(json.dumps(config.spec))
    assert tuple(network["classes"]) == tuple(config.classes)
    # Known already; and written anew, as by a run that is resumed.
    tag = headers["ETag"]
    assert ask(path, If_None_Match=tag)[::2] == (304, b"")
    snapshot(40, seed=1)
    status, headers, other = ask(f"/some/where{path}", If_None_Match=tag)
    assert status == 200
    assert headers["ETag"] != tag
    assert other != body


def test_what_many_ask_for_is_encoded_once(ask, written, snapshot, monkeypatch):
    calls = []

    def counted(run, step, data):
        calls.append(step)
        return encode(run, step, data)

    monkeypatch.setattr(weights, "encode", counted)
    snapshot(5)
    with ThreadPoolExecutor(12) as pool:
        path = f"/live/{written.run.id}/weights/5"
        answers = list(pool.map(lambda _: ask(path), range(24)))
    assert {status for status, *_ in answers} == {200}
    assert len({body for *_, body in answers}) == 1
    assert calls == [5]


def test_only_so_many_bytes_are_kept(written, snapshot, monkeypatch):
    snapshot(1)
    store = weights.WeightStore()
    _, data = store.get(written.run, 1)
    monkeypatch.setattr(weights, "KEPT_BYTES", 2 * len(data) + 10)
    for step in range(2, 6):
        snapshot(step)
        store.get(written.run, step)
    assert [tag.split("-")[0] for _, tag in store._kept] == ['"4', '"5']


@pytest.mark.parametrize(
    "path",
    ["nope/weights/5", "..%2f{run}/weights/5", "{run}/weights/6", "{run}/weights/x",
     "{run}/weights/-1", "{run}/weights/%2e%2e", "{run}/weights/" + "9" * 5000,
     "{run}/weights/%D9%A5", "{run}/weights/..%2f..%2frun", "{run}/weights/5/5"],
)  # fmt: skip
def test_what_is_no_snapshot_is_not_there(path, ask, written, snapshot):
    snapshot(5)
    assert ask(f"/live/{path.format(run=written.run.id)}")[0] == 404


def test_damaged_foreign_and_large_files_are_not_sent(
    ask, written, snapshot, tmp_path, monkeypatch
):
    folder = written.path / "snapshots"
    snapshot(5)
    outside = tmp_path / "5.safetensors"
    (folder / "5.safetensors").rename(outside)
    (folder / "5.safetensors").symlink_to(outside)
    (folder / "6.safetensors").write_bytes(b"root:x:0:0" * 10)
    torch.save({"a": 1}, folder / "7.safetensors")
    (folder / "8.safetensors").symlink_to("8.safetensors")
    (folder / "9.safetensors").mkdir()
    snapshot(10)
    monkeypatch.setattr("cnnviz.live.source.MAX_SNAPSHOT", 20)
    for step in range(5, 11):
        status, _, body = ask(f"/live/{written.run.id}/weights/{step}")
        assert (status, b"root" in body) == (404, False), step


def test_other_pages_are_refused(ask, written, snapshot, server):
    snapshot(5)
    path, own = f"/live/{written.run.id}/weights/5", f"http://127.0.0.1:{server.port}"
    assert ask(path, Origin=own)[0] == 200
    for headers in (
        {"Origin": "http://evil.org"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        assert ask(path, **headers)[0] == 403
    server.broadcast.allowed_hosts = ["cnn.example.org"]
    assert ask(path)[0] == 403
    assert ask(path, Host="cnn.example.org")[0] == 200
    assert not may_read(Headers(raw=[(b"host", b"a"), (b"host", b"b")]))
    assert not may_read(Headers({"host": "a@b"}))
