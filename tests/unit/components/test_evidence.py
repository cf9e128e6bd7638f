"""What the evidence component sends to the browser."""

import base64
import io

import numpy as np
from PIL import Image

from cnnviz.components.evidence import payload
from cnnviz.inspection import upsample

PICTURE = np.arange(8 * 12 * 3, dtype=np.uint8).reshape(8, 12, 3)


def sent(raw):
    return payload(raw, upsample(raw, PICTURE.shape[:2]), PICTURE, label="cat")


def unpacked(address):
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_the_picture_and_the_numbers_arrive_as_they_are():
    raw = np.array([[1.0, -2.0, 0.25], [0.0, 4.0, -0.5]])
    data = sent(raw)
    np.testing.assert_array_equal(unpacked(data["picture"]), PICTURE)
    assert data["values"] == raw.tolist()
    assert data["label"] == "cat"


def test_the_overlay_is_as_opaque_as_the_evidence_is_strong():
    raw = np.array([[0.0, 0.0, 0.0], [0.0, 4.0, -8.0]])
    glow = unpacked(sent(raw)["glow"])
    assert glow.shape == (8, 12, 4)
    share = np.clip(upsample(raw, (8, 12)) / 4, 0, 1)
    np.testing.assert_allclose(glow[..., 3], share * 255, atol=0.51)
    assert glow[:, 11, 3].max() == 0, "evidence against is not laid over the picture"


def test_without_positive_evidence_there_is_no_overlay():
    assert sent(np.array([[-1.0, 0.0]]))["glow"] is None


def test_two_maps_can_share_a_scale():
    raw = np.array([[0.0, 2.0], [-1.0, 0.0]])
    data = payload(raw, upsample(raw, (8, 12)), PICTURE, label="cat", limit=8.0)
    assert data["limit"] == 8.0
    # A quarter of what the strongest of both would be.
    assert unpacked(data["glow"])[..., 3].max() == round(255 * upsample(raw, (8, 12)).max() / 8)
    assert sent(raw)["limit"] is None
