"""Two streams, Deep Fried: the flow is the motion, and the fast product is the product."""

import json

import numpy as np
import pytest
from scipy.linalg import hadamard

from cnnviz.imaging import encode_png, resize_to_fit, sample_image, to_grey
from cnnviz.imaging.flow import motion
from cnnviz.networks.fastfood import dense, fastfood, walsh_hadamard

GREY = np.round(to_grey(sample_image("astronaut"))[:200, 100:300]).astype(np.uint8)


@pytest.mark.parametrize(
    "how", [{"right": 4, "down": -2}, {"degrees": 3}, {"larger": 1.04}], ids=str
)
def test_the_flow_is_near_the_true_motion(how):
    found = motion(GREY, **how)
    size = np.hypot(found.truth[..., 0], found.truth[..., 1]).mean()
    assert found.error < 0.35 * size
    if "right" in how:
        np.testing.assert_allclose(found.truth, np.broadcast_to((4, -2), found.truth.shape))
        np.testing.assert_array_equal(found.second[:-8, 8:], GREY[2:-6, 4:-4])


def test_nothing_moves_where_nothing_was_moved():
    assert motion(GREY).error < 0.01


@pytest.mark.parametrize("n", [1, 8, 64])
def test_additions_alone_give_hadamards_product(n):
    x = np.random.default_rng(n).normal(size=n)
    np.testing.assert_allclose(walsh_hadamard(x), hadamard(n) @ x, atol=1e-12)


def test_fastfood_is_the_product_of_its_parts():
    parts = fastfood(16, 3)
    h, order = hadamard(16), np.eye(16)[parts.order]
    product = np.diag(parts.scale) @ h @ np.diag(parts.gauss) @ order @ h @ np.diag(parts.signs)
    np.testing.assert_allclose(dense(parts), product, atol=1e-12)
    # Rows as long as those of a matrix of standard normal entries: √n on average.
    rows = np.linalg.norm(dense(fastfood(1024, 0)), axis=1)
    assert rows.mean() == pytest.approx(32, rel=0.05)
    with pytest.raises(ValueError, match="a power of two, not 12"):
        fastfood(12, 0)


def test_the_page(visit, tmp_path, monkeypatch):
    app = visit("two_ideas", picture="astronaut", ti_right="5")
    sent = [json.loads(e.proto.json) for e in app.get("bidi_component") if e.proto.json]
    (sheet,) = [data for data in sent if data.get("alt", "").startswith("Estimated and true")]
    assert [group["shape"][0] for group in sheet["groups"]] == [2, 2]
    # The code finds the same motion in the picture that can be downloaded beside it.
    monkeypatch.chdir(tmp_path)
    grey = np.round(to_grey(resize_to_fit(sample_image("astronaut"), 240))).astype(np.uint8)
    (tmp_path / "picture.png").write_bytes(encode_png(grey))
    (code,) = [part.value for part in app.code if "Farneback" in part.value]
    printed = []
    exec(code, {"print": printed.append})
    assert any(f"**{printed[0]}** on average" in mark.value for mark in app.markdown)
    assert any("green-badge" in mark.value for mark in app.markdown)
    table = app.dataframe[0].value
    assert table["Weights"].tolist() == [64, 24, 4096**2, 3 * 4096]
    # The code multiplies the six, and gives V.
    (grids,) = [data for data in sent if "pytorch" in data]
    printed = []
    exec(grids["pytorch"], {"print": printed.append})
    assert grids["panels"][-1]["title"] == "V"
    np.testing.assert_allclose(printed[0], dense(fastfood(8, 0)), atol=1e-12)
