"""From fully connected to convolutional: the drawn layer, the decks' counts, when not to share."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.convolution import lecture_case
from tests.pages.sent import sent


@pytest.fixture
def open_page(visit):
    return partial(visit, "sharing")


def test_opens_walking_through_the_stages(open_page):
    app = open_page()
    assert not app.exception
    data = sent(app, "neurons")[0]
    assert data["stage"] is None
    assert [len(data["weights"][stage]) for stage in ("full", "local", "shared")] == [48, 18, 3]
    assert any("difference 0" in mark.value and "green" in mark.value for mark in app.markdown)


def test_the_counts_are_the_decks(open_page, charts):
    app = open_page()
    counts = app.dataframe[0].value
    for bars in charts(app)[0]["figure"]["data"]:  # the same counts as a picture
        assert bars["y"] == counts[bars["name"]].tolist()
    assert counts.iloc[0, 1:].tolist() == [48, 18, 3]
    hidden = lecture_case("s0-fc-200x200")["expected"]["connections"]
    local, shared = lecture_case("s0-local-10x10"), lecture_case("s0-weight-sharing-100")
    assert counts.iloc[1, 1:].tolist() == [
        hidden * 10**5,
        local["expected"]["total"],
        shared["expected"]["parameters_shared"],
    ]
    assert counts.iloc[2, 2] == lecture_case("s2-423K")["expected"]["exact"]
    assert counts.iloc[2, 3] == lecture_case("s2-shared-735")["expected"]["parameters"]
    assert counts.iloc[3, 2] == lecture_case("s2-46M")["expected"]["exact"]
    assert any("**520**" in mark.value and "**23,550**" in mark.value for mark in app.markdown)


def test_the_slides_85k_is_put_right(open_page):
    app = open_page()
    right = next(e.value for e in app.markdown if "423,360" in e.value)
    assert "84,672" in right
    assert any("file 002, line 367) says otherwise: 85K" in e.value for e in app.caption)


def test_a_link_restores_stage_and_weights(open_page):
    app = open_page(sh_w="shared", sh_w_shared="2 -1 0.5", sh_n="6")
    data = sent(app, "neurons")[0]
    assert data["stage"] == "shared"
    assert data["weights"]["shared"] == [2, -1, 0.5]
    assert len(data["weights"]["full"]) == 24


@pytest.mark.parametrize("typed", ["1 2", "1 2 x", "1 2 nan"])
def test_weights_that_do_not_fit_are_left_out(open_page, typed):
    app = open_page(sh_w="all", sh_w_shared=typed)
    assert not app.exception
    assert sent(app, "neurons")[0]["stage"] is None
    assert sent(app, "neurons")[0]["weights"]["shared"] == [-1, 0, 1]


def test_where_the_place_matters_local_weights_win(open_page):
    app = open_page()
    assert any("**shared** weights are better" in mark.value for mark in app.markdown)
    app = open_page(sh_world="place", sh_count="50")
    assert any("**local** weights are better" in mark.value for mark in app.markdown)
    app = open_page(sh_world="place", sh_noise="1")  # 8 examples
    (told,) = [mark.value for mark in app.markdown if "**shared** weights" in mark.value]
    assert "No single kernel is right" in told
    app = open_page(sh_noise="0.0")
    assert any("Both are exact" in mark.value for mark in app.markdown)


def test_a_hidden_unit_is_the_sigmoid_of_its_sum(open_page, linked_grids):
    app = open_page(sh_picture="5", sh_bias="-0.5")
    panels = linked_grids(app)[1].panels
    a, w, sums, units = (torch.tensor(values)[None, None] for values in panels.values())
    assert a.shape[2:] == (28, 28)
    exact = F.conv2d(a, w, torch.tensor([-0.5], dtype=torch.float64))
    np.testing.assert_allclose(sums, exact, atol=1e-12)
    np.testing.assert_allclose(units, exact.sigmoid(), atol=1e-12)
    assert list(units.shape[2:]) == lecture_case("s1-shared-weights-formula")["expected"]["hidden"]
    refused = open_page(sh_kernel="1 2 3")
    assert "type five rows of five." in refused.error[0].value
    assert not refused.exception


def test_local_filters_win_on_aligned_pictures_and_shared_ones_on_moved(open_page):
    for how, better in (("aligned", "local"), ("moved", "shared")):
        app = open_page(sh_aligned=how)
        assert any(f"Here **{better}** filters predict" in mark.value for mark in app.markdown)


def test_only_the_convolutional_part_takes_another_size(open_page):
    app = open_page(sh_side="12")
    shapes = app.dataframe[-1].value.set_index("Layer")["For 12×12"]
    assert shapes["conv1"] == "16×12×12"
    assert shapes["linear1"] == "10"
    with pytest.raises(RuntimeError) as refused:
        torch.nn.Linear(64 * 4 * 4, 10)(torch.zeros(1, 64 * 6 * 6))
    assert any(str(refused.value) in text.value for text in app.markdown)
    app = open_page(sh_side="8")
    assert any("fits at this size only" in mark.value for mark in app.markdown)
