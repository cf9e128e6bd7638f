"""Pictures of a few pixels, and long strips, on every page that uses the picture."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.ui.shared import picture as of_a_person

SIZES = [(1, 1), (1, 9), (9, 1), (2, 3), (7, 7), (8, 8), (60, 900)]
PAGES = {
    "filters": {},
    "activation": {"re_map": "map"},
    "receptive_field": {},
    "frequency": {"fq_source": "picture"},
    "pixels": {"px_source": "picture"},
    "volumes": {},
    "step": {"s_source": "picture"},
}


@pytest.fixture
def bring(monkeypatch):
    """Makes an array the picture that every page shows."""

    sample = of_a_person.sample_picture

    def bring_it(pixels):
        monkeypatch.setattr(
            of_a_person,
            "sample_picture",
            lambda name: replace(sample(name), pixels=pixels, digest=f"{name}{pixels.shape}"),
        )

    return bring_it


def ramp(height, width):
    return np.arange(height * width * 3).reshape(height, width, 3).astype(np.uint8)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_pictures_of_any_size(visit, bring, page):
    bring(ramp(*SIZES[0]))
    app = visit(page, **PAGES[page])
    for size in SIZES:
        bring(ramp(*size))
        app.run()
        assert not app.exception, f"{size}: {app.exception[0].value}"
        if page == "step" and min(size) < 3:
            assert "a smaller kernel" in app.error[0].value
        else:
            assert not app.error, f"{size}: {app.error[0].value}"


def test_the_whole_of_a_small_picture_is_the_patch(visit, bring):
    bring(ramp(8, 8))
    app = visit("step", s_source="picture", s_size="16")
    assert not [one for one in app.slider if one.label in {"Patch size", "Top row", "Left column"}]
    assert any("8×8" in caption.value for caption in app.caption)


def test_a_kernel_larger_than_the_picture_gets_a_sentence(visit, bring):
    bring(ramp(2, 3))
    app = visit("step", s_source="picture", s_kernel="box-5")
    assert "smaller" in app.error[0].value or "larger" in app.error[0].value


@pytest.mark.parametrize("size", [(4000, 60), (60, 4000), (7, 5000)])
def test_the_middle_of_a_strip_is_compared(visit, bring, size):
    bring(ramp(*size))
    app = visit("filters", f_tab="Noise")
    assert not app.error
    assert any("from the middle of it" in caption.value for caption in app.caption)
    (grid,) = (
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "cnnviz_noise_grid"
    )
    assert len(grid["pictures"]) == 11
    assert all(one["ssim"] <= 1 for one in grid["pictures"])


def test_a_picture_without_a_window_of_the_measure_gets_the_reason(visit, bring):
    bring(ramp(2, 300))
    app = visit("filters", f_tab="Noise")
    assert "300×2" in app.error[0].value
    assert "7×7" in app.error[0].value
