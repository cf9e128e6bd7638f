"""The pages of the convolution lab."""

from tests.browser.every_page.checks import EveryPage


class TestLab(EveryPage):
    part = "lab"
