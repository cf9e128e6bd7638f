"""Links that ask for what no control can hold: every page stands."""

import pytest

from cnnviz.ui.lab import TOPICS

PAGES = ["filters", "step", "inside", "train", "race", *(f"lab/{topic.page}" for topic in TOPICS)]
KINDS = (
    "slider", "number_input", "text_area", "text_input", "toggle", "selectbox", "select_slider",
    "button_group", "checkbox", "radio", "multiselect",
)  # fmt: skip
ALSO = (
    "f_tab", "f_weights", "picture", "s_cell", "controls", "i_run", "i_step", "i_tab", "r_race",
    "eq_at", "le_step", "fl_at", "sh_w", "sh_w_shared", "px_paint", "re_t",
)  # fmt: skip
ASKED = {
    "digits": "9" * 5000,
    "too large": "1e400",
    "not a number": "nan",
    "infinite": "-inf",
    "minus zero": "-0",
    "empty": "",
    "long": "1 " * 50_000,
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_whatever_its_address_asks(visit, page):
    app = visit(page)
    keys = [one.key.removeprefix("_") for kind in KINDS for one in app.get(kind) if one.key]
    for words, asked in ASKED.items():
        app.switch_page("../pages/home.py").run()
        app.query_params.clear()
        app.query_params.update(dict.fromkeys((*keys, *ALSO), asked))
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception, words
