"""Home, and the pages that have a folder of their own; some of them start runs."""

import pytest

from tests.browser.every_page.checks import EveryPage


@pytest.mark.usefixtures("nothing_trains_on")
class TestRest(EveryPage):
    part = "rest"
