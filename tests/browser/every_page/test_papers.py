"""The pages on the networks of papers, and on those that give a picture back."""

from tests.browser.every_page.checks import EveryPage


class TestPapers(EveryPage):
    part = "papers"
