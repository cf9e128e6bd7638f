"""Links that ask for what no control can hold: every page stands."""

import pytest

from cnnviz.catalogue import PAGES, page_at

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


@pytest.mark.parametrize("url", [page.url for page in PAGES])
def test_a_page_stands_whatever_its_address_asks(visit, url):
    app = visit(url)
    keys = [one.key.removeprefix("_") for kind in KINDS for one in app.get(kind) if one.key]
    for words, asked in ASKED.items():
        app.switch_page(page_at("").script).run()
        app.query_params.clear()
        app.query_params.update(dict.fromkeys((*keys, *ALSO), asked))
        app.switch_page(page_at(url).script).run()
        assert not app.exception, words
