"""Links that ask for what no control can hold: every page stands."""

import pytest

from cnnviz.pages import PAGES, page_at
from cnnviz.ui.shared import address

KINDS = (
    "slider", "number_input", "text_area", "text_input", "toggle", "selectbox", "select_slider",
    "button_group", "checkbox", "radio", "multiselect",
)  # fmt: skip
ROWS = [row.name for row in vars(address).values() if isinstance(row, address.Parameter)]
ALSO = (*ROWS, "f_tab", "i_run", "i_step", "r_race", "sh_w_shared")
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
