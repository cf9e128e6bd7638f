"""A link that asks for nonsense: every page stands, and none of its own checks fails."""

import pytest

from cnnviz.pages import LAB, PAGES

KINDS = ("slider", "text_area", "text_input", "toggle", "selectbox", "select_slider")
BY_COMPONENTS = ("eq_at", "le_step", "fl_at", "sh_w", "sh_w_shared", "px_paint", "re_t")


@pytest.mark.parametrize("asked", ["nonsense", "-1", "3", "1e99"])
@pytest.mark.parametrize("page", [page.url for page in PAGES if page.group == LAB])
def test_every_page_stands(open_lab, linked_grids, page, asked):
    plain = open_lab(page)
    keys = [one.key.removeprefix("_") for kind in KINDS for one in plain.get(kind) if one.key]
    app = open_lab(page, **dict.fromkeys((*keys, *BY_COMPONENTS), asked))
    linked_grids(app)
    assert not any("red-badge" in mark.value for mark in app.markdown)
