"""Opening a page without a browser."""

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture
def visit(root):
    """`visit("race", r_race="any")` opens a page by a link and checks that nothing failed."""

    def open_it(page, /, **query):
        app = AppTest.from_file(str(root / "cnnviz" / "main.py"), default_timeout=60).run()
        app.query_params.update(query)
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception
        return app

    return open_it
