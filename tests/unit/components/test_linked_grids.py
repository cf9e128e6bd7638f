"""What linked grids send to the browser."""

import base64
import json

import numpy as np

from cnnviz.components.linked_grids import Link, Panel, payload

PANELS = [Panel("A", [[1, 2], [3, np.nan]]), Panel("B", [[5]], "weights", bias=2, words=["five"])]
LINKS = [Link(1, 0, np.array([[0, 2, -1]]), np.array([1.0, 1.0, 0.0]), sum=True)]


def test_arrays_arrive_unchanged():
    data = json.loads(json.dumps(payload(PANELS, LINKS, alt="two")))
    panel, link = data["panels"][0], data["links"][0]
    values = np.frombuffer(base64.b64decode(panel["values"]["data"]), "<f8")
    assert np.array_equal(values, [1, 2, 3, np.nan], equal_nan=True)
    assert panel["shape"] == [2, 2]
    assert panel["note"] == "2×2"
    assert np.frombuffer(base64.b64decode(link["reads"]["data"]), "<i4").tolist() == [0, 2, -1]
    assert link["reads"]["width"] == 3
    assert link["reads"]["dtype"] == "int32"
    assert data["driver"] == 1


def test_the_id_is_that_of_the_numbers():
    first = payload(PANELS, LINKS, alt="two")["id"]
    assert first == payload(PANELS, LINKS, alt="two")["id"]
    assert first != payload(PANELS, [], alt="two")["id"]
