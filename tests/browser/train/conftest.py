"""An app that trains, and the run that its page shows."""

import re

import pytest

from cnnviz.runs import Run


@pytest.fixture(scope="module")
def runs_folder(training_runs):
    return training_runs


@pytest.fixture(scope="module")
def app_url(training_app):
    return training_app


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def chosen(page, runs_folder):
    def run():
        name = re.search(r"t_run=([\w-]+)", page.url)[1]
        return Run(runs_folder / name)

    return run
