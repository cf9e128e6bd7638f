"""A run to read and write."""

import pytest

from cnnviz.runs import create_run


@pytest.fixture(autouse=True)
def root(own_runs):
    return own_runs


@pytest.fixture
def run(config):
    return create_run(config)
