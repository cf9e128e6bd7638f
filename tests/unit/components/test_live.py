"""What the live component sends to the browser, and how it reads the answers."""

import base64
import inspect
import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.components.live import LiveResult, _base, _result, machine_payload

IMAGES = np.arange(2 * 1 * 3 * 4, dtype=np.uint8).reshape(2, 1, 3, 4)


def test_frames_are_packed_as_in_a_message():
    frames = [b"one", b"", b"three" * 100]
    sent = machine_payload(frames, IMAGES, [1, 0], ["cat", "dog"])
    packed = base64.b64decode(sent["frames"])
    got = []
    while packed:
        (length,) = struct.unpack_from("<I", packed)
        got.append(packed[4 : 4 + length])
        packed = packed[4 + length :]
    assert got == frames
    pixels = np.frombuffer(base64.b64decode(sent["images"]), np.uint8).reshape(sent["shape"])
    np.testing.assert_array_equal(pixels, IMAGES)
    assert json.loads(json.dumps(sent))["labels"] == [1, 0]


def test_pictures_that_are_not_in_order_of_memory_arrive_as_they_are():
    turned = IMAGES.transpose(0, 1, 3, 2)
    sent = machine_payload([], turned, None, [])
    pixels = np.frombuffer(base64.b64decode(sent["images"]), np.uint8).reshape(sent["shape"])
    np.testing.assert_array_equal(pixels, turned)
    assert sent["labels"] is None


def test_the_id_tells_other_frames_or_pictures():
    ids = {
        machine_payload(frames, images, None, [])["id"]
        for frames, images in [([b"a"], IMAGES), ([b"b"], IMAGES), ([b"a"], IMAGES[:1])]
    }
    assert len(ids) == 3
    again = machine_payload([b"a"], IMAGES.copy(), None, ["other", "names"])["id"]
    assert again in ids


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [(IMAGES[0], None, "P×C×H×W"), (IMAGES.astype(float), None, "float64"), (IMAGES, [1], "2")],
)
def test_what_does_not_fit_is_refused(images, labels, words):
    with pytest.raises(ValueError, match=words):
        machine_payload([], images, labels, [])


@pytest.mark.parametrize(
    ("setting", "base"), [("", ""), ("cnn", "/cnn"), ("/a/b/", "/a/b"), (None, "")]
)
def test_the_base_path_leads_to_the_routes(monkeypatch, setting, base):
    monkeypatch.setattr(st, "get_option", lambda _name: setting)
    assert _base() == base


def test_the_answer_is_read():
    cell = {"run": "a", "step": 60, "true": 1, "predicted": 2}
    inside = {"run": "a", "step": 30, "at": 1}
    told = SimpleNamespace(shown={"run": "a", "status": "running"}, cell=cell, inside=inside)
    assert _result(told) == LiveResult("a", "running", cell, inside)
    assert _result(SimpleNamespace(shown=None, cell=None, inside=None)) == LiveResult()


def _script():
    from cnnviz.components.live import live, race

    first = live("some-run", key="a", overlay=["b", "c"], step_parameter="s", presenter=True)
    second = live(None, key="b", follow=True)
    third = race(["x", "y"], key="c")
    assert first.run is second.run is third.status is None


def test_it_is_mounted_with_small_data():
    app = AppTest.from_string(inspect.getsource(_script) + "\n_script()").run()
    assert not app.exception
