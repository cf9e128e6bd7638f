"""What the sheet of maps sends to the browser."""

import base64

import numpy as np
import pytest

from cnnviz.components.map_sheet import Group, payload
from cnnviz.imaging import DIVERGING_STOPS


def sent(groups, scale="layer"):
    return payload(groups, scale=scale, stops=DIVERGING_STOPS, side=50, alt="Maps of")


def test_values_arrive_as_they_are():
    values = np.random.default_rng(0).normal(size=(3, 2, 5)).transpose(0, 2, 1)
    (group,) = sent([Group("conv1", values)])["groups"]
    back = np.frombuffer(base64.b64decode(group["values"]["data"]), "<f4").reshape(group["shape"])
    np.testing.assert_array_equal(back, values.astype(np.float32))
    assert group["values"]["dtype"] == "float32"
    assert group["note"] == "3×5×2"


@pytest.mark.parametrize(
    ("scale", "limits"), [("layer", [3.0, 8.0, 0.0]), ("all", [8.0, 8.0, 8.0])]
)
def test_the_scale_covers_what_shares_it(scale, limits):
    groups = [
        Group("a", np.array([[[1.0, -3.0]]])),
        Group("b", np.array([[[8.0]], [[0.5]]])),
        Group("nothing", np.zeros((2, 2, 2))),
    ]
    assert [group["limit"] for group in sent(groups, scale)["groups"]] == limits


def test_the_scale_leaves_out_what_is_no_number():
    diverged = np.array([[[np.nan, np.inf]], [[-2.0, 1.0]]])
    (group, empty) = sent([Group("a", diverged), Group("b", diverged[:1])])["groups"]
    assert (group["limit"], empty["limit"]) == (2.0, 0.0)
