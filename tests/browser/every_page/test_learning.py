"""The pages on why and how networks learn."""

from tests.browser.every_page.checks import EveryPage


class TestLearning(EveryPage):
    part = "learning"
