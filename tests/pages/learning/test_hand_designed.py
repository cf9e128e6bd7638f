"""Features by hand: its three sections, and a picture that is too small."""

import base64

import numpy as np
from sklearn.linear_model import LogisticRegression

from cnnviz.datasets import load_dataset
from cnnviz.imaging import encode_png, resize_to_fit, sample_image, to_grey
from cnnviz.imaging.descriptors import hog_cells
from cnnviz.inspection import load_model
from cnnviz.inspection.digits import RUN
from tests.pages.sent import sent


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def test_directions_keypoints_and_their_worth(visit, until_whole, tmp_path, monkeypatch):
    app = visit("hand_designed", picture="astronaut", hd_cell="16", hd_labels="300")
    until_whole(app)
    sheet, learned = sent(app, "map_sheet")
    grey = np.round(to_grey(resize_to_fit(sample_image("astronaut"), 320)))
    expected = hog_cells(grey, 16)
    (group,) = sheet["groups"]
    values = np.frombuffer(base64.b64decode(group["values"]["data"]), np.float32)
    np.testing.assert_allclose(values, expected.transpose(2, 0, 1).ravel(), rtol=1e-5, atol=1e-4)
    # The code gives the same, from the picture that can be downloaded beside it.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(encode_png(grey.astype(np.uint8)))
    directions, keypoints, answers = [
        part.value for part in app.code if "picture.png" in part.value
    ]
    space = {"print": lambda *_: None}
    exec(directions, space)
    np.testing.assert_allclose(space["cells"].ravel(), values, rtol=1e-5, atol=1e-4)
    exec(keypoints, space)
    assert 0 < space["again"] < len(space["points"])
    small = np.round(resize_to_fit(grey.astype(np.uint8), 80)).astype(np.uint8)
    (tmp_path / "picture.png").write_bytes(encode_png(small))
    exec(answers, space)
    filters, maps = learned["groups"]
    assert (filters["shape"], maps["shape"]) == ([16, 3, 3], [16, 78, 78])
    # The filters are those of the network's first layer, and the maps what they answer.
    weights = load_model(RUN).state_dict()["conv1.weight"]
    np.testing.assert_allclose(space["filters"], weights[:, 0].double(), atol=1e-7)
    for group, expected in ((filters, weights), (maps, space["answers"])):
        counted = np.frombuffer(base64.b64decode(group["values"]["data"]), np.float32)
        np.testing.assert_allclose(counted, expected.flatten(), rtol=1e-4, atol=1e-5)
    assert f"**{space['again']} of {len(space['points'])}** keypoints are found" in words(app)
    table = app.dataframe[-1].value.set_index("Features")
    data = load_dataset("digits")
    x, test = (
        np.asarray(a).reshape(len(a), -1) / 255 for a in (data.train_images[:300], data.test_images)
    )
    theirs = LogisticRegression(max_iter=500).fit(x, data.train_labels[:300])
    score = 100 * theirs.score(test, data.test_labels)
    assert abs(table.loc["Pixels", "Test accuracy"] - score) < 4
    assert table.loc["HOG, by hand", "Test accuracy"] > score
    assert table.loc["k-means, without labels", "Test accuracy"] > score
    assert table["Numbers"].tolist()[0] == 64


def test_a_cell_larger_than_the_picture_is_refused(visit, monkeypatch):
    monkeypatch.setattr(
        "cnnviz.ui.learning.hand_designed.features._small",
        lambda _digest, _pixels: np.full((20, 20), 7, np.uint8),
    )
    app = visit("hand_designed", hd_cell="32")
    assert "32×32 does not fit into 20×20 pixels. Choose a smaller cell." in app.error[0].value
    assert "What are they worth?" in [head.value for head in app.header]
