"""What the stepper sends to the browser."""

import base64
import json

import numpy as np
import pytest

from cnnviz.components.stepper import payload
from cnnviz.convolution import Padding, trace, trace_pool, trace_transposed

RNG = np.random.default_rng(0)
TRACES = {
    "padded": trace(
        RNG.normal(size=(5, 6)), RNG.normal(size=(3, 2)), padding=Padding(2, "reflect")
    ),
    "colour": trace(RNG.normal(size=(3, 6, 5)), RNG.normal(size=(3, 3, 3)), stride=2, bias=1.5),
    "pooling": trace_pool(RNG.normal(size=(4, 4)), 2, padding=1),
    "transposed": trace_transposed(RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3)), stride=2),
    "large": trace(RNG.normal(size=(3, 120, 120)), RNG.normal(size=(3, 2, 2))),
}


def unpacked(packed):
    return np.frombuffer(
        base64.b64decode(packed["data"]), np.dtype(packed["dtype"]).newbyteorder("<")
    )


@pytest.mark.parametrize("name", TRACES)
def test_every_array_arrives_unchanged(name):
    traced = TRACES[name]
    data = json.loads(json.dumps(payload(traced)))
    for field in ("padded", "output", "reads", "taps"):
        assert np.array_equal(unpacked(data[field]), getattr(traced, field).ravel())
        assert data[field]["shape"] == list(getattr(traced, field).shape)
    if traced.kernel is None:
        assert data["kernel"] is None
    else:
        assert np.array_equal(unpacked(data["kernel"]), traced.kernel.ravel())


def test_places_are_sent_in_as_few_bytes_as_they_need():
    assert payload(TRACES["padded"])["reads"]["dtype"] == "int16"
    assert payload(TRACES["large"])["reads"]["dtype"] == "int32"


def test_the_id_is_that_of_the_trace():
    first = payload(TRACES["padded"])
    assert first["id"] == payload(TRACES["padded"], start=(1, 1))["id"]
    assert first["id"] != payload(TRACES["padded"], pixels=True)["id"]
    assert first["id"] != payload(TRACES["colour"])["id"]
